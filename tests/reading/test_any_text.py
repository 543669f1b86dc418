"""Any string: never an exception, never a clear for somebody who is not in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import INTENTS, Message
from bot.reading import Reader

from .conftest import AT, community

READER = Reader(community())
WORDS = [
    "吕秀云", "高奶奶", "我妈", "柳国庆", "平安", "好着呢", "没", "不", "摔倒了", "没人接", "吗", "？", "，", "。", "昨天", "今天", "要是", "谁去看看",
    "#接龙\n", "1. ", "「静静：", "」\n- - - -\n", "@静静\u2005", "3号楼2单元501", "[强]", "👍", "120", "住院", "到周五", "\n", " ",
]  # fmt: skip
TEXT = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
SENDER = st.sampled_from(["柳国庆", "霞姐", "静静", "邵鹏", "陶然", "钟主任", "路人"])


@settings(max_examples=300, deadline=None)
@given(TEXT, SENDER)
def test_every_string_is_read(text: str, sender: str) -> None:
    got = READER.read(Message("m", AT, sender, text=text))
    assert set(got.elders) <= READER.roster.elders.keys()
    assert not got.start or not got.end or got.start <= got.end
    READER.command(Message("m", AT, sender, text=text, to="bot"))
    READER.answer(text, ["N02", "N05"])


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_a_stranger_clears_only_those_whom_the_text_can_name(text: str) -> None:
    named = {
        i
        for i, e in READER.roster.elders.items()
        if e.name[0] in text
        or e.name[1:] in text
        or e.compound[:2] in text
        or "号楼" in text
        or "-" in text
        or "静静" in text
    }
    assert READER.read(Message("m", AT, "路人", text=text)).contacts().keys() <= named


@pytest.mark.parametrize(
    "text",
    [
        "没有" * 50_000,
        "谁" * 100_000,
        "「" * 50_000,
        "@" * 50_000,
        "1. 吕秀云 平安\n" * 9_000,
        "老高" * 50_000,
        "我妈" * 50_000,
        "明天到周五" * 20_000,
        "-" * 100_000,
    ],
)
def test_a_hostile_length_ends(text: str) -> None:
    assert (
        READER.read(Message("m", AT, "陶然", text=text)).intent in INTENTS
    )  # a pattern without bound would take hours
