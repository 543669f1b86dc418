"""Markers, WeChat's own lines and recalls, as they stand in a copied chat."""

from __future__ import annotations

import pytest

from bot.chatlog import read
from bot.chatlog.bodies import kind_of, recalled_by
from tests.chatlog.conftest import ABOUT, pc


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("[图片]", "image", ""),
        ("[Photo]", "image", ""),
        ("[图片]\n[图片]", "image", ""),
        ("[图片] D:\\微信\\a b.jpg", "image", ""),
        ("[图片] FileStorage\\Image\\a.jpg", "image", ""),
        ("[图片: a.jpg]", "image", ""),
        ("[视频]", "video", ""),
        ("[语音]", "audio", ""),
        ('[语音] 3"', "audio", ""),
        ("[语音 5秒]", "audio", ""),
        ("[语音]3″\n我妈今天好着呢", "audio", "我妈今天好着呢"),
        ("[动画表情]", "emoticon", ""),
        ("[位置]", "location", ""),
        ("[位置] 向阳院东门", "location", "向阳院东门"),
        ("[图片]我妈今天吃得香", "text", "[图片]我妈今天吃得香"),
        ("[强][强] 平安", "text", "[强][强] 平安"),
        ("[链接] 天冷了", "text", "[链接] 天冷了"),
        ("[文件] 名单.xlsx", "text", "[文件] 名单.xlsx"),
    ],
)
def test_a_marker_alone_is_what_it_stands_for_and_words_stay_words(body: str, kind: str, text: str) -> None:
    assert kind_of(body) == (kind, text)


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("“周强”撤回了一条消息", "周强"),
        ('"周强" 撤回了一条消息', "周强"),
        ("周强撤回了一条消息", "周强"),
        ("「李 姐」撤回了一条消息", "李 姐"),
        ("你撤回了一条消息", ""),
        ("你撤回了一条消息  重新编辑", ""),
        ('"Zhou Qiang" recalled a message', "Zhou Qiang"),
        ("周强说他撤回了", None),
        ("撤回了一条消息", None),
    ],
)
def test_who_took_a_message_back_is_understood(line: str, who: str | None) -> None:
    assert recalled_by(line) == who


@pytest.mark.parametrize(
    "line",
    [
        '"周强" 拍了拍 "桂花飘香"',
        "我拍了拍“桂花飘香”",
        '"丁立" 邀请 "田芳" 加入了群聊',
        "你邀请“田芳”加入了群聊",
        "“田芳”通过扫描“丁立”分享的二维码加入群聊",
        "“丁立”修改群名为“报安鸟一群”",
        "“周强”领取了你的红包",
    ],
)
def test_wechats_own_lines_are_nobodys_words(line: str) -> None:
    found = read(pc("08:12 周强|平安") + f"{line}\n\n" + pc("08:20 林小满|好"), ABOUT).entries
    assert [(e.sender, e.text) for e in found] == [("周强", "平安"), ("林小满", "好")]


def test_what_somebody_tells_about_a_nudge_stays() -> None:
    found = read(pc("08:12 周强|我拍了拍我妈，她没事"), ABOUT).entries
    assert found[0].text == "我拍了拍我妈，她没事"


def test_a_recall_below_a_message_is_no_part_of_it() -> None:
    found = read(pc("08:12 周强|平安") + "“李伟”撤回了一条消息\n", ABOUT).entries
    assert [(e.sender, e.kind, e.text) for e in found] == [("周强", "text", "平安"), ("李伟", "recalled", "李伟")]


def test_a_recall_of_the_system_in_an_export_is_the_named_persons() -> None:
    text = "2026-03-10 08:12:33 系统消息\n“李伟”撤回了一条消息\n\n2026-03-10 08:13:00 系统消息\n以上是打招呼的内容\n\n2026-03-10 08:14:00 周强\n早\n"
    found = read(text, ABOUT).entries
    assert [(e.sender, e.kind) for e in found] == [("李伟", "recalled"), ("周强", "text")]


def test_you_took_a_message_back_is_whoever_stands_above() -> None:
    found = read("2026-03-10 08:12:33 周强\n你撤回了一条消息\n", ABOUT).entries
    assert [(e.sender, e.kind) for e in found] == [("周强", "recalled")]


def test_quotes_and_lists_stay_whole() -> None:
    quote = "「林小满：周奶奶今天咋样？」\n- - - - - - - - - - - - - - -\n我妈好着呢"
    chain = "#接龙\n3月10日报平安\n\n1. 陈月娥 平安\n2. 冯长贵 好\n\n3. 周玉梅 8:30 平安"
    for text in (
        pc(f"08:12 周强|{quote}", f"08:13:10 林小满|{chain}"),
        f"2026-03-10 08:12:00 周强\n{quote}\n\n2026-03-10 08:13:10 林小满\n{chain}\n",
        f"—————  2026-03-10  —————\n\n\n周强  08:12\n\n{quote}\n\n林小满  08:13\n\n{chain}\n",
    ):
        assert [e.text for e in read(text, ABOUT).entries] == [quote, chain]


def test_a_list_in_a_chat_without_times_stays_whole() -> None:
    chain = "#接龙\n3月10日报平安\n\n1. 陈月娥：平安\n2. 冯长贵 好"
    found = read(f"林小满：\n{chain}\n\n周强：收到\n", ABOUT).entries
    assert [(e.sender, e.text) for e in found] == [("林小满", chain), ("周强", "收到")]
