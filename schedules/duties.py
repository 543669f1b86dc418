"""Everything that can fall due, in the order in which one moment's duties are done; and when the next one is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from data import alerts, days, timers
from data.moments import moment_of
from data.store import Store
from schedules import deadlines, escalation, opening, receipts, reminders, summary, unanswered
from schedules.context import Moment

DUTIES: Mapping[str, Callable[[Moment], None]] = {
    "opening": opening.run,
    "deadlines": deadlines.run,
    "escalation": escalation.run,
    "reminders": reminders.run,
    "unanswered": unanswered.run,
    "receipts": receipts.run,
    "summary": summary.run,
}


def run(at: Moment) -> None:
    """Do what is due at `at.now`, each duty in a transaction of its own."""
    for duty in DUTIES.values():
        with at.store.transaction():
            duty(at)


def next_due(store: Store) -> dt.datetime | None:
    """When the next duty falls due, by the database; None when nothing is planned."""
    found = [due for due in (days.next_due(store), alerts.next_due(store), timers.next_due(store)) if due]
    return moment_of(min(found)) if found else None
