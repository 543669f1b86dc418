"""The deadline has come and there was no word: the day is missed, and an alert opens."""

from __future__ import annotations

import datetime as dt

from data import alerts, days, journal
from schedules.context import Moment


def run(at: Moment) -> None:
    for row in days.due(at.store, at.now):
        elder, day = row["elder"], dt.date.fromisoformat(row["day"])
        if elder not in at.roster.elders:
            days.step(at.store, row, "away")
            continue
        if not days.step(at.store, row, "missed"):
            continue
        # Whoever is already being looked for needs no second alarm.
        if alerts.open_of(at.store, elder):
            journal.note(at.store, at.now, "missed", elder=elder, alerted=False)
            continue
        opened = alerts.open_alert(at.store, "missed", elder, day, at.now)
        journal.note(at.store, at.now, "alert-opened", elder=elder, alert=opened, kind="missed")
