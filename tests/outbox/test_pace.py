"""The group is people's living room: how much the bot may say, and what goes first. (tests/world.py checks every test's pace.)"""

from __future__ import annotations

from collections.abc import Callable

from tests.world import COORDINATORS, World


def test_messages_keep_five_seconds_apart_the_urgent_first(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("09:59:59")
    for n in range(6):
        world.says("林小满", f"@小安 今天还有谁没报？{n}", at="10:00")
    world.until("10:02")
    sent = [m for m in world.messages() if m.at >= world.moment("10:00")]
    assert [m.kind for m in sent[:2]] == ["alert", "alert"]
    assert len(sent) == 8


def test_no_more_than_ten_in_a_minute(world: World) -> None:
    for n in range(25):
        world.says("林小满", f"@小安 今天还有谁没报？{n}", at="07:10")
    world.until("07:30")
    assert len(world.messages("reply")) == 25  # and tests/world.py has looked at every minute


def test_chatter_uses_up_its_share_and_alerts_still_go(begin: Callable[..., World]) -> None:
    world = begin(pace={"per_day": 40})
    world.everyone_else_is_safe("E03", "E05", at="06:00")
    for n in range(60):
        world.says("林小满", f"@小安 今天还有谁没报？{n}", at=f"06:{n:02d}:30")
    world.until("08:01")
    assert len(world.messages("reply")) < 40
    world.expect("reminder", about=["E05"], at="07:30")
    world.expect("alert", to="room", about=["E05"], at="08:00")
    world.until("10:50")
    world.expect("alert", to="room", about=["E03"], at="10:00")
    world.expect("escalation", to="room", about=["E03"], mentions=["周强"], at="10:20")
    world.expect("escalation", to="room", about=["E03"], mentions=COORDINATORS, at="10:40")


def test_on_the_worst_day_the_summary_and_new_alerts_still_go(world: World) -> None:
    """Nobody at all reports, all day."""
    world.until("14:01")
    world.expect("alert", to="room", about=["E06"], at="14:00")
    world.says("周强", "我妈昨天就没接电话", at="19:00")
    world.until("20:05")
    world.expect("summary", to="room", at="20:00")
    for coordinator in COORDINATORS:
        world.expect("summary", to=coordinator)
    assert len(world.messages(to="room")) < 60


def test_an_answer_that_had_to_wait_too_long_is_not_given(begin: Callable[..., World]) -> None:
    world = begin(pace={"per_minute": 1, "gap_seconds": 60})
    for n in range(90):
        world.says("林小满", f"@小安 今天还有谁没报？{n}", at="07:00:30")
    world.until("10:00")
    assert len(world.messages("reply")) <= 61


def test_what_is_asked_at_night_is_answered_in_the_morning_or_not_at_all(world: World) -> None:
    world.everyone_else_is_safe()
    world.says("林小满", "@小安 今天还有谁没报？", at="23:00")
    world.says("许医生（卫生站）", "河畔小区的孙奶奶平安", at="23:05")
    world.until("03-11 07:00")
    assert not [m for m in world.messages() if m.kind in ("reply", "question")]


def test_mentions_are_people_and_reach_the_room_only(world: World) -> None:
    world.until("10:41")
    for sent in world.messages():
        assert not (sent.to != "room" and sent.mentions)
