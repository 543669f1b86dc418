"""Notices about the bot itself, for the second channel. A row is a promise that survives a crash; bot/ops/notify.py keeps it.

State of a row: pending → sending → sent; failed and dropped are ends. One row a target, so that one that was reached is not
told again because another was not. A trouble ends with `over_at`.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlite_utils

from data.moments import moment_of, text_of

if TYPE_CHECKING:
    from data.store import Store


def create_tables(db: sqlite_utils.Database) -> None:
    """The table, for data/migrations.py. `target` is a digest of the address, which itself is a secret and not kept."""
    db.execute("""
        CREATE TABLE notices (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
            text TEXT NOT NULL, made_at TEXT NOT NULL, not_before TEXT NOT NULL, state TEXT NOT NULL,
            attempts INTEGER NOT NULL, sent_at TEXT, over_at TEXT, error TEXT)""")
    db.execute("CREATE INDEX notices_waiting ON notices (community, not_before, id) WHERE state = 'pending'")
    db.execute("CREATE INDEX notices_by_subject ON notices (community, subject, id)")


def trouble(
    store: Store,
    now: dt.datetime,
    subject: str,
    text: str,
    targets: Sequence[str],
    *,
    again_after: dt.timedelta | None,
    grace: dt.timedelta = dt.timedelta(),
) -> bool:
    """Promise a notice to each target; False when this trouble was told within `again_after` (None: tell it once only).

    A trouble that is over within `grace` is never told. One that comes back soon waits until it may be told again.
    """
    last = _last(store, subject)
    start = now + grace
    if last is not None:
        told = min(moment_of(last["not_before"]), now + grace)  # a clock that was set back must not silence it
        if last["over_at"] is None:
            if again_after is None or told + again_after > now:
                return False
            start = now
        elif again_after is not None:
            start = max(start, told + again_after)
    _put(store, now, subject, "trouble", text, targets, start)
    return True


def over(store: Store, now: dt.datetime, subject: str, text: str) -> bool:
    """The trouble is gone: who was told of it is told that too, a notice not sent yet is taken back. False: there was none."""
    rows = store.all(
        "SELECT * FROM notices WHERE community = ? AND subject = ? AND kind = 'trouble' AND over_at IS NULL"
        " AND state <> 'dropped' ORDER BY id",
        store.community,
        subject,
    )
    if not rows:
        return False
    told = sorted({row["target"] for row in rows if row["state"] in ("sending", "sent")})
    store.run(
        "UPDATE notices SET over_at = ?, state = CASE state WHEN 'pending' THEN 'dropped' ELSE state END"
        " WHERE community = ? AND subject = ? AND kind = 'trouble' AND over_at IS NULL",
        text_of(now),
        store.community,
        subject,
    )
    if told:
        _put(store, now, subject, "over", text, told, now)
    return True


def is_open(store: Store, subject: str) -> bool:
    """Whether this trouble was noticed and is not over."""
    last = _last(store, subject)
    return last is not None and last["over_at"] is None


def open_subjects(store: Store, prefix: str) -> list[str]:
    """The troubles whose subject begins like this and that are not over."""
    rows = store.all(
        "SELECT DISTINCT subject FROM notices WHERE community = ? AND kind = 'trouble' AND over_at IS NULL"
        " AND state <> 'dropped' AND substr(subject, 1, ?) = ? ORDER BY subject",
        store.community,
        len(prefix),
        prefix,
    )
    return [row["subject"] for row in rows]


def due(store: Store, now: dt.datetime) -> list[sqlite3.Row]:
    """What may be sent now, oldest first."""
    return store.all(
        "SELECT * FROM notices WHERE community = ? AND state = 'pending' AND not_before <= ? ORDER BY not_before, id",
        store.community,
        text_of(now),
    )


def mark(
    store: Store,
    row_id: int,
    old: str,
    new: str,
    *,
    at: dt.datetime | None = None,
    retry_at: dt.datetime | None = None,
    error: str | None = None,
) -> bool:
    """Compare-and-swap a row's state; False when it was no longer `old`. `retry_at` counts an attempt that failed."""
    cursor = store.run(
        "UPDATE notices SET state = ?, sent_at = COALESCE(?, sent_at), not_before = COALESCE(?, not_before),"
        " attempts = attempts + ?, error = ? WHERE id = ? AND state = ?",
        new,
        text_of(at) if at else None,
        text_of(retry_at) if retry_at else None,
        1 if retry_at else 0,
        error,
        row_id,
        old,
    )
    return cursor.rowcount == 1


def take_up_again(store: Store) -> int:
    """After a start: what was being sent goes again, since a notice twice is better than none."""
    return store.run(
        "UPDATE notices SET state = 'pending' WHERE community = ? AND state = 'sending'", store.community
    ).rowcount


def _last(store: Store, subject: str) -> sqlite3.Row | None:
    return store.one(
        "SELECT * FROM notices WHERE community = ? AND subject = ? AND kind = 'trouble' AND state <> 'dropped'"
        " ORDER BY id DESC LIMIT 1",
        store.community,
        subject,
    )


def _put(
    store: Store, now: dt.datetime, subject: str, kind: str, text: str, targets: Sequence[str], start: dt.datetime
) -> None:
    store.run_many(
        "INSERT INTO notices (community, subject, kind, target, text, made_at, not_before, state, attempts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0)",
        [(store.community, subject, kind, t, text, text_of(now), text_of(start)) for t in targets],
    )
