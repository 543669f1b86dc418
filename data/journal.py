"""The append-only journal: who did what, when, by which message. Every state can be explained from it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

from data.moments import text_of
from data.store import Store

TAKEN_BACK = "taken-back"  # what a message had said of an elder does not stand any more


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


def messages_about(store: Store, elder: str, contact: str, since: dt.datetime) -> list[str]:
    """The messages of one contact that did anything about this elder since then, oldest first.

    Those that were taken back and did nothing since are left out.
    """
    rows = store.all(
        "SELECT e.message, min(e.id) AS first FROM events e JOIN messages m ON m.community = e.community AND m.id = e.message"
        " WHERE e.community = ? AND e.elder = ? AND e.at >= ? AND m.contact = ? AND e.what <> ? GROUP BY e.message"
        " HAVING max(e.id) > coalesce((SELECT max(t.id) FROM events t WHERE t.community = e.community"
        " AND t.message = e.message AND t.what = ? AND t.elder = e.elder), 0) ORDER BY first",
        store.community,
        elder,
        text_of(since),
        contact,
        TAKEN_BACK,
        TAKEN_BACK,
    )
    return [row["message"] for row in rows]


def by_message(store: Store, what: str, message_id: str, since: dt.datetime) -> list[sqlite3.Row]:
    """The events of one sort that one message caused, since then."""
    return store.all(
        "SELECT * FROM events WHERE community = ? AND what = ? AND at >= ? AND message = ? ORDER BY id",
        store.community,
        what,
        text_of(since),
        message_id,
    )


def messages_of_alert(store: Store, what: str, alert: int) -> set[str]:
    """What the events of one sort about an alert name as their message."""
    rows = store.all(
        "SELECT message FROM events WHERE community = ? AND alert = ? AND what = ?",
        store.community,
        str(alert),
        what,
    )
    return {row["message"] for row in rows if row["message"]}


def between(store: Store, what: str, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    """The events of one sort in [start, end)."""
    return store.all(
        "SELECT * FROM events WHERE community = ? AND what = ? AND at >= ? AND at < ? ORDER BY id",
        store.community,
        what,
        text_of(start),
        text_of(end),
    )
