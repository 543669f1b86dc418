"""The append-only journal: who did what, when, by which message. Every state can be explained from it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

from data.moments import text_of
from data.store import Store


def note(
    store: Store,
    now: dt.datetime,
    what: str,
    *,
    elder: str | None = None,
    alert: int | None = None,
    person: str | None = None,
    message: str | None = None,
    **detail: Any,
) -> None:
    """Write one event. `detail` must hold no phone number, address or health note."""
    store.run(
        "INSERT INTO events (community, at, what, elder, alert, person, message, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        store.community,
        text_of(now),
        what,
        elder,
        alert,
        person,
        message,
        json.dumps(detail, ensure_ascii=False, default=str) if detail else "{}",
    )


def between(store: Store, what: str, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    """The events of one sort in [start, end)."""
    return store.all(
        "SELECT * FROM events WHERE community = ? AND what = ? AND at >= ? AND at < ? ORDER BY id",
        store.community,
        what,
        text_of(start),
        text_of(end),
    )
