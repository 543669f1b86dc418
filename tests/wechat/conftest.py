"""A small invented group: real wechaty over a LocalWorld, a real database, a clock that the test moves."""

from __future__ import annotations

import asyncio
import datetime as dt
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.model import Elder, Message, Relative, Roster, Volunteer, relative_id
from bot.ports import Outgoing
from bot.wechat.bot import XiaoAn
from bot.wechat.channel import WechatChannel
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld, WorldContact
from data.store import Store

NOW = dt.datetime(2031, 3, 4, 1, 30, tzinfo=dt.UTC)


def relative(name: str, wechat: str) -> Relative:
    return Relative(relative_id(name, wechat, ""), name, "女儿", wechat)


ROSTER = Roster(
    elders={
        "A1": Elder("A1", "牛桂花", sex="女", wechat="桂花奶奶", volunteer="H1"),
        "A2": Elder("A2", "邱大年", sex="男", relatives=(relative("邱小满", "小满"),), volunteer="H1"),
        "A3": Elder("A3", "柏青山", wechat="老两口"),
        "A4": Elder("A4", "温如玉", wechat="老两口"),
    },
    volunteers={
        "H1": Volunteer("H1", "蒲勇", wechat="志愿者-蒲勇"),
        "H2": Volunteer("H2", "戚萍", wechat="协调员戚萍", role="coordinator"),
        "H3": Volunteer("H3", "从未来过", wechat="还没进群"),
    },
)
DAUGHTER = relative_id("邱小满", "小满", "")

PEOPLE = [
    WorldContact("c-guihua", "花开富贵", "桂花奶奶"),
    WorldContact("c-xiaoman", "小满"),
    WorldContact("c-couple", "老两口"),
    WorldContact("c-puyong", "志愿者-蒲勇"),
    WorldContact("c-qiping", "戚", "协调员戚萍"),
    WorldContact("c-stranger", "路过的人"),
]


@dataclass
class Clock:
    """Time that stands still until the test moves it."""

    moment: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.moment


@dataclass
class Group:
    """One running bot in its group, and what it heard."""

    bot: XiaoAn
    world: LocalWorld
    puppet: LocalPuppet
    directory: Directory
    channel: WechatChannel
    heard: list[Message] = field(default_factory=list)
    echoes: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, text: str, to: str = "room", mentions: tuple[str, ...] = (), file: str | None = None) -> str:
        return await self.channel.send(Outgoing(1, f"key-{text}-{to}", "reply", to, mentions, text, file))


def mode_and_bytes(path: str | None) -> tuple[int, bytes]:
    """A file's permissions and content."""
    assert path is not None
    return stat.S_IMODE(Path(path).stat().st_mode), Path(path).read_bytes()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(tmp_path / "bot.db", "试验社区", durable=False)
    yield found
    found.close()


@pytest.fixture
def directory(store: Store) -> Directory:
    return Directory(store, ROSTER)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[LocalWorld]:
    found = LocalWorld(tmp_path / "world" / "world.db", clock.now, topic="试验群")
    found.set_contacts(PEOPLE)
    yield found
    found.close()


@asynccontextmanager
async def running(
    world: LocalWorld,
    directory: Directory,
    clock: Clock,
    hear: Any = None,
    puppet: LocalPuppet | None = None,
    **more: Any,
) -> AsyncIterator[Group]:
    """The bot, online; stopped afterwards. `hear` is called after each message was noted."""
    puppet = puppet or LocalPuppet(world)
    heard: list[Message] = []
    echoes: list[tuple[str, str]] = []

    async def note(message: Message) -> None:
        heard.append(message)
        if hear is not None:
            await hear(message)

    bot = XiaoAn(
        puppet,
        more.pop("topic", "试验群"),
        note,
        directory,
        now=clock.now,
        echoed=lambda echo: echoes.append((echo.far_id, echo.text)),
        **more,
    )
    life = asyncio.create_task(bot.run())
    online = asyncio.create_task(bot.wait_online())
    try:
        async with asyncio.timeout(20):
            await asyncio.wait([life, online], return_when=asyncio.FIRST_COMPLETED)
            if life.done():
                await life
        yield Group(bot, world, puppet, directory, WechatChannel(bot, directory), heard, echoes)
    finally:
        online.cancel()
        await bot.stop()
        async with asyncio.timeout(20):
            await asyncio.gather(life, return_exceptions=True)


@pytest.fixture
async def group(world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path) -> AsyncIterator[Group]:
    async with running(world, directory, clock, media_dir=tmp_path / "media") as found:
        yield found
