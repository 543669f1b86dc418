"""The embedded WeChat: a group on this machine, its page, and a clock that can be moved."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from quart import Quart

from bot.clock import LocalClock
from bot.config import Settings
from bot.engine import Engine
from bot.model import Roster
from bot.web.app import create_app
from bot.wechat.local import LocalPuppet
from bot.wechat.state import WechatState
from bot.wechat.world import LocalWorld, contacts_from_roster
from data import hearing, messages
from data.moments import at_local
from data.store import Store
from schedules.runner import Runner

PLAY_SCRIPT = Path(__file__).parent.parent / "data" / "demo" / "day.yaml"
FASTEST = 3600.0
# An empty group begins just before check-ins open, so that a newcomer sees a day from its start.
BEFORE_OPENING = dt.timedelta(minutes=5)


class LocalGroup:
    """The far end when no WeChat account is used (bot.app.Edge)."""

    waits_for_login = True

    def __init__(self, settings: Settings, store: Store, clock: LocalClock, path: Path, *, fresh: bool) -> None:
        """`fresh`: the clock is ours to set; a test brings one that stands where it wants."""
        self.settings = settings
        self.clock = clock
        self.world = LocalWorld(path, clock.now, topic=settings.room.topic)
        self._set_clock(store, fresh=fresh)
        self.puppet = LocalPuppet(self.world, heard=lambda message_id: messages.known(store, message_id))

    def _set_clock(self, store: Store, *, fresh: bool) -> None:
        """Go on where the group's own time stood; begin an empty group in the morning."""
        last = max((m for m in (self.world.last_at(), hearing.heard_at(store)) if m is not None), default=None)
        if not fresh:
            self.clock.jump(last or self.clock.now())
        elif last is not None:
            self.clock.begin_at(last)
        else:
            today = self.clock.now().astimezone(self.settings.zone).date()
            self.clock.begin_at(at_local(today, self.settings.day.opens, self.settings.zone) - BEFORE_OPENING)

    def meet(self, people: Roster) -> None:
        self.world.set_contacts(contacts_from_roster(people))

    def page(self, engine: Engine, runner: Runner) -> Quart:
        self.controls = TimeControls(self.clock, engine, runner)
        return create_app(self.world, self.controls, PLAY_SCRIPT, zone=self.settings.zone)

    def tell(self, state: WechatState) -> None:
        """Nothing to show: the local group is always there."""

    def close(self) -> None:
        self.world.close()


class TimeControls:
    """Moving the clock of the local group (bot.ports.Controls)."""

    def __init__(self, clock: LocalClock, engine: Engine, runner: Runner) -> None:
        self._clock, self._engine, self._runner = clock, engine, runner
        self._moving = asyncio.Lock()

    def now(self) -> dt.datetime:
        return self._clock.now()

    def next_due(self) -> dt.datetime | None:
        return self._engine.next_due(self.now())

    def rate(self) -> float:
        return self._clock.rate

    async def set_rate(self, rate: float) -> None:
        self._clock.set_rate(min(max(rate, 0.0), FASTEST))
        self._runner.rearm()

    async def run_until(self, moment: dt.datetime) -> None:
        """Each thing that is due on the way is done at its own moment, as if the time had passed."""
        async with self._moving:
            self._runner.paused = True
            try:
                last: dt.datetime | None = None
                while (due := self._engine.next_due(self.now())) is not None and due <= moment:
                    # A step that could not be taken stays due: it gets a second, never a hot loop.
                    self._clock.jump(due if last is None or due > last else last + dt.timedelta(seconds=1))
                    last = self.now()
                    if last > moment:
                        break
                    await self._engine.wake(last)
                self._clock.jump(moment)
                await self._engine.wake(self.now())
            finally:
                self._runner.paused = False
                self._runner.rearm()
