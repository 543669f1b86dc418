"""What waited while the bot was busy is heard in one go: in order, all of it or nothing, each message on its own merits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.model import Message
from bot.wechat.local import LocalPuppet
from bot.wechat.rooms import Directory
from bot.wechat.world import LocalWorld

from .conftest import Clock, Group, running


class Slow(LocalPuppet):
    """While `busy` is not set, nothing can be learned of a message: the rest piles up behind it."""

    def __init__(self, world: LocalWorld) -> None:
        super().__init__(world)
        self.busy = asyncio.Event()
        self.busy.set()
        self.slow = 0.0  # seconds that the next look at a member takes

    async def room_member_payload(self, room_id: str, contact_id: str) -> Any:
        slow, self.slow = self.slow, 0.0
        await asyncio.sleep(slow)
        return await super().room_member_payload(room_id, contact_id)

    async def message_payload(self, message_id: str) -> Any:
        await self.busy.wait()
        return await super().message_payload(message_id)


class Heaps:
    """`hear` and `together` of a bot: what was heard in each go. `kept` holds what was not undone."""

    def __init__(self) -> None:
        self.kept: list[list[Message]] = []
        self.began = 0
        self.fails: Callable[[], None] = lambda: None  # called at the end of each go
        self.act: Callable[[Message], None] = lambda message: None
        self._open: list[Message] | None = None

    @contextlib.contextmanager
    def together(self, waiting: int) -> Iterator[None]:
        assert self._open is None
        assert waiting > 0
        self._open, self.began = [], self.began + 1
        try:
            yield
            self.fails()
            self.kept.append(self._open)
        finally:
            self._open = None

    def hear(self, message: Message) -> None:
        assert self._open is not None, "heard outside"
        self.act(message)
        self._open.append(message)

    @property
    def texts(self) -> list[list[str]]:
        return [[m.text for m in heap] for heap in self.kept]


@asynccontextmanager
async def piling(
    world: LocalWorld, directory: Directory, clock: Clock, **more: Any
) -> AsyncIterator[tuple[Group, Heaps]]:
    heaps, puppet = Heaps(), Slow(world)
    async with running(world, directory, clock, puppet=puppet, together=heaps.together, **more) as group:
        group.bot._hear = heaps.hear
        group.bot.retry_after = (0.01,)
        yield group, heaps


async def _say(group: Group, *said: tuple[str, str]) -> None:
    """All of it while the bot is busy with the first."""
    puppet = group.puppet
    assert isinstance(puppet, Slow)
    puppet.busy.clear()
    saying = []
    for who, text in said:
        more = {"type": "image", "file": text} if text.endswith(".jpg") else {"text": text}
        saying.append(asyncio.create_task(group.world.say(who, more.pop("text", ""), **more)))
        await asyncio.sleep(0)
    while group.bot._inbox.qsize() < len(said) - 1:  # noqa: ASYNC110 - the first is taken up
        await asyncio.sleep(0.01)
    puppet.busy.set()
    async with asyncio.timeout(20):
        await asyncio.gather(*saying)


async def test_what_waited_is_heard_in_one_go_and_in_order(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    async with piling(world, directory, clock) as (group, heaps):
        said = [("c-guihua", "平安"), *(("c-xiaoman", f"第{n}句") for n in range(8)), ("c-puyong", "收到")]
        await _say(group, *said)
        assert [text for heap in heaps.texts for text in heap] == [text for _, text in said]
        assert len(heaps.kept) == 2, "the first alone, and then what had come meanwhile"


async def test_nobody_may_speak_to_the_end_of_a_word_that_was_not_kept(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    """While the database cannot be written, nothing of the heap is heard; then all of it, once, in order."""
    failures = 3

    def fails() -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise sqlite3.OperationalError("database is locked")

    async with piling(world, directory, clock) as (group, heaps):
        heaps.fails = fails
        await _say(group, ("c-guihua", "平安"), ("c-xiaoman", "我爸摔了"), ("c-puyong", "我去"))
        assert [text for heap in heaps.texts for text in heap] == ["平安", "我爸摔了", "我去"]
        assert heaps.began == 5


async def test_one_message_that_breaks_keeps_nobody_from_being_heard(
    world: LocalWorld, directory: Directory, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def act(message: Message) -> None:
        if message.text == "坏":
            raise ValueError("门禁密码是五七九")

    async with piling(world, directory, clock) as (group, heaps):
        heaps.act = act
        await _say(group, ("c-guihua", "平安"), ("c-puyong", "早"), ("c-xiaoman", "坏"), ("c-xiaoman", "我爸摔了"))
        assert [text for heap in heaps.texts for text in heap] == ["平安", "早", "我爸摔了"]
        assert "could not be handled: ValueError" in caplog.text and "密码" not in caplog.text


async def test_where_the_end_fails_for_good_each_is_tried_alone(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    """What could not be kept together, whatever it is, does not take the others with it."""
    async with piling(world, directory, clock) as (group, heaps):

        def fails() -> None:
            if any(m.text == "坏" for m in heaps._open or ()):
                raise ValueError("it can never be kept")

        heaps.fails = fails
        await _say(group, ("c-guihua", "平安"), ("c-puyong", "早"), ("c-xiaoman", "坏"), ("c-xiaoman", "我爸摔了"))
        assert heaps.texts == [["平安"], ["早"], ["我爸摔了"]]


async def test_who_somebody_is_is_decided_when_it_is_their_turn(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    """A coordinator's word on who somebody is holds for what that person said right after it."""

    def act(message: Message) -> None:
        if message.text == "绑定":
            directory.bind("c-stranger", "H3")

    async with piling(world, directory, clock) as (group, heaps):
        heaps.act = act
        await _say(group, ("c-guihua", "平安"), ("c-stranger", "早"), ("c-qiping", "绑定"), ("c-stranger", "我是小周"))
        people = {m.text: m.people for heap in heaps.kept for m in heap}
        assert (people["早"], people["我是小周"]) == ((), ("H3",))
        assert len(heaps.kept) == 2


async def test_a_picture_stands_between_the_words_of_the_same_person_and_of_nobody_else(
    world: LocalWorld, directory: Directory, clock: Clock, tmp_path: Path
) -> None:
    picture = tmp_path / "p.jpg"
    picture.write_bytes(os.urandom(2000))
    async with piling(world, directory, clock, media_dir=tmp_path / "m") as (group, heaps):

        def act(message: Message) -> None:
            if message.text == "平安":
                group.puppet.slow = 0.5  # type: ignore[attr-defined]  # so that her picture could overtake her words

        heaps.act = act
        hers = [("c-xiaoman", "看"), ("c-xiaoman", str(picture)), ("c-xiaoman", "拍好了")]
        await _say(group, ("c-guihua", "平安"), *hers, ("c-puyong", "收到"))
        heard = [m for heap in heaps.kept for m in heap]
        assert [m.text or m.type for m in heard if m.contact == "c-xiaoman"] == ["看", "image", "拍好了"]
        assert [m.text for m in heard if m.contact != "c-xiaoman"] == ["平安", "收到"]
        assert heard[-1].text == "拍好了", "who sent no picture did not wait for it"


async def test_own_messages_that_came_back_are_part_of_it(
    world: LocalWorld, directory: Directory, clock: Clock
) -> None:
    async with piling(world, directory, clock) as (group, heaps):
        puppet = group.puppet
        assert isinstance(puppet, Slow)
        puppet.busy.clear()
        first = asyncio.create_task(world.say("c-guihua", "平安"))
        await asyncio.sleep(0.05)
        sent = await group.send("大家早")
        second = asyncio.create_task(world.say("c-xiaoman", "早"))
        await asyncio.sleep(0.05)
        puppet.busy.set()
        await asyncio.gather(first, second)
        assert [far_id for far_id, _ in group.echoes] == [sent]
        assert heaps.texts == [["平安"], ["早"]] and heaps.began == 2


async def test_a_listener_that_would_wait_is_refused_and_told(
    world: LocalWorld, directory: Directory, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async def waits() -> None: ...

    async with piling(world, directory, clock) as (group, _heaps):
        waiting = waits()
        group.bot._hear = lambda message: waiting
        await world.say("c-guihua", "平安")
        waiting.close()
    assert "TypeError" in caplog.text
