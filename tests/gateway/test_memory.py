"""Months without growth: what each message leaves behind in the bot is nothing, or has a bound (`make bench` runs longer)."""

from __future__ import annotations

import gc
import logging

import pytest

from bot.model import Message

from .conftest import Bot
from .rig import Rig

SENDERS = ["c-guihua", "c-xiaoman", "c-puyong"]
FIRST, MORE = 300, 900


async def test_a_message_leaves_no_object_behind(rig: Rig, bot: Bot) -> None:
    heard = 0

    async def hear(message: Message) -> None:
        nonlocal heard
        heard += 1

    async def burst(prefix: str, count: int, total: int) -> int:
        await rig("bulk", n=count, prefix=prefix, **{"from": SENDERS})
        await bot.until(lambda: heard >= total, f"{total} messages", patience=60)
        await bot.wechat._settled()
        await rig("forget")
        gc.collect()
        return len(gc.get_objects())

    bot.wechat._hear = hear
    listeners = [bot.puppet.listener_count(event) for event in ("message", "login", "logout", "scan")]
    before = await burst("mem-a", FIRST, FIRST)
    after = await burst("mem-b", MORE, FIRST + MORE)
    assert after - before < MORE // 4, "objects that live on, of 900 messages"
    assert [bot.puppet.listener_count(event) for event in ("message", "login", "logout", "scan")] == listeners
    assert not bot.wechat._turns and not bot.puppet._tasks


async def test_breaks_leave_nothing_behind(rig: Rig, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)  # what is logged is kept for the report of the test

    async def breaks(count: int) -> int:
        for _ in range(count):
            bot.states.clear()
            bot.puppet.again("a test")
            await bot.until(lambda: any(s.kind == "online" for s in bot.states), "connected again")
        gc.collect()
        return len(gc.get_objects())

    bot.puppet.first_wait = bot.puppet.longest_wait = 0.01
    before = await breaks(5)
    after = await breaks(20)
    assert after - before < 20 * 20, "objects that live on, of 20 connections"
