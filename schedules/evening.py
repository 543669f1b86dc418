"""The second check-in of a day: who reports morning and evening is waited for once more."""

from __future__ import annotations

import datetime as dt

from bot.model import Elder
from data import absences, alerts, days, journal, timers
from data.moments import end_of_span
from schedules.context import Moment

KIND = "open-evening"
# Opened so late that the deadline follows this soon, people get an hour; where an hour leads into the night, nobody is late.
TOO_SOON = dt.timedelta(minutes=15)
GRACE = dt.timedelta(minutes=60)
# Whoever went there today is not waited for in the evening: the absence itself begins tomorrow.
CARED_FOR = ("hospital", "died")


def plan(at: Moment) -> None:
    """As the day opens: set the moment of its evening, where anybody reports twice."""
    due = at.local(at.settings.evening.opens)
    if _twice(at) and at.local(at.settings.evening.deadline) > at.now:
        timers.arm(at.store, KIND, max(due, at.now), at.day.isoformat())


def run(at: Moment) -> None:
    for key, _ in timers.take(at.store, KIND, at.now):
        day = dt.date.fromisoformat(key)
        if day == at.day:
            _open(at)


def _open(at: Moment) -> None:
    evening = at.settings.evening
    due = at.local(evening.deadline)
    if due - at.now <= TOO_SOON:
        due = at.now + GRACE
        if at.now >= at.local(evening.deadline) or end_of_span(due, at.settings.day.quiet, at.settings.zone) > due:
            journal.note(at.store, at.now, "evening-not-opened", day=at.day)
            return
    begins = at.local(evening.opens)
    opened = 0
    for elder in _twice(at):
        row = days.get(at.store, at.day, elder.id)
        if row is None or _is_elsewhere(at, elder.id):
            continue
        # Who is being looked for, or still has the morning's time, is not asked twice at once.
        if not alerts.open_of(at.store, elder.id):
            opened += days.wait_for_evening(at.store, at.day, elder.id, begins, due)
    if not opened:
        return
    journal.note(at.store, at.now, "evening-opened", day=at.day, elders=opened)
    for i, clock in enumerate(evening.reminders):
        if at.now < at.local(clock) < due:
            timers.arm(at.store, "reminder", at.local(clock), f"{at.day}:evening:{i}")


def _twice(at: Moment) -> list[Elder]:
    return [e for e in at.roster.elders.values() if e.twice or at.settings.evening.everyone]


def _is_elsewhere(at: Moment, elder: str) -> bool:
    if absences.of(at.store, elder, at.day) is not None:
        return True
    tomorrow = absences.of(at.store, elder, at.day + dt.timedelta(days=1))
    return tomorrow is not None and tomorrow["reason"] in CARED_FOR
