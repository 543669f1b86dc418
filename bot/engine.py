"""The whole bot without its edges: messages in, duties when they are due, promises out. Time comes in as a value."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.looking.boards import Boards
from bot.looking.eyes import Eyes
from bot.model import Message, Roster
from bot.outbox import Outbox
from bot.ports import Channel
from bot.reading import Reader
from data import hearing as silence
from data import media, meta, roster
from data.store import Store
from handlers import registry
from handlers.receive import Receiver
from schedules import duties, hearing, setback, surroundings
from schedules.context import Moment

MOST_ROUNDS = 20
MANY = 32  # messages that wait; with more of them the reading hurries


@dataclass
class _Heap:
    """Messages that are taken in together. `latest`: the moment of the last one so far."""

    hurried: bool
    latest: dt.datetime | None = None


class Engine:
    """Puts reading, handlers, schedules, store and outbox together. One instance owns one open store."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        channel: Channel,
        *,
        known: tuple[Roster, Reader] | None = None,
        on_roster: Callable[[Roster], None] | None = None,
        eyes: Eyes | None = None,
        boards: Boards | None = None,
    ) -> None:
        """`known` spares reading the roster again (a restart in a replay); `on_roster` hears of a changed one.

        `eyes` look at files, `boards` gives the files that go out; without them only words count and go.
        """
        self.store = store
        self.settings = settings
        self.eyes = eyes if settings.media.look else None
        self._boards = boards
        self._looking = {media.PICTURES: asyncio.Lock(), media.VOICES: asyncio.Lock()}
        self.outbox = Outbox(store, channel, settings, self._file if boards else None)
        self._handlers = registry.load()
        self._on_roster = on_roster
        self._version = meta.get(store, meta.ROSTER)
        self._seen = silence.heard_at(store)  # the latest moment it knows of
        self._heap: _Heap | None = None
        self.roster, self.reader = known or self._load()

    def _load(self) -> tuple[Roster, Reader]:
        found = roster.current(self.store)
        return found, Reader(found)

    async def start(self, now: dt.datetime) -> None:
        """After (re)opening the database: settle what was being sent, then catch up with what is due."""
        self._notice_clock(now)
        await self.outbox.begin(now)
        with self.store.transaction():
            hearing.was_down(self._moment(now))
        if silence.deaf_since(self.store) is None:
            duties.run(self._moment(now))
        await self.wake(now)

    def went_deaf(self, now: dt.datetime) -> None:
        """Nothing can be heard from now on: nobody is missed until `hears`."""
        with self.store.transaction():
            silence.went_deaf(self.store, now)

    def hears(self, now: dt.datetime) -> None:
        """The bot can hear: a sign of life, and after a silence time for everybody to say it again."""
        was_deaf = silence.deaf_since(self.store) is not None
        with self.store.transaction():
            hearing.back(self._moment(now))
        if was_deaf:
            duties.run(self._moment(now))
            self.work(now)

    def listens(self, now: dt.datetime) -> None:
        """As `hears`, called at least once a minute in real time: a gap since the last call was a silence as well.

        So a machine that slept, or a process that hung, is no reason to miss anybody.
        """
        with self.store.transaction():
            hearing.was_down(self._moment(now))
        self.hears(now)

    def could_not_hear(self, message_id: str, now: dt.datetime) -> None:
        """A message came and could not be had: it is recorded, and the room is asked once."""
        with self.store.transaction():
            hearing.lost_one(self._moment(now), message_id)

    def surroundings_changed(self, kind: str, detail: str, now: dt.datetime) -> None:
        """The bot's place in WeChat changed in a way that coordinators should know (schedules/surroundings.py)."""
        with self.store.transaction():
            surroundings.tell(self._moment(now), kind, detail)

    @contextmanager
    def together(self, waiting: int = 0) -> Iterator[None]:
        """What is received and seen to come back within is committed at the end, all of it or nothing. No other task may run within.

        What falls due is done once, after the last message. `waiting`: how many messages there are to hear.
        """
        version, seen = self._version, self._seen
        self._heap = heap = _Heap(hurried=waiting > MANY)
        try:
            with self.store.together():
                yield
                if heap.latest is not None:
                    self.work(heap.latest)
        except BaseException:
            if self._version != version:
                self._version = None  # the roster that was read is none that the database holds
            self._seen = seen
            raise
        finally:
            self._heap = None

    def receive(self, message: Message, now: dt.datetime) -> bool:
        """Take one message in and do what follows from it at once; False when it was heard before. Sends nothing.

        A file that came with it waits for `look`.
        """
        fresh = self._take_in(message, now)
        if self._heap is None:
            self.work(now)
        else:
            self._heap.latest = now
        return fresh

    def _take_in(self, message: Message, now: dt.datetime) -> bool:
        self._refresh(now)
        return self._receiver().receive(message, now)

    def _receiver(self) -> Receiver:
        handlers = self._handlers
        return Receiver(
            self.store,
            self.roster,
            self.reader,
            self.settings,
            handlers,
            looks=self.eyes is not None,
            hurried=self._heap is not None and self._heap.hurried,
        )

    async def look(
        self,
        now: Callable[[], dt.datetime],
        then: Callable[[], None] = lambda: None,
        types: tuple[str, ...] = media.TYPES,
    ) -> None:
        """Look at the files of these types that wait, one after another, and do what follows from each. Sends nothing.

        `then` is called after each one. Pictures and voice notes may be looked at by two calls at a time: a recogniser
        of speech that takes its time holds up no picture.
        """
        if self.eyes is None:
            return
        async with contextlib.AsyncExitStack() as lanes:
            for lane, lock in self._looking.items():
                if set(lane) & set(types):
                    await lanes.enter_async_context(lock)
            while (row := media.next_waiting(self.store, types)) is not None:
                seen = await self.eyes.look(row, self.roster)
                if seen is not None:
                    self._receiver().looked(row["id"], seen, now())
                    then()
                    continue
                if self.eyes.closed:
                    return
                with self.store.transaction():
                    media.tried(self.store, row["id"])

    async def _file(self, name: str, now: dt.datetime) -> Path | None:
        assert self._boards is not None
        return await self._boards.file(name, now, self.roster)

    def work(self, now: dt.datetime) -> None:
        """Do what is due at `now`; what is to be said waits in the outbox."""
        self._refresh(now)
        self._notice_clock(now)
        for _ in range(MOST_ROUNDS):
            due = duties.next_due(self.store)
            if due is None or due > now:
                break
            duties.run(self._moment(now))

    async def hear(self, message: Message, now: dt.datetime) -> bool:
        """Take in, look at what came with it, do what falls due, then send what may be sent."""
        fresh = self._take_in(message, now)
        await self.look(lambda: now)
        self.work(now)
        await self.outbox.pump(now)
        return fresh

    async def wake(self, now: dt.datetime) -> None:
        """`work`, then send what may be sent."""
        self.work(now)
        await self.outbox.pump(now)

    def _moment(self, now: dt.datetime) -> Moment:
        return Moment(self.store, self.roster, self.settings, now)

    def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """When `wake` next has something to do."""
        found = [m for m in (duties.next_due(self.store), self.outbox.next_moment(now)) if m is not None]
        return min(found) if found else None

    def _notice_clock(self, now: dt.datetime) -> None:
        """Notice a clock that was set back. (One that leapt ahead, or a machine that slept, is a silence.)"""
        if self._seen is not None and self._seen - now > setback.SLACK:
            with self.store.transaction():
                setback.run(self._moment(now), self._seen - now)
        self._seen = now

    def _refresh(self, now: dt.datetime) -> None:
        """Notice a roster that was imported or changed meanwhile."""
        version = meta.get(self.store, meta.ROSTER)
        if version != self._version:
            self._version = version
            self.roster, self.reader = self._load()
            if self._on_roster:
                self._on_roster(self.roster)
            duties.run(self._moment(now))
