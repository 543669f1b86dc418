"""Deadlines hold across midnight, leap days, summer time, other zones, and a clock that is set back or forth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import days, timers
from data.moments import at_local, day_of, end_of_span, moment_of, text_of
from data.retention import forget_words
from schedules import retention
from tests.world import ELDERS, World, community

UTC = dt.UTC


def test_a_deadline_after_midnight_belongs_to_the_day_before(begin: Callable[..., World]) -> None:
    night = [replace(e, deadline=dt.time(0, 30) if e.id == "E03" else e.deadline) for e in ELDERS]
    world = begin("05:00", community(night))
    world.everyone_else_is_safe("E03")
    world.until("23:59")
    assert world.state("E03") == "waiting"
    world.until("03-11 00:31")
    assert world.state("E03", "03-10") == "missed"
    # In the quiet hours nobody is called for it; they are when these end.
    assert not world.messages("alert")
    world.until("03-11 06:01")
    world.expect("alert", to="room", only_about=["E03"], at="03-11 06:00")


def test_word_after_midnight_counts_for_the_day_that_still_runs(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:05")
    world.says("周强", "我妈孙桂芳好着呢，刚通过电话", at="03-11 00:20")
    assert (world.state("E03", "03-10"), world.state("E03", "03-11")) == ("safe", "waiting")


@pytest.mark.parametrize(
    ("date", "next_day"),
    [(dt.date(2028, 2, 28), "02-29"), (dt.date(2028, 2, 29), "03-01"), (dt.date(2026, 12, 31), "01-01")],
)
def test_leap_days_and_new_years_are_days_like_any(begin: Callable[..., World], date: dt.date, next_day: str) -> None:
    world = begin("05:00", date=date)
    world.everyone_else_is_safe("E03")
    world.skip("receipt")
    tomorrow = date + dt.timedelta(days=1)
    assert f"{tomorrow:%m-%d}" == next_day
    world.until_moment(world.moment("10:01", tomorrow))
    told = [m.at for m in world.messages("alert", "room") if {"E03", "E04"} & set(m.elders)]
    assert [f"{at:%m-%d %H:%M}" for at in told] == [f"{date:%m-%d} 10:00", f"{tomorrow:%m-%d} 10:00"]
    assert days.states(world.store, date)["E03"] == "missed" and days.is_open(world.store, tomorrow)
    assert world.state("E04") == "missed"


# Summer time begins or ends in the night between the two days; the offsets say which way.
CHANGES = [
    ("Europe/Berlin", dt.date(2026, 3, 28), 23),
    ("Europe/Berlin", dt.date(2026, 10, 24), 25),
    ("America/New_York", dt.date(2026, 3, 7), 23),
    ("America/New_York", dt.date(2026, 10, 31), 25),
    ("Australia/Lord_Howe", dt.date(2026, 10, 3), 23.5),
    ("Africa/Cairo", dt.date(2026, 4, 23), 23),  # at midnight
    ("Asia/Shanghai", dt.date(2026, 3, 28), 24),
    ("Asia/Kathmandu", dt.date(2026, 3, 28), 24),
    ("Pacific/Kiritimati", dt.date(2026, 3, 28), 24),
]


@pytest.mark.parametrize(("zone", "date", "hours"), CHANGES)
def test_deadlines_are_at_ten_by_the_communitys_clocks_whatever_summer_time_does(
    begin: Callable[..., World], zone: str, date: dt.date, hours: float
) -> None:
    world = begin("05:00", date=date, timezone=zone)
    world.everyone_else_is_safe("E03")
    tomorrow = date + dt.timedelta(days=1)
    world.until_moment(world.moment("10:02", date))
    first = world.expect("alert", to="room", only_about=["E03"], text="10:00")
    world.says("周强", "我妈孙桂芳好着呢，刚通过电话")
    world.until_moment(world.moment("04:59", tomorrow))
    assert not days.is_open(world.store, tomorrow)
    world.until_moment(world.moment("05:01", tomorrow))
    assert days.is_open(world.store, tomorrow)
    world.until_moment(world.moment("10:02", tomorrow))
    second = next(m for m in world.messages("alert", "room") if m.at > first.at and "E03" in m.elders)
    apart = second.at.astimezone(UTC) - first.at.astimezone(UTC)
    assert abs(apart - dt.timedelta(hours=hours)) < dt.timedelta(minutes=1)


@given(
    st.integers(0, 5 * 365 * 24 * 3600).map(lambda s: dt.datetime(2025, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=s)),
    st.sampled_from(sorted({zone for zone, _, _ in CHANGES})),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_every_moment_lies_in_exactly_one_day_and_quiet_hours_always_end(
    moment: dt.datetime, zone: str, opens: dt.time, until: dt.time
) -> None:
    from zoneinfo import ZoneInfo

    place = ZoneInfo(zone)
    day = day_of(moment, opens, place)
    begins, ends = at_local(day, opens, place), at_local(day + dt.timedelta(days=1), opens, place)
    slack = dt.timedelta(hours=1)  # where the clock shows the hour twice or not at all
    assert begins - slack <= moment < ends + slack
    end = end_of_span(moment, (opens, until), place)
    assert dt.timedelta() <= end - moment <= dt.timedelta(hours=25)
    assert moment_of(text_of(moment)) == moment


# --- a clock that is set


def test_a_clock_that_was_a_year_ahead_is_put_right_and_the_morning_comes(world: World) -> None:
    """A machine with an empty battery starts in another year until it is told the time."""
    world.everyone_else_is_safe()
    world.clock_shows(world.now + dt.timedelta(days=365))
    world.wakes()
    world.clock_shows(world.moment("07:10", dt.date(2026, 3, 10)))
    world.wakes()
    world.skip("notice", "receipt", "reminder")
    world.until("20:01")
    world.expect("summary", to="room", at="20:00")
    world.until("03-11 05:01")
    assert days.is_open(world.store, dt.date(2026, 3, 11)) and world.state("E04") == "waiting"
    world.until("03-11 10:01")
    world.expect("alert", to="room", about=["E04"], at="03-11 10:00")


def test_set_back_by_an_hour_an_alert_climbs_after_its_twenty_minutes_and_not_after_eighty(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:05")
    world.expect("alert", to="room", only_about=["E03"])
    world.clock_shows(world.moment("09:05"))
    world.wakes()
    world.until("09:21")
    world.expect("escalation", to="room", only_about=["E03"], mentions=["周强"])
    assert len(world.messages("alert", "room")) == 1
    world.until("10:10")  # ten o'clock comes a second time
    assert len(world.messages("alert", "room")) == 1


def test_set_back_before_the_deadline_everyone_has_until_ten_and_nothing_is_said_twice(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("09:35")
    before = [m.text for m in world.messages("reminder")]
    world.clock_shows(world.moment("08:00"))
    world.wakes()
    world.until("09:59")
    assert [m.text for m in world.messages("reminder")] == before
    world.until("10:01")
    world.expect("alert", to="room", only_about=["E03"], at="10:00")


def test_set_back_what_waits_to_be_sent_is_sent(world: World) -> None:
    world.says("周强", "我妈孙桂芳摔倒了起不来", at="07:00")
    world.says("林小满", "小安，今天谁没报？", mentions=["小安"], at="07:01")
    world.expect("reply", to="room")
    world.clock_shows(world.moment("06:30"))
    world.says("林小满", "小安，今天谁没报？", mentions=["小安"])
    world.expect("reply", to="room")


def test_set_back_while_the_bot_was_off_is_noticed_at_the_start(world: World) -> None:
    world.engine.hears(world.now)
    world.everyone_else_is_safe("E03")
    world.until("10:05")
    world.engine.hears(world.now)
    world.stop()
    world.clock_shows(world.moment("09:00"))
    world.restart()
    world.until("09:17")
    world.expect("escalation", to="room", about=["E03"], mentions=["周强"])


def test_a_small_correction_changes_nothing(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:05")
    step = world.alert("E03")["next_step_at"]
    world.clock_shows(world.moment("10:04"))
    world.wakes()
    assert world.alert("E03")["next_step_at"] == step


def test_words_are_not_deleted_by_a_clock_that_leapt_ahead(world: World) -> None:
    world.says("周强", "我妈孙桂芳今天挺好", at="07:00")
    world.until("21:00")
    world.clock_shows(world.now + dt.timedelta(days=400))
    world.wakes()
    texts = [r["text"] for r in world.store.all("SELECT text FROM messages")]
    assert texts == ["我妈孙桂芳今天挺好"]
    armed = timers.armed(world.store, retention.KIND)
    assert armed is not None and armed > world.now
    assert forget_words(world.store, world.now - dt.timedelta(days=90)) == 1  # it would have been


def test_an_evening_that_began_too_early_by_the_clock_begins_again(begin: Callable[..., World]) -> None:
    world = begin("05:00", community([replace(e, twice=e.id == "E03") for e in ELDERS]))
    world.everyone_else_is_safe()
    world.until("16:05")
    assert world.state("E03") == "waiting"
    world.clock_shows(world.moment("11:00"))
    world.wakes()
    assert world.state("E03") == "safe"
    world.until("16:05")
    assert world.state("E03") == "waiting"
    world.until("19:01")
    world.expect("alert", to="room", only_about=["E03"], at="19:00")
