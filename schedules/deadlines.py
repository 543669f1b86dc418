"""The deadline has come and there was no word: the day is missed, and an alert opens."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3

from data import alerts, days, journal, media
from schedules.context import Moment

log = logging.getLogger(__name__)

# So long a look at a file may hold a deadline back; it usually takes a second.
LOOKING = dt.timedelta(minutes=3)
SOON = dt.timedelta(seconds=15)


def run(at: Moment) -> None:
    for row in days.due(at.store, at.now):
        _miss(at, row)


def one_by_one(at: Moment, later: dt.datetime) -> None:
    """After a failure: each row alone, the one that breaks is put off and keeps nobody waiting."""
    for row in days.due(at.store, at.now):
        try:
            with at.store.transaction():
                _miss(at, row)
        except Exception:
            log.exception("the deadline of %s on %s could not be handled", row["elder"], row["day"])
            with at.store.transaction():
                days.put_off(at.store, row, later)


def _miss(at: Moment, row: sqlite3.Row) -> None:
    elder, day = row["elder"], dt.date.fromisoformat(row["day"])
    if elder not in at.roster.elders:
        days.step(at.store, row, "away")
        return
    record = at.roster.elders[elder]
    if media.waits_for(at.store, at.now - LOOKING, [elder, *(r.person for r in record.relatives)]):
        # The elder or the family has sent something that nobody has looked at yet: it may be the word that is missed.
        days.put_off(at.store, row, at.now + SOON)
        return
    if not days.step(at.store, row, "missed"):
        return
    # Whoever is already being looked for needs no second alarm.
    if alerts.open_of(at.store, elder):
        journal.note(at.store, at.now, "missed", elder=elder, alerted=False)
        return
    opened = alerts.open_alert(at.store, "missed", elder, day, at.now)
    journal.note(at.store, at.now, "alert-opened", elder=elder, alert=opened, kind="missed")
