"""Who may do what: the one table of standings and acts. Handlers ask `Context.may`; nobody decides by role elsewhere.

A standing is what the sender is to one elder. Where several people share a WeChat name, an act needs the right of each of
them. Whoever may not do something is not turned away from being heard: the words are kept, and where they matter people
who may are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from bot.model import Person, Roster

Standing = Literal["self", "household", "family", "neighbour", "volunteer", "clinic", "coordinator", "stranger"]
# self: the elder · household: another elder at the same address · family: a relative of this elder · neighbour: on the
# roster, but an elder or relative of somebody else · stranger: off the roster, or an account whose name is in dispute
STANDINGS: tuple[Standing, ...] = get_args(Standing)

Act = Literal[
    "alarm",
    "report",
    "report_in_private",
    "end_search",
    "end_distress",
    "climb",
    "claim",
    "pause",
    "cover",
    "request",
    "name",
    "hear",
    "hear_all",
    "take_back_own",
    "take_back_others",
    "command",
]
ACTS: tuple[Act, ...] = get_args(Act)

_TEAM = frozenset({"volunteer", "clinic", "coordinator"})
_CLOSE = _TEAM | {"self", "household", "family"}
_ROSTER = _CLOSE | {"neighbour"}
_ALL = _ROSTER | {"stranger"}

RIGHTS: Mapping[Act, frozenset[str]] = {
    # An emergency or "I cannot reach her" is heard from anybody: a false one costs less than one that was not heard.
    "alarm": _ALL,
    # "She is well", said where the group can see it and set it right, counts for the day and ends a search (missed,
    # unreachable): neighbours see each other more than anyone, and many of them stand in no roster. When a stranger's word
    # ends a search, the coordinators are told.
    "report": _ALL,
    "end_search": _ALL,
    # What nobody else can see is heard only from people on the roster.
    "report_in_private": _ROSTER,
    # An emergency is never ended by a neighbour, a stranger, or the elder's own word (it may be said to calm others).
    "end_distress": _TEAM | {"family"},
    # "Nobody opens": of the one who went, it is worth the next level at once.
    "climb": _TEAM,
    # Whom everyone relies on must be known. A coordinator may name somebody else (handlers/naming.py).
    "claim": _ROSTER,
    # Who pauses the watch over somebody lets them out of sight.
    "pause": _CLOSE,
    "cover": _CLOSE,
    "request": _ALL,
    # Who an emergency without a name is about; its own sender may always say.
    "name": _TEAM,
    "hear": _CLOSE,
    "hear_all": _TEAM,
    "take_back_own": _ALL,
    "take_back_others": _TEAM,
    "command": frozenset({"coordinator"}),
}


# What needs one certain person: where several share a name, nobody of them has the right.
CERTAIN: frozenset[Act] = frozenset({"claim", "command"})


def standing(person: Person, roster: Roster, elder: str | None) -> Standing:
    """What somebody on the roster is to `elder` (None: to nobody in particular)."""
    if person.role in ("volunteer", "clinic", "coordinator"):
        return person.role
    if elder is not None and elder in roster.elders:
        if person.role == "family" and elder in person.elders:
            return "family"
        if person.id == elder:
            return "self"
        if person.role == "elder" and person.id in roster.household(elder):
            return "household"
    return "neighbour"


def may(people: Sequence[Person], roster: Roster, act: Act, elder: str | None = None) -> bool:
    """Whether a sender who is one of `people` (none: a stranger) has the right to `act`, concerning `elder`."""
    if act in CERTAIN and len(people) > 1:
        return False
    found: set[Standing] = {standing(p, roster, elder) for p in people} or {"stranger"}
    return found <= RIGHTS[act]
