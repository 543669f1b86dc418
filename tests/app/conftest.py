"""The whole bot in one process: real wechaty, real SQLite, real APScheduler, the embedded WeChat. Only the clock is ours."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import config
from bot.app import App
from bot.clock import LocalClock
from bot.local_group import LocalGroup
from bot.wechat.world import LocalWorld, WorldMessage

ROOT = Path(__file__).parents[2]
MORNING = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
Running = Callable[..., "asynccontextmanager[App]"]


class Group:
    """What a test does in the group: speak as somebody, move the clock, look at what 小安 said."""

    def __init__(self, app: App) -> None:
        self.app = app
        assert isinstance(app.edge, LocalGroup)
        self.world = app.edge.world
        self.controls = app.edge.controls

    def id_of(self, name: str) -> str:
        return next(c.id for c in self.world.contacts() if name in (c.alias, c.name))

    async def says(self, name: str, text: str, *, private: bool = False) -> WorldMessage:
        sender = self.id_of(name)
        return await self.world.say(sender, text, chat=sender if private else "room")

    async def until(self, clock: str) -> None:
        hour, minute = map(int, clock.split(":"))
        await self.controls.run_until(MORNING.replace(hour=hour, minute=minute))

    def heard(self, chat: str = "room") -> list[WorldMessage]:
        return [m for m in self.world.history(chat) if m.sender == LocalWorld.BOT]


@asynccontextmanager
async def running(folder: Path, start: dt.datetime = MORNING) -> AsyncIterator[Group]:
    """The bot from start to stop, on the demo community and a database in `folder`."""
    environ = {"BAOANNIAO_STORE__PATH": str(folder / "bot.db"), "BAOANNIAO_WEB__PORT": "0"}
    clock = LocalClock()
    clock.set_rate(0)
    clock.begin_at(start)
    app = App(config.load(ROOT / "config.yaml", environ), clock)
    stopped, ready = asyncio.Event(), asyncio.Event()
    run = asyncio.create_task(app.run(stopped, ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({run, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if run.done():
        run.result()
    try:
        yield Group(app)
    finally:
        stopped.set()
        await run


@pytest.fixture
async def group(tmp_path: Path) -> AsyncIterator[Group]:
    async with running(tmp_path) as found:
        yield found
