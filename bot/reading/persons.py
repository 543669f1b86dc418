"""Where several people play a part in a message: which of them is in contact today.

The rules say whom a message clears, the slow look (pondering.py) how likely each person named is in contact, and how likely the old
person who writes. A logistic model weighs both, fitted by teach_persons.py on messages that no look was taught; what it doubts is
not cleared, what it is sure of is. Its table is a line an input: the name, what it adds to the log-odds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain

from bot.model import CONTACT, INTENTS, Intent, Reading
from bot.reading.balance import bounded
from bot.reading.hearing import BIAS, logistic
from bot.reading.pondering import Pondered
from bot.reading.senders import Sender
from bot.reading.subject import Blotted, Subject

MODEL = "persons.tsv"
# Who is cleared by the rules stays so from the one chance on, who is not becomes so from the other;
DROPS, ADDS = 0.5, 0.6
DROPS_TOLD = 0.25  # and of an old couple whoever is told of (couple.py) stays so from this.
LEAST = 1e-4  # chance, so that none or certainty has log-odds as well
# Beside what somebody may also turn out to be in contact: of these intents anybody, of an alarm only who is not the one it is about.
BESIDE = CONTACT | {"correct", "elder_away", "family_away", "request"}
ALARMS = frozenset({"distress", "unreachable"})

Table = Mapping[str, float]
Inputs = dict[str, float]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays a part in a message. `odds`: of each elder the log-odds of being in contact, wherever the message names him."""

    sender: Sender
    heard: float  # log-odds that anybody is in contact, of all that was heard,
    contact: float  # and of the slow look alone,
    writer: float  # which also says how likely the old person who writes is
    odds: Mapping[str, Sequence[float]]
    told: frozenset[str] = frozenset()  # of the old person who writes and the other half: who is told of,
    together: bool = False  # and whether in so many words of both
    out: frozenset[str] = frozenset()  # who is said not to have been met, or is named only in passing

    def odds_of(self, elder: str) -> float:
        """The best that is known of one."""
        if elder in self.odds:
            return max(self.odds[elder])
        return self.writer if elder in self.sender.writers else self.contact


def cast_of(subject: Subject, seen: Blotted, pondered: Pondered, contact: float, out: Collection[str]) -> Cast:
    """The people of a message as the slow look saw them.

    `contact`: the chance that anybody is in contact, of all that was heard. `out`: Cast.out as far as it is known.
    """
    sender = subject.sender
    odds: dict[str, list[float]] = {}
    for ids, of_them in zip(seen.people, pondered.people, strict=True):
        for i in ids:
            odds.setdefault(i, []).append(bounded(of_them))
    heard = bounded(math.log((contact + LEAST) / (1 - contact + LEAST)))
    told = frozenset(subject.couple)
    company = frozenset(subject.company)
    if told:
        out = {*out, *(i for i in sender.spouse if i not in told)}
    return Cast(
        sender,
        heard,
        bounded(pondered.contact),
        bounded(pondered.writer),
        odds,
        told | company,
        bool(company) or (bool(told) and subject.together),
        frozenset(out),
    )


def crowded(sender: Sender, seen: Blotted) -> bool:
    """Do more than one of the roster play a part, counting the old person who writes?"""
    return len({*sender.writers, *chain.from_iterable(seen.people)}) > 1


def candidates(read: Reading, cast: Cast) -> dict[str, Inputs]:
    """Elder → what the model looks at. Empty where only one comes into question."""
    said = read.contacts()
    everybody = dict.fromkeys((*cast.odds, *cast.sender.writers, *said))
    if len(everybody) < 2:
        return {}
    return {i: dict(_inputs(i, read, said, cast, [j for j in everybody if j != i])) for i in everybody}


def _inputs(
    elder: str, read: Reading, said: Mapping[str, Intent], cast: Cast, others: Sequence[str]
) -> Iterator[tuple[str, float]]:
    sender = cast.sender
    writes, named = elder in sender.writers, elder in cast.odds
    kind = ("writer named" if named else "writer") if writes else "named" if named else "neither"
    odds, best = cast.odds_of(elder), max(map(cast.odds_of, others))
    cleared = elder in said
    yield BIAS, 1.0
    yield kind, 1.0
    yield kind + " odds", odds
    if cleared:
        yield kind + " cleared", 1.0
        yield kind + " cleared odds", odds
    yield "heard odds", cast.heard
    yield "contact odds", cast.contact
    yield "others' odds", best
    yield "lead over others", odds - best
    yield "cleared in all", float(len(said))
    yield "people", float(len(others) + 1)
    yield "intent " + read.intent, 1.0
    if elder in read.elders:
        yield "elder of " + read.intent, 1.0
    if said.keys() == {elder}:
        yield "only one cleared", 1.0
    if sender.elder:
        yield "elder writes of " + kind, 1.0
    if sender.family and elder in sender.elders:
        yield "family's own", 1.0
    if elder in sender.spouse:
        yield "other half", 1.0
        if cleared:
            yield "other half cleared", 1.0
    if named:
        yield "least odds", min(cast.odds[elder])
        yield "times named", float(len(cast.odds[elder]))


def chance(inputs: Mapping[str, float], table: Table) -> float:
    """The chance that an elder is in contact."""
    return logistic(sum(value * table.get(name, 0.0) for name, value in inputs.items()))


def settled(read: Reading, cast: Cast, table: Table | None = None) -> Reading:
    """The reading with those cleared whom rules and look together think in contact.

    Where nobody is left of whom a report was said to be, it stays open who is meant. Nothing changes where that was open before.
    The table is the one that ships unless given.
    """
    table = shipped() if table is None else table
    if read.ambiguous or not table or not (found := candidates(read, cast)):
        return read
    said = read.contacts()
    chances = {i: chance(inputs, table) for i, inputs in found.items()}
    kept = {i: said[i] for i, c in chances.items() if i in said and c >= _least(cast, i)}
    added: dict[str, Intent] = {
        i: "checkin"
        for i, c in chances.items()
        if i not in said and c >= ADDS and i not in cast.out and _may_be_well(read, i)
    }
    if len(kept) == len(said) and not added:
        return read
    if not kept and not added and read.intent in CONTACT:
        return read._replace(ambiguous=True, why=read.why + "；说的是哪一位不清楚")
    return cleared_as(read, kept | added)


def _least(cast: Cast, elder: str) -> float:
    """The chance from which one whom the rules clear stays cleared."""
    if elder not in cast.told:
        return DROPS
    return 0.0 if cast.together else DROPS_TOLD


def _may_be_well(read: Reading, elder: str) -> bool:
    return read.intent in BESIDE or (read.intent in ALARMS and elder not in read.elders)


def cleared_as(read: Reading, well: Mapping[str, Intent]) -> Reading:
    """The reading that clears just these: elder → checkin or concern."""
    groups: dict[Intent, tuple[str, ...]] = {
        intent: ids for intent in INTENTS if intent in CONTACT and (ids := tuple(i for i in well if well[i] == intent))
    }
    intent, elders = read.intent, read.elders
    if intent in CONTACT:
        if intent not in groups:
            intent = next(iter(groups))
        elders = groups.pop(intent)
    also = (*(a for a in read.also if a not in CONTACT), *groups)
    apart = {a: ids for a, ids in read.also_elders.items() if a not in CONTACT}
    apart |= {str(a): ids for a, ids in groups.items() if set(ids) != set(elders)}
    why = read.why + "；几个人里按前后文定的是谁"
    return read._replace(intent=intent, elders=elders, also=also, also_elders=apart, why=why)


def dump(table: Table) -> str:
    """The table as text; what adds nothing is left out."""
    return "".join(f"{name}\t{weight:.3f}\n" for name, weight in sorted(table.items()) if abs(weight) >= 0.0005)


def load(text: str) -> dict[str, float]:
    """The table from what `dump` made."""
    rows = (line.split("\t") for line in text.splitlines() if line)
    return {name: float(weight) for name, weight in rows}


@cache
def shipped() -> Table:
    """The table that comes with the bot; empty before it was fitted."""
    file = resources.files("bot.reading") / MODEL
    return load(file.read_text(encoding="utf-8")) if file.is_file() else {}
