"""Whether the bot can hear: since when it is deaf, when it was last known to hear, and the silences that are over."""

from __future__ import annotations

import datetime as dt

from data import journal, meta
from data.moments import moment_of, text_of
from data.store import Store

DEAF_SINCE = "deaf-since"
HEARD_AT = "heard-at"


def deaf_since(store: Store) -> dt.datetime | None:
    """Since when nothing can be heard; None while the bot hears."""
    text = meta.get(store, DEAF_SINCE)
    return moment_of(text) if text else None


def heard_at(store: Store) -> dt.datetime | None:
    """When the bot was last known to hear."""
    text = meta.get(store, HEARD_AT)
    return moment_of(text) if text else None


def still_hears(store: Store, now: dt.datetime) -> None:
    """Sign of life: the bot hears at `now`."""
    meta.put(store, HEARD_AT, text_of(now))


def went_deaf(store: Store, now: dt.datetime) -> bool:
    """Nothing is heard from `now` on; False when that was known."""
    if deaf_since(store) is not None:
        return False
    meta.put(store, DEAF_SINCE, text_of(now))
    journal.note(store, now, "went-deaf")
    return True


def hears_again(store: Store, now: dt.datetime) -> dt.datetime | None:
    """The silence is over: since when it lasted, or None when there was none."""
    since = deaf_since(store)
    meta.put(store, DEAF_SINCE, "")
    still_hears(store, now)
    if since is not None:
        journal.note(store, now, "hears-again", since=text_of(since))
    return since
