"""Puts the parts together and runs them until stopped. Nothing happens at import."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from bot.clock import Clock, LocalClock
from bot.config import ConfigError, Settings
from bot.engine import Engine
from bot.model import Message, Roster
from bot.web.app import create_app
from bot.web.server import claim, serve
from bot.wechat.bot import XiaoAn
from bot.wechat.channel import WechatChannel
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld, contacts_from_roster
from data import messages, roster
from data.moments import at_local
from data.store import Store
from schedules.runner import Runner

log = logging.getLogger(__name__)

PLAY_SCRIPT = Path(__file__).parent.parent / "data" / "demo" / "day.yaml"
FASTEST = 3600.0
# An empty group begins just before check-ins open, so that a newcomer sees a day from its start.
BEFORE_OPENING = dt.timedelta(minutes=5)


class App:
    """The bot on its embedded WeChat: world, puppet, engine, alarm clock and page in one event loop."""

    def __init__(self, settings: Settings, clock: LocalClock | None = None) -> None:
        """Open everything that can fail: the port, the database, the roster. Raises ConfigError, WebError, StoreError, RosterError."""
        if settings.puppet.kind != "local":
            raise ConfigError("puppet.kind: 'service' cannot be used yet; set it to 'local'")
        self.settings = settings
        self.clock: LocalClock = clock or LocalClock()
        self.socket = claim(settings.web.host, settings.web.port)
        self.port: int = self.socket.getsockname()[1]
        with contextlib.ExitStack() as undo:
            undo.callback(self.socket.close)
            self.store = Store.open(settings.store.path, settings.community)
            undo.callback(self.store.close)
            first_roster(self.store, settings, self.clock)
            people = roster.current(self.store)
            self.world = LocalWorld(self._beside("world.db"), self.clock.now, topic=settings.room.topic)
            undo.callback(self.world.close)
            self._set_clock(fresh=clock is None)
            self.world.set_contacts(contacts_from_roster(people))
            self.directory = Directory(self.store, people)
            puppet = LocalPuppet(self.world, heard=lambda message_id: messages.known(self.store, message_id))
            self.wechat = XiaoAn(
                puppet,
                settings.room.topic,
                self._hear,
                self.directory,
                now=self.clock.now,
                media_dir=self._beside("media"),
            )
            channel = WechatChannel(self.wechat, self.directory)
            self.engine = Engine(self.store, settings, channel, on_roster=self._roster_changed)
            undo.pop_all()
        self.runner = Runner(self.clock, self._wake, lambda: self.engine.next_due(self.clock.now()))
        self.controls = TimeControls(self)
        self._sending: asyncio.Task[None] | None = None

    def _set_clock(self, *, fresh: bool) -> None:
        """Go on where the group's own time stood; begin an empty group in the morning."""
        last = self.world.last_at()
        if not fresh:
            self.clock.jump(last or self.clock.now())
        elif last is not None:
            self.clock.begin_at(last)
        else:
            today = self.clock.now().astimezone(self.settings.zone).date()
            self.clock.begin_at(at_local(today, self.settings.day.opens, self.settings.zone) - BEFORE_OPENING)

    def _beside(self, name: str) -> Path:
        """A file that belongs to the database, in its folder."""
        path = self.settings.store.path
        return path.with_name(f"{path.stem}-{name}")

    def _roster_changed(self, people: Roster) -> None:
        self.directory.roster = people
        self.world.set_contacts(contacts_from_roster(people))

    async def run(self, stopped: asyncio.Event, ready: Callable[[], None] | None = None) -> None:
        """Work until `stopped`. Raises what ended a part that must not end."""
        shutdown = asyncio.Event()
        page = create_app(self.world, self.controls, PLAY_SCRIPT, zone=self.settings.zone)
        parts = {
            asyncio.create_task(self.wechat.run(), name="wechat"),
            asyncio.create_task(
                serve(page, self.settings.web.host, self.port, shutdown, sock=self.socket), name="page"
            ),
        }
        stopping = asyncio.create_task(stopped.wait(), name="stop")
        try:
            online = asyncio.create_task(self.wechat.wait_online())
            await asyncio.wait({online, stopping, *parts}, return_when=asyncio.FIRST_COMPLETED)
            online.cancel()
            if self.wechat.online:
                await self.engine.start(self.clock.now())
                self.runner.start()
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
            if self._sending:
                await asyncio.gather(self._sending, return_exceptions=True)
            await asyncio.wait(parts, timeout=10)
            self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.world.close()
        self.store.close()

    async def _hear(self, message: Message) -> None:
        # Sending must not hold up hearing: what this message leads to is sent by a task of its own.
        self.engine.receive(message, self.clock.now())
        self._send_soon()

    async def _wake(self) -> None:
        self.engine.work(self.clock.now())
        self._send_soon()

    def _send_soon(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        try:
            await self.engine.outbox.pump(self.clock.now())
        finally:
            self.runner.rearm()


def first_roster(store: Store, settings: Settings, clock: Clock) -> None:
    """Import the roster that config names, when the store has none. Raises RosterError."""
    if not roster.current(store).elders:
        changes = roster.save(store, roster.load(settings.roster.elders, settings.roster.volunteers), clock.now())
        log.info("the roster was imported: %d elders", len(changes.elders.added))


class TimeControls:
    """Moving the clock of the local group (bot.ports.Controls)."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._moving = asyncio.Lock()

    def now(self) -> dt.datetime:
        return self._app.clock.now()

    def next_due(self) -> dt.datetime | None:
        return self._app.engine.next_due(self.now())

    def rate(self) -> float:
        return self._app.clock.rate

    async def set_rate(self, rate: float) -> None:
        self._app.clock.set_rate(min(max(rate, 0.0), FASTEST))
        self._app.runner.rearm()

    async def run_until(self, moment: dt.datetime) -> None:
        """Each thing that is due on the way is done at its own moment, as if the time had passed."""
        app = self._app
        async with self._moving:
            app.runner.paused = True
            try:
                last: dt.datetime | None = None
                while (due := app.engine.next_due(self.now())) is not None and due <= moment:
                    # A step that could not be taken stays due: it gets a second, never a hot loop.
                    app.clock.jump(due if last is None or due > last else last + dt.timedelta(seconds=1))
                    last = self.now()
                    if last > moment:
                        break
                    await app.engine.wake(last)
                app.clock.jump(moment)
                await app.engine.wake(self.now())
            finally:
                app.runner.paused = False
                app.runner.rearm()
