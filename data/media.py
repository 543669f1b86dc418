"""What pictures, clips and voice notes came with which message, what was found in them, and when they were erased.

Rows outlive their files: that a picture was sent, and what it proved, stays explainable after the picture is gone.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from data import journal
from data.moments import text_of
from data.store import Store

# `sha256`: the file on the shelf. `verdict`: today, old, again, unclear or refused; NULL: not looked at yet. `found`: JSON
# of what was read in it (date, time, name, place), emptied when the file is erased. `fingerprint`: the perceptual hash,
# which stays: an old picture sent again after its file is gone is still an old picture.
SCHEMA = (
    """
        CREATE TABLE media (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, message TEXT NOT NULL, sha256 TEXT NOT NULL, kind TEXT NOT NULL,
            size INTEGER NOT NULL, at TEXT NOT NULL, person TEXT, verdict TEXT, found TEXT NOT NULL, fingerprint BLOB,
            erased_at TEXT)""",
    "CREATE UNIQUE INDEX media_once ON media (community, message, sha256)",
    "CREATE INDEX media_same ON media (community, sha256)",
    "CREATE INDEX media_kept ON media (community, at) WHERE erased_at IS NULL",
    "CREATE INDEX media_prints ON media (community, at) WHERE fingerprint IS NOT NULL",
)


def add(
    store: Store, message_id: str, digest: str, kind: str, size: int, at: dt.datetime, *, person: str | None = None
) -> bool:
    """Keep that a message brought this file; False when that is known already."""
    cursor = store.run(
        "INSERT INTO media (community, message, sha256, kind, size, at, person, found) VALUES (?, ?, ?, ?, ?, ?, ?, '{}')"
        " ON CONFLICT (community, message, sha256) DO NOTHING",
        store.community,
        message_id,
        digest,
        kind,
        size,
        text_of(at),
        person,
    )
    return cursor.rowcount == 1


def judged(
    store: Store, message_id: str, digest: str, verdict: str, found: Mapping[str, Any], fingerprint: bytes | None = None
) -> bool:
    """Keep what was found, once; False when it was judged before or is not known."""
    cursor = store.run(
        "UPDATE media SET verdict = ?, found = ?, fingerprint = ?"
        " WHERE community = ? AND message = ? AND sha256 = ? AND verdict IS NULL",
        verdict,
        json.dumps(found, ensure_ascii=False, default=str),
        fingerprint,
        store.community,
        message_id,
        digest,
    )
    return cursor.rowcount == 1


def of_message(store: Store, message_id: str) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM media WHERE community = ? AND message = ? ORDER BY id", store.community, message_id)


def same_content(store: Store, digest: str) -> list[sqlite3.Row]:
    """Every time this very file was sent, oldest first."""
    return store.all("SELECT * FROM media WHERE community = ? AND sha256 = ? ORDER BY at, id", store.community, digest)


def unjudged(store: Store) -> list[sqlite3.Row]:
    """What a stop of the bot left unlooked at, oldest first."""
    return store.all(
        "SELECT * FROM media WHERE community = ? AND verdict IS NULL AND erased_at IS NULL ORDER BY at, id",
        store.community,
    )


def fingerprints(store: Store, since: dt.datetime) -> list[sqlite3.Row]:
    """id, message, sha256, at and fingerprint of the pictures since then, oldest first, erased ones included."""
    return store.all(
        "SELECT id, message, sha256, at, fingerprint FROM media"
        " WHERE community = ? AND fingerprint IS NOT NULL AND at >= ? ORDER BY at, id",
        store.community,
        text_of(since),
    )


def forget_fingerprints(store: Store, before: dt.datetime) -> int:
    """Drop the fingerprints (some 4 kB each) of pictures sent before; returns how many."""
    return store.run(
        "UPDATE media SET fingerprint = NULL WHERE community = ? AND fingerprint IS NOT NULL AND at < ?",
        store.community,
        text_of(before),
    ).rowcount


def outdated(store: Store, before: dt.datetime, limit: int = 500) -> list[str]:
    """The contents that no message since `before` brought, and that are not erased yet; the longest kept first."""
    rows = store.all(
        "SELECT m.sha256, min(m.at) AS first FROM media m WHERE m.community = ? AND m.at < ? AND m.erased_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM media later WHERE later.community = m.community AND later.sha256 = m.sha256"
        " AND later.at >= ?) GROUP BY m.sha256 ORDER BY first, m.sha256 LIMIT ?",
        store.community,
        text_of(before),
        text_of(before),
        limit,
    )
    return [row["sha256"] for row in rows]


def erase_older_than(
    store: Store, now: dt.datetime, days: int, remove: Callable[[str], object], limit: int = 500
) -> tuple[int, int]:
    """Erase the files of more than `days` days ago: how many contents went, and how many could not be removed.

    `remove` takes the files of one content off the disk, and may find none. Files go first, rows after: a crash between
    leaves nothing but a removal to be tried again. A file that cannot be removed now stays due. The journal keeps
    "media-erased" for each message.
    """
    gone: list[str] = []
    failed = 0
    for digest in outdated(store, now - dt.timedelta(days=days), limit):
        try:
            remove(digest)
        except OSError:
            failed += 1
        else:
            gone.append(digest)
    with store.transaction():
        for digest in gone:
            rows = store.all(
                "UPDATE media SET erased_at = ?, found = '{}' WHERE community = ? AND sha256 = ? AND erased_at IS NULL"
                " RETURNING id, message, kind, verdict",
                text_of(now),
                store.community,
                digest,
            )
            for row in sorted(rows, key=lambda r: r["id"]):
                journal.note(
                    store, now, "media-erased", message=row["message"], kind=row["kind"], verdict=row["verdict"]
                )
    return len(gone), failed
