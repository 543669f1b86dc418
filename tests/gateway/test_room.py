"""Finding the group, being invited into it, taken out of it, and seeing it renamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ports import NotConnected
from bot.wechat.link import Link
from data.store import Store

from .conftest import Bot, running
from .rig import BOT, ROOM, Rig


async def test_a_renamed_group_is_told_and_kept_also_after_a_restart(rig: Rig, store: Store, tmp_path: Path) -> None:
    link = Link.of(rig.endpoint, rig.token)
    async with running(link, store, tmp_path) as bot:
        assert (await bot.becomes("room-found")).room == ROOM
        await rig("topic", topic="试验群（新）")
        assert (await bot.becomes("room-renamed")).why == "试验群（新）"
        assert await bot.send("还在")
    async with running(link, store, tmp_path) as bot:
        assert (await bot.becomes("room-renamed")).room == ROOM
        assert await bot.send("还在")


async def test_who_is_taken_out_says_so_and_a_coordinator_brings_it_back(rig: Rig, bot: Bot) -> None:
    await rig("remove", contact=BOT)
    await bot.becomes("room-lost")
    with pytest.raises(NotConnected, match="not in its group"):
        await bot.send("在吗")
    await rig("invite", id="i-1", topic="试验群", **{"from": "c-qiping"})
    await bot.until(lambda: bot.wechat.room_id == ROOM, "back in the room")
    assert await bot.send("我回来了")
    await bot.becomes("invited")


@pytest.mark.parametrize("inviter, topic", [("c-puyong", "试验群"), ("c-stranger", "试验群"), ("c-qiping", "卖货群")])
async def test_other_invitations_are_told_and_not_accepted(rig: Rig, bot: Bot, inviter: str, topic: str) -> None:
    await rig("remove", contact=BOT)
    await bot.becomes("room-lost")
    await rig("invite", id="i-2", topic=topic, **{"from": inviter})
    assert (await bot.becomes("invite-refused")).detail == topic
    assert "accept" not in (await rig.state())["counts"]


async def test_outside_the_group_it_waits_and_private_words_still_go(rig: Rig, store: Store, tmp_path: Path) -> None:
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path, topic="没有这个群") as bot:
        await bot.becomes("room-missing")
        await rig("say", **{"from": "c-puyong"}, text="在吗", room="")
        await bot.hears(1)
        assert await bot.send("在", to="H1")


async def test_a_group_that_takes_the_name_later_is_found(rig: Rig, store: Store, tmp_path: Path) -> None:
    async with running(Link.of(rig.endpoint, rig.token), store, tmp_path, topic="新群名") as bot:
        await bot.becomes("room-missing")
        await rig("topic", topic="新群名")
        assert (await bot.becomes("room-found")).room == ROOM
        await rig("say", **{"from": "c-guihua"}, text="平安")
        assert [m.people for m in await bot.hears(1)] == [("A1",)]


async def test_after_a_break_a_renamed_group_is_still_heard(rig: Rig, bot: Bot) -> None:
    await rig("topic", topic="改名了")
    await bot.becomes("room-renamed")
    await rig("drop", mode="reset")
    await bot.becomes("offline")
    await bot.online()
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]
