"""From the outbox through today's gateway."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from bot.ports import NotAFriend, NotConnected, SendError
from bot.wechat import channel
from bot.wechat.link import Link
from data.store import Store

from .conftest import Bot, running
from .rig import ROOM, Rig


async def test_mentions_are_real_and_carry_the_room_s_alias(rig: Rig, bot: Bot) -> None:
    far_id = await bot.send("请看一看", mentions=("A1", "contact:c-stranger"))
    [said] = await rig.sent()
    assert (said["id"], said["to"], said["mentions"]) == (far_id, ROOM, ["c-guihua", "c-stranger"])
    assert said["text"] == "@桂花奶奶\u2005@路过的人\u2005 请看一看"


async def test_a_private_word_goes_to_one_person(rig: Rig, bot: Bot) -> None:
    await bot.send("地址在这里", to="H1")
    [said] = await rig.sent()
    assert (said["to"], said["text"]) == ("c-puyong", "地址在这里")


async def test_who_is_no_friend_cannot_be_written_to_but_mentioned(rig: Rig, bot: Bot) -> None:
    await rig("friend", contact="c-puyong", friend=False)
    with pytest.raises(NotAFriend) as caught:
        await bot.send("私下", to="H1")
    assert caught.value.permanent
    await bot.send("请看一看", mentions=("H1",))
    assert [s["mentions"] for s in await rig.sent()] == [["c-puyong"]]


async def test_a_gateway_that_marks_no_friends_is_asked_for_its_contacts(rig: Rig, bot: Bot) -> None:
    await rig("friend", contact="c-puyong", friend=False, listed=True)
    assert await bot.send("地址在这里", to="H1")


@pytest.mark.parametrize("size", [700, 200_000, 6_000_000])
async def test_files_are_sent_byte_for_byte(rig: Rig, bot: Bot, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "小结.png").write_bytes(data)
    await bot.send("今天的", file=str(tmp_path / "小结.png"))
    file, text = await rig.sent()
    assert (file["name"], file["bytes"]) == ("小结.png", size)
    assert file["sha256"] == hashlib.sha256(data).hexdigest()
    assert text["text"] == "今天的"


@pytest.mark.parametrize("name", ["名单.xlsx", "小结.pdf", "备份.zip", "无后缀", "带 空格的'引号\".csv"])
@pytest.mark.parametrize("to, where", [("room", ROOM), ("H1", "c-puyong")])
async def test_any_file_can_be_sent_under_its_name(
    rig: Rig, bot: Bot, tmp_path: Path, name: str, to: str, where: str
) -> None:
    data = os.urandom(300_000)
    (tmp_path / name).write_bytes(data)
    await bot.send("", to=to, file=str(tmp_path / name))
    [file] = await rig.sent()
    assert (file["to"], file["name"], file["sha256"]) == (where, name, hashlib.sha256(data).hexdigest())


async def test_own_messages_come_back_as_echoes_and_are_not_heard(rig: Rig, bot: Bot) -> None:
    far_id = await bot.send("大家早上好")
    await bot.until(lambda: bot.echoes, "an echo")
    assert bot.echoes == [(far_id, "大家早上好")]
    assert bot.heard == []


async def test_a_message_without_an_answer_that_came_back_is_not_sent_twice(
    rig: Rig, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "TEXT_SECONDS", 0.3)
    await rig("slow", ms=3000)
    with pytest.raises(SendError) as caught:
        await bot.send("只说一次", mentions=("A1",))
    assert not caught.value.permanent
    await bot.until(lambda: bot.echoes, "an echo")
    await rig("slow", ms=0)
    assert await bot.send("只说一次", mentions=("A1",)) == bot.echoes[0][0]
    assert len(await rig.sent()) == 1


async def test_while_the_gateway_is_away_sending_fails_for_now(rig: Rig, bot: Bot) -> None:
    await rig("drop", mode="refuse")
    await bot.becomes("offline")
    with pytest.raises(NotConnected) as caught:
        await bot.send("在吗")
    assert not caught.value.permanent
    await rig("up")
    await bot.online()
    assert await bot.send("在吗")


async def test_what_the_gateway_says_of_an_error_never_gets_into_ours(rig: Rig, bot: Bot) -> None:
    await rig("logout")
    await bot.becomes("logged-out")
    bot.wechat.online = True  # as if the logout had not arrived yet
    with pytest.raises(SendError) as caught:
        await bot.send("悄悄话")
    assert "MessageSendText" in str(caught.value)
    assert "not logged in" not in str(caught.value) and ".js" not in str(caught.value)


async def test_topic_and_alias_are_really_set(rig: Rig, bot: Bot) -> None:
    await bot.puppet.room_topic(ROOM, "新名字")
    assert (await rig.state())["topic"] == "新名字"
    assert (await bot.puppet.room_payload(ROOM)).topic == "新名字"
    await bot.puppet.contact_alias("c-puyong", "老蒲")
    assert await bot.puppet.contact_alias("c-puyong") == "老蒲"


async def test_a_gateway_that_gives_no_ids_can_be_sent_through(
    gateway_here: None, store: Store, tmp_path: Path
) -> None:
    rig = await asyncio.to_thread(Rig, tmp_path / "rig", "--noids")
    try:
        async with running(Link.of(rig.endpoint, rig.token), store, tmp_path) as bot:
            assert await bot.send("你好") == ""
            assert [s["text"] for s in await rig.sent()] == ["你好"]
    finally:
        await asyncio.to_thread(rig.close)
