"""The life of an alert as one table: what each event makes of each state. `data/alerts.py` takes every step by it.

State     what it means                                          next_step_at
opened    nobody has been called yet                             the first call
promised  somebody goes already, before anybody was called       the first call: the others must hear of it
calling   called, level by level; nobody is on the way           the next level, or the next repeat
claimed   somebody goes; the next level waits                    when the claim runs out
ended     closed with an outcome the group has not heard of      the telling of it
told      over                                                   none
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Literal, get_args

State = Literal["opened", "promised", "calling", "claimed", "ended", "told"]
Event = Literal[
    "announce", "hold", "claim", "release", "climb", "unsay", "step_back", "name", "put_off", "close", "tell"
]

STATES: tuple[State, ...] = get_args(State)
OPEN: frozenset[State] = frozenset({"opened", "promised", "calling", "claimed"})

# None: the event comes too late and changes nothing. What the table does not have must never happen.
LIFE: Mapping[Event, Mapping[State, State | None]] = {
    # The next level is called; a claim that stood has run out.
    "announce": {"opened": "calling", "promised": "calling", "calling": "calling", "claimed": "calling", "ended": None},
    # The first call (also under a new name) while somebody is on the way: their claim goes on.
    "hold": {"promised": "claimed", "claimed": "claimed", "ended": None},
    # "我去": a later claim takes over.
    "claim": {
        "opened": "promised",
        "promised": "promised",
        "calling": "claimed",
        "claimed": "claimed",
        "ended": None,
        "told": None,
    },
    # "我去不了了".
    "release": {
        "opened": None,
        "promised": "opened",
        "calling": None,
        "claimed": "calling",
        "ended": None,
        "told": None,
    },
    # The one who went found nobody: the next level at once.
    "climb": {"calling": "calling", "claimed": "calling", "ended": None, "told": None},
    # No call has left before a silence: everybody is called anew, from the first level or from the one that stands.
    "unsay": {"calling": "opened", "claimed": "promised", "ended": None, "told": None},
    "step_back": {"calling": "calling", "claimed": "claimed", "ended": None, "told": None},
    # It is clear now who is meant: everybody is called again, for that elder.
    "name": {
        "opened": "opened",
        "promised": "promised",
        "calling": "opened",
        "claimed": "promised",
        "ended": None,
        "told": None,
    },
    # Quiet hours, a silence, a step that broke: later.
    "put_off": {
        "opened": "opened",
        "promised": "promised",
        "calling": "calling",
        "claimed": "claimed",
        "ended": "ended",
    },
    "close": {
        "opened": "ended",
        "promised": "ended",
        "calling": "ended",
        "claimed": "ended",
        "ended": None,
        "told": None,
    },
    "tell": {"ended": "told", "told": None},
}


class UnknownStep(Exception):
    """An event that the table does not have in this state, or a step that led elsewhere than the table says."""


def state_of(alert: sqlite3.Row) -> State:
    """The state of a row of `alerts`."""
    if alert["told"]:
        return "told"
    if alert["closed_at"]:
        return "ended"
    if alert["claim_until"]:
        return "promised" if alert["level"] < 0 else "claimed"
    return "opened" if alert["level"] < 0 else "calling"


def after(state: State, event: Event) -> State | None:
    """The state that `event` leads to; None: too late, nothing changes. Raises UnknownStep."""
    try:
        return LIFE[event][state]
    except KeyError:
        raise UnknownStep(f"an alert that is {state} cannot {event}") from None
