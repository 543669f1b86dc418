"""XiaoAn over the real gateway from npm: a process per session, its world put back before each test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.model import Message
from bot.ports import Outgoing
from bot.wechat.bot import XiaoAn
from bot.wechat.channel import WechatChannel
from bot.wechat.link import Link
from bot.wechat.rooms import Directory
from bot.wechat.service import ServicePuppet
from bot.wechat.state import WechatState
from data.store import Store
from tests.wechat.conftest import NOW, ROSTER, Clock

from .rig import Rig, node

collect_ignore = ["node_modules"]
PATIENCE = 30.0


@pytest.fixture(scope="session")
def gateway_here() -> None:
    if node() is None:
        why = "the gateway's Node packages are not installed (tests/gateway/install.sh)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def process(gateway_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    found = Rig(tmp_path_factory.mktemp("gateway"))
    yield found
    found.close()


@pytest.fixture
async def rig(process: Rig) -> Rig:
    await process("reset")
    return process


def files_in(folder: Path) -> dict[Path, bytes]:
    """Every file there but the database's."""
    found = [p for p in folder.rglob("*") if p.is_file() and not p.suffix.startswith(".db")]
    return {p: p.read_bytes() for p in found}


class Quick(ServicePuppet):
    """The real thing with short waits, so that the tests need seconds where life takes half a minute."""

    beat = 0.6
    login_grace = 0.5
    stream_seconds = 1.0
    first_wait, longest_wait = 0.1, 0.4


@dataclass
class Bot:
    """A running bot, what it heard and what it told about itself."""

    wechat: XiaoAn
    puppet: ServicePuppet
    channel: WechatChannel
    directory: Directory
    heard: list[Message] = field(default_factory=list)
    states: list[WechatState] = field(default_factory=list)
    echoes: list[tuple[str, str]] = field(default_factory=list)
    friends: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def until(self, true: Callable[[], object], what: str = "", patience: float = PATIENCE) -> None:
        """Wait for something to become true, for a bounded time (seconds)."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    if true():
                        return
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"never came true: {what}; states {self.states[-6:]}; heard {len(self.heard)}")

    async def hears(self, count: int) -> list[Message]:
        await self.until(lambda: len(self.heard) >= count, f"{count} messages heard")
        assert len(self.heard) == count
        return self.heard

    async def becomes(self, kind: str) -> WechatState:
        await self.until(lambda: any(s.kind == kind for s in self.states), kind)
        return next(s for s in reversed(self.states) if s.kind == kind)

    async def online(self) -> None:
        await self.until(lambda: self.wechat.online, "online")

    async def send(self, text: str, to: str = "room", mentions: tuple[str, ...] = (), file: str | None = None) -> str:
        return await self.channel.send(Outgoing(1, f"key-{text}-{to}", "reply", to, mentions, text, file))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(tmp_path / "bot.db", "试验社区", durable=False)
    yield found
    found.close()


@asynccontextmanager
async def running(
    link: Link, store: Store, tmp_path: Path, *, wait: bool = True, puppet: type[ServicePuppet] = Quick, **more: Any
) -> AsyncIterator[Bot]:
    """A bot over this link; stopped afterwards."""
    clock = Clock(NOW)
    directory = Directory(store, ROSTER)
    heard: list[Message] = []
    states: list[WechatState] = []
    echoes: list[tuple[str, str]] = []
    friends: list[str] = []
    lost: list[str] = []

    async def hear(message: Message) -> None:
        heard.append(message)

    service = puppet(link)
    wechat = XiaoAn(
        service,
        more.pop("topic", "试验群"),
        hear,
        directory,
        now=clock.now,
        media_dir=tmp_path / "media",
        echoed=lambda echo: echoes.append((echo.far_id, echo.text)),
        on_state=states.append,
        on_friend=friends.append,
        on_lost=lost.append,
        **more,
    )
    wechat.retry_after = (0.2, 0.5, 1.0, 2.0)
    life = asyncio.create_task(wechat.run())
    bot = Bot(wechat, service, WechatChannel(wechat, directory), directory, heard, states, echoes, friends, lost)
    try:
        if wait:
            await bot.online()
        yield bot
        assert not life.done(), "the bot ended by itself"
    finally:
        await wechat.stop()
        async with asyncio.timeout(20):
            await asyncio.gather(life, return_exceptions=True)


@pytest.fixture
async def bot(rig: Rig, store: Store, tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path) as found:
        yield found
