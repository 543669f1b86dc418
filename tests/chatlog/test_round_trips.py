"""Whatever a chat holds, written down in a form and read again it is the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.chatlog import ChatError, read
from tests.chatlog.conftest import ABOUT, moment

Said = tuple[dt.datetime, str, str]

_HAN = "平安好着呢今天早饭吃了面李王奶爷去看妈摔倒在家医院"
names = st.text(st.sampled_from(_HAN + "ABz（）·🌸-_"), min_size=1, max_size=8).filter(lambda n: n[0] not in "-_（）·")
lines = st.text(st.sampled_from(_HAN + "abc，。！？~～ 、（）[]【】「」@#*0123456789.:：🌸👍🏻"), max_size=30)
_OWN_MARKS = ("图片", "视频", "语音", "表情", "位置")


def _plain(line: str) -> bool:
    """Words that are nobody's header, and no marker: those are other tests' subject."""
    return not any(f"{b}{w}" in line for w in _OWN_MARKS for b in "[【") and not line.rstrip().endswith(
        ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    )


bodies = (
    st.lists(lines.filter(_plain), min_size=1, max_size=5)
    .map("\n".join)
    .map(lambda t: t.strip("\n \t\u3000"))
    .filter(bool)
)
_FIRST = moment("00:00", dt.date(2025, 3, 1))
seconds = st.integers(0, 374 * 24 * 3600).map(lambda n: _FIRST + dt.timedelta(seconds=n))
minutes = st.integers(0, 374 * 24 * 60).map(lambda n: _FIRST + dt.timedelta(minutes=n))


def chats(moments: st.SearchStrategy[dt.datetime]) -> st.SearchStrategy[list[Said]]:
    return st.lists(st.tuples(moments, names, bodies), min_size=1, max_size=6)


def again(text: str | bytes) -> list[Said]:
    return [(e.at, e.sender, e.text) for e in read(text, ABOUT).entries if e.at is not None]


@given(chats(seconds))
def test_copied_in_wechat_for_pc(chat: list[Said]) -> None:
    text = "".join(f"{who} {at.year}/{at.month}/{at.day} {at.hour}:{at:%M:%S}\n{what}\n\n" for at, who, what in chat)
    assert again(text) == chat


@given(chats(seconds))
def test_written_by_an_exporter(chat: list[Said]) -> None:
    assert again("".join(f"{at:%Y-%m-%d %H:%M:%S} {who}\n{what}\n\n" for at, who, what in chat)) == chat


@given(chats(minutes))
def test_mailed_by_a_phone(chat: list[Said]) -> None:
    chat = sorted(chat, key=lambda said: said[0])
    text, day = "Dear:\n\n群聊的聊天记录如下:\n\n", None
    for at, who, what in chat:
        if at.date() != day:
            day = at.date()
            text += f"\n—————  {day}  —————\n\n\n"
        text += f"{who}  {at:%H:%M}\n\n{what}\n\n"
    assert again(text) == chat


@given(chats(seconds), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_kept_in_a_table(chat: list[Said], encoding: str) -> None:
    out = io.StringIO()
    rows: Sequence[Sequence[str]] = [
        ("时间", "发送人", "内容"),
        *((f"{at:%Y-%m-%d %H:%M:%S}", who, what) for at, who, what in chat),
    ]
    csv.writer(out).writerows(rows)
    assert again(out.getvalue().encode(encoding)) == chat


@given(chats(seconds), st.booleans())
def test_kept_as_our_own_record(chat: list[Said], whole: bool) -> None:
    rows = [
        {"id": f"m{n}", "at": at.isoformat(), "sender": who, "type": "text", "text": what}
        for n, (at, who, what) in enumerate(chat)
    ]
    text = json.dumps(rows) if whole else "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert again(text) == chat


@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.one_of(
                lines,
                names,
                st.just("—————  2026-03-10  —————"),
                st.just("周强 2026/3/10 8:12:33"),
                st.just("2026-03-10 08:12 周强"),
                st.just("周强  08:12"),
                st.just("时间,发送人,内容"),
                st.just(""),
            )
        ).map("\n".join),
        st.binary(max_size=200),
    )
)
def test_any_text_is_read_or_refused_with_a_mend(text: str | bytes) -> None:
    try:
        chat = read(text, ABOUT)
    except ChatError as error:
        assert error.mend and error.named("x")
        return
    assert chat.entries
    assert all(e.sender and (e.at is None or e.at.tzinfo) for e in chat.entries)
