"""One bot to a database: an advisory lock on a file beside it, let go by the system however the process ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType


class Held(Exception):
    """The database may not be taken now; the text says why and what to do."""


def marker(database: Path) -> Path:
    """A file that stands beside the database while a restore is between its steps."""
    return database.with_name(database.name + ".restoring")


def in_use(database: Path) -> bool:
    """Whether a bot (or a restore) holds this database now. Looks only: nothing is made or taken."""
    try:
        handle = os.open(database.with_name(database.name + ".lock"), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


class DatabaseLock:
    """Held while the bot runs, or while a restore puts another database in its place.

    The file stays when the lock is let go: removing it could hand two processes two different files to lock.
    """

    def __init__(self, database: Path, *, restoring: bool = False) -> None:
        """Take the lock, or raise Held. `restoring`: a restore that was broken off does not stand in the way."""
        self.path = database.with_name(database.name + ".lock")
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise Held(f"{self.path}: cannot be written ({error.strerror or error})") from None
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._holder()
            os.close(self._handle)
            raise Held(f"{database}: in use by the bot (process {holder}); stop it first") from None
        if marker(database).exists() and not restoring:
            os.close(self._handle)
            raise Held(
                f"{database}: a restore was broken off half-way; run `python -m bot backup restore FILE` again "
                f"(what was there before is kept beside it)"
            )
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, str(os.getpid()).encode(), 0)

    def _holder(self) -> str:
        with contextlib.suppress(OSError):
            return os.pread(self._handle, 20, 0).decode("ascii", "replace") or "unknown"
        return "unknown"

    def release(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> DatabaseLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()
