"""Once a day: what has been kept for its time loses its words and its names."""

from __future__ import annotations

import datetime as dt

from data import boards, journal, privacy, retention, timers
from data import media as pictures
from schedules.context import Moment

KIND = "retention"
BELIEVED = dt.timedelta(days=1)


def run(at: Moment) -> None:
    """Do the day's part when check-ins open, as few people write then; and wait for the next day."""
    armed = timers.armed(at.store, KIND)
    if armed is not None and armed > at.now:
        return
    # What is deleted does not come back: a clock that leapt ahead must stand for a day before it is believed.
    if armed is not None and at.now - armed < BELIEVED:
        _forget(at)
    timers.arm(at.store, KIND, at.local(at.settings.day.opens, at.day + dt.timedelta(days=1)))


def _forget(at: Moment) -> None:
    keep, folder = at.settings.retention, retention.media_folder(at.settings.store.path)

    def days_ago(days: int) -> dt.datetime:
        return at.now - dt.timedelta(days=days)

    messages = retention.forget_words(at.store, days_ago(keep.messages_days))
    media = retention.forget_media(at.store, folder, days_ago(keep.media_days))
    pictures.forget(at.store, at.now, days_ago(keep.media_days))
    pictures.forget_fingerprints(at.store, days_ago(keep.fingerprints_days))
    boards.remove_before(folder, at.day)
    events = retention.forget_journal(at.store, days_ago(keep.journal_days))
    people, files = retention.forget_people(at.store, days_ago(keep.left_days), at.now)
    media += privacy.remove_files(folder, files)
    if messages or media or events or people:
        journal.note(at.store, at.now, "retention", messages=messages, media=media, events=events, people=people)
