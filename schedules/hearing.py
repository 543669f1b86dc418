"""Deafness is not absence: while nothing can be heard nobody is missed, and afterwards people get time to say it again."""

from __future__ import annotations

import datetime as dt

from data import alerts, days, hearing, journal, outbox
from data.moments import moment_of
from data.phrases import say
from schedules.context import Moment

# A shorter silence is nothing: WeChat itself is slower at times.
SHORT = dt.timedelta(minutes=5)


def was_down(at: Moment) -> None:
    """At a start: the process was down since it last heard, and that was a silence as well."""
    last = hearing.heard_at(at.store)
    if last is not None and hearing.deaf_since(at.store) is None and at.now - last > SHORT:
        hearing.went_deaf(at.store, last)


def back(at: Moment) -> None:
    """It can hear again: say so once, ask once, give config's time; only then the watch climbs on."""
    since = hearing.hears_again(at.store, at.now)
    if since is None or at.now - since <= SHORT:
        return
    grace = at.now + dt.timedelta(minutes=at.settings.escalation.after_silence)
    asked = [r for r in days.in_state(at.store, at.day, "waiting") if moment_of(r["deadline_at"]) < grace]
    for row in asked:
        days.set_deadline(at.store, at.day, row["elder"], grace)
    looked_for = [a for a in alerts.open_all(at.store) if a["kind"] != "distress"]
    for alert in looked_for:
        if alert["next_step_at"] and moment_of(alert["next_step_at"]) < grace:
            alerts.put_off(at.store, alert["id"], grace)
    for row in days.waiting_before(at.store, at.day):
        # That day went by unheard: calling somebody for it now would be a storm. Today's deadline watches over the elder.
        days.step(at.store, row, "missed")
        journal.note(at.store, at.now, "missed", elder=row["elder"], alerted=False, day=row["day"], why="silence")
    journal.note(at.store, at.now, "silence", minutes=int((at.now - since).total_seconds() // 60), asked=len(asked))
    if asked or looked_for:
        say_late(at)


def say_late(at: Moment) -> None:
    """Ask everybody to say it again; at most once an hour, however often the line breaks."""
    hour = at.now.astimezone(at.settings.zone)
    outbox.put(at.store, at.now, f"late:{hour:%Y-%m-%dT%H}", "notice", "room", say("notice_late"))
