"""The day's board as a file: drawn in the pool when its message is about to be sent, from the states of that moment."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from bot.config import Settings
from bot.media import board, fonts
from bot.media.keep import DiskFullError, Shelf
from bot.media.pool import PoolError
from bot.model import Elder, Roster
from data import days
from data.boards import reader_of
from data.store import Store

log = logging.getLogger(__name__)


class Boards:
    """Gives the files of outgoing messages. `run`: where drawing happens (a Pool's)."""

    def __init__(self, store: Store, settings: Settings, folder: Path, run: Callable[..., Awaitable[Any]]) -> None:
        self.store = store
        self.settings = settings
        self.folder = folder
        self._run = run

    async def file(self, name: str, now: dt.datetime, people: Roster) -> Path | None:
        """The file of this name in the media folder; a board is drawn first. None where there is none (any more)."""
        path = self.folder / name
        if path.is_file():
            return path
        wanted = reader_of(name)
        return await self._draw(name, *wanted, now, people) if wanted else None

    async def _draw(
        self, name: str, day: dt.date, reader: Literal["coordinator", "group"], now: dt.datetime, people: Roster
    ) -> Path | None:
        states = days.states(self.store, day)
        elders = [e for e in people.elders.values() if e.id in states]
        alike = Counter((e.name, e.compound) for e in elders)
        rows = [(_name(e, alike[e.name, e.compound]), e.compound, states[e.id]) for e in elders]
        at = now.astimezone(self.settings.zone).time()
        try:
            data = await self._run(board.picture, rows, day, reader, self.settings.community, at)
            return self.folder / Shelf(self.folder).draw(name.removeprefix("drawn/"), data)
        except (PoolError, fonts.NoFontError, DiskFullError, ImportError, OSError) as error:
            # The words go out without it.
            log.warning("the day's board could not be drawn: %s", error)
            return None


def _name(elder: Elder, alike: int) -> str:
    """Two of one compound who are called alike are told apart by their years."""
    return f"{elder.name}（{elder.born}）" if alike > 1 and elder.born else elder.name
