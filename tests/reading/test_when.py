"""The days of an absence, from Wednesday 18 November 2026."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.when import read

TODAY = dt.date(2026, 11, 18)


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("我明天到周五出差", "2026-11-19", "2026-11-20"),
        ("下周三回来", None, "2026-11-25"),
        ("下周二到周四去西安", "2026-11-24", "2026-11-26"),
        ("这个礼拜都不在", "2026-11-18", "2026-11-22"),
        ("下个礼拜我去考试", "2026-11-23", "2026-11-29"),
        ("今天起去培训五天", "2026-11-18", "2026-11-22"),
        ("住院观察三天", "2026-11-18", "2026-11-20"),
        ("明后两天去武威", "2026-11-19", "2026-11-20"),
        ("后天走，25号回来", "2026-11-20", "2026-11-25"),
        ("要住到月底", None, "2026-11-30"),
        ("周末我在外地", "2026-11-21", "2026-11-22"),
        ("12月3日去，12月9日回", "2026-12-03", "2026-12-09"),
        ("周六周日我不在家", "2026-11-21", "2026-11-22"),
        ("大年初三回来", None, "2027-02-08"),
        ("明天起我外派，啥时候回来不知道", "2026-11-19", None),
        ("去闺女家住", None, None),
        ("住600周", "2026-11-18", None),
        ("去昆明，周六晚上回", None, "2026-11-21"),
        ("住到这个月28号", None, "2026-11-28"),
        ("我下个月八号到十五号不在", "2026-12-08", "2026-12-15"),
        ("明天走，元旦前一天回来", "2026-11-19", "2026-12-31"),
        ("元旦后才回来", None, None),
        ("要住到二月底", None, "2027-02-28"),
        ("26号出发30号返程", "2026-11-26", "2026-11-30"),
        ("下周四走，要二十来天", "2026-11-26", None),
        ("我在妹子家，住两晚，后天回", "2026-11-18", "2026-11-20"),
        ("孙女带我坐火车上了，礼拜六回", "2026-11-18", "2026-11-21"),
    ],
)
def test_the_days_are_read_inclusive(text: str, start: str | None, end: str | None) -> None:
    assert read(text, TODAY) == (day(start), day(end))


@given(
    st.text(alphabet="今明后天周下上个礼拜星期一二三四五六日月号到至回来住0123456789半年底初正除夕", max_size=40),
    st.dates(dt.date(2020, 1, 1), dt.date(2031, 12, 31)),
)
def test_any_words_of_time_give_days_or_none(text: str, today: dt.date) -> None:
    start, end = read(text, today)
    assert all(d is None or abs(d.year - today.year) <= 3 for d in (start, end))
