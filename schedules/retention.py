"""Once a night: what has been kept for its time loses its words and its names."""

from __future__ import annotations

import datetime as dt

from data import journal, privacy, retention, timers
from schedules.context import Moment

KIND = "retention"
AT = dt.time(3, 30)  # nobody writes, nothing is sent


def run(at: Moment) -> None:
    """Do tonight's part when it is due, then wait for the next night."""
    armed = timers.armed(at.store, KIND)
    if armed is not None and armed > at.now:
        return
    if armed is not None:
        _forget(at)
    today = at.now.astimezone(at.settings.zone).date()
    tonight = at.local(AT, today)
    timers.arm(at.store, KIND, tonight if tonight > at.now else at.local(AT, today + dt.timedelta(days=1)))


def _forget(at: Moment) -> None:
    keep, folder = at.settings.retention, retention.media_folder(at.settings.store.path)

    def days_ago(days: int) -> dt.datetime:
        return at.now - dt.timedelta(days=days)

    messages = retention.forget_words(at.store, days_ago(keep.messages_days))
    media = retention.forget_media(at.store, folder, days_ago(keep.media_days))
    events = retention.forget_journal(at.store, days_ago(keep.journal_days))
    people, files = retention.forget_people(at.store, days_ago(keep.left_days), at.now)
    media += privacy.remove_files(folder, files)
    if messages or media or events or people:
        journal.note(at.store, at.now, "retention", messages=messages, media=media, events=events, people=people)
