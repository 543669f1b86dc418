"""Clauses with their frames: negation, time, mood."""

from __future__ import annotations

import pytest

from bot.reading.clauses import Clause, split
from bot.reading.lexicon import scanner


def last(text: str) -> Clause:
    return split(text, scanner())[-1]


@pytest.mark.parametrize("text", ["没摔", "没有摔倒", "没再摔倒"])
def test_a_not_before_a_fall_denies_it(text: str) -> None:
    assert "fall" in last(text).denied
    assert "fall" not in last(text).tags


def test_not_unwell_is_well() -> None:
    assert "bad" not in last("人没有不舒服").tags


def test_an_accident_is_no_negation() -> None:
    assert "fall" in last("不小心摔倒了").tags


def test_yesterday_lasts_until_today_is_named() -> None:
    first, second, third = split("昨天头晕，没吃饭，今天好着呢", scanner())
    assert (first.past, second.past, third.past) == (True, True, False)


def test_last_night_that_lasts_is_not_past() -> None:
    assert not last("昨晚摔了到现在起不来").past
    assert last("去年还在病房里躺着").past


@pytest.mark.parametrize("text", ["报了没", "没事吧", "好吗", "咋样了", "谁见了？"])
def test_a_question_is_known_without_its_mark(text: str) -> None:
    assert last(text).asked


@pytest.mark.parametrize("text", ["在家呢", "没啥事", "着急啥呢", "说啥都听不见"])
def test_a_statement_with_a_question_word_asks_nothing(text: str) -> None:
    assert not last(text).asked


def test_supposed_wished_and_dreamt_are_no_facts() -> None:
    assert last("要是摔倒了").supposed
    assert last("祝奶奶平安").wished
    assert last("梦见摔倒了").told


def test_set_phrases_hide_what_lies_inside() -> None:
    assert not {t for t in last("笑得喘不上气").tags if t.startswith("alarm")}


@pytest.mark.parametrize("text", ["今天还没联系上她", "没联系上我爸"])
def test_not_reached_is_not_also_reached(text: str) -> None:
    tags = last(text).tags
    assert "noanswer" in tags
    assert tags.isdisjoint({"core", "safe", "reached", "seen"})
