"""Copies of the database in one file: made while the bot works, each checked before anybody relies on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

# A file without these is no database of this bot, however sound it is.
OURS = frozenset({"elders", "messages", "days", "alerts", "outbox", "events"})


class SnapshotError(Exception):
    """A copy cannot be made or used; the text says which and why."""


def copy(source: Path, target: Path) -> Mapping[str, int]:
    """Copy the database as it stands at one moment into a new file (mode 0600, without WAL); rows by table.

    Writers go on meanwhile. Raises SnapshotError; what was begun is then removed.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(_open(source)) as from_, closing(sqlite3.connect(target, isolation_level=None)) as to:
            from_.execute("BEGIN")  # counts and copy see the same moment
            rows = _count(from_)
            from_.backup(to)
            to.execute("PRAGMA journal_mode=DELETE")
        _to_disk(target)
        return rows
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise SnapshotError(f"{source}: cannot be copied ({error})") from None
    except OSError as error:
        if not isinstance(error, FileExistsError):
            target.unlink(missing_ok=True)
        raise SnapshotError(f"{target}: cannot be written ({error.strerror or error})") from None


def check(path: Path) -> Mapping[str, int]:
    """Rows by table of a sound database of this bot. Raises SnapshotError for any other file."""
    if not path.is_file():
        raise SnapshotError(f"{path}: no such file")
    try:
        with closing(_open(path)) as conn:
            found = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise SnapshotError(f"{path}: damaged ({' '.join(str(found).split())})")
            rows = _count(conn)
    except sqlite3.Error as error:
        raise SnapshotError(f"{path}: damaged ({error})") from None
    if not rows.keys() >= OURS:
        raise SnapshotError(f"{path}: not a database of this bot")
    return rows


def in_use(path: Path) -> bool:
    """Whether some program has this database open (a damaged one is told apart by nobody: False)."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.2)) as conn:
            # In WAL every open connection holds a shared lock on the file, which an exclusive one cannot stand beside.
            conn.execute("PRAGMA locking_mode=EXCLUSIVE")
            conn.execute("BEGIN IMMEDIATE")
            conn.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error) or "busy" in str(error)
    except sqlite3.Error:
        return False
    return False


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)


def _count(conn: sqlite3.Connection) -> dict[str, int]:
    tables = [
        name
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not name.startswith("sqlite_")
    ]
    return {t: conn.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables}


def _to_disk(path: Path) -> None:
    for name in (path, path.parent):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
