"""Public holidays: reminders and the common deadline come later where config says so; by default every day is the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from bot.config import ConfigError, Settings, load
from data.holidays import is_holiday, times_of
from tests.world import World

SPRING_FESTIVAL = dt.date(2026, 2, 17)


def holidays(**plan: object) -> Settings:
    return Settings.model_validate({"holidays": {"later_minutes": 60, **plan}})


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        ("2026-02-15", True),  # the Sunday before the eve: the long holiday has begun
        ("2026-02-14", False),  # the Saturday before it, worked for a day off later
        ("2026-02-17", True),
        ("2026-02-21", True),  # a Saturday in the middle
        ("2026-02-24", False),
        ("2026-02-28", False),  # a Saturday that is worked
        ("2026-03-07", False),  # any weekend
        ("2026-10-01", True),
        ("2026-11-20", False),
        ("2030-10-01", True),  # a year that nobody has announced: what the law fixes
        ("2030-02-03", True),
    ],
)
def test_the_holidays_of_china_are_known(day: str, is_one: bool) -> None:
    assert is_holiday(holidays(), dt.date.fromisoformat(day)) is is_one


def test_config_corrects_the_calendar_day_by_day() -> None:
    plan = holidays(add=["2026-03-08"], leave_out=["2026-02-17"])
    assert is_holiday(plan, dt.date(2026, 3, 8)) and not is_holiday(plan, SPRING_FESTIVAL)


def test_by_default_a_holiday_is_as_any_day() -> None:
    assert times_of(Settings(), SPRING_FESTIVAL).deadline == dt.time(10)


def test_on_a_holiday_the_group_is_reminded_and_missed_an_hour_later_and_who_has_an_own_deadline_is_not(
    begin: Callable[..., World],
) -> None:
    world = begin("05:00", date=SPRING_FESTIVAL, holidays={"later_minutes": 60})
    world.everyone_else_is_safe("E03", "E05")  # E05's own deadline is 08:00
    world.until("02-17 09:29")
    assert [e for m in world.messages("reminder") for e in m.elders] == ["E05"]
    world.expect("alert", to="room", only_about=["E05"], at="08:00")
    world.until("02-17 09:31")
    world.expect("reminder", to="room", only_about=["E03"], at="09:30")
    world.until("02-17 10:31")
    assert "周强" in world.expect("reminder", to="room", only_about=["E03"], text="离11:00", at="10:30").mentions
    world.says("三楼小赵", "小安，报平安怎么报？几点截止？")
    world.expect("reply", text="最晚11:00")
    world.until("02-17 11:01")
    world.expect("alert", to="room", only_about=["E03"], text="11:00", at="11:00")


def test_the_day_after_is_an_ordinary_one_again(begin: Callable[..., World]) -> None:
    world = begin("05:00", date=dt.date(2026, 2, 23), holidays={"later_minutes": 60})
    world.everyone_else_is_safe()
    world.until("02-24 10:01")
    world.expect("alert", to="room", about=["E03"], at="02-24 10:00")


def test_a_country_without_a_calendar_is_refused_at_the_start_and_not_when_the_day_opens() -> None:
    with pytest.raises(ConfigError, match=r"holidays.*XX.*CN"):
        load(None, {"BAOANNIAO_HOLIDAYS__LATER_MINUTES": "30", "BAOANNIAO_HOLIDAYS__COUNTRY": "XX"})


def test_a_shift_into_the_next_day_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"holidays\.later_minutes"):
        load(None, {"BAOANNIAO_HOLIDAYS__LATER_MINUTES": "360", "BAOANNIAO_DAY__DEADLINE": "19:00"})
