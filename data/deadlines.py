"""When an elder's day runs out, and changing it."""

from __future__ import annotations

import datetime as dt

from bot.config import Settings
from bot.model import Elder
from data import meta
from data.moments import at_local
from data.store import Store


def deadline_of(elder: Elder, day: dt.date, settings: Settings) -> dt.datetime:
    """An elder's own deadline on a day, else the community's. One before the day opens belongs to the next morning."""
    clock = elder.deadline or settings.day.deadline
    date = day if clock >= settings.day.opens else day + dt.timedelta(days=1)
    return at_local(date, clock, settings.zone)


def set_own(store: Store, elder: str, clock: dt.time | None) -> None:
    """Keep an elder's own deadline (None: the community's) and let the bot know that the roster has changed."""
    store.run(
        "UPDATE elders SET deadline = ? WHERE community = ? AND id = ?",
        f"{clock:%H:%M}" if clock else None,
        store.community,
        elder,
    )
    meta.bump(store, meta.ROSTER)
