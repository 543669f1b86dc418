"""The bot's eyes: what waits to be looked at goes to the pool, one file after another; what was found comes back.

One after another, because each picture is compared with all that came before it, and because one process bounds what a
flood of pictures may cost. Voice notes have a lane of their own (bot/engine.py), with the recogniser in it. A stop in between loses nothing: what nobody has looked at still waits in the database.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.config import ConfigError, Settings
from bot.looking import job
from bot.media.pool import BusyError, Pool, PoolError
from bot.media.speech import Recogniser
from bot.model import Roster
from bot.ports import Seen
from data.moments import moment_of

log = logging.getLogger(__name__)

UNOPENED = "打不开，请再发一次"
# A recogniser that has failed so often in a row is left alone for so many seconds: people listen meanwhile.
PATIENCE, REST = 3, 300.0
Run = Callable[..., Awaitable[Any]]


class Eyes:
    """Looks at one waiting row at a time. `run`: where jobs run (a Pool's); `recogniser`: for voice notes, if any."""

    def __init__(
        self, settings: Settings, database: Path, folder: Path, run: Run, recogniser: Recogniser | None = None
    ) -> None:
        self.settings = settings
        self.database = database
        self.folder = folder
        self._run = run
        self.closed = False
        self._recogniser = recogniser
        self._failed, self._asks_again = 0, 0.0

    def close(self) -> None:
        """The bot stops: what is broken off now is no fault of the file."""
        self.closed = True

    async def look(self, row: sqlite3.Row, people: Roster) -> Seen | None:
        """What is seen in the file of a row of data/media.py; None: not now (the bot stops, or it is tried once more)."""
        at = moment_of(row["at"])
        task = job.Task(
            media=row["id"],
            type=row["type"],
            file=Path(row["file"] or ""),
            today=at.astimezone(self.settings.zone).date(),
            database=self.database,
            community=self.settings.community,
            since=at - dt.timedelta(days=self.settings.retention.fingerprints_days),
            roster=frozenset(e.name for e in people.elders.values()),
            folder=self.folder,
            person=self.settings.media.person,
        )
        try:
            seen: Seen = await self._run(job.see, task)
        except PoolError as error:
            if self.closed or isinstance(error, BusyError):
                self.closed = True
                return None
            log.warning("the file of message %s: %s", row["message"], error)
            return None if row["tries"] == 0 else Seen("refused", UNOPENED)
        if seen.verdict == "heard" and seen.shown and self._recogniser is not None:
            return replace(seen, words=await self._hear(self._recogniser, seen.shown))
        return seen

    async def _hear(self, recogniser: Recogniser, shown: str) -> str:
        """What is said, "" where the recogniser does not say it. Takes no longer than config gives the recogniser."""
        now = asyncio.get_running_loop().time
        if self._failed >= PATIENCE and now() < self._asks_again:
            return ""
        path = self.folder / shown
        heard = await recogniser.hear(await asyncio.to_thread(path.read_bytes), path.name)
        self._failed = self._failed + 1 if heard.problem else 0
        if heard.problem:
            self._asks_again = now() + REST
            log.warning("a voice note was not understood: %s", heard.problem)
        return heard.text


def pool_of(settings: Settings) -> Pool:
    """The one child process that config bounds."""
    return Pool(1, seconds=settings.media.seconds)


def recogniser_of(settings: Settings) -> Recogniser | None:
    """The community's own recogniser of speech, where config names one. Raises ConfigError."""
    speech = settings.media.speech
    if not speech.url:
        return None
    try:
        return Recogniser(speech.url, speech.key.get_secret_value(), speech.model, speech.seconds)
    except ValueError as error:
        raise ConfigError(f"media.speech.url: {error}") from None
