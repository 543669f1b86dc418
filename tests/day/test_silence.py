"""Deafness is not absence: what the bot could not hear is asked for again, once, before anybody is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.world import World


@pytest.fixture
def waiting(world: World) -> World:
    """All but 孙桂芳 have reported by half past nine."""
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder")
    world.until("09:31")
    return world


def test_a_deadline_that_passes_in_silence_calls_nobody_until_people_could_say_it_again(waiting: World) -> None:
    waiting.goes_deaf("09:40")
    waiting.until("10:50")
    waiting.nothing_more()
    waiting.hears_again("11:00")
    waiting.expect("notice", to="room", text="没有在线", at="11:00")
    waiting.until("11:29")
    waiting.nothing_more()
    assert waiting.state("E03") == "waiting"
    waiting.until("11:31")
    waiting.expect("alert", to="room", only_about=["E03"], at="11:30")
    waiting.skip("alert")


def test_who_reports_again_in_the_time_given_is_safe(waiting: World) -> None:
    waiting.goes_deaf("09:40")
    waiting.hears_again("11:00")
    waiting.expect("notice", to="room")
    waiting.says("周强", "我妈孙桂芳平安，早上就报过", at="11:10")
    waiting.until("13:00")
    waiting.nothing_more()
    assert waiting.state("E03") == "safe"


def test_a_short_break_is_not_worth_a_word(waiting: World) -> None:
    waiting.goes_deaf("09:40")
    waiting.hears_again("09:44")
    waiting.until("10:01")
    waiting.expect("alert", to="room", only_about=["E03"], at="10:00")
    waiting.skip("alert")
    waiting.nothing_more()


def test_when_nobody_is_waited_for_it_is_said_all_the_same_since_a_call_for_help_may_have_been_missed(
    world: World,
) -> None:
    world.everyone_else_is_safe()
    world.skip("receipt")
    world.goes_deaf("10:30")
    world.hears_again("12:30")
    notice = world.expect("notice", to="room", text="从10:30到12:30没有在线", at="12:30")
    assert "要紧" in notice.text and "报平安" not in notice.text
    world.until("12:40")
    world.nothing_more()


def test_who_reported_in_a_silence_long_before_the_deadline_is_asked_too(world: World) -> None:
    world.goes_deaf("08:00")
    world.hears_again("08:40")
    notice = world.expect("notice", to="room", at="08:40")
    assert "报过平安的" in notice.text
    world.until("09:29")
    world.skip("reminder", "alert", "escalation")  # 李国栋's own deadline was 8:00
    world.nothing_more()


def test_ten_minutes_without_anybody_waited_for_need_no_word(world: World) -> None:
    world.everyone_else_is_safe()
    world.skip("receipt")
    world.goes_deaf("10:30")
    world.hears_again("10:40")
    world.until("10:50")
    world.nothing_more()


def test_an_alert_that_was_open_waits_as_well(waiting: World) -> None:
    waiting.until("10:01")
    waiting.skip("alert")
    waiting.goes_deaf("10:05")
    waiting.hears_again("11:00")
    waiting.expect("notice", to="room")
    waiting.until("11:29")
    waiting.nothing_more()
    waiting.until("11:31")
    waiting.expect("escalation", to="room", about=["E03"], at="11:30")
    waiting.skip("escalation")


def test_an_emergency_told_right_after_a_silence_goes_out_at_once(waiting: World) -> None:
    waiting.goes_deaf("09:40")
    waiting.hears_again("11:00")
    waiting.expect("notice", to="room")
    waiting.says("周强", "我妈孙桂芳摔倒了，起不来，快来人", at="11:05")
    waiting.expect("alert", to="room", about=["E03"], at="11:05")
    waiting.skip("alert")


@pytest.mark.parametrize(("gone", "back"), [("21:00", "03-11 09:50"), ("21:00", "03-12 09:50")])
def test_after_a_night_or_days_there_is_one_notice_and_no_storm(
    begin: Callable[..., World], gone: str, back: str
) -> None:
    world = begin()
    world.everyone_else_is_safe()
    world.skip("receipt", "summary", "reminder")
    world.goes_deaf(gone)
    world.hears_again(back)
    world.expect("notice", to="room", text="没有在线")
    world.until("10:19")
    world.nothing_more()


def test_a_process_that_was_down_was_deaf(waiting: World) -> None:
    waiting.engine.hears(waiting.now)
    waiting.restart(at="10:40")
    waiting.engine.hears(waiting.now)
    waiting.until("10:41")
    waiting.expect("notice", to="room", text="没有在线", at="10:40")
    waiting.until("11:09")
    waiting.nothing_more()
    waiting.until("11:11")
    waiting.expect("alert", to="room", about=["E03"], at="11:10")
    waiting.skip("alert")
