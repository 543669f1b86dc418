"""People who could not be written to in private, since they are no WeChat friends of the bot; they are asked in the room."""

from __future__ import annotations

import datetime as dt

from data import timers
from data.moments import text_of
from data.store import Store

ERROR = "not a friend"  # in the outbox
KIND = "not-a-friend"  # the timer
# A private message goes out late when its recipient becomes a friend within this time.
STILL_NEWS = dt.timedelta(hours=24)


def note(store: Store, recipient: str, now: dt.datetime, *, emergency: bool) -> None:
    """The room has to ask this person (an outbox address) to become a friend."""
    timers.arm(store, KIND, now, f"{int(emergency)}|{recipient}")


def take(store: Store, now: dt.datetime) -> dict[str, bool]:
    """Whom to ask now: address → whether it is about an emergency."""
    found: dict[str, bool] = {}
    for key, _ in timers.take(store, KIND, now):
        emergency, recipient = key.split("|", 1)
        found[recipient] = found.get(recipient, False) or emergency == "1"
    return found


def asked_since(store: Store, moment: dt.datetime) -> set[str]:
    """Who was asked since then."""
    rows = store.all(
        "SELECT person FROM events WHERE community = ? AND what = ? AND at >= ? ORDER BY id",
        store.community,
        KIND,
        text_of(moment),
    )
    return {row["person"] for row in rows}
