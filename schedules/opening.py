"""The day opens: everyone who is not away waits for a word until the deadline."""

from __future__ import annotations

import datetime as dt

from data import absences, days, journal, outbox, timers
from data.deadlines import deadline_of
from data.phrases import say
from schedules.context import Moment

KIND = "open-day"
# Opened later than this, the bot has missed messages: people get time to report again.
LATE = dt.timedelta(minutes=5)
GRACE = dt.timedelta(minutes=60)


def run(at: Moment) -> None:
    """Open the day that runs now, if it is not open; then wait for the next one."""
    armed = timers.armed(at.store, KIND)
    if armed is not None and armed > at.now:
        return
    first_ever = days.last_opened(at.store) is None
    passed = at.now >= at.local(at.settings.day.deadline)
    # A bot that is started for the first time in the afternoon has not been listening: nobody is late today.
    if not (first_ever and passed) and not days.is_open(at.store, at.day):
        _open(at, late=not first_ever and at.now - at.local(at.settings.day.opens) > LATE)
    timers.arm(at.store, KIND, at.local(at.settings.day.opens, at.day + dt.timedelta(days=1)))


def _open(at: Moment, *, late: bool) -> None:
    day = at.day
    deadlines = {e.id: deadline_of(e, day, at.settings) for e in at.roster.elders.values()}
    if late and any(due <= at.now for due in deadlines.values()):
        deadlines = {e: due if due > at.now else at.now + GRACE for e, due in deadlines.items()}
        outbox.put(at.store, at.now, f"late:{day}", "notice", "room", say("notice_late"))
        journal.note(at.store, at.now, "opened-late")
    away = {row["elder"] for row in absences.on(at.store, day)}
    days.open_day(at.store, day, at.now, deadlines, away)
    journal.note(at.store, at.now, "day-opened", day=day, elders=len(deadlines), away=len(away))
    for i, clock in enumerate(at.settings.day.reminders):
        if at.local(clock) > at.now:
            timers.arm(at.store, "reminder", at.local(clock), f"{day}:{i}")
    usual = at.local(at.settings.day.deadline)
    lead = usual - at.local(at.settings.day.reminders[-1]) if at.settings.day.reminders else dt.timedelta(minutes=30)
    for due in sorted({due for due in deadlines.values() if due > usual}):
        if due - lead > at.now:
            timers.arm(at.store, "reminder", due - lead, f"{day}:own:{due.isoformat()}")
    summary = at.local(at.settings.day.summary)
    if summary > at.now:
        timers.arm(at.store, "summary", summary, day.isoformat())
