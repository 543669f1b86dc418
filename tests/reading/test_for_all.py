"""What an old person passes on to everybody says nothing of himself; a word of himself beside it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.for_all import for_all

from .conftest import Read


@pytest.mark.parametrize(
    "text",
    [
        "大风蓝色预警，各位把阳台的花盆收一收",
        "路上结冰了 你们都走慢些",
        "[链接]三九天老人泡脚的讲究",
        "转发：冬天这样吃不上火",
        "这篇讲血压的文章值得一读",
        "[小程序]",
        "老话说得好：早起三光，晚起三慌",
        "人老三不才",
        "那些年哪有暖气，一家五口围个铁炉子烤火",
        "一九七二年我进的厂，一个月三十四块钱",
    ],
)
def test_what_is_passed_on_clears_nobody(read: Read, text: str) -> None:
    got = read("桂枝", text)
    assert (got.intent, dict(got.contacts())) == ("chat", {})


@pytest.mark.parametrize(
    "text",
    [
        "早，天冷了大家多穿点",
        "路滑，各位慢些，我买菜回来摔了个屁股墩，不疼",
        "外头下雪 都别出来 我在家煮茶呢",
        "早起把去年的棉袄翻出来穿上了",
    ],
)
def test_a_word_of_oneself_beside_the_advice_counts(read: Read, text: str) -> None:
    assert "N02" in read("桂枝", text).contacts()


@pytest.mark.parametrize(
    "text", ["变天了，我妈在屋里看电视呢，各位也注意保暖", "刚给我妈打过电话，在家烤火呢，天冷大家也多穿点"]
)
def test_advice_of_a_relative_is_no_matter_of_this(read: Read, text: str) -> None:
    assert read("静静", text).contacts()


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert for_all(text, frozenset()) in (True, False)
