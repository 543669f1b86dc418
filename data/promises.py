"""What else the community has promised: requests (a service), and notes of public matters and activities."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data.moments import text_of
from data.store import Store


def add_request(
    store: Store, elder: str, text: str, now: dt.datetime, *, person: str | None, message: str
) -> int | None:
    """Keep a request; None when this message asked it before."""
    cursor = store.run(
        "INSERT INTO requests (community, elder, text, at, person, message) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        store.community,
        elder,
        text[:500],
        text_of(now),
        person,
        message,
    )
    return cursor.lastrowid if cursor.rowcount else None


def open_requests(store: Store, elder: str | None = None) -> list[sqlite3.Row]:
    """Requests that nobody has taken yet, newest first."""
    if elder is not None:
        return store.all(
            "SELECT * FROM requests WHERE community = ? AND elder = ? AND closed_at IS NULL AND claimed_at IS NULL"
            " ORDER BY id DESC",
            store.community,
            elder,
        )
    return store.all(
        "SELECT * FROM requests WHERE community = ? AND closed_at IS NULL AND claimed_at IS NULL ORDER BY id DESC",
        store.community,
    )


def claimed_requests(store: Store, person: str, since: dt.datetime) -> list[sqlite3.Row]:
    """Requests that this person took on since then and that nobody has closed, oldest first."""
    return store.all(
        "SELECT * FROM requests WHERE community = ? AND claimed_by = ? AND claimed_at >= ? AND closed_at IS NULL ORDER BY id",
        store.community,
        person,
        text_of(since),
    )


def claim_request(store: Store, request_id: int, person: str, name: str, now: dt.datetime) -> bool:
    cursor = store.run(
        "UPDATE requests SET claimed_by = ?, claimed_name = ?, claimed_at = ? WHERE id = ? AND claimed_at IS NULL"
        " AND closed_at IS NULL",
        person,
        name,
        text_of(now),
        request_id,
    )
    return cursor.rowcount == 1


def release_request(store: Store, request_id: int, person: str) -> bool:
    """The one who had taken it took that back."""
    cursor = store.run(
        "UPDATE requests SET claimed_by = NULL, claimed_name = NULL, claimed_at = NULL WHERE id = ? AND claimed_by = ?"
        " AND closed_at IS NULL",
        request_id,
        person,
    )
    return cursor.rowcount == 1


def drop_requests_of_message(store: Store, message_id: str, now: dt.datetime, elder: str | None = None) -> list[str]:
    """The message was taken back (for one elder or for all), and its requests with it; the elders concerned."""
    rows = store.all(
        "UPDATE requests SET closed_at = ? WHERE community = ? AND message = ? AND closed_at IS NULL"
        " AND elder = COALESCE(?, elder) RETURNING elder",
        text_of(now),
        store.community,
        message_id,
        elder,
    )
    return [row["elder"] for row in rows]


def all_requests(store: Store) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM requests WHERE community = ? ORDER BY id", store.community)


def requests_between(store: Store, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM requests WHERE community = ? AND at >= ? AND at < ? ORDER BY id",
        store.community,
        text_of(start),
        text_of(end),
    )


def add_note(store: Store, kind: str, text: str, now: dt.datetime, *, sender: str, message: str) -> None:
    """kind: matter or activity."""
    store.run(
        "INSERT INTO notes (community, kind, text, at, sender, message) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        store.community,
        kind,
        text[:1000],
        text_of(now),
        sender,
        message,
    )


def notes(store: Store, kind: str) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM notes WHERE community = ? AND kind = ? ORDER BY id", store.community, kind)


def notes_between(store: Store, kind: str, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM notes WHERE community = ? AND kind = ? AND at >= ? AND at < ? ORDER BY id",
        store.community,
        kind,
        text_of(start),
        text_of(end),
    )
