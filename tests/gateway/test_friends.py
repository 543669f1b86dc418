"""Only friends can be written to: who may become one, and what happens to words for those who are none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from bot.config import Day, Pace, Settings
from bot.engine import Engine
from bot.wechat.link import Link
from data import outbox, roster
from data.store import Store
from tests.wechat.conftest import ROSTER

from .conftest import Bot, running
from .rig import ROOM, Rig

NOW = dt.datetime(2031, 3, 4, 0, 40, tzinfo=dt.UTC)
SETTINGS = Settings(
    community="试验社区",
    pace=Pace(gap_seconds=0, per_minute=600, per_day=10_000),
    day=Day(quiet=(dt.time(3), dt.time(3))),
)


async def test_who_is_in_the_group_may_become_a_friend(rig: Rig, bot: Bot) -> None:
    await rig("friend", contact="c-xiaoman", friend=False)
    await rig("befriend", id="f-1", type=2, **{"from": "c-xiaoman"})
    await bot.becomes("befriended")
    await bot.until(lambda: len(bot.friends) == 2, "told at the acceptance and at the confirmation")
    assert set(bot.friends) == {"c-xiaoman"}
    assert (await rig.state())["counts"]["befriend"] == 1


async def test_others_are_left_to_a_person(rig: Rig, bot: Bot) -> None:
    await rig("remove", contact="c-stranger")
    await rig("befriend", id="f-2", type=2, **{"from": "c-stranger"})
    await bot.becomes("friend-refused")
    assert "befriend" not in (await rig.state())["counts"] and not bot.friends


async def test_words_for_somebody_who_is_no_friend_become_a_mention_and_go_out_once_he_is(
    rig: Rig, store: Store, tmp_path: Path
) -> None:
    roster.save(store, ROSTER, NOW)
    await rig("friend", contact="c-puyong", friend=False)
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path) as bot:
        engine = Engine(store, SETTINGS, bot.channel)
        await engine.start(NOW)
        for n in range(2):
            outbox.put(store, NOW, f"private-{n}", "alert", "H1", f"地址在河边{n}号", elders=["A1"])
        outbox.put(store, NOW, "answer", "reply", "H1", "今天都好")
        await engine.wake(NOW)
        await engine.wake(NOW)
        [asked] = [s for s in await rig.sent() if s["to"] == ROOM]
        assert asked["mentions"] == ["c-puyong"] and "好友" in asked["text"] and "河边" not in asked["text"]
        later = NOW + dt.timedelta(minutes=30)
        outbox.put(store, later, "private-2", "alert", "H1", "地址在河边2号", elders=["A1"])
        await engine.wake(later)
        await engine.wake(later)
        assert len([s for s in await rig.sent() if s["to"] == ROOM]) == 1, "asked once"

        await rig("befriend", id="f-3", type=2, **{"from": "c-puyong"})
        await bot.until(lambda: bot.friends, "a new friend")
        assert engine.outbox.befriended(bot.directory.addresses_of("c-puyong"), later) == 3
        await engine.wake(later)
        told = [s["text"] for s in await rig.sent() if s["to"] == "c-puyong"]
        assert told == [f"地址在河边{n}号" for n in range(3)], "an answer of half an hour ago is not worth it"
