from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot.web.live import stream
from bot.wechat.world import LocalWorld
from tests.web.stage import ZONE, named


class Stream:
    """One open page: the next event as (name, id, data)."""

    def __init__(self, world: LocalWorld, viewer: str = "", after: int = 0) -> None:
        self.closing = asyncio.Event()
        self.told: dict[str, Any] = {"now": "2026-03-10T08:00:00.000+08:00", "rate": 1.0, "next_due": None}
        self.parts: AsyncIterator[bytes] = stream(world, viewer, after, ZONE, lambda: dict(self.told), self.closing)

    async def next(self) -> tuple[str, int | None, Any]:
        async with asyncio.timeout(5):
            while True:
                part = (await anext(self.parts)).decode()
                lines = dict(line.split(": ", 1) for line in part.strip().splitlines())
                if "event" in lines:
                    number = int(lines["id"]) if "id" in lines else None
                    return lines["event"], number, json.loads(lines["data"])


async def test_a_page_hears_the_room_and_its_own_private_chat_and_only_a_knock_of_others(world: LocalWorld) -> None:
    me, other = named(world, "小康").id, named(world, "雪梅").id
    page = Stream(world, me)
    assert (await page.next())[0] == "state"
    await world.say(other, "大家早")
    await world.say(world.BOT, "给您的私话", chat=me)
    await world.say(world.BOT, "给别人的私话", chat=other)
    await world.say(other, "别人的回话", chat=other)
    await world.say(other, "群里再说")
    heard = [await page.next() for _ in range(4)]
    assert [(name, number) for name, number, _ in heard] == [
        ("message", 1),
        ("message", 2),
        ("knock", 3),
        ("message", 5),
    ]
    assert heard[0][2]["text"] == "大家早" and heard[1][2]["chat"] == "bot"
    assert heard[2][2] == {"id": other, "seq": 3}


async def test_a_page_that_was_away_goes_on_from_the_last_it_saw(world: LocalWorld) -> None:
    sender = named(world, "雪梅").id
    for n in range(450):
        await world.say(sender, f"第{n}句")
    page = Stream(world, after=100)
    heard = [(await page.next())[1] for _ in range(350)]
    assert heard == list(range(101, 451))


async def test_a_recall_is_told_without_the_words(world: LocalWorld) -> None:
    sender = named(world, "雪梅").id
    said = await world.say(sender, "说错的话")
    await world.recall(sender, said.id)
    page = Stream(world)
    first, second = await page.next(), await page.next()
    assert first[2]["recalled"] is True and first[2]["text"] == ""
    assert second[2]["type"] == "recalled" and second[2]["text"] == said.id


async def test_a_change_of_the_clock_is_told(world: LocalWorld) -> None:
    page = Stream(world)
    await page.next()
    page.told["next_due"] = "2026-03-10T08:30:00.000+08:00"
    assert (await page.next())[2]["next_due"] == "2026-03-10T08:30:00.000+08:00"
    page.told["now"] = "2026-03-10T09:00:00.000+08:00"
    assert (await page.next())[2]["now"].startswith("2026-03-10T09")


async def test_a_stream_ends_when_the_program_stops_and_is_forgotten(world: LocalWorld) -> None:
    page = Stream(world)
    await page.next()
    page.closing.set()
    assert [part async for part in page.parts] == []
    page = Stream(world)
    await page.next()
    await page.parts.aclose()  # type: ignore[attr-defined]
    assert world.listeners == 0
