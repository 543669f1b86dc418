"""Chats saved by exporters: whatever was said is read again, and what is nobody's word is not."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chatlog import ChatError, Entry, pages, read
from tests.chatlog import saved
from tests.chatlog.conftest import ABOUT, Community, brief, moment, reads
from tests.chatlog.saved import Said
from tests.chatlog.test_round_trips import again, bodies, chats, seconds

EXPORTERS: dict[str, tuple[Callable[[Sequence[Said]], str], str]] = {
    "留痕 HTML": (saved.liuhen_of, "scripted"),
    "留痕 CSV": (saved.liuhen_csv, "table"),
    "WeFlow HTML": (saved.weflow_of, "scripted"),
    "PyWxDump data.js": (saved.wxdump, "scripted"),
    "PyWxDump CSV with names": (lambda chat: saved.wxdump_csv(chat, names=True), "table"),
    "wechat-dump HTML": (saved.dumped_of, "page"),
    "wechat-dump TXT": (saved.dumped_text, "dumped"),
    "WechatExporter HTML": (saved.exported_of, "page"),
    "ChatLab JSON": (lambda chat: saved.chatlab(chat, lines=False), "chatlab"),
    "ChatLab JSONL": (lambda chat: saved.chatlab(chat, lines=True), "chatlab"),
}
AT = moment("08:12:33")
CHAT: list[Said] = [
    (moment("08:12:33"), "周强", "我妈今天挺好的，早饭吃了面"),
    (moment("08:13:01"), "红红火火", "李奶奶平安\n刚从她家出来 <b>& 'x' \"y\" \\n"),
    (moment("08:14:00"), "Zhou & <i>Qiang</i>", "1 < 2，🌸 👍🏻"),
]


@pytest.mark.parametrize("name", EXPORTERS)
def test_what_was_said_is_read_as_it_was(name: str) -> None:
    write, form = EXPORTERS[name]
    found = read(write(CHAT).encode(), ABOUT)
    assert found.form == form
    assert [(e.at, e.sender, e.text, e.kind, e.brings) for e in found.entries] == [(*said, "text", "") for said in CHAT]
    assert all(e.exact for e in found.entries)


@pytest.mark.parametrize("name", [n for n in EXPORTERS if "HTML" in n or "data.js" in n or "ChatLab" in n])
def test_whatever_was_said_is_read_as_it_was(name: str) -> None:
    write, _ = EXPORTERS[name]

    @settings(max_examples=25)
    @given(chats(seconds))
    def holds(chat: list[Said]) -> None:
        assert [(a, w, _spaced(t)) for a, w, t in again(write(chat))] == [(a, w, _spaced(t)) for a, w, t in chat]

    holds()


def _spaced(text: str) -> str:
    """A page joins spaces."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_page_may_be_kept_in_any_encoding(encoding: str) -> None:
    assert brief(read(saved.liuhen_of(CHAT[:1]).encode(encoding), ABOUT).entries) == brief([_entry(CHAT[0])])


def _entry(said: Said) -> Entry:
    return Entry(0, said[1], said[2], said[0], True)


def one(text: str) -> tuple[str, str, str]:
    """(kind, what it brings, text) of the only entry."""
    [entry] = read(text, ABOUT).entries
    assert entry.sender == "周强"
    return entry.kind, entry.brings, entry.text


def liuhen_item(**more: Any) -> str:
    return saved.liuhen([{"timestamp": int(AT.timestamp()), "is_chatroom": 1, "displayname": "周强"} | more])


QUOTED = "「红红火火：我妈摔倒了」\n- - - - - - - - - - - - - - -\n她没事"


@pytest.mark.parametrize(
    ("item", "kind", "brings", "text"),
    [
        ({"type": 3, "text": "./image/a.jpg"}, "image", "", ""),
        ({"type": 3, "text": "http://vweixinf.tc.qq.com/a"}, "emoticon", "", ""),
        ({"type": 34, "text": "./voice/a.mp3", "voice_to_text": "我妈今天好着呢"}, "audio", "", "我妈今天好着呢"),
        ({"type": 34, "text": "./voice/a.mp3", "voice_to_text": "None"}, "audio", "", ""),
        ({"type": 43, "text": "./video/a.mp4"}, "video", "", ""),
        ({"type": 49, "sub_type": 57, "text": "她没事", "refer_text": "红红火火：我妈摔倒了"}, "text", "", QUOTED),
        ({"type": 244813135921, "text": "她没事", "refer_text": "红红火火：我妈摔倒了"}, "text", "", QUOTED),
        ({"type": 49, "sub_type": 57, "text": "她没事"}, "text", "", "她没事"),
        ({"type": 49, "sub_type": 6, "text": "./file/平安.pdf", "file_name": "平安.pdf"}, "text", "file", ""),
        ({"type": 49, "sub_type": 5, "text": "", "title": "李奶奶今天平安"}, "text", "link", ""),
        ({"type": 49, "sub_type": 3, "text": "", "title": "平安"}, "text", "link", ""),
        ({"type": 49, "sub_type": 2000, "text": "转账"}, "text", "money", ""),
    ],
)
def test_sorts_of_message_of_liuhen(item: dict[str, Any], kind: str, brings: str, text: str) -> None:
    assert one(liuhen_item(**item)) == (kind, brings, text)


def test_liuhen_s_own_lines_and_calls_are_nobody_s_words() -> None:
    items: list[dict[str, Any]] = [
        {"text": "平安", "displayname": "周强"},
        {"type": 50, "text": "通话时长 01:02", "displayname": "周强"},
        {"type": 0, "text": '"周强" 撤回了一条消息', "displayname": ""},
        {"type": 0, "text": '"李四"邀请"王五"加入了群聊', "displayname": ""},
    ]
    text = saved.liuhen([{"timestamp": int(AT.timestamp()) + n, "is_chatroom": 1} | i for n, i in enumerate(items)])
    assert [(e.kind, e.sender, e.text) for e in read(text, ABOUT).entries] == [
        ("text", "周强", "平安"),
        ("recalled", "周强", "周强"),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "brings", "text"),
    [
        ('<img class="message-media image previewable" src="a.jpg" />', "image", "", ""),
        ('<img class="message-media emoji previewable" src="a.gif" />', "emoticon", "", ""),
        ('<audio class="message-media audio" controls src="a.wav"></audio>', "audio", "", ""),
        (
            '<audio class="message-media audio" src="a.wav"></audio><div class="message-text">好着呢</div>',
            "audio",
            "",
            "好着呢",
        ),
        ('<video class="message-media video" src="a.mp4"></video>', "video", "", ""),
        ('<div class="message-text">[图片]</div>', "image", "", ""),
        ('<div class="message-text">[视频]10s</div>', "video", "", ""),
        (
            '<div class="message-text">她没事<img class="inline-emoji" src="data:x" alt="[强]" /></div>',
            "text",
            "",
            "她没事[强]",
        ),
        (
            '<div class="quoted-message"><div class="quoted-sender">红红火火</div><div class="quoted-text">我妈摔倒了</div></div>'
            '<div class="message-text">她没事</div>',
            "text",
            "",
            QUOTED,
        ),
        (
            '<div class="message-text"><a class="message-link-card" href="https://x">李奶奶平安</a></div>',
            "text",
            "link",
            "",
        ),
        ('<div class="message-text">[文件] 平安.pdf</div>', "text", "file", ""),
        ('<div class="message-text">[名片]平安</div>', "text", "card", ""),
    ],
)
def test_sorts_of_message_of_weflow(body: str, kind: str, brings: str, text: str) -> None:
    assert one(saved.weflow([(AT, "周强", body)])) == (kind, brings, text)


@pytest.mark.parametrize(
    ("inside", "cloud", "kind", "brings", "text"),
    [
        ('<span class="img_wrap"><a class="fancybox"><img src="data:image/jpeg;base64,x"/></a></span>', "cloudImg", "image", "", ""),
        ('<span class="img_wrap"><img class="emojiImg" src="data:image/gif;base64,x"/></span>', "cloudImg", "emoticon", "", ""),
        ('<span class="icoVoice"></span><audio><source src="data:audio/mp3;base64,x" /></audio>', "cloudVoice", "audio", "", ""),
        ("<pre>Image</pre>", "cloudText", "image", "", ""),
        ("<pre>URL:https://x.example/平安</pre>", "cloudText", "text", "link", ""),
        ('<pre><a target="_blank" href="https://x">李奶奶平安</a></pre>', "cloudText", "text", "link", ""),
        ("<pre>FILE:平安.pdf</pre>", "cloudText", "text", "file", ""),
        ("<pre>LOCATION:平安路 (1,2)</pre>", "cloudText", "location", "", ""),
        ("<pre>[RED ENVELOPE]\n平安</pre>", "cloudText", "text", "money", ""),
        ("<pre>好<b>着呢</pre>", "cloudText", "text", "", "好着呢"),
    ],
)  # fmt: skip
def test_sorts_of_message_of_wechat_dump(inside: str, cloud: str, kind: str, brings: str, text: str) -> None:
    assert one(saved.dumped([saved.dumped_item(AT, "周强", inside, cloud)])) == (kind, brings, text)


def test_wechat_dump_s_quotes_stand_below_and_who_exported_has_no_name() -> None:
    below = '<div class="replyWrap"><div class="replyQuote"><span class="replyName">红红火火:</span> <span class="replyText">我妈摔倒了</span></div></div>\n'
    assert one(saved.dumped([saved.dumped_item(AT, "周强", "<pre>她没事</pre>", below=below)]))[2] == QUOTED
    assert reads(saved.dumped([saved.dumped_item(AT, "", "<pre>平安</pre>")])) == [("03-10 08:12:33", "我", "平安")]


def test_wechat_dump_s_text_knows_the_sorts_too() -> None:
    lines = ["3|周强:{}:Image|img:a.jpg", "1|周强:{}:好\n着呢", "49|周强:{}:URL:平安", "10000|周强:{}:你撤回了一条消息"]
    found = read("\n".join(line.format("2026-03-10 08:12:33") for line in lines), ABOUT).entries
    assert [(e.kind, e.brings, e.text) for e in found] == [
        ("image", "", ""),
        ("text", "", "好\n着呢"),
        ("text", "link", ""),
    ]


@pytest.mark.parametrize(
    ("sort", "inside", "kind", "brings", "text"),
    [
        (3, '<img rawUrl="a.jpg" class="image" />', "image", "", ""),
        (34, '<div class="voicebox"><div class="voicetime">3"</div></div>', "audio", "", ""),
        (43, "<video><source src='a.mp4'></video>", "video", "", ""),
        (47, '<img src="a.gif" alt="笑" />', "emoticon", "", ""),
        (48, '<span class="msg-text"><pre>平安路</pre></span>', "location", "", ""),
        (49, '<a href="https://x"><b>李奶奶平安</b></a><span class="msg-text"><pre>平安</pre></span><div class="appinfo"></div>', "text", "link", ""),
        (42, '<a href="x">平安</a>', "text", "card", ""),
        (49, '<span class="dont-break-out refermsg msg-text"><pre>「红红火火：我妈摔倒了」</pre></span><br /><span>- - -</span><br />'
             '<span class="dont-break-out msg-text"><pre>她没事</pre></span>', "text", "", QUOTED),
    ],
)  # fmt: skip
def test_sorts_of_message_of_wechat_exporter(sort: int, inside: str, kind: str, brings: str, text: str) -> None:
    assert one(saved.exported([saved.exported_item(AT, "周强", inside, sort)])) == (kind, brings, text)


def test_wechat_exporter_s_own_lines_stand_behind_what_they_are_about() -> None:
    notice = '<div class="msg chat-notice "><div class="content-box"><span class="msg-text"><pre>"周强" 撤回了一条消息</pre></span></div></div>'
    said = saved.exported_item(AT, "周强", '<span class="msg-text"><pre>平安</pre></span>')
    found = read(saved.exported([said, notice]), ABOUT).entries
    assert [(e.kind, e.at) for e in found] == [("text", AT), ("recalled", AT)]


def test_wechat_exporter_s_text() -> None:
    text = "报安鸟 - 微信聊天记录\n\n周强 (2026-03-10 08:12:33):我妈今天好\n李红 (2026-03-10 08:13:00):[图片]\n"
    found = read(text, ABOUT).entries
    assert [(e.sender, e.kind, e.text) for e in found] == [("周强", "text", "我妈今天好"), ("李红", "image", "")]


def test_liuhen_s_text_with_quotes_links_and_own_lines() -> None:
    text = (
        "2026-03-10 08:12:33 周强\n她没事\n引用:红红火火:我妈摔倒了\n\n"
        "2026-03-10 08:13:00 周强\n            [链接]:title:李奶奶平安\n            description:平安\n            url:x\n\n\n"
        '2026-03-10 08:14:00 "周强" 撤回了一条消息\n\n'
        "2026-03-10 08:15:00 周强\n好着呢\n引用:未知\n\n"
        "2026-03-10 08:16:00 周强\n[文件]\n\n"
    )
    found = read(text, ABOUT).entries
    assert [(e.kind, e.brings, e.text) for e in found] == [
        ("text", "", QUOTED), ("text", "link", ""), ("recalled", "", "周强"), ("text", "", "好着呢"), ("text", "file", ""),
    ]  # fmt: skip


def test_wxdump_s_sorts_of_message() -> None:
    rows = [
        ("带有引用", "她没事\n\n[引用](2026-03-10 08:00:00)红红火火:我妈摔倒了"),
        ("(分享)卡片式链接", '李奶奶平安\n平安\n\n<a href="x" target="_blank">点击查看详情</a>'),
        ("文件", "平安.pdf"),
        ("合并转发的聊天记录", "群聊的聊天记录\n周强: 平安"),
        ("语音通话", "语音/视频通话[通话时长 01:02]"),
        ("拍一拍", '"周强" 拍了拍 "李红"'),
        ("消息撤回1", '"周强" 撤回了一条消息'),
    ]
    out = "id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n" + "".join(
        f'{n},{n},{sort},0,周强,1@chatroom,"{text.replace(chr(34), chr(34) * 2)}",,2026-03-10 08:12:3{n}\n'
        for n, (sort, text) in enumerate(rows)
    )
    found = read(out, ABOUT).entries
    assert [(e.kind, e.brings, e.text) for e in found] == [
        ("text", "", QUOTED), ("text", "link", ""), ("text", "file", ""), ("text", "forwarded", ""), ("recalled", "", "周强"),
    ]  # fmt: skip


def test_a_table_that_names_accounts_alone_is_refused_with_the_mend() -> None:
    with pytest.raises(ChatError, match="wxid") as caught:
        read(saved.wxdump_csv(CHAT, names=False), ABOUT)
    assert "data.js" in caught.value.mend


def test_a_chat_pasted_into_a_page_or_a_table_of_one_is_read() -> None:
    pasted = "<html><body><p>周强 2026/3/10 8:12:33</p><p>我妈今天<b>好</b></p><p>&nbsp;</p><p>李红 2026/3/10 8:13:00<br>平安</p></body></html>"
    assert reads(pasted) == [("03-10 08:12:33", "周强", "我妈今天好"), ("03-10 08:13:00", "李红", "平安")]
    rows = "".join(
        f"<tr><td>{a:%Y-%m-%d %H:%M:%S}</td><td>{w}</td><td>{t}</td></tr>" for a, w, t in [(AT, "周强", "平安")]
    )
    table = f"<table><tr><th>时间</th><th>发送人</th><th>内容</th></tr>{rows}</table>"
    assert reads(table) == [("03-10 08:12:33", "周强", "平安")]


def test_pages_that_do_not_hold_all_of_the_chat_say_so() -> None:
    with pytest.raises(ChatError, match="文件夹") as caught:
        read("<!DOCTYPE html><html><script>window.WEFLOW_DATA = null;</script></html>", ABOUT)
    assert caught.value.mend
    item = saved.exported_item(AT, "周强", '<span class="msg-text"><pre>平安</pre></span>')
    with pytest.raises(ChatError, match="一共是 900 条"):
        read(saved.exported([item], total=900), ABOUT)


@pytest.mark.parametrize(
    "text",
    [
        saved.liuhen_of(CHAT)[:-400],
        saved.liuhen_of(CHAT).replace("];", ""),
        saved.liuhen_of(CHAT).replace("timestamp:", "timestamp:x"),
        saved.liuhen_of(CHAT).replace("displayname:'周强'", "displayname:''"),
        "<html><script>const chatMessages = [1, 2]</script></html>",
        "<html><script>const chatMessages = []</script></html>",
        saved.weflow([(AT, "", '<div class="message-text">平安</div>')]),
        saved.dumped_of(CHAT).replace("2026-03-10 08:13:01", "昨晚"),
        saved.dumped_of(CHAT).replace("cloudPannel", "cloud"),
        saved.exported_of(CHAT).replace("2026-03-10 08:13:01", "2026-13-40 25:61:61"),
        "<html><body></body></html>",
        "<html><body>你好</body></html>",
        saved.chatlab(CHAT, lines=True)[:-30],
        '{"chatlab": {}, "messages": [{"type": "x"}]}',
    ],
)
def test_a_damaged_export_is_refused_with_the_mend_and_repeats_nothing(text: str) -> None:
    with pytest.raises(ChatError) as caught:
        read(text, ABOUT)
    assert caught.value.mend and "早饭" not in caught.value.named("x.html")


DEEP = 100_000
BIG = "平安好着呢" * 700_000  # 10 MB


@pytest.mark.parametrize(
    "text",
    [
        "<html>" + "<div>" * DEEP + "周强 2026/3/10 8:12:33",
        "<html>" + "<div class='chatItem'>" * DEEP,
        "<html><script>const chatMessages = " + "[" * DEEP + "</script>",
        "<html><script>const chatMessages = " + "[{a:" * DEEP + "</script>",
        "<html><script>window.WEFLOW_DATA = [{'t':1,'b':'" + "<div>" * DEEP + "'}]</script>",
        "<html><!--" + "<!--" * DEEP,
        "<!--" * DEEP,
        "<html>" + "<![CDATA[" * DEEP,
        "<html>" + "&lt;" * DEEP + "&#xFFFFFFFF;&#0;",
        "<html " + "a=1 " * DEEP + ">",
        "<html>" + "<pre>" + BIG,
        "<html><script>" + "chatMessages = " * DEEP,
        "<html><script>var " + "WEFLOW_DATA=[{}]," * 1000,
        "<table>" + "<tr><td>" * DEEP,
        '{"chatlab":' * 500 + "[" * DEEP,
        "1|周强:2026-03-10 08:12:33:" + BIG,
        "[引用 " * DEEP,
        "周强 2026/3/10 8:12:33\n" + "[引用 " * DEEP,
        "周强 2026/3/10 8:12:33\n" + "\n引用:" * DEEP,
        "周强 2026/3/10 8:12:33\n" + "[链接 " * DEEP,
    ],
)
def test_huge_deep_and_broken_pages_are_read_or_refused(text: str) -> None:
    try:
        found = read(text, ABOUT)
    except ChatError as error:
        assert error.mend
    else:
        assert found.entries


def test_ten_megabytes_of_messages_are_all_read() -> None:
    for write, count, words in ((saved.liuhen_of, 20_000, 60), (saved.exported_of, 4_000, 1)):
        many = [(moment("08:00:00"), "周强", f"第{n}条，" + "今天好" * words) for n in range(count)]
        text = write(many)
        assert words == 1 or len(text.encode()) > 10_000_000
        assert [e.text for e in read(text, ABOUT).entries] == [t for _, _, t in many]


@given(
    st.text(max_size=200),
    st.sampled_from(["<html><body>", "<div class='chatItem'>", "<!doctype html><div msgtype='1' class='msg'>", ""]),
)
def test_any_page_is_read_or_refused_with_a_mend(text: str, before: str) -> None:
    try:
        found = read(f"{before}{text}", ABOUT)
    except ChatError as error:
        assert error.mend
    else:
        assert found.entries


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<br>", "a", " ", "\n", "<b>", "</b>", "<td>", "<script>x</script>", "&amp;"])
    )
)
def test_the_words_of_a_page_hold_no_tag_and_no_script(parts: list[str]) -> None:
    text = pages.as_text(pages.parsed("<html><body>" + "".join(parts)))
    assert "<" not in text and "x" not in text.replace("&", "")
    assert text.count("a") == parts.count("a")


@given(bodies, bodies)
def test_a_quote_below_comes_above(words: str, said: str) -> None:
    chat = f"2026-03-10 08:12:33 周强\n{words}\n引用:红红:{said}\n\n"
    [entry] = read(chat, ABOUT).entries
    if "引用" not in words + said and "」" not in said:
        assert entry.text.startswith("「红红：") and entry.text.endswith(words.strip().split("\n")[-1].strip())


def test_what_was_passed_on_clears_nobody_and_a_quote_alarms_for_nobody(place: Community) -> None:
    place.bring(liuhen_item(type=49, sub_type=5, text="", title="我妈今天平安"))
    assert place.state("E03") == "waiting"
    place.bring(liuhen_item(type=49, sub_type=6, text="", file_name="我妈平安.pdf", timestamp=int(AT.timestamp()) + 60))
    assert place.state("E03") == "waiting" and place.alerts() == []
    quoted = {"type": 49, "sub_type": 57, "text": "我妈今天挺好的", "refer_text": "红红火火：我妈摔倒了快来人"}
    place.bring(liuhen_item(**quoted, timestamp=int(AT.timestamp()) + 120))
    assert place.state("E03") == "safe" and place.alerts() == []


@pytest.mark.parametrize(
    ("body", "brings"),
    [
        ("[链接] 我妈今天平安", "link"),
        ("[文件] 我妈平安.xlsx", "file"),
        ("[文件: 我妈平安.xlsx]", "file"),
        ("[聊天记录]", "forwarded"),
        ("[小程序] 平安打卡", "program"),
        ("[微信红包] 平安", "money"),
    ],
)
def test_what_was_passed_on_in_a_copied_chat_is_nobody_s_word(place: Community, body: str, brings: str) -> None:
    [entry] = read(f"周强 2026/3/10 8:12:33\n{body}\n", ABOUT).entries
    assert (entry.kind, entry.brings, entry.text) == ("text", brings, "")
    place.bring(f"周强 2026/3/10 8:12:33\n{body}\n")
    assert place.state("E03") == "waiting"


@pytest.mark.parametrize(
    "body", ["[链接在上面]我妈今天平安", "【文件】关于老人的通知，我妈今天平安", "[强][强]我妈今天平安"]
)
def test_words_that_begin_with_a_bracket_stay_words(place: Community, body: str) -> None:
    place.bring(f"周强 2026/3/10 8:12:33\n{body}\n")
    assert place.state("E03") == "safe"


def test_the_same_chat_as_a_page_and_as_text_acts_once(place: Community) -> None:
    first = place.bring(saved.liuhen_of(CHAT[:1]))
    again = place.bring("".join(f"{a:%Y-%m-%d %H:%M:%S} {w}\n{t}\n\n" for a, w, t in CHAT[:1]))
    assert (len(first.prepared.fresh), len(again.prepared.fresh), again.prepared.seen) == (1, 0, 1)
    assert place.state("E03") == "safe"


def test_names_and_words_that_look_like_a_page_stay_words() -> None:
    text = f"2026-03-10 08:12:33 周强\n{html.escape('<div>')} const chatMessages = [1]\n\n"
    assert reads(text)[0][2].endswith("const chatMessages = [1]")


def test_other_files_of_the_same_exporters() -> None:
    """WeFlow's JSON and its CSV for WeClone, PyWxDump's short JSON."""
    weflow = {
        "weflow": {"version": "1"},
        "session": {"wxid": "1@chatroom", "type": "群聊"},
        "messages": [
            {
                "localId": 1, "createTime": int(AT.timestamp()), "formattedTime": "2026-03-10 08:12:33", "type": "引用消息",
                "localType": 244813135921, "content": "她没事[引用 红红火火：我妈摔倒了]", "isSend": 0,
                "senderUsername": "wxid_a", "senderDisplayName": "周强", "source": "", "senderAvatarKey": "wxid_a",
            },
            {
                "localId": 2, "createTime": int(AT.timestamp()) + 1, "formattedTime": "2026-03-10 08:12:34",
                "type": "链接消息", "localType": 21474836529, "content": "[链接] 平安", "isSend": 0,
                "senderUsername": "wxid_a", "senderDisplayName": "周强",
            },
        ],
    }  # fmt: skip
    found = read(json.dumps(weflow, ensure_ascii=False), ABOUT).entries
    assert [(e.sender, e.brings, e.text) for e in found] == [("周强", "", QUOTED), ("周强", "link", "")]
    weclone = (
        "id,MsgSvrID,type_name,is_sender,talker,msg,src,CreateTime\r\n1,9,text,0,周强,平安,,2026-03-10T00:12:33.000Z\r\n"
        "2,10,file,0,周强,平安.pdf,,2026-03-10T00:12:34.000Z\r\n"
    )
    found = read(weclone, ABOUT).entries
    assert [(e.at, e.brings, e.text) for e in found] == [(AT, "", "平安"), (AT + dt.timedelta(seconds=1), "file", "")]
    short = [{"nickname": "周强", "message": "平安", "time": "2026-03-10 08:12:33"}]
    assert reads(json.dumps(short)) == [("03-10 08:12:33", "周强", "平安")]
