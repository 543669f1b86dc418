"""How long things are kept: after its time a row keeps what statistics need and loses who it was about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from data import privacy
from data.moments import text_of
from data.store import Store

# The record of what was done with people's data is itself kept.
_PROOFS = ("erased", "exported", "restored", "retention")


def media_folder(database: Path) -> Path:
    """Where pictures, clips and voice notes of the group are kept."""
    return database.with_name(f"{database.stem}-media")


def forget_words(store: Store, before: dt.datetime) -> int:
    """What people wrote and what the bot wrote, older than `before`: the words and the names go, time and kind stay.

    A message that opened an alert which is still open keeps its words. Returns how many messages were emptied.
    """
    at, c = text_of(before), store.community
    store.run("PRAGMA secure_delete=ON")
    count = store.run(
        "UPDATE messages SET text = '', sender = '', contact = '', people = '[]', reading = NULL"
        " WHERE community = ? AND at < ? AND (sender <> '' OR text <> '' OR contact <> '') AND id NOT IN"
        " (SELECT message FROM alerts WHERE community = ? AND closed_at IS NULL AND message IS NOT NULL)",
        c,
        at,
        c,
    ).rowcount
    for sql in (
        "UPDATE reports SET note = '', sender = '', person = NULL WHERE community = ? AND at < ? AND sender <> ''",
        "UPDATE questions SET reading = '{}', contact = '' WHERE community = ? AND asked_at < ? AND contact <> ''",
        "UPDATE receipts SET note = '' WHERE community = ? AND at < ? AND note <> ''",
        "UPDATE requests SET text = '', person = NULL, claimed_name = NULL WHERE community = ? AND at < ? AND text <> ''",
        "UPDATE notes SET sender = '' WHERE community = ? AND at < ? AND sender <> ''",
        "UPDATE absences SET reason = '', person = NULL WHERE community = ? AND COALESCE(last_day, '9999') < substr(?, 1, 10)"
        " AND (reason <> '' OR person IS NOT NULL)",
        "UPDATE outbox SET text = '', mentions = '[]', error = NULL,"
        f" recipient = CASE recipient WHEN 'room' THEN 'room' ELSE '{privacy.NOBODY}' END"
        " WHERE community = ? AND made_at < ? AND text <> '' AND state NOT IN ('pending', 'sending')",
        "UPDATE media SET contact = '', person = NULL WHERE community = ? AND at < ? AND contact <> ''",
        # An account that was seen in the group, is nobody on the roster, and has not been seen since.
        "DELETE FROM contacts WHERE community = ? AND last_seen < ? AND state <> 'bound'",
        "DELETE FROM notices WHERE community = ? AND made_at < ? AND state NOT IN ('pending', 'sending')",
    ):
        store.run(sql, c, at)
    store.run(
        "UPDATE requests SET closed_at = ? WHERE community = ? AND at < ? AND closed_at IS NULL AND text = ''",
        at,
        c,
        at,
    )
    return count


def forget_journal(store: Store, before: dt.datetime) -> int:
    """Events and alerts older than `before` keep what happened and when, and lose who did it and to whom."""
    at, c = text_of(before), store.community
    store.run("PRAGMA secure_delete=ON")
    proofs = ", ".join(f"'{p}'" for p in _PROOFS)
    count = store.run(
        "UPDATE events SET elder = NULL, person = NULL, message = NULL, detail = '{}' WHERE community = ? AND at < ?"
        f" AND what NOT IN ({proofs}) AND (elder IS NOT NULL OR person IS NOT NULL OR message IS NOT NULL OR detail <> '{{}}')",
        c,
        at,
    ).rowcount
    store.run(
        "UPDATE alerts SET opened_by = NULL, message = NULL, candidates = '[]', claimed_by = NULL, claimed_name = NULL,"
        " closed_by = NULL, closed_name = NULL WHERE community = ? AND closed_at < ?",
        c,
        at,
    )
    store.run(
        "UPDATE days SET contact_by = NULL WHERE community = ? AND deadline_at < ? AND contact_by IS NOT NULL", c, at
    )
    store.run(
        "UPDATE media SET elders = '[]', candidates = '[]', mentioned = '[]' WHERE community = ? AND at < ?", c, at
    )
    store.run("UPDATE notes SET text = '' WHERE community = ? AND at < ? AND text <> ''", c, at)
    return count


def forget_media(store: Store, folder: Path, before: dt.datetime) -> int:
    """Files of messages older than `before`, and files as old that no message names; how many were deleted."""
    at = text_of(before)
    store.run("PRAGMA secure_delete=ON")
    # A file is kept once for all messages that carry it: the youngest of them counts.
    rows = store.all(
        "SELECT file FROM messages WHERE file IS NOT NULL GROUP BY file HAVING max(at) < ? ORDER BY file", at
    )
    # First the file, then the row: a crash in between leaves a row without a file, which the next run mends.
    count = privacy.remove_files(folder, (row["file"] for row in rows))
    store.run(
        "UPDATE messages SET file = NULL WHERE community = ? AND at < ? AND file IS NOT NULL", store.community, at
    )
    named = {privacy.stem_of(r["file"]) for r in store.all("SELECT file FROM messages WHERE file IS NOT NULL")}
    named |= {r["sha256"] for r in store.all("SELECT sha256 FROM media WHERE erased_at IS NULL AND sha256 IS NOT NULL")}
    lost = [p for p in _files(folder) if privacy.stem_of(p.name) not in named and _older(p, before)]
    return count + sum(_unlink(path) for path in lost)


def forget_people(store: Store, before: dt.datetime, now: dt.datetime) -> tuple[int, tuple[str, ...]]:
    """Who left the roster before `before` is made nobody; how many there were, and their media files."""
    gone = store.all(
        "SELECT id FROM elders WHERE community = ? AND active = 0 AND left_at < ? AND name <> '' ORDER BY id",
        store.community,
        text_of(before),
    )
    files: list[str] = []
    for row in gone:
        files += privacy.erase(store, row["id"], now, by="retention", even_in_alarm=True).files
    left = store.run(
        "UPDATE volunteers SET name = '', wechat = '', phone = '', unit = '', extra = '[]'"
        " WHERE community = ? AND active = 0 AND left_at < ? AND name <> ''",
        store.community,
        text_of(before),
    ).rowcount
    return len(gone) + left, tuple(files)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink())


def _older(path: Path, before: dt.datetime) -> bool:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < before


def _unlink(path: Path) -> bool:
    path.unlink()
    return True
