"""WeChat's XML, mention spaces and system lines in what people say."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.wording import QUOTE_LINE, app_text, beside, brought, is_pat, note_text, readable, shown_name


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


NOTE = "<msg><appmsg appid='' sdkver='0'><title>#接龙\n1. 张三 平安</title><des>x</des><type>53</type></appmsg></msg>"
QUOTE = (
    '<?xml version="1.0"?>\n<msg><appmsg appid="" sdkver="0"><title>{reply}</title><des/><type>57</type>'
    "<refermsg><type>{kind}</type><svrid>1</svrid><displayname>桂花奶奶</displayname><content>{said}</content></refermsg>"
    "</appmsg></msg>"
)


@pytest.mark.parametrize("wrap", ["{}", "wxid_a1:\n{}", "@0f3a:<br/>{}"])
@pytest.mark.parametrize("escape", [False, True])
def test_words_in_raw_xml_are_found_whatever_stands_around_it(wrap: str, escape: bool) -> None:
    def raw(xml: str) -> str:
        return wrap.format(html.escape(xml, quote=False) if escape else xml)

    assert app_text(raw(NOTE)) == "#接龙\n1. 张三 平安"
    quote = QUOTE.format(reply="她刚打过电话，好着呢", kind=1, said="我今天不舒服")
    assert app_text(raw(quote)) == f"「桂花奶奶：我今天不舒服」{QUOTE_LINE}她刚打过电话，好着呢"
    assert readable(raw("<sysmsg type='revokemsg'><newmsgid>77</newmsgid></sysmsg>"), "recalled") == "77"
    assert is_pat(raw("<sysmsg type='pat'><pat/></sysmsg>"))


def test_what_a_quoted_message_was_is_named_where_it_had_no_words() -> None:
    picture = html.escape("<?xml version='1.0'?><msg><img aeskey='1'/></msg>")
    text = app_text(QUOTE.format(reply="收到", kind=3, said=picture))
    assert text == f"「桂花奶奶：[图片]」{QUOTE_LINE}收到"
    reply = html.escape(QUOTE.format(reply="我去", kind=1, said="谁去"), quote=False)
    assert app_text(QUOTE.format(reply="谢谢", kind=49, said=reply)) == f"「桂花奶奶：我去」{QUOTE_LINE}谢谢"


@pytest.mark.parametrize(
    "text",
    [
        "<msg><appmsg><title>天气预报</title><type>5</type></appmsg></msg>",  # a link
        "<msg><appmsg><title>名单.xlsx</title><type>6</type></appmsg></msg>",  # a file
        "<msg><img/></msg>",
        "他发了<appmsg>给我",
        "平安",
        "",
    ],
)
def test_other_xml_holds_nobody_s_words(text: str) -> None:
    assert app_text(text) is None


def test_a_note_s_words_are_unescaped() -> None:
    assert note_text("<msg><title>1. 张&amp;李 &lt;平安&gt;</title></msg>") == "1. 张&李 <平安>"
    assert note_text("<msg/>") == ""
    assert note_text("#接龙\n1. 平安") == "#接龙\n1. 平安"


@given(st.text(max_size=300), st.sampled_from(["text", "image", "recalled", "location"]))
def test_no_text_breaks_the_reading(text: str, kind: str) -> None:
    assert isinstance(is_pat(text), bool)
    assert isinstance(note_text(text), str)
    assert "\u2005" not in readable(text, kind)  # type: ignore[arg-type]


@given(st.text(max_size=400))
def test_a_shown_name_is_short_and_holds_nothing_that_turns_hides_or_leads_elsewhere(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 40 and shown == shown_name(shown).strip()
    assert not set("/\\\n") & set(shown)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") or unicodedata.bidirectional(c) in BIDI]


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@given(st.text(max_size=60), st.sampled_from([".pdf", ".xlsx", ""]))
def test_a_document_s_name_is_never_taken_for_words(stem: str, ending: str) -> None:
    name = stem + ending
    for text in (name, f"[文件] {name}", f"[文件]{name}", f"{name} (12KB)", stem):
        if stem.strip():
            assert beside(text, name) == ""


@given(st.text(max_size=200))
def test_xml_or_none_nothing_breaks_and_plain_words_are_words(text: str) -> None:
    brought(f"<msg><appmsg>{text}</appmsg></msg>")
    if not text.lstrip().startswith(("<", "&lt;")) and "<" not in text and "&lt;" not in text:
        assert brought(text) is None
