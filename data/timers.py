"""Moments at which something is due that has no row of its own to carry them."""

from __future__ import annotations

import datetime as dt

from data.moments import moment_of, text_of
from data.store import Store


def arm(store: Store, kind: str, due: dt.datetime, key: str = "") -> None:
    """Set (or move) the timer `kind`/`key`."""
    store.run(
        "INSERT INTO timers (community, kind, key, due_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (community, kind, key) DO UPDATE SET due_at = excluded.due_at",
        store.community,
        kind,
        key,
        text_of(due),
    )


def armed(store: Store, kind: str, key: str = "") -> dt.datetime | None:
    row = store.one(
        "SELECT due_at FROM timers WHERE community = ? AND kind = ? AND key = ?", store.community, kind, key
    )
    return moment_of(row["due_at"]) if row else None


def take(store: Store, kind: str, now: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """Remove and return the timers of this kind that are due: (key, when it was due), oldest first."""
    rows = store.all(
        "SELECT key, due_at FROM timers WHERE community = ? AND kind = ? AND due_at <= ? ORDER BY due_at, key",
        store.community,
        kind,
        text_of(now),
    )
    for row in rows:
        store.run("DELETE FROM timers WHERE community = ? AND kind = ? AND key = ?", store.community, kind, row["key"])
    return [(row["key"], moment_of(row["due_at"])) for row in rows]


def put_off(store: Store, kind: str, now: dt.datetime, moment: dt.datetime) -> None:
    """What was due of this kind could not be done: it is tried again at `moment`."""
    store.run(
        "UPDATE timers SET due_at = ? WHERE community = ? AND kind = ? AND due_at <= ?",
        text_of(moment),
        store.community,
        kind,
        text_of(now),
    )


def next_due(store: Store) -> str | None:
    row = store.one("SELECT min(due_at) AS due FROM timers WHERE community = ?", store.community)
    return row["due"] if row else None
