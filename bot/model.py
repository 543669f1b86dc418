"""The frozen values that cross boundaries: people, messages, and what was read in a message.

This module imports nothing of the project, so every other one may import it. Moments are aware datetimes; days and
clock times without a moment are local to the community (its timezone is in the settings).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

Intent = Literal[
    "distress",
    "unreachable",
    "correct",
    "elder_away",
    "family_away",
    "request",
    "concern",
    "checkin",
    "claim",
    "query",
    "issue",
    "activity",
    "chat",
]
INTENTS: tuple[Intent, ...] = (
    "distress",
    "unreachable",
    "correct",
    "elder_away",
    "family_away",
    "request",
    "concern",
    "checkin",
    "claim",
    "query",
    "issue",
    "activity",
    "chat",
)  # in the guide's order: the first that fits wins
CONTACT: frozenset[str] = frozenset({"checkin", "concern"})

Role = Literal["elder", "family", "volunteer", "clinic", "coordinator"]
Outcome = Literal["safe", "helped", "hospital", "away", "false_alarm", "died"]
OUTCOMES: tuple[Outcome, ...] = ("safe", "helped", "hospital", "away", "false_alarm", "died")


@dataclass(frozen=True, slots=True)
class Relative:
    """A family contact of an elder; `person` is the same for one person who looks after several elders."""

    person: str
    name: str
    relation: str = ""
    wechat: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Elder:
    """One row of elders.csv. `volunteer` and `backup` are volunteer ids, `deadline` a local time or None for the default.

    `twice`: in touch morning and evening.
    """

    id: str
    name: str
    sex: str = ""
    born: int | None = None
    compound: str = ""
    address: str = ""
    phone: str = ""
    living: str = ""
    health: str = ""
    deadline: dt.time | None = None
    relatives: tuple[Relative, ...] = ()
    wechat: str = ""
    volunteer: str | None = None
    backup: str | None = None
    aliases: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    twice: bool = False

    @property
    def title(self) -> str:
        """The name with the word of respect that the group uses: 李玉兰奶奶."""
        return self.name + {"女": "奶奶", "男": "爷爷"}.get(self.sex, "老人")


@dataclass(frozen=True, slots=True)
class Volunteer:
    """One row of volunteers.csv; `role` is volunteer, clinic or coordinator, `extra` the unknown columns."""

    id: str
    name: str
    wechat: str = ""
    phone: str = ""
    unit: str = ""
    role: Role = "volunteer"
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Anyone who may write in the group. `elders`: an elder's own id, or the elders whom a relative looks after."""

    id: str
    name: str
    role: Role
    wechat: str = ""
    phone: str = ""
    elders: tuple[str, ...] = ()


def relative_id(name: str, wechat: str, phone: str) -> str:
    """A stable id for a relative, the same in every elder's row that names this person."""
    key = "\x1f".join((name, phone or wechat))
    return "F" + hashlib.sha256(key.encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Roster:
    """Everyone the bot knows, as values. Look-ups are indexes made on first use."""

    elders: Mapping[str, Elder] = field(default_factory=dict)
    volunteers: Mapping[str, Volunteer] = field(default_factory=dict)

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Every person by id: elders and volunteers under their roster ids, relatives under `relative_id`."""
        found: dict[str, Person] = {}
        for v in self.volunteers.values():
            found[v.id] = Person(v.id, v.name, v.role, v.wechat, v.phone)
        for e in self.elders.values():
            found[e.id] = Person(e.id, e.name, "elder", e.wechat, e.phone, (e.id,))
            for r in e.relatives:
                known = found.get(r.person)
                elders = (*known.elders, e.id) if known else (e.id,)
                found[r.person] = Person(r.person, r.name, "family", r.wechat, r.phone, elders)
        return found

    @cached_property
    def _by_wechat(self) -> Mapping[str, tuple[Person, ...]]:
        index: dict[str, list[Person]] = {}
        for person in self.people.values():
            if person.wechat:
                index.setdefault(person.wechat, []).append(person)
        return {name: tuple(people) for name, people in index.items()}

    def by_wechat(self, name: str) -> tuple[Person, ...]:
        """The people whose 微信 column says `name`: none, one, or several who share it."""
        return self._by_wechat.get(name, ())

    @cached_property
    def _households(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        index: dict[tuple[str, str], list[str]] = {}
        for e in self.elders.values():
            if e.address:
                index.setdefault((e.compound, e.address), []).append(e.id)
        return {key: tuple(ids) for key, ids in index.items()}

    def household(self, elder_id: str) -> tuple[str, ...]:
        """The elders who live at this elder's address, the elder included."""
        e = self.elders[elder_id]
        return self._households.get((e.compound, e.address), (elder_id,))

    def one_home(self, elder_ids: Sequence[str]) -> bool:
        """Are these elders one, or all of one household? (False for none.)"""
        return bool(elder_ids) and set(elder_ids) <= set(self.household(elder_ids[0]))

    def with_role(self, *roles: Role) -> tuple[Person, ...]:
        """Volunteers, clinic people or coordinators, in roster order."""
        return tuple(self.people[v.id] for v in self.volunteers.values() if v.role in roles)

    def family(self, elder_ids: Iterable[str]) -> tuple[Person, ...]:
        """The relatives of these elders, each once, in order."""
        seen = dict.fromkeys(r.person for i in elder_ids for r in self.elders[i].relatives)
        return tuple(self.people[p] for p in seen)


MessageType = Literal["text", "image", "video", "audio", "emoticon", "location", "recalled"]
# What people pass on rather than say: a document, a link or an article, a contact card, a mini program, other people's
# words forwarded, money. None of it is anybody's word about an elder.
Brought = Literal["", "file", "link", "card", "program", "forwarded", "money"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was heard. `sender` is the WeChat name; `people` are the roster ids it is bound to.

    `people` None means: nobody looked, match by name. `mentions` are WeChat names. For `recalled`, `text` is the id taken back.
    `brings`: what was passed on with it, of type text; `text` is then only what the sender wrote beside it. `name`: a
    document's own name, fit to be shown.
    """

    id: str
    at: dt.datetime
    sender: str
    type: MessageType = "text"
    text: str = ""
    file: str | None = None
    to: Literal["room", "bot"] = "room"
    people: tuple[str, ...] | None = None
    mentions: tuple[str, ...] = ()
    contact: str = ""
    brings: Brought = ""
    name: str = ""


class Reading(NamedTuple):
    """What one message says, standing alone.

    `start`, `end`: the inclusive days of an absence. `back`: an absence is over. `outcome`: what the text tells of how an
    emergency or a search ended, where it does. `alarm`: the kind of emergency (fall, selfharm, lost, gas, ...).
    `addressed`: the bot itself is spoken to.
    """

    id: str
    intent: Intent
    elders: tuple[str, ...] = ()
    also: tuple[Intent, ...] = ()
    also_elders: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ambiguous: bool = False
    start: dt.date | None = None
    end: dt.date | None = None
    why: str = ""
    back: bool = False
    outcome: Outcome | None = None
    alarm: str | None = None
    addressed: bool = False

    def contacts(self) -> Mapping[str, Intent]:
        """Elder id → checkin or concern: whom this message clears for its day. Empty where it is ambiguous."""
        found: dict[str, Intent] = {}
        if not self.ambiguous:
            for intent in (self.intent, *self.also):
                if intent in CONTACT:
                    for elder in self.also_elders.get(intent, self.elders):
                        found[elder] = "concern" if "concern" in (intent, found.get(elder)) else "checkin"
        for act, ids in self.also_elders.items():
            if act in CONTACT:
                for elder in ids:
                    found[elder] = "concern" if "concern" in (act, found.get(elder)) else "checkin"
        return found


CommandName = Literal["help", "missing", "close", "pause", "resume", "deadline", "status"]


@dataclass(frozen=True, slots=True)
class Command:
    """A coordinator's order to the bot. `elders` empty: none named; more than one: not clear which.

    `missing` (谁没报), `status` (how is X today), `close` (alert of X with `outcome`), `pause` (X until `until`), `resume`,
    `deadline` (X at `time`; None: back to the default), `help`. `problem` says in Chinese what could not be understood.
    """

    name: CommandName
    elders: tuple[str, ...] = ()
    outcome: Outcome | None = None
    until: dt.date | None = None
    time: dt.time | None = None
    problem: str = ""
