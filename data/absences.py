"""Away: check-ins are paused. Coverage: the family is away and volunteers step in. Days are inclusive; no last day means open."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data.moments import text_of
from data.store import Store


def add(
    store: Store,
    elder: str,
    first: dt.date,
    last: dt.date | None,
    reason: str,
    *,
    person: str | None,
    message: str,
    now: dt.datetime,
) -> int:
    """A new absence; one that overlaps it is replaced, since the newest word is the one that counts."""
    cancel(store, elder, first, now, until=last)
    cursor = store.run(
        "INSERT INTO absences (community, elder, first_day, last_day, reason, person, message, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        store.community,
        elder,
        first.isoformat(),
        last.isoformat() if last else None,
        reason,
        person,
        message,
        text_of(now),
    )
    return cursor.lastrowid or 0


def cancel(store: Store, elder: str, day: dt.date, now: dt.datetime, until: dt.date | None = None) -> int:
    """End what runs on `day` or later (up to `until`): what has begun ends the day before, what has not is cancelled."""
    last = until.isoformat() if until else "9999-12-31"
    begun = store.run(
        "UPDATE absences SET last_day = ? WHERE community = ? AND elder = ? AND cancelled_at IS NULL AND first_day < ?"
        " AND (last_day IS NULL OR last_day >= ?)",
        (day - dt.timedelta(days=1)).isoformat(),
        store.community,
        elder,
        day.isoformat(),
        day.isoformat(),
    )
    ahead = store.run(
        "UPDATE absences SET cancelled_at = ? WHERE community = ? AND elder = ? AND cancelled_at IS NULL AND first_day >= ?"
        " AND first_day <= ?",
        text_of(now),
        store.community,
        elder,
        day.isoformat(),
        last,
    )
    return begun.rowcount + ahead.rowcount


def end_on(store: Store, elder: str, last: dt.date, today: dt.date) -> int:
    """Somebody said when the absence ends (earlier or later than thought): whatever runs today gets that last day."""
    cursor = store.run(
        "UPDATE absences SET last_day = ? WHERE community = ? AND elder = ? AND cancelled_at IS NULL AND first_day <= ?"
        " AND (last_day IS NULL OR last_day >= ?)",
        last.isoformat(),
        store.community,
        elder,
        min(last, today).isoformat(),
        today.isoformat(),
    )
    return cursor.rowcount


def on(store: Store, day: dt.date) -> list[sqlite3.Row]:
    """The absences that cover `day`, by elder."""
    return store.all(
        "SELECT * FROM absences WHERE community = ? AND cancelled_at IS NULL AND first_day <= ?"
        " AND (last_day IS NULL OR last_day >= ?) ORDER BY elder, id",
        store.community,
        day.isoformat(),
        day.isoformat(),
    )


def of(store: Store, elder: str, day: dt.date) -> sqlite3.Row | None:
    """The absence of this elder that covers `day`, or None."""
    return store.one(
        "SELECT * FROM absences WHERE community = ? AND elder = ? AND cancelled_at IS NULL AND first_day <= ?"
        " AND (last_day IS NULL OR last_day >= ?) ORDER BY id DESC LIMIT 1",
        store.community,
        elder,
        day.isoformat(),
        day.isoformat(),
    )


def add_coverage(
    store: Store,
    elder: str,
    first: dt.date,
    last: dt.date | None,
    *,
    person: str | None,
    message: str,
    now: dt.datetime,
) -> int:
    """The family is away from `first` to `last`; a coverage that overlaps is replaced."""
    store.run(
        "UPDATE coverages SET cancelled_at = ? WHERE community = ? AND elder = ? AND cancelled_at IS NULL"
        " AND first_day <= ? AND (last_day IS NULL OR last_day >= ?)",
        text_of(now),
        store.community,
        elder,
        last.isoformat() if last else "9999-12-31",
        first.isoformat(),
    )
    cursor = store.run(
        "INSERT INTO coverages (community, elder, first_day, last_day, person, message, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        store.community,
        elder,
        first.isoformat(),
        last.isoformat() if last else None,
        person,
        message,
        text_of(now),
    )
    return cursor.lastrowid or 0


def coverage_of(store: Store, elder: str, day: dt.date) -> sqlite3.Row | None:
    return store.one(
        "SELECT * FROM coverages WHERE community = ? AND elder = ? AND cancelled_at IS NULL AND first_day <= ?"
        " AND (last_day IS NULL OR last_day >= ?) ORDER BY id DESC LIMIT 1",
        store.community,
        elder,
        day.isoformat(),
        day.isoformat(),
    )


def coverages_on(store: Store, day: dt.date) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM coverages WHERE community = ? AND cancelled_at IS NULL AND first_day <= ?"
        " AND (last_day IS NULL OR last_day >= ?) ORDER BY elder, id",
        store.community,
        day.isoformat(),
        day.isoformat(),
    )


def all_coverages(store: Store) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM coverages WHERE community = ? ORDER BY id", store.community)


def cancel_message(store: Store, message_id: str, now: dt.datetime, elder: str | None = None) -> list[str]:
    """What a message that was taken back had said of absences and coverages is cancelled (of one elder or of all).

    Returns the elders concerned.
    """
    found: list[str] = []
    for table in ("absences", "coverages"):
        rows = store.all(
            f"UPDATE {table} SET cancelled_at = ? WHERE community = ? AND message = ? AND cancelled_at IS NULL"
            " AND elder = COALESCE(?, elder) RETURNING elder",
            text_of(now),
            store.community,
            message_id,
            elder,
        )
        found += [row["elder"] for row in rows]
    return found
