from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import dates

TODAY = dt.date(2026, 11, 20)
DAYS = st.dates(dt.date(2021, 1, 1), dt.date(2026, 12, 31))
TIMES = st.times()
HAN_WEEKDAYS = "一二三四五六日"


def day_of(text: str, today: dt.date = TODAY) -> dt.date | None:
    found = dates.dates(dates.clean(text))
    return dates.resolve(found[0], today) if found else None


def times_of(text: str, beside: int | None = None) -> list[str]:
    return [f"{t.time:%H:%M}" for t in dates.times(dates.clean(text), beside)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2026.11.20",
        "2026/11/20 08:12",
        "2026年11月20日",
        "２０２６年１１月２０日",
        "2026 11 20",
        "拍摄时间：2026-11-20 08:12:33 星期五",
        "2026-11-2008:12",
        "20261120 0812",
        "'26 11 20 08:12",
        "26.11.2008:12",
        "26112008:12",
        "二〇二六年十一月二十日",
        "二零二六年十一月二十日",
        "Nov 20, 2026 8:12 AM",
        "Fri, 20 Nov 2026",
        "November 20th 2026",
        "20/11/2026",
        "2O26-11-2O",
        "11月20日 周五",
        "11-20 星期五",
    ],
)
def test_every_usual_way_of_writing_a_day_is_read(text: str) -> None:
    assert day_of(text) == TODAY


@pytest.mark.parametrize(
    "text",
    [
        "批号 1234567",
        "130/82",
        "3栋2单元501室",
        "2026年11月",
        "13月40日",
        "2026-13-45",
        "电话 2345678",
        "农历十月十一",
        "08:12",
    ],
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert day_of(text) is None


def test_a_lost_gap_between_a_short_day_and_the_time_is_found_again() -> None:
    assert day_of("2026-11-808:04") == dt.date(2026, 11, 8)


def test_a_day_without_a_year_is_the_nearest_that_fits_the_weekday() -> None:
    assert day_of("11月20日 周三") == dt.date(2026, 11, 20)  # no near year fits: the weekday is for others to doubt
    assert day_of("11月20日 周四") == dt.date(2025, 11, 20)
    assert day_of("12月28日 周日", dt.date(2026, 1, 3)) == dt.date(2025, 12, 28)
    assert day_of("11月27日 周五") == dt.date(2026, 11, 27)
    assert day_of("2月29日", dt.date(2026, 3, 1)) == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("08:12", "08:12"),
        ("8:12:45", "08:12"),
        ("08：12", "08:12"),
        ("07:531", "07:53"),
        ("上午 8:12", "08:12"),
        ("下午3:05", "15:05"),
        ("3:05 PM", "15:05"),
        ("12:30 AM", "00:30"),
        ("中午12:30", "12:30"),
        ("凌晨12:30", "00:30"),
        ("晚上7点05分", "19:05"),
        ("8时12分", "08:12"),
        ("23∶59", "23:59"),
    ],
)
def test_every_usual_way_of_writing_a_time_is_read(text: str, time: str) -> None:
    assert times_of(text) == [time]


def test_a_misread_colon_is_mended_beside_a_date_only() -> None:
    assert times_of("2026-11-22 08-04", beside=10) == ["08:04"]
    assert times_of("2026-11-22 周日 08.04", beside=10) == ["08:04"]
    assert times_of("血压 135-80") == []


def test_opening_hours_are_no_time_of_day() -> None:
    assert times_of("08:30-11:30") == []
    assert times_of("9:00~17:00 开放") == []


@given(DAYS, TIMES, st.sampled_from(["-", ".", "/", "han", "han0"]), st.sampled_from([" ", "", "  "]), st.booleans())
def test_a_stamped_moment_is_read_back_whatever_its_form(
    day: dt.date, time: dt.time, form: str, gap: str, seconds: bool
) -> None:
    written = {
        "han": f"{day.year}年{day.month}月{day.day}日",
        "han0": f"{day:%Y}年{day:%m}月{day:%d}日",
    }.get(form, day.strftime(f"%Y{form}%m{form}%d"))
    text = dates.clean(f"{written}{gap}{time:%H:%M:%S}" if seconds else f"{written}{gap}{time:%H:%M}")
    found = dates.dates(text)[0]
    assert dates.resolve(found, TODAY) == day
    assert [t.time for t in dates.times(text[found.end :], 0)] == [time.replace(second=0, microsecond=0)]


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 11, 20)))
def test_month_day_and_weekday_are_enough_for_this_year(day: dt.date) -> None:
    assert day_of(f"{day.month}月{day.day}日 星期{HAN_WEEKDAYS[day.weekday()]}") == day


@given(st.text(max_size=60))
def test_no_text_at_all_makes_the_parser_fail(text: str) -> None:
    cleaned = dates.clean(text)
    for found in dates.dates(cleaned):
        assert dates.resolve(found, TODAY)
        assert 0 <= found.start < found.end <= len(cleaned)
    assert all(0 <= t.start < t.end <= len(cleaned) for t in dates.times(cleaned))
