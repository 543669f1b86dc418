"""Everything that can fall due, in the order in which one moment's duties are done; and when the next one is."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from data import alerts, days, hearing, outbox, timers
from data.moments import moment_of
from data.store import Store, is_passing
from schedules import (
    adopting,
    contacts,
    deadlines,
    escalation,
    evening,
    opening,
    pictures,
    receipts,
    reminders,
    retention,
    summary,
    unanswered,
    undelivered,
    unreached,
)
from schedules.context import Moment

log = logging.getLogger(__name__)

DUTIES: Mapping[str, Callable[[Moment], None]] = {
    "adopting": adopting.run,
    "opening": opening.run,
    "evening": evening.run,
    "deadlines": deadlines.run,
    "escalation": escalation.run,
    "reminders": reminders.run,
    "unanswered": unanswered.run,
    "pictures": pictures.run,
    "undelivered": undelivered.run,
    "receipts": receipts.run,
    "contacts": contacts.run,
    "unreached": unreached.run,
    "summary": summary.run,
    "retention": retention.run,
}


ONE_BY_ONE: Mapping[str, Callable[[Moment, dt.datetime], None]] = {
    "deadlines": deadlines.one_by_one,
    "escalation": escalation.one_by_one,
}
TIMERS: Mapping[str, tuple[str, ...]] = {
    "opening": (opening.KIND,),
    "evening": (evening.KIND,),
    "contacts": contacts.KINDS,
    "reminders": ("reminder",),
    "unanswered": ("question",),
    "pictures": (pictures.KIND, pictures.LISTEN, pictures.UNANSWERED),
    "undelivered": (outbox.GIVEN_UP,),
    "receipts": (receipts.KIND,),
    "summary": ("summary",),
    "unreached": (unreached.KIND,),
    "retention": (retention.KIND,),
}
TRY_AGAIN = dt.timedelta(minutes=1)


def run(at: Moment) -> None:
    """Do what is due at `at.now`, each duty in a transaction of its own.

    What breaks is undone, put off by a minute and logged: it must not keep the rest from being done.
    """
    for name, duty in DUTIES.items():
        try:
            with at.store.transaction():
                duty(at)
        except Exception as error:
            if is_passing(error):
                raise  # the database itself: nothing can be done at all
            log.exception("the duty %s could not be done", name)
            _rescue(at, name)


def _rescue(at: Moment, name: str) -> None:
    later = at.now + TRY_AGAIN
    if name in ONE_BY_ONE:
        ONE_BY_ONE[name](at, later)
        return
    with at.store.transaction():
        for kind in TIMERS.get(name, ()):
            timers.put_off(at.store, kind, at.now, later)


def next_due(store: Store) -> dt.datetime | None:
    """When the next duty falls due, by the database; None when nothing is planned.

    While nothing can be heard, silence says nothing about anybody: nothing is due until the bot hears again.
    """
    if hearing.deaf_since(store) is not None:
        return None
    found = [due for due in (days.next_due(store), alerts.next_due(store), timers.next_due(store)) if due]
    return moment_of(min(found)) if found else None
