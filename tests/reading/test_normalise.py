"""One writing for what people write in many."""

from __future__ import annotations

import pytest

from bot.model import Elder, Message, Roster
from bot.reading import Reader
from bot.reading.normalise import mend, normalise, split_quote, take_mentions

from .conftest import AT


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("抱平安", "报平安"),
        ("平按平按", "平安平安"),
        ("就命", "救命"),
        ("我传补上气", "我喘不上气"),
        ("小案", "小安"),
        ("投疼", "头疼"),
        ("量了雪压", "量了血压"),
    ],
)
def test_a_dictation_slip_is_heard_by_its_sound(said: str, meant: str) -> None:
    assert mend(said) == meant


@pytest.mark.parametrize("text", ["就命令他", "我要疼爱她", "早上吃了面", ""])
def test_words_that_only_sound_alike_stay(text: str) -> None:
    assert mend(text) == text


def test_traditional_characters_and_full_width_digits_become_plain() -> None:
    assert normalise("我媽沒事，血壓１２０").plain == "我妈没事，血压120"


def test_wechat_codes_and_emoji_are_taken_out_and_counted() -> None:
    text = normalise("好着呢[抱拳]👍🏻 [呲牙]")
    assert text.plain.startswith("好着呢")
    assert {"good", "joke", "yes"} <= text.emoji
    assert text.marks == 3


def test_a_bracket_that_is_no_wechat_code_stays() -> None:
    assert "[三楼]" in normalise("[三楼]有人").plain


@pytest.mark.parametrize("dashes", ["- - - - - -", "———————", "—— —— ——", "-----"])
def test_a_quote_is_split_off_whatever_its_dashes(dashes: str) -> None:
    assert split_quote(f"「静静：我妈没接电话」\n{dashes}\n我去看看") == ("我去看看", "我妈没接电话", "静静")


def test_a_mention_ends_at_its_special_space_or_at_a_known_name() -> None:
    assert take_mentions("@静静\u2005 我去", lambda n: False) == ("  我去".replace("  ", " \u2005 "), ("静静",))
    assert take_mentions("@小 确 幸我去", lambda n: n == "小 确 幸")[1] == ("小 确 幸",)


def test_a_nickname_with_good_words_in_it_is_no_news() -> None:
    assert "平安" not in normalise("@平安是福\u2005 收到", lambda n: n == "平安是福").plain


def test_what_belongs_to_a_name_is_no_slip() -> None:
    elder = Elder("L1", "马国良", "男", 1940, "红星小区", "9号楼2单元601")
    read = Reader(Roster({elder.id: elder}, {})).read
    found = read(Message("m", AT, "路过的", text="马国良血压168/95，加了药，下午再量"))
    assert (found.intent, found.elders) == ("concern", ("L1",))
    assert mend("给她良血压") == "给她量血压"


@pytest.mark.parametrize(
    ("said", "meant"), [("救", "救命"), ("救！！", "救命"), ("撤", "撤回"), ("救护车", "救护车"), ("撤离", "撤离")]
)
def test_a_cry_of_one_character_is_a_cry(said: str, meant: str) -> None:
    assert normalise(said).plain.strip("！") == meant
