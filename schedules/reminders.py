"""Reminders: one message to the group for everyone who is still waited for; the last one mentions them and their family."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data import days, outbox, timers
from data.holidays import times_of
from data.moments import moment_of
from data.phrases import clock, in_parts, names, say
from schedules.context import Moment

# Somebody whose own deadline is much later is reminded before that one, not with the others.
MUCH_LATER = dt.timedelta(hours=2)


def run(at: Moment) -> None:
    taken = [key for key, _ in timers.take(at.store, "reminder", at.now)]
    own = {dt.datetime.fromisoformat(key.split(":", 2)[2]) for key in taken if key.split(":", 2)[1] == "own"}
    for key in taken:
        day_text, kind, *rest = key.split(":", 2)
        day = dt.date.fromisoformat(day_text)
        if day != at.day:
            continue
        rows = [r for r in days.in_state(at.store, day, "waiting") if moment_of(r["deadline_at"]) > at.now]
        usual = at.local(times_of(at.settings, day).deadline)
        if kind == "own":
            due = dt.datetime.fromisoformat(key.split(":", 2)[2])
            rows = [r for r in rows if moment_of(r["deadline_at"]) == due]
            _remind(at, key, rows, last=True)
        elif kind == "evening":
            rows = [r for r in rows if r["round_from"]]
            _remind(at, key, rows, last=int(rest[0]) == len(at.settings.evening.reminders) - 1, evening=True)
        else:
            # Who is reminded alone at this moment is not in the group's list too.
            rows = [r for r in rows if moment_of(r["deadline_at"]) <= usual + MUCH_LATER]
            rows = [r for r in rows if moment_of(r["deadline_at"]) not in own]
            _remind(at, key, rows, last=int(kind) == len(at.settings.day.reminders) - 1 and int(kind) > 0)


def _remind(at: Moment, key: str, rows: list[sqlite3.Row], *, last: bool, evening: bool = False) -> None:
    elders = [r["elder"] for r in rows if r["elder"] in at.roster.elders]
    if not elders:
        return
    due = min(moment_of(r["deadline_at"]) for r in rows)
    told = dict(zip(dict.fromkeys(elders), names(at.roster, elders), strict=True))
    start = 0
    for i, part in enumerate(in_parts(list(told.values()))):
        group = elders[start : start + len(part)]
        start += len(part)
        if last:
            key_of_text = "reminder_evening_last" if evening else "reminder_last"
            text = say(key_of_text, names="、".join(part), deadline=clock(due, at.settings.zone))
            people = [at.roster.people[e] for e in group] + list(at.roster.family(group))
            mentions = [p.id for p in people if p.wechat]
        else:
            text, mentions = say("reminder_evening" if evening else "reminder_first", names="、".join(part)), []
        outbox.put(
            at.store,
            at.now,
            f"reminder:{key}:{i}",
            "reminder",
            "room",
            text,
            mentions=mentions,
            elders=group,
            expires=due,
        )
