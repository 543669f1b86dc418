"""Who is home again, and since when; from Wednesday 18 November 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.reading.returns import day_of, home_again, to_come

TODAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("我爸昨天下午出的院，能吃半碗面了", 17),
        ("从海南回来了，昨晚落的地", 17),
        ("今天送回税务局院自己家了，明天恢复", 18),
        ("从我这儿回轴承厂了，从今天起照旧报", 18),
        ("昨晚到的家，今早睡懒觉", 17),
    ],
)
def test_the_way_home_is_done(text: str, day: int) -> None:
    assert home_again(text)
    assert day_of(text, None, TODAY) == TODAY.replace(day=day)


@pytest.mark.parametrize(
    "text",
    [
        "今天接到我姐家了，正月十五送回来",
        "昨晚接到家里来了，住到月底",
        "今天出院，先住我家养眼睛",
        "明天出院",
        "昨晚到的三亚，这边三十度",
    ],
)
def test_no_way_home_or_none_that_is_done(text: str) -> None:
    assert not home_again(text)


def test_a_day_on_which_the_reports_go_on_is_no_day_of_return() -> None:
    tomorrow, friday = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=2)
    assert to_come("今早住的院，周五出院", friday, TODAY)
    assert to_come("明天出院", tomorrow, TODAY)
    assert not to_come("回来了，手续都办完了，明天起恢复报", tomorrow, TODAY)
    assert not to_come("回来了", None, TODAY)
    assert not to_come("昨天回来的", TODAY - dt.timedelta(days=1), TODAY)
