"""The process ends at one transaction boundary or sending of a scripted day, and begins again: nothing may differ for it.

The day is played once, calmly. Before each of its steps the database is kept; then that step is done again once for each
boundary in it, with the end of the process there and a new start on the same database. Afterwards the whole database and
everything that was shown must be what the calm step left.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.engine import Engine
from bot.model import Message, Roster
from bot.reading import Reader
from bot.replay import Crash
from data import meta, roster
from data.store import Store
from tests.soak.far_end import FarEnd
from tests.world import community


@dataclass
class Figures:
    """Steps of the day, boundaries in them, how many of these the process was ended at, and what differed."""

    steps: int = 0
    boundaries: int = 0
    crashes: int = 0
    problems: tuple[str, ...] = ()


class At:
    """Ends the process at one boundary, counted from 1; 0: never."""

    def __init__(self, number: int = 0) -> None:
        self.number, self.count = number, 0

    def __call__(self, where: str) -> None:
        self.count += 1
        if self.count == self.number:
            raise Crash(where)


class Day:
    """A scripted day. `every`: end the process at each boundary whose number divides by this (1: at all of them)."""

    def __init__(self, events: Sequence[Message], start: dt.datetime, end: dt.datetime, folder: Path) -> None:
        self.start, self.end, self.folder = start, end, folder
        self.settings = Settings()
        self._events = [e for e in events if start <= e.at <= end]
        self._known: dict[str | None, tuple[Roster, Reader]] = {}
        self._copies = 0

    def run(self, every: int = 1) -> Figures:
        logging.disable(logging.CRITICAL)
        try:
            return asyncio.run(self._run(every))
        finally:
            logging.disable(logging.NOTSET)

    async def _run(self, every: int) -> Figures:
        figures, shown = Figures(), Counter[str]()
        store = Store.open(self.folder / "day.db", self.settings.community, durable=False)
        roster.save(store, community(), self.start)
        far_end = FarEnd(0, lambda where: None, looks_back=True, echoes=False)
        engine = self._engine(store, far_end)
        await engine.start(self.start)
        for now, message in self._steps(engine):
            before, shown = store.conn.serialize(), Counter(far_end.shown)
            count = At()
            store.observe = far_end._crash = count
            await _do(engine, now, message)
            store.observe, far_end._crash = None, lambda where: None
            after = _digest(store)
            figures.steps += 1
            for number in range(1, count.count + 1):
                figures.boundaries += 1
                if figures.boundaries % every:
                    continue
                figures.crashes += 1
                found = await self._crash_at(number, before, shown, now, message)
                if found != (after, far_end.shown):
                    figures.problems += (
                        f"{now:%d %H:%M:%S}, {message.text if message else 'wake'}, boundary {number}",
                    )
        store.close()
        return figures

    def _steps(self, engine: Engine) -> Iterator[tuple[dt.datetime, Message | None]]:
        """As bot.replay does: messages and what is due, each at its own moment."""
        now, waiting = self.start, list(reversed(self._events))
        while True:
            due = engine.next_due(now)
            if due is not None and due <= now:
                due = now + dt.timedelta(seconds=1)
            moment = min((m for m in (due, waiting[-1].at if waiting else None) if m is not None), default=None)
            if moment is None or moment > self.end:
                return
            now = max(now, moment)
            yield now, waiting.pop() if waiting and waiting[-1].at <= now else None

    async def _crash_at(
        self, number: int, before: bytes, shown: Counter[str], now: dt.datetime, message: Message | None
    ) -> tuple[str, Counter[str]]:
        self._copies += 1
        path = self.folder / f"copy{self._copies}.db"
        path.write_bytes(before)
        far_end = FarEnd(0, lambda where: None, looks_back=True, echoes=False)
        far_end.shown = Counter(shown)
        store = Store.open(path, self.settings.community, durable=False)
        engine = self._engine(store, far_end)
        store.observe = far_end._crash = At(number)
        try:
            await _do(engine, now, message)
            raise AssertionError("the step has fewer boundaries than the calm one")
        except Crash:
            store.close()
        store = Store.open(path, self.settings.community, durable=False)
        far_end._crash = lambda where: None
        engine = self._engine(store, far_end)
        if message is not None:
            # What it was hearing comes before what fell due at the same moment.
            await engine.outbox.reconcile(now)
            await engine.hear(message, now)
        await engine.start(now)
        found = _digest(store)
        store.close()
        for file in self.folder.glob(f"{path.name}*"):
            file.unlink()
        return found, far_end.shown

    def _engine(self, store: Store, far_end: FarEnd) -> Engine:
        # Reading the same roster again for each of thousands of lives would only cost time; a changed one is read.
        version = meta.get(store, meta.ROSTER)
        if version not in self._known:
            found = roster.current(store)
            self._known[version] = (found, Reader(found))
        return Engine(store, self.settings, far_end, known=self._known[version])


async def _do(engine: Engine, now: dt.datetime, message: Message | None) -> None:
    if message is None:
        await engine.wake(now)
    else:
        await engine.hear(message, now)


def _digest(store: Store) -> str:
    """Everything in the database."""
    found = hashlib.sha256()
    tables = store.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    for table in tables:
        for row in store.conn.execute(f"SELECT * FROM {table['name']} ORDER BY rowid"):
            # The far end numbers what it shows from one in each life of this rig.
            found.update(repr([row[k] for k in row.keys() if k != "far_id"]).encode())  # noqa: SIM118
    return found.hexdigest()
