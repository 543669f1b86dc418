"""When an elder's day runs out, and changing it."""

from __future__ import annotations

import datetime as dt

from bot.config import Settings
from bot.model import Elder
from data import meta, timers
from data.holidays import times_of
from data.moments import at_local
from data.store import Store

# The last reminder comes this long before a deadline, when config has none to measure by.
LEAD = dt.timedelta(minutes=30)


def deadline_of(elder: Elder, day: dt.date, settings: Settings) -> dt.datetime:
    """An elder's own deadline on a day, else the community's. One before the day opens belongs to the next morning."""
    clock = elder.deadline or times_of(settings, day).deadline
    date = day if clock >= settings.day.opens else day + dt.timedelta(days=1)
    return at_local(date, clock, settings.zone)


def own_reminder(store: Store, settings: Settings, day: dt.date, due: dt.datetime, now: dt.datetime) -> None:
    """Set the reminder before a deadline of somebody's own, where the group's last reminder does not come shortly before."""
    times = times_of(settings, day)
    reminders = [at_local(day, clock, settings.zone) for clock in times.reminders]
    usual = at_local(day, times.deadline, settings.zone)
    lead = usual - reminders[-1] if reminders and reminders[-1] < usual else LEAD
    covered = due <= usual and bool(reminders) and due - 2 * lead <= reminders[-1] < due
    if due != usual and not covered and due - lead > now:
        timers.arm(store, "reminder", due - lead, f"{day}:own:{due.isoformat()}")


def set_own(store: Store, elder: str, clock: dt.time | None) -> None:
    """Keep an elder's own deadline (None: the community's) and let the bot know that the roster has changed.

    What the roster's file says is kept beside it, so that the next import of the same file does not undo this.
    """
    store.run(
        "UPDATE elders SET deadline_in_file = COALESCE(deadline_in_file, deadline, ''), deadline = ?"
        " WHERE community = ? AND id = ?",
        f"{clock:%H:%M}" if clock else None,
        store.community,
        elder,
    )
    meta.bump(store, meta.ROSTER)
