"""Alerts are announced level by level until somebody closes them, and their end is told.

    level   who hears of it                         when (minutes of config after the alert opens; a level without
                                                    anybody who can be called is skipped)
      0     the responsible volunteer               at once
      1     the backup and the family               backup_after
      2     all coordinators                        coordinator_after
      3…    all coordinators, numbered              every repeat_every, until it is closed

A claim holds the next level back until it runs out. An emergency goes to all levels at once and then repeats. Every
announcement of one moment is one message for all the elders it is about, and one private message to each person who goes.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from collections.abc import Sequence

from data import alerts
from data.moments import moment_of
from schedules import calls, endings
from schedules.audience import LAST_LEVEL, audience, called_at
from schedules.calls import Step
from schedules.context import Moment

log = logging.getLogger(__name__)

# A repeat waits this long for others that are due then: one message, not many.
TOGETHER = dt.timedelta(minutes=5)


def run(at: Moment) -> None:
    _take(at, alerts.due(at.store, at.now))


def one_by_one(at: Moment, later: dt.datetime) -> None:
    """After a failure: each alert alone, the one that breaks is put off and keeps nobody waiting."""
    for alert in alerts.due(at.store, at.now):
        try:
            with at.store.transaction():
                _take(at, [alert])
        except Exception:
            log.exception("alert %s could not take its step", alert["id"])
            with at.store.transaction():
                alerts.put_off(at.store, alert["id"], later)


def _take(at: Moment, due: Sequence[sqlite3.Row]) -> None:
    ended: list[sqlite3.Row] = []
    steps: list[Step] = []
    slots = [moment_of(text) for text in alerts.repeats_after(at.store, at.now, LAST_LEVEL)]
    for alert in due:
        if at.is_quiet and alert["kind"] != "distress":
            _wait(at, alert)
        elif alert["closed_at"]:
            ended.append(alert)
        elif alert["kind"] != "distress" and _in_distress(at, alert):
            # Everybody is called already, and for more than this.
            alerts.put_off(at.store, alert["id"], at.now + dt.timedelta(minutes=at.settings.escalation.repeat_every))
        else:
            step = _next(at, alert)
            # A claim that came before the first announcement holds the second one back.
            held = alert["claim_until"] is not None and moment_of(alert["claim_until"]) > at.now
            until = moment_of(alert["claim_until"]) if held else at.now + _pause_after(at, alert, step.level)
            if step.level >= LAST_LEVEL and alert["kind"] != "distress" and not held:
                until = _together(until, slots, dt.timedelta(minutes=at.settings.escalation.repeat_every))
            if alerts.advance(at.store, alert, step.level, until, held=held):
                steps.append(step)
    calls.announce(at, steps)
    endings.tell(at, ended)


def _in_distress(at: Moment, alert: sqlite3.Row) -> bool:
    return any(a["kind"] == "distress" for a in alerts.open_of(at.store, alert["elder"] or ""))


def _together(due: dt.datetime, slots: Sequence[dt.datetime], every: dt.timedelta) -> dt.datetime:
    """`due`, or a little later, where other repeats come round: each is put off once at most, then they go together."""
    later = [slot + every * max(0, -(-(due - slot) // every)) for slot in slots]
    return min((moment for moment in later if moment - due <= TOGETHER), default=due)


def _wait(at: Moment, alert: sqlite3.Row) -> None:
    alerts.put_off(at.store, alert["id"], at.quiet_until)


def _next(at: Moment, alert: sqlite3.Row) -> Step:
    """The next level that has anybody in it."""
    stale = alert["claim_until"] is not None
    if alert["kind"] == "distress":
        level = LAST_LEVEL if alert["level"] < LAST_LEVEL else alert["level"] + 1
        return Step(alert, alert["level"], level, stale, called_at(at, alert, level))
    level = alert["level"] + 1
    while level < LAST_LEVEL and not audience(at, alert, level):
        level += 1
    return Step(alert, alert["level"], level, stale, audience(at, alert, level))


def _pause_after(at: Moment, alert: sqlite3.Row, level: int) -> dt.timedelta:
    """How long the alert stays at `level`: until the next level's minute, counted from the one that was due now."""
    config = at.settings.escalation
    if alert["kind"] == "distress" or level >= LAST_LEVEL:
        return dt.timedelta(minutes=config.repeat_every)
    minutes = (0, config.backup_after, config.coordinator_after)
    return dt.timedelta(minutes=minutes[level + 1] - minutes[alert["level"] + 1])
