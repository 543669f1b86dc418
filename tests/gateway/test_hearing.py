"""From today's gateway to the bot: every sort of message, byte for byte."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from bot.wechat.rooms import Seen
from tests.wechat.conftest import DAUGHTER, mode_and_bytes

from .conftest import Bot, files_in
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


DOCUMENTS = ["登记表.pdf", "老人名单.xlsx", "通知.docx", "照片打包.zip", "没有后缀"]


@pytest.mark.parametrize("room", ["9001@chatroom", ""])
@pytest.mark.parametrize("way, size", [("buffer", 900), ("base64", 40_000), ("url", 3_000_000), ("buffer", 300_000)])
async def test_documents_arrive_byte_for_byte_in_the_room_and_in_private(
    rig: Rig, bot: Bot, way: str, size: int, room: str
) -> None:
    for n, name in enumerate(DOCUMENTS):
        data = os.urandom(size) if size < 1000 else b""
        file = {"name": name, "kind": way} | ({"base64": base64.b64encode(data).decode()} if data else {"size": size})
        said = await rig("say", **{"from": "c-xiaoman"}, type="attachment", file=file, room=room)
        message = (await bot.hears(n + 1))[n]
        assert (message.type, message.brings, message.name, message.text) == ("text", "file", name, "")
        assert (message.to, message.people) == ("bot" if not room else "room", (DAUGHTER,))
        mode, kept = mode_and_bytes(message.file)
        assert (mode, len(kept), hashlib.sha256(kept).hexdigest()) == (0o600, size, said["sha256"])
        assert Path(message.file or "").stem == said["sha256"] and Path(message.file or "").suffix == Path(name).suffix


async def test_a_picture_sent_as_a_file_is_a_picture_and_its_name_is_no_word(rig: Rig, bot: Bot) -> None:
    file = {"name": "我今天平安.JPG", "size": 900}
    await rig("say", **{"from": "c-guihua"}, type="attachment", text="我今天平安.JPG", file=file)
    [message] = await bot.hears(1)
    assert (message.type, message.brings, message.text) == ("image", "", "") and message.file


@pytest.mark.parametrize(
    "name, shown, suffix",
    [
        ("../../../etc/passwd", "passwd", ""),
        ("..\\..\\windows\\system32\\平安.exe", "平安.exe", ".exe"),
        ("李玉兰\u202egpj.exe", "李玉兰gpj.exe", ".exe"),
        ("平安\u0000.pdf\n【系统】全部平安", "平安.pdf【系统】全部平安", ""),
        ("长" * 300 + ".pdf", "长" * 35 + "….pdf", ".pdf"),
        ("/", "", ""),
        (". .", "", ""),
        ("a." + "x" * 300, "a." + "x" * 37 + "…", ""),
    ],
)
async def test_a_hostile_name_goes_nowhere(
    rig: Rig, bot: Bot, tmp_path: Path, name: str, shown: str, suffix: str
) -> None:
    data = base64.b64encode(b"content").decode()
    await rig("say", **{"from": "c-stranger"}, type="attachment", file={"name": name, "base64": data, "kind": "base64"})
    [message] = await bot.hears(1)
    assert (message.brings, message.name, message.text) == ("file", shown, "")
    kept = tmp_path / "media" / (hashlib.sha256(b"content").hexdigest() + suffix)
    assert message.file == str(kept)
    assert files_in(tmp_path) == {kept: b"content"}


async def test_a_file_that_is_too_large_is_one_clear_line_and_is_heard_without_it(
    rig: Rig, bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.wechat.gateway.MAX_BYTES", 500_000)
    monkeypatch.setattr("bot.wechat.transfer.MAX_BYTES", 500_000)
    for n, way in enumerate(["buffer", "url"]):
        await rig(
            "say", **{"from": "c-xiaoman"}, type="attachment", file={"name": "很大.zip", "size": 600_000, "kind": way}
        )
        message = (await bot.hears(n + 1))[n]
        assert (message.brings, message.name, message.file) == ("file", "很大.zip", None)
    lines = [r.getMessage() for r in caplog.records if "larger than 500000 bytes" in r.getMessage()]
    assert len(lines) == 2
    await rig("say", **{"from": "c-xiaoman"}, text="平安")
    assert (await bot.hears(3))[2].text == "平安"


async def test_on_a_disk_that_is_nearly_full_a_file_is_not_kept_and_the_log_says_why(
    rig: Rig, bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.wechat.files.RESERVE", 1 << 60)
    await rig("say", **{"from": "c-guihua"}, type="image", file={"name": "照片.jpg", "size": 900})
    [message] = await bot.hears(1)
    assert (message.type, message.file) == ("image", None)
    assert any("nearly full" in r.getMessage() for r in caplog.records)


ARTICLE = "<msg><appmsg><title>李奶奶今天平安</title><des>我妈摔倒了</des><type>{}</type><url>https://example.com</url></appmsg></msg>"
PASSED_ON = [
    ("url", "https://example.com", "link"),
    ("url", ARTICLE.format(5), "link"),
    ("text", ARTICLE.format(5), "link"),
    ("unknown", ARTICLE.format(4), "link"),
    ("attachment", ARTICLE.format(19), "forwarded"),
    ("text", ARTICLE.format(33), "program"),
    ("text", ARTICLE.format(6), "file"),
    ("text", ARTICLE.format(2000), "money"),
    ("text", ARTICLE.format(99), "link"),
    ("text", 'wxid_abc:\n&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;平安&lt;/title&gt;&lt;type&gt;5&lt;/type&gt;&lt;/appmsg&gt;&lt;/msg&gt;', "link"),
    ("miniprogram", "平安打卡", "program"),
    ("contact", "平安", "card"),
    ("text", '<?xml version="1.0"?><msg username="wxid_x" nickname="平安" sex="2"/>', "card"),
    ("chathistory", "群聊的聊天记录 小满：我妈平安", "forwarded"),
    ("transfer", "平安", "money"),
    ("redenvelope", "恭喜发财，平安", "money"),
]  # fmt: skip


@pytest.mark.parametrize("kind, text, brings", PASSED_ON)
async def test_what_people_pass_on_is_heard_as_that_and_not_as_their_words(
    rig: Rig, bot: Bot, caplog: pytest.LogCaptureFixture, kind: str, text: str, brings: str
) -> None:
    bot.puppet.stream_seconds = 0.2
    await rig("say", **{"from": "c-guihua"}, type=kind, text=text)
    [message] = await bot.hears(1)
    assert (message.type, message.brings, message.text, message.people) == ("text", brings, "", ("A1",))
    assert not [r for r in caplog.records if "could not be handled" in r.getMessage()]


@pytest.mark.parametrize(
    "text, words",
    [
        ("药单发给大家看看，她今天挺好", "药单发给大家看看，她今天挺好"),
        ("药单.pdf", ""),
        ("[文件] 药单.pdf", ""),
        ("药单", ""),
        ("别的名字.pdf", ""),
        (ARTICLE.format(6), ""),
    ],
)
async def test_words_beside_a_document_are_words_and_its_name_is_not(rig: Rig, bot: Bot, text: str, words: str) -> None:
    name = "她的药.pdf" if words else "药单.pdf"
    await rig("say", **{"from": "c-xiaoman"}, type="attachment", text=text, file={"name": name, "size": 900})
    [message] = await bot.hears(1)
    assert (message.brings, message.text) == ("file", words)


async def test_xml_of_a_sticker_or_a_place_under_the_type_of_text_is_what_it_describes(rig: Rig, bot: Bot) -> None:
    await rig("say", **{"from": "c-guihua"}, text="<msg><emoji cdnurl='x'/></msg>")
    await rig("say", **{"from": "c-guihua"}, text="<msg>\n<location x='1' y='2' label='平安'/></msg>")
    assert [(m.type, m.text) for m in await bot.hears(2)] == [("emoticon", ""), ("location", "")]


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
        ("text", '<sysmsg type="sysmsgtemplate"><content>"周强"平安</content></sysmsg>'),
        ("post", "朋友圈"),
        ("unknown", ""),
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
