"""The clock was set back: what was planned by the wrong time is planned anew, so that nothing waits for a moment far ahead.

A machine whose battery is empty starts in some other year until it is told the time. Without this, the alerts and the next
morning would wait until that year.
"""

from __future__ import annotations

import datetime as dt

from data import days, journal, setback
from data.deadlines import deadline_of
from schedules import evening, opening, retention
from schedules.context import Moment

# Clocks that are kept right are moved by less.
SLACK = dt.timedelta(minutes=2)
PLANNED = (*opening.PLANNED, evening.KIND, retention.KIND)


def run(at: Moment, by: dt.timedelta) -> None:
    """`by`: how far the clock went back."""
    moved = setback.pull_back(at.store, at.now, by, at.day, PLANNED)
    journal.note(at.store, at.now, "clock-set-back", seconds=int(by.total_seconds()), moved=moved)
    if days.is_open(at.store, at.day):
        deadlines = _deadlines(at)
        for elder, due in deadlines.items():
            days.set_deadline(at.store, at.day, elder, due)
        opening.plan(at, deadlines)
    opening.run(at)
    retention.run(at)


def _deadlines(at: Moment) -> dict[str, dt.datetime]:
    """The deadlines of those who wait, by the right time; whose is over by now gets the time that a silence gives."""
    later = at.now + dt.timedelta(minutes=at.settings.escalation.after_silence)
    found: dict[str, dt.datetime] = {}
    for row in days.in_state(at.store, at.day, "waiting"):
        elder = at.roster.elders.get(row["elder"])
        if elder is not None:
            due = (
                at.local(at.settings.evening.deadline) if row["round_from"] else deadline_of(elder, at.day, at.settings)
            )
            found[elder.id] = due if due > at.now else later
    return found
