"""WeChat's XML, mention spaces and system lines in what people say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.wording import is_pat, note_text, readable


@pytest.mark.parametrize(
    "text",
    [
        '"温如玉" 拍了拍我',
        '"温如玉" 拍了拍 "柏青山" 的肩膀',
        "“温如玉”拍了拍“柏青山”",
        '我拍了拍 "温如玉"',
        '"温如玉" 拍了拍自己的肩膀',
        "我拍了拍自己",
        '"Wen" tickled me',
        '<sysmsg type="pat"><pat><chatusername>1</chatusername></pat></sysmsg>',
    ],
)
def test_a_nudge_is_wechat_s_own_line(text: str) -> None:
    assert is_pat(text)


@pytest.mark.parametrize(
    "text",
    [
        "我妈拍了拍我说没事",
        "我拍了拍我妈，她说没事，平安",
        "我拍了拍自己的老腰，今天还行",
        "平安",
        "拍了拍照片发给大家",
        "他拍了拍桌子",
        "我拍了拍门没人应",
        "“平安”两个字就行",
        '"温如玉" 拍了拍我\n我爸今天平安',
        "",
    ],
)
def test_what_people_say_of_patting_is_heard(text: str) -> None:
    assert not is_pat(text)


def test_xml_is_words_only_where_it_carries_words() -> None:
    assert readable("<msg><img/></msg>", "image") == ""
    assert readable("<3 爱你们", "text") == "<3 爱你们"
    recalled = "<sysmsg type='revokemsg'><revokemsg><newmsgid> 77 </newmsgid></revokemsg></sysmsg>"
    assert readable(recalled, "recalled") == "77"
    assert readable("@小安\u2005平安", "text") == "@小安 平安"


def test_a_note_s_words_are_unescaped() -> None:
    assert note_text("<msg><title>1. 张&amp;李 &lt;平安&gt;</title></msg>") == "1. 张&李 <平安>"
    assert note_text("<msg/>") == ""
    assert note_text("#接龙\n1. 平安") == "#接龙\n1. 平安"


@given(st.text(max_size=300), st.sampled_from(["text", "image", "recalled", "location"]))
def test_no_text_breaks_the_reading(text: str, kind: str) -> None:
    assert isinstance(is_pat(text), bool)
    assert isinstance(note_text(text), str)
    assert "\u2005" not in readable(text, kind)  # type: ignore[arg-type]
