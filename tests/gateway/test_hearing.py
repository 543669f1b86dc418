"""From today's gateway to the bot: every sort of message, byte for byte."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from bot.wechat.rooms import Seen
from tests.wechat.conftest import mode_and_bytes

from .conftest import Bot
from .rig import BOT, ROOM, Rig


async def test_a_word_in_the_room_arrives_with_time_alias_and_person(rig: Rig, bot: Bot) -> None:
    at = dt.datetime(2031, 3, 4, 2, 0, tzinfo=dt.UTC)
    said = await rig("say", **{"from": "c-guihua"}, text="今天挺好的", timestamp=int(at.timestamp() * 1000))
    [message] = await bot.hears(1)
    assert (message.id, message.at, message.sender) == (said["id"], at, "桂花奶奶")
    assert (message.people, message.text, message.to, message.contact) == (("A1",), "今天挺好的", "room", "c-guihua")


async def test_a_private_word_is_said_to_the_bot_and_other_rooms_are_not_heard(rig: Rig, bot: Bot) -> None:
    await rig("say", **{"from": "c-stranger"}, text="别的群", room="9002@chatroom")
    await rig("say", **{"from": "c-puyong"}, text="私下说", room="")
    [message] = await bot.hears(1)
    assert (message.text, message.to, message.people) == ("私下说", "bot", ("H1",))


async def test_mentions_arrive_as_the_names_that_the_room_shows(rig: Rig, bot: Bot) -> None:
    await rig("say", **{"from": "c-xiaoman"}, text="@小安\u2005@桂花奶奶\u2005好不好", mentions=[BOT, "c-guihua"])
    [message] = await bot.hears(1)
    assert message.mentions == ("小安", "桂花奶奶")
    assert message.text == "@小安 @桂花奶奶 好不好"


@pytest.mark.parametrize("kind, name", [("image", "照片.jpg"), ("video", "clip.mp4"), ("audio", "note.sil")])
@pytest.mark.parametrize("way", ["buffer", "base64", "url"])
@pytest.mark.parametrize("size", [900, 5_000_000])
async def test_files_arrive_byte_for_byte(rig: Rig, bot: Bot, kind: str, name: str, way: str, size: int) -> None:
    data = os.urandom(size) if size < 1000 else b""
    file = {"name": name, "kind": way} | ({"base64": base64.b64encode(data).decode()} if data else {"size": size})
    said = await rig("say", **{"from": "c-guihua"}, type=kind, file=file)
    [message] = await bot.hears(1)
    assert message.type == kind and message.file
    _, kept = mode_and_bytes(message.file)
    assert (len(kept), hashlib.sha256(kept).hexdigest()) == (size, said["sha256"])
    assert Path(message.file).suffix == Path(name).suffix


async def test_a_picture_whose_file_the_gateway_lost_is_heard_without_it(rig: Rig, bot: Bot) -> None:
    await rig("say", **{"from": "c-guihua"}, type="image", text="")
    [message] = await bot.hears(1)
    assert (message.type, message.file) == ("image", None)


@pytest.mark.parametrize(
    "text",
    [
        "#接龙\n报平安\n1. 牛桂花 平安\n2. 邱大年",
        "<msg><appmsg><title>#接龙\n报平安\n1. 牛桂花 平安\n2. 邱大年</title><type>53</type></appmsg></msg>",
        "<msg><appmsg><title><![CDATA[#接龙\n报平安\n1. 牛桂花 平安\n2. 邱大年]]></title></appmsg></msg>",
    ],
)
async def test_a_chain_is_read_as_its_text_plain_or_in_wechat_s_xml(rig: Rig, bot: Bot, text: str) -> None:
    await rig("say", **{"from": "c-puyong"}, type="groupnote", text=text)
    [message] = await bot.hears(1)
    assert (message.type, message.text) == ("text", "#接龙\n报平安\n1. 牛桂花 平安\n2. 邱大年")


@pytest.mark.parametrize("kind", ["attachment", "url", "unknown", "text", "groupnote"])
async def test_a_chain_or_a_quoting_reply_is_read_under_whatever_type_a_gateway_gives_it(
    rig: Rig, bot: Bot, kind: str
) -> None:
    chain = "<msg><appmsg><title>#接龙\n1. 牛桂花 平安</title><type>53</type></appmsg></msg>"
    quote = (
        "<msg><appmsg><title>她没事</title><type>57</type><refermsg><type>1</type><displayname>小满</displayname>"
        "<content>妈不接电话</content></refermsg></appmsg></msg>"
    )
    await rig("say", **{"from": "c-puyong"}, type=kind, text=chain)
    await rig("say", **{"from": "c-puyong"}, type=kind, text=quote)
    first, second = await bot.hears(2)
    assert (first.type, first.text) == ("text", "#接龙\n1. 牛桂花 平安")
    assert second.type == "text" and second.text.startswith("「小满：妈不接电话」\n- -")
    assert second.text.endswith("\n她没事")


async def test_emoticons_places_and_recalls_arrive_as_what_they_are(rig: Rig, bot: Bot) -> None:
    said = await rig("say", **{"from": "c-guihua"}, text="说错了")
    await rig("say", **{"from": "c-guihua"}, type="emoticon", text="<msg><emoji cdnurl='x'/></msg>")
    await rig("say", **{"from": "c-guihua"}, type="location", text="<msg><location x='1' y='2'/></msg>")
    await rig("say", **{"from": "c-guihua"}, type="recalled", text=said["id"])
    heard = await bot.hears(4)
    assert [(m.type, m.text) for m in heard[1:]] == [("emoticon", ""), ("location", ""), ("recalled", said["id"])]


async def test_a_nudge_a_post_and_what_nobody_knows_are_not_said_by_anybody(rig: Rig, bot: Bot) -> None:
    for kind, text in [
        ("text", '"桂花奶奶" 拍了拍我'),
        ("text", '我拍了拍 "小满" 的肩膀'),
        ("unknown", '"小满" 拍了拍 "桂花奶奶"'),
        ("text", '<sysmsg type="pat"><pat></pat></sysmsg>'),
        ("post", "朋友圈"),
        ("unknown", ""),
        ("url", "https://example.com"),
    ]:
        await rig("say", **{"from": "c-guihua"}, type=kind, text=text)
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]


async def test_somebody_telling_of_a_pat_on_the_shoulder_is_heard(rig: Rig, bot: Bot) -> None:
    await rig("say", **{"from": "c-xiaoman"}, text="我爸拍了拍我的肩膀说他没事")
    assert (await bot.hears(1))[0].text == "我爸拍了拍我的肩膀说他没事"


async def test_who_joins_is_met_and_a_new_alias_counts_from_the_next_message(rig: Rig, bot: Bot) -> None:
    await rig("join", contact="c-new", name="还没进群")
    await bot.until(lambda: bot.directory.contact_for("H3") == "c-new", "the new member is bound")
    await rig("alias", contact="c-stranger", alias="楼上老周")
    await rig("say", **{"from": "c-stranger"}, text="大家好")
    assert (await bot.hears(1))[0].sender == "楼上老周"


async def test_who_leaves_is_no_trouble_and_can_come_back(rig: Rig, bot: Bot) -> None:
    await rig("remove", contact="c-stranger")
    await rig("say", **{"from": "c-guihua"}, text="平安")
    await bot.hears(1)
    await rig("join", contact="c-stranger", name="路过的人")
    await rig("say", **{"from": "c-stranger"}, text="我回来了")
    assert (await bot.hears(2))[1].sender == "路过的人"
    assert bot.wechat.room_id == ROOM and not [s for s in bot.states if s.kind == "room-lost"]


async def test_events_that_make_no_sense_end_nothing(rig: Rig, bot: Bot) -> None:
    for event, payload in [
        ("error", {"data": "x", "gerror": "{}"}),
        ("heartbeat", {}),
        ("ready", {}),
        ("message", {}),
        ("login", {}),
        ("room-topic", {"roomId": ROOM}),
        ("scan", {"status": 99}),
        ("room-leave", {"removeeIdList": None}),
    ]:
        await rig("emit", event=event, payload=payload)
    await rig("say", **{"from": "c-guihua"}, text="平安")
    assert [m.text for m in await bot.hears(1)] == ["平安"]
    assert bot.wechat.online


async def test_a_burst_is_heard_whole_once_and_in_order(rig: Rig, bot: Bot) -> None:
    await rig("bulk", n=600, **{"from": ["c-guihua", "c-xiaoman", "c-puyong"]}, prefix="b")
    heard = await bot.hears(600)
    assert [m.text for m in heard] == [f"b-{n}" for n in range(600)]


async def test_while_many_messages_wait_a_name_is_asked_for_once(rig: Rig, bot: Bot) -> None:
    """After an outage hundreds come at once: each is heard under its sender's name, without a question for each."""
    asked: list[str] = []
    look_up = bot.wechat._look_up

    async def counted(contact_id: str) -> Seen:
        asked.append(contact_id)
        return await look_up(contact_id)

    bot.wechat._look_up = counted  # type: ignore[method-assign]
    await rig("bulk", n=60, prefix="many", **{"from": ["c-puyong", "c-stranger"]})
    await bot.until(lambda: len(bot.heard) == 60, "all of them")
    assert len(asked) < 30
    assert len({m.sender for m in bot.heard}) == 2
