"""A roster that was imported or changed while the day runs: newcomers are watched, those who left no longer."""

from __future__ import annotations

import datetime as dt

from data import absences, alerts, days, journal, meta
from data.deadlines import deadline_of, own_reminder
from data.moments import moment_of
from schedules.context import Moment

ADOPTED = "roster-adopted"
# Somebody whose deadline comes sooner than this is watched from tomorrow on.
TOO_SOON = dt.timedelta(minutes=60)


def run(at: Moment) -> None:
    """Bring the running day in line with the roster, once for each version of it."""
    version = meta.get(at.store, meta.ROSTER)
    if version is None or version == meta.get(at.store, ADOPTED):
        return
    if days.is_open(at.store, at.day):
        _newcomers(at)
        _deadlines(at)
    _leavers(at)
    meta.put(at.store, ADOPTED, version)


def _newcomers(at: Moment) -> None:
    known = days.states(at.store, at.day)
    fresh = {e.id: deadline_of(e, at.day, at.settings) for e in at.roster.elders.values() if e.id not in known}
    fresh = {e: due for e, due in fresh.items() if due - at.now > TOO_SOON}
    if fresh:
        away = {row["elder"] for row in absences.on(at.store, at.day)}
        days.open_day(at.store, at.day, at.now, fresh, away)
        journal.note(at.store, at.now, "newcomers", day=at.day, elders=len(fresh))


def _deadlines(at: Moment) -> None:
    """A deadline that was changed and has not passed holds from today on."""
    for row in days.in_state(at.store, at.day, "waiting"):
        elder = at.roster.elders.get(row["elder"])
        if elder is None or row["round_from"]:
            continue
        due = deadline_of(elder, at.day, at.settings)
        if due > at.now and due != moment_of(row["deadline_at"]):
            days.set_deadline(at.store, at.day, elder.id, due)
            own_reminder(at.store, at.settings, at.day, due, at.now)


def _leavers(at: Moment) -> None:
    for row in days.in_state(at.store, at.day, "waiting", "missed"):
        if row["elder"] not in at.roster.elders:
            days.step(at.store, row, "away")
    for alert in alerts.open_all(at.store):
        # An emergency stays: only people end it.
        if alert["kind"] != "distress" and alert["elder"] not in at.roster.elders:
            alerts.close(at.store, alert["id"], "away", at.now, at.now, person=None, name="")
            alerts.set_told(at.store, alert["id"])
            journal.note(at.store, at.now, "alert-closed", elder=alert["elder"], alert=alert["id"], outcome="away")
