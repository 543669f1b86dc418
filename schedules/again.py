"""After a silence: how much time people get, and the one message that asks them to say it again."""

from __future__ import annotations

import datetime as dt

from data import meta, outbox, timers
from data.moments import moment_of, text_of
from data.phrases import clock, date, say
from schedules.context import Moment

# A line that drops all day long is told once an hour; who is waited for is asked by name all the same.
AT_MOST_EVERY = dt.timedelta(hours=1)
# Where nobody is waited for, a silence this short is not worth a word.
WORTH_A_WORD = dt.timedelta(minutes=15)
TOLD_AT = "silence-told-at"  # in meta


def time_given(at: Moment) -> dt.datetime:
    """Until when people may say it again; counted from when they can be asked, after the quiet hours."""
    return at.quiet_until + dt.timedelta(minutes=at.settings.escalation.after_silence)


def remind_half_way(at: Moment, until: dt.datetime) -> None:
    """Those whose time runs out at `until` are named once before, with their families."""
    timers.arm(at.store, "reminder", at.quiet_until + (until - at.quiet_until) / 2, f"{at.day}:own:{until.isoformat()}")


def say_once(at: Moment, since: dt.datetime | None, *, waiting: bool) -> None:
    """Tell the room that the bot heard nothing since then (None: not known), and ask. Once a silence."""
    if since is not None and not waiting and at.now - since < WORTH_A_WORD:
        return
    told = meta.get(at.store, TOLD_AT)
    if told and dt.timedelta() <= at.now - moment_of(told) < AT_MOST_EVERY:
        return
    meta.put(at.store, TOLD_AT, text_of(at.now))
    key = f"late:{text_of(since or at.now)}"
    text = say("notice_late" if waiting else "notice_unheard", span=_span(at, since) if since else "刚才")
    outbox.put(at.store, at.now, key, "notice", "room", text)


def _span(at: Moment, since: dt.datetime) -> str:
    zone = at.settings.zone
    first, last = since.astimezone(zone), at.now.astimezone(zone)
    begin = clock(since, zone) if first.date() == last.date() else f"{date(first.date())}{clock(since, zone)}"
    return f"从{begin}到{clock(at.now, zone)}"
