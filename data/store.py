"""The database: opening it safely, transactions, and the plain reads and writes that the subjects' files build on."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlite_utils

from data import migrations


class StoreError(Exception):
    """The database cannot be used; the text says where and how to mend it."""


# What may pass by itself, or once somebody has made room: the same statement can be tried again later.
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def is_passing(error: BaseException) -> bool:
    """Whether the database itself could not be used (locked, disk full, …), and what was asked of it was sound."""
    if not isinstance(error, sqlite3.OperationalError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _PASSING


# How many prepared statements are kept: more than the bot has.
STATEMENTS = 1024


class Store:
    """One community's database (SQLite, WAL, synchronous=FULL, foreign keys on). Times are UTC ISO-8601 text.

    `observe`, when given, is called with "before-commit" and "after-commit": the replay's simulated crashes hook in there.
    """

    def __init__(self, conn: sqlite3.Connection, community: str, observe: Callable[[str], None] | None = None) -> None:
        self.conn = conn
        self.community = community
        self.observe = observe
        self._depth = 0
        self._together = False

    @classmethod
    def open(
        cls, path: Path, community: str, *, durable: bool = True, observe: Callable[[str], None] | None = None
    ) -> Store:
        """Open or make the database, bring its schema up to date and check that it is sound.

        `durable` False leaves out the fsync of every commit (for a replay, whose database is thrown away).
        Raises StoreError naming the file: damaged, read-only, not a database, newer than this program.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # readable by the owner only
            _close_to_others(path)
            with ExitStack() as undo:
                conn = sqlite3.connect(
                    path, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=STATEMENTS
                )
                undo.callback(conn.close)  # a damaged file must be free to be moved away
                conn.row_factory = sqlite3.Row
                conn.execute("PRAGMA journal_mode=WAL")
                conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
                conn.execute("PRAGMA foreign_keys=ON")
                found = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise StoreError(
                        f"{path}: the database is damaged ({found}); restore the last good copy or move the file away"
                    )
                migrations.apply(sqlite_utils.Database(conn))
                undo.pop_all()
                return cls(conn, community, observe)
        except migrations.TooNew as error:
            raise StoreError(f"{path}: {error}") from None
        except PermissionError:
            raise StoreError(f"{path}: no permission to write; give this user the file and its folder") from None
        except OSError as error:
            raise StoreError(f"{path}: cannot be opened ({error.strerror or error})") from None
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {_plain(error)}") from None

    @classmethod
    def open_to_read(cls, path: Path, community: str) -> Store:
        """A second look at a database that is open elsewhere; nothing can be written. Raises sqlite3.Error."""
        conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
        conn.row_factory = sqlite3.Row
        return cls(conn, community)

    def close(self) -> None:
        self.conn.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested use joins the outer transaction."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        with self._part() if self._together else self._whole():
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit the transactions within as one, which costs one write through to the disk.

        Each is still all or nothing by itself, and none of them has happened before the end. No other task may run within.
        """
        if self._together or self._depth:
            raise RuntimeError("transactions are being put together already")
        with self._whole():
            self._together = True
            try:
                yield
            finally:
                self._together = False
            if not self.conn.in_transaction:
                # SQLite undid everything (the disk was full, or could not be read) and somebody went on all the same.
                raise sqlite3.OperationalError("what was put together was undone")

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            if self.observe:
                self.observe("before-commit")
            self.conn.execute("COMMIT")
        except BaseException:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK")
            raise
        if self.observe:
            self.observe("after-commit")

    @contextmanager
    def _part(self) -> Iterator[None]:
        if not self.conn.in_transaction:
            raise sqlite3.OperationalError("what was put together was undone")
        self.conn.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK TO part")
                self.conn.execute("RELEASE part")
            raise
        self.conn.execute("RELEASE part")

    def one(self, sql: str, *args: Any) -> sqlite3.Row | None:
        """The first row, or None."""
        row: sqlite3.Row | None = self.conn.execute(sql, args).fetchone()
        return row

    def all(self, sql: str, *args: Any) -> list[sqlite3.Row]:
        return self.conn.execute(sql, args).fetchall()

    def run(self, sql: str, *args: Any) -> sqlite3.Cursor:
        """Execute one statement; `rowcount` and `lastrowid` tell what it did."""
        return self.conn.execute(sql, args)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.conn.executemany(sql, rows)


def _close_to_others(path: Path) -> None:
    """Take others' rights from a database that was copied or unpacked with them, and from its log."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(OSError):  # whose owner somebody else is: doctor tells
            if name.stat().st_mode & 0o077:
                name.chmod(0o600)


def _plain(error: sqlite3.Error) -> str:
    text = str(error)
    if "malformed" in text or "not a database" in text:
        return f"the database is damaged ({text}); restore the last good copy or move the file away"
    if "readonly" in text or "unable to open" in text:
        return f"cannot be written ({text}); give this user the file and its folder"
    if "full" in text:
        return f"the disk is full ({text}); make room and start again"
    return text
