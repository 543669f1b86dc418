"""Snapshots of the database: made while the bot works, checked, thinned out with age, and put back with care.

A snapshot is `baoanniao-20261120T020000Z.db` with a `.json` beside it (rows by table, size, SHA-256). Moments are UTC.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.ops.lock import DatabaseLock, marker
from data import journal, privacy, snapshots
from data.snapshots import SnapshotError
from data.store import Store

NAME = re.compile(r"baoanniao-(\d{8}T\d{6})Z\.db")
STAMP = "%Y%m%dT%H%M%S"
SPARE = 50 * 2**20  # bytes that stay free on the disk beside a new snapshot
ERASED = "erased.jsonl"


class BackupError(Exception):
    """A snapshot cannot be made, checked or put back; the text says which, why and the mend."""


@dataclass(frozen=True)
class Keep:
    """How many snapshots stay: the newest of each of so many hours, days and weeks that have one."""

    hourly: int = 24
    daily: int = 14
    weekly: int = 8


@dataclass(frozen=True)
class Snapshot:
    """One snapshot in the folder; `at` is when it was made, `size` its bytes."""

    path: Path
    at: dt.datetime
    size: int

    @property
    def note(self) -> Path:
        """The file that says what is in it."""
        return self.path.with_suffix(".json")


@dataclass(frozen=True)
class Restored:
    """What a restore did: rows by table now, where the former database is kept (None: there was none), whom it left out."""

    rows: Mapping[str, int]
    aside: Path | None
    erased_again: tuple[str, ...]


def snapshots_in(folder: Path) -> list[Snapshot]:
    """The snapshots in a folder, newest first. Unknown files are not looked at."""
    found = []
    for path in folder.glob("baoanniao-*.db") if folder.is_dir() else ():
        if match := NAME.fullmatch(path.name):
            with contextlib.suppress(ValueError, FileNotFoundError):
                at = dt.datetime.strptime(match[1], STAMP).replace(tzinfo=dt.UTC)
                found.append(Snapshot(path, at, path.stat().st_size))
    return sorted(found, key=lambda s: s.at, reverse=True)


def make(
    database: Path, folder: Path, now: dt.datetime, keep: Keep | None = None, zone: dt.tzinfo = dt.UTC
) -> Snapshot:
    """Make, check and file one snapshot; with `keep`, thin out the older ones. Raises BackupError.

    The database may be in use. May take seconds: call it off the event loop.
    """
    if not database.exists():
        raise BackupError(f"{database}: there is no database yet")
    target = folder / f"baoanniao-{now.astimezone(dt.UTC):{STAMP}}Z.db"
    begun = target.with_suffix(".partial")
    with _folder(folder):
        if target.exists():
            raise BackupError(f"{target}: there is a snapshot of this very second")
        for left in folder.glob("baoanniao-*.partial*"):
            left.unlink()  # of a copy that was broken off
        need, free = database.stat().st_size + SPARE, shutil.disk_usage(folder).free
        if free < need:
            raise BackupError(f"{folder}: {free // 2**20} MiB free, {need // 2**20} MiB needed; make room")
        try:
            rows = snapshots.copy(database, begun)
            if snapshots.check(begun) != rows:
                raise SnapshotError(f"{begun}: the copy differs from the database")
            note = {
                "at": now.astimezone(dt.UTC).isoformat(),
                "size": begun.stat().st_size,
                "sha256": _hash(begun),
                "rows": rows,
            }
            made = Snapshot(target, now, begun.stat().st_size)
            _write(made.note, json.dumps(note, indent=1))
            begun.replace(target)  # last, so that a snapshot always has its note
            _sync(folder)
        except SnapshotError as error:
            begun.unlink(missing_ok=True)
            raise BackupError(str(error)) from None
        except OSError as error:
            begun.unlink(missing_ok=True)
            raise BackupError(f"{folder}: cannot be written ({error.strerror or error})") from None
        if keep:
            _thin_out(folder, keep, zone)
    return made


def kept(moments: Iterable[dt.datetime], keep: Keep, zone: dt.tzinfo) -> set[dt.datetime]:
    """Which moments stay: the newest of each of the last hours, days and weeks that have any. The newest always stays.

    Counted over what is there and not from today, so that a long pause throws nothing away.
    """
    newest_first = sorted(set(moments), reverse=True)
    found = set(newest_first[:1])
    for form, many in (("%Y%m%d%H%z", keep.hourly), ("%Y%m%d", keep.daily), ("%G%V", keep.weekly)):
        seen: set[str] = set()
        for moment in newest_first:
            span = moment.astimezone(zone).strftime(form)
            if span not in seen and len(seen) < many:
                seen.add(span)
                found.add(moment)
    return found


def verify(path: Path) -> Mapping[str, int]:
    """Rows by table of a snapshot that is whole, sound and what was written. Raises BackupError."""
    try:
        rows = snapshots.check(path)
    except SnapshotError as error:
        raise BackupError(str(error)) from None
    note = _note(path)
    if note and note.get("sha256") != _hash(path):
        raise BackupError(f"{path}: differs from what was written; use another snapshot")
    return rows


def last_good(folder: Path) -> Snapshot | None:
    """The newest snapshot that passes every check; None when there is none."""
    for snapshot in snapshots_in(folder):
        with contextlib.suppress(BackupError):
            verify(snapshot.path)
            return snapshot
    return None


def offer(folder: Path, zone: ZoneInfo) -> str:
    """What to say about a damaged database: the command that puts the last good snapshot back, or that there is none."""
    found = last_good(folder)
    if found is None:
        return f"there is no good snapshot in {folder}"
    return (
        f"the last good snapshot is of {found.at.astimezone(zone):%Y-%m-%d %H:%M}; put it back with "
        f"`python -m bot backup restore {found.path}` (the damaged file is kept)"
    )


def restore(snapshot: Path, database: Path, community: str, now: dt.datetime, folder: Path | None = None) -> Restored:
    """Put a snapshot in the database's place. What is there now is moved aside, never overwritten.

    Everything is made ready and checked before the first file moves. `folder`: where the list of erased people is kept; who
    was erased since the snapshot is erased again. Raises BackupError, Held (the bot runs), StoreError (too new a snapshot).
    """
    with DatabaseLock(database, restoring=True):
        if snapshots.in_use(database):
            raise BackupError(f"{database}: some program has it open; stop it first")
        verify(snapshot)
        ready = database.with_name(database.name + ".ready")
        for name in _with_wal(ready):
            name.unlink(missing_ok=True)  # of a restore that was broken off
        try:
            snapshots.copy(snapshot, ready)
        except SnapshotError as error:
            raise BackupError(str(error)) from None
        store = Store.open(ready, community)
        try:
            again = _erase_again(store, folder, _made_at(snapshot), now) if folder else ()
            journal.note(store, now, "restored", snapshot=snapshot.name)
        finally:
            store.close()
        rows = snapshots.check(ready)
        aside = _swap(ready, database, now)
    return Restored(rows, aside, again)


def _swap(ready: Path, database: Path, now: dt.datetime) -> Path | None:
    # Between the first and the last rename there is no whole database here: the marker keeps the bot from starting on a
    # new, empty one if the power fails just then.
    _write(marker(database), "a restore is under way\n")
    _sync(database.parent)
    aside = database.with_name(f"{database.name}.before-{now.astimezone(dt.UTC):{STAMP}}Z")
    while aside.exists():
        aside = aside.with_name(aside.name + "x")
    there = database.exists()
    for old, new in zip(_with_wal(database), _with_wal(aside), strict=True):
        if old.exists() and not old.name.endswith("-shm"):
            old.rename(new)
        old.unlink(missing_ok=True)
    ready.rename(database)
    _sync(database.parent)
    marker(database).unlink()
    _sync(database.parent)
    return aside if there else None


def record_erasure(folder: Path, elder: str, now: dt.datetime) -> None:
    """Remember that this elder was erased, so that an older snapshot does not bring the person back. Only the id is kept."""
    with _folder(folder):
        handle = os.open(folder / ERASED, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps({"elder": elder, "at": now.astimezone(dt.UTC).isoformat()}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _erase_again(store: Store, folder: Path, made: dt.datetime | None, now: dt.datetime) -> tuple[str, ...]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / ERASED).read_text(encoding="utf-8").splitlines():
            entry: dict[str, str] = json.loads(line)
            later = made is None or dt.datetime.fromisoformat(entry["at"]) >= made
            if later and privacy.is_known(store, entry["elder"]):
                privacy.erase(store, entry["elder"], now, by="restore", even_in_alarm=True)
                found.append(entry["elder"])
    return tuple(found)


def _made_at(path: Path) -> dt.datetime | None:
    match = NAME.fullmatch(path.name)
    return dt.datetime.strptime(match[1], STAMP).replace(tzinfo=dt.UTC) if match else None


def _thin_out(folder: Path, keep: Keep, zone: dt.tzinfo) -> None:
    found = snapshots_in(folder)
    stay = kept((s.at for s in found), keep, zone)
    for snapshot in found:
        if snapshot.at not in stay:
            snapshot.path.unlink(missing_ok=True)
            snapshot.note.unlink(missing_ok=True)


def drop_all(folder: Path, but: Path | None = None) -> int:
    """Remove every snapshot except `but`; how many there were."""
    gone = [s for s in snapshots_in(folder) if s.path != but]
    for snapshot in gone:
        snapshot.path.unlink(missing_ok=True)
        snapshot.note.unlink(missing_ok=True)
    return len(gone)


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for one process at a time (the bot and `backup now` may meet)."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise BackupError(f"{folder}: cannot be written ({error.strerror or error})") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _note(path: Path) -> dict[str, Any]:
    if not NAME.fullmatch(path.name):
        return {}
    try:
        found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return {}


def _with_wal(path: Path) -> tuple[Path, Path, Path]:
    # The write-ahead log belongs to its database: left behind, it would be played into the new one.
    return path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
