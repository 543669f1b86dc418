"""The day opens: everyone who is not away waits for a word until the deadline."""

from __future__ import annotations

import datetime as dt

from data import absences, days, journal, timers
from data.deadlines import deadline_of, own_reminder
from data.moments import end_of_span
from schedules import hearing
from schedules.context import Moment

KIND = "open-day"
# Opened later than this, the bot has missed messages: people get time to report again.
LATE = dt.timedelta(minutes=5)
GRACE = dt.timedelta(minutes=60)
# A deadline that follows the start so soon leaves nobody the time to report.
TOO_SOON = dt.timedelta(minutes=15)


def run(at: Moment) -> None:
    """Open the day that runs now, if it is not open; then wait for the next one."""
    armed = timers.armed(at.store, KIND)
    if armed is not None and armed > at.now:
        return
    if not days.is_open(at.store, at.day):
        _open(at)
    timers.arm(at.store, KIND, at.local(at.settings.day.opens, at.day + dt.timedelta(days=1)))


def _open(at: Moment) -> None:
    day = at.day
    first_ever = days.last_opened(at.store) is None
    deadlines = {e.id: deadline_of(e, day, at.settings) for e in at.roster.elders.values()}
    if at.now - at.local(at.settings.day.opens) > LATE:
        # Deafness is not absence. First started in the afternoon, or back so late that there is no time left to ask:
        # nobody is late today.
        later = at.now + GRACE
        no_time = end_of_span(later, at.settings.day.quiet, at.settings.zone) > later or later.date() > at.now.date()
        if no_time or (first_ever and at.now >= at.local(at.settings.day.deadline)):
            journal.note(at.store, at.now, "day-not-opened", day=day)
            return
        given = {e: due if due - at.now > TOO_SOON else later for e, due in deadlines.items()}
        if given != deadlines and not first_ever:
            hearing.say_late(at)
            journal.note(at.store, at.now, "opened-late")
        deadlines = given
    away = {row["elder"] for row in absences.on(at.store, day)}
    days.open_day(at.store, day, at.now, deadlines, away)
    journal.note(at.store, at.now, "day-opened", day=day, elders=len(deadlines), away=len(away))
    for i, clock in enumerate(at.settings.day.reminders):
        if at.local(clock) > at.now:
            timers.arm(at.store, "reminder", at.local(clock), f"{day}:{i}")
    for due in sorted(set(deadlines.values())):
        own_reminder(at.store, at.settings, day, due, at.now)
    summary = at.local(at.settings.day.summary)
    if summary > at.now:
        timers.arm(at.store, "summary", summary, day.isoformat())
