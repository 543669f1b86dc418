"""Puts the parts together and runs them until stopped. Nothing happens at import."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from quart import Quart

from bot.clock import Clock, LocalClock, RealClock
from bot.config import Settings
from bot.engine import Engine
from bot.gateway_group import GatewayGroup
from bot.local_group import LocalGroup
from bot.looking.boards import Boards
from bot.looking.eyes import Eyes, pool_of, recogniser_of
from bot.media.keep import Shelf
from bot.model import Message, Roster
from bot.ops import backup, pages
from bot.ops.attendant import Attendant
from bot.ops.lock import DatabaseLock
from bot.ops.logs import Redactor
from bot.ports import Echo
from bot.web.server import claim, serve
from bot.wechat.bot import XiaoAn
from bot.wechat.channel import WechatChannel
from bot.wechat.rooms import Directory
from bot.wechat.state import WechatState
from data import media, roster
from data.store import Store, StoreError
from schedules import surroundings
from schedules.hearing import SHORT
from schedules.runner import Runner

log = logging.getLogger(__name__)

HEARS_AGAIN = ("online", "room-found")
HEARS_NOTHING = ("offline", "logged-out", "scan", "scan-expired", "room-missing", "room-lost")


class Edge(Protocol):
    """One kind of WeChat: its puppet and its page."""

    puppet: Any
    waits_for_login: bool

    def meet(self, people: Roster) -> None:
        """The roster was loaded or has changed."""
        ...

    def page(self, engine: Engine, runner: Runner) -> Quart: ...

    def tell(self, state: WechatState) -> None:
        """The connection has changed."""
        ...

    def close(self) -> None: ...


class App:
    """The bot at work: WeChat's end, engine, alarm clock and page in one event loop."""

    edge: Edge

    def __init__(self, settings: Settings, clock: LocalClock | None = None, *, hide: Redactor | None = None) -> None:
        """Open everything that can fail. Raises ConfigError, WebError, Held, StoreError or RosterError.

        `clock`: for the local group, one that a test has set; the real WeChat lives in real time. `hide`: what keeps
        people's names out of the log.
        """
        self.settings = settings
        self.hide = hide or Redactor()
        self.socket = claim(settings.web.host, settings.web.port)
        self.port: int = self.socket.getsockname()[1]
        with contextlib.ExitStack() as undo:
            undo.callback(self.socket.close)
            self.lock = DatabaseLock(settings.store.path)
            undo.callback(self.lock.release)
            self.store = open_store(settings)
            undo.callback(self.store.close)
            self.clock: Clock
            if settings.puppet.kind == "local":
                self.clock = local = clock or LocalClock()
                world = self._beside("world.db")
                self.edge = LocalGroup(settings, self.store, local, world, fresh=clock is None)
            else:
                self.clock = RealClock()
                self.edge = GatewayGroup(settings, self.clock)
            undo.callback(self.edge.close)
            first_roster(self.store, settings, self.clock)
            people = roster.current(self.store)
            self.edge.meet(people)
            self.hide.learn(people)
            self.attendant = Attendant(settings, self.store, self.clock, lambda: self.wechat.online)
            self.directory = Directory(self.store, people)
            self.wechat = XiaoAn(
                self.edge.puppet,
                settings.room.topic,
                self._hear,
                self.directory,
                now=self.clock.now,
                together=self._together,
                media_dir=self._beside("media"),
                echoed=self._came_back,
                on_state=self._state_changed,
                on_friend=self._befriended,
                on_lost=self._lost,
            )
            self.channel = WechatChannel(self.wechat, self.directory)
            folder = self._beside("media")
            Shelf(folder).tidy()
            self.pool = pool_of(settings)
            self.eyes = Eyes(settings, settings.store.path, folder, self.pool.run, recogniser_of(settings))
            self.engine = Engine(
                self.store,
                settings,
                self.channel,
                on_roster=self._roster_changed,
                eyes=self.eyes,
                boards=Boards(self.store, settings, folder, self.pool.run),
            )
            undo.pop_all()
        self.runner = Runner(self.clock, self._wake, lambda: self.engine.next_due(self.clock.now()))
        self._sending: asyncio.Task[None] | None = None
        self._looking: dict[tuple[str, ...], asyncio.Task[None]] = {}
        self._working = False
        self._signed_at: dt.datetime | None = None

    def _beside(self, name: str) -> Path:
        """A file that belongs to the database, in its folder."""
        path = self.settings.store.path
        return path.with_name(f"{path.stem}-{name}")

    def _roster_changed(self, people: Roster) -> None:
        self.directory.roster = people
        self.hide.learn(people)
        self.edge.meet(people)

    async def run(self, stopped: asyncio.Event, ready: Callable[[], None] | None = None) -> None:
        """Work until `stopped`. Raises what ended a part that must not end."""
        shutdown = asyncio.Event()
        page = self.edge.page(self.engine, self.runner)
        pages.register(page, self.attendant)
        self.attendant.begin()
        attending = asyncio.create_task(self.attendant.run(), name="attendant")
        parts = {
            attending,
            asyncio.create_task(self.wechat.run(), name="wechat"),
            asyncio.create_task(
                serve(page, self.settings.web.host, self.port, shutdown, sock=self.socket), name="page"
            ),
        }
        stopping = asyncio.create_task(stopped.wait(), name="stop")
        try:
            if self.edge.waits_for_login:
                online = asyncio.create_task(self.wechat.wait_online())
                await asyncio.wait({online, stopping, *parts}, return_when=asyncio.FIRST_COMPLETED)
                online.cancel()
            if not any(part.done() for part in parts) and not stopped.is_set():
                await self.engine.start(self.clock.now())
                await asyncio.to_thread(self.engine.reader.warm_up)
                self._note_hearing()
                self._working = True
                self.runner.start()
                self._look_soon()
                # Dictionaries, roster and modules stay for ever: looking through them for garbage takes a tenth of a second.
                gc.collect()
                gc.freeze()
                self.attendant.ready()
                if ready:
                    ready()
                await asyncio.wait({stopping, *parts}, return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                if part.done() and not stopped.is_set():
                    part.result()
                    raise RuntimeError(f"{part.get_name()} ended by itself")
        finally:
            stopping.cancel()
            self.runner.stop()
            shutdown.set()
            await self.wechat.stop()
            self.eyes.close()
            await self.pool.close()  # a look that is broken off is taken up again at the next start
            for looking in self._looking.values():
                looking.cancel()  # a recogniser of speech may take long to answer
            await asyncio.gather(*self._looking.values(), return_exceptions=True)
            if self._sending:
                await asyncio.gather(self._sending, return_exceptions=True)
            attending.cancel()
            await asyncio.wait(parts, timeout=10)
            if stopped.is_set():
                self.attendant.ended()
            self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.edge.close()
        self.store.close()
        self.lock.release()

    @contextlib.contextmanager
    def _together(self, waiting: int) -> Iterator[None]:
        """What was heard at the same time costs one commit. Sending begins in tasks of its own, so after that."""
        signed = self._signed_at
        try:
            with self.engine.together(waiting):
                yield
        except BaseException:
            self._signed_at = signed
            raise

    def _hear(self, message: Message) -> None:
        if self._working and self._signed_at and self.clock.now() - self._signed_at > SHORT:
            self._listens()  # the machine slept: that must be known before this message's moment makes anybody late
        # Sending must not hold up hearing: what this message leads to is sent by a task of its own.
        self.engine.receive(message, self.clock.now())
        self._send_soon()
        if message.file:
            self._look_soon()

    def _note_hearing(self) -> None:
        """Whether anything can be heard just now: logged in, and in the group."""
        if self.wechat.online and self.wechat.room_id is not None:
            self._listens()
        else:
            self.engine.went_deaf(self.clock.now())

    async def _wake(self) -> None:
        self._note_hearing()
        self.attendant.step_due()
        self._look_soon()
        self.engine.work(self.clock.now())
        self._send_soon()

    def _listens(self) -> None:
        now = self.clock.now()
        if isinstance(self.clock, RealClock):
            self.engine.listens(now)
            self._signed_at = now
        else:
            self.engine.hears(now)  # the local group's time leaps, and nothing is missed in a leap

    def _came_back(self, echo: Echo) -> None:
        self.engine.outbox.came_back(echo, self.clock.now())

    def _befriended(self, contact: str) -> None:
        if self.engine.outbox.befriended(self.directory.addresses_of(contact), self.clock.now()):
            self._send_soon()

    def _lost(self, message_id: str) -> None:
        self.engine.could_not_hear(message_id, self.clock.now())
        self._send_soon()

    def _state_changed(self, state: WechatState) -> None:
        log.info("WeChat: %s%s", state.kind, f" ({state.why})" if state.why else "")
        self.edge.tell(state)
        self.attendant.on_state(state)
        if not self._working:
            return
        if state.kind in surroundings.TOLD:
            self.engine.surroundings_changed(state.kind, state.detail or state.why, self.clock.now())
            self._send_soon()
        if state.kind in HEARS_NOTHING:
            self.engine.went_deaf(self.clock.now())
        elif state.kind in HEARS_AGAIN:
            self._note_hearing()
            self._send_soon()

    def _look_soon(self) -> None:
        """Looking takes a while, in another process: nobody's message waits for it, and no picture for a voice note."""
        for types in (media.PICTURES, media.VOICES):
            if types not in self._looking or self._looking[types].done():
                self._looking[types] = asyncio.create_task(self._look(types))

    async def _look(self, types: tuple[str, ...]) -> None:
        try:
            await self.engine.look(self.clock.now, self._send_soon, types)
        except Exception:
            log.exception(
                "looking at pictures broke off; what waits is taken up with the next one", extra={"private": True}
            )

    def _send_soon(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        try:
            # While nobody is logged in, what waits keeps waiting: an outage costs no attempt.
            if self.wechat.online:
                await self.engine.outbox.pump(self.clock.now())
            self.runner.rearm()
        except Exception as error:
            log.error("sending stopped (%s); the next wake-up goes on", type(error).__name__)


def open_store(settings: Settings) -> Store:
    """The database of config. Raises StoreError, which for a damaged one names the last good snapshot."""
    try:
        return Store.open(settings.store.path, settings.community)
    except StoreError as error:
        if "damaged" in str(error):
            raise StoreError(f"{error}\n{backup.offer(settings.backup.folder, settings.zone)}") from None
        raise


def first_roster(store: Store, settings: Settings, clock: Clock) -> None:
    """Import the roster that config names, when the store has none. Raises RosterError."""
    if not roster.current(store).elders:
        changes = roster.save(store, roster.load(settings.roster.elders, settings.roster.volunteers), clock.now())
        log.info("the roster was imported: %d elders", len(changes.elders.added))
