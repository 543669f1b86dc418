"""Seventy-five elders, and the bot away for an hour, a night or three days: said once, asked once, time given, then a pace."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model import Roster
from bot.ports import NotConnected
from data import days, roster
from tests.world import Sent, World

DEMO = Path(__file__).parents[2] / "data" / "demo"
HALF_AN_HOUR = dt.timedelta(minutes=30)
CALLS = ("alert", "escalation")


@pytest.fixture(scope="module")
def people() -> Roster:
    return roster.load(DEMO / "elders.csv", DEMO / "volunteers.csv")


def safe(world: World, elders: list[str]) -> None:
    """They reported, in whatever words: the reading is not what these tests are about."""
    today = world.engine._moment(world.now).day
    with world.store.transaction():
        for elder in elders:
            row = days.get(world.store, today, elder)
            if row is not None and row["state"] == "waiting":
                days.step(world.store, row, "safe")


def after(world: World, moment: dt.datetime) -> list[Sent]:
    return [s for s in world._sent if s.at >= moment]


@pytest.mark.parametrize(
    ("gone", "back", "asked_at"),
    [
        ("09:20", "10:20", "10:20"),  # an hour, over the deadline
        ("06:00", "09:50", "09:50"),  # the morning, with both reminders in it
        ("21:00", "03-11 06:30", "03-11 06:30"),  # a night
        ("09:40", "03-13 09:40", "03-13 09:40"),  # three days, from before a deadline
        ("11:00", "03-13 11:00", "03-13 11:00"),  # three days, with alerts open
        ("09:40", "03-13 03:10", "03-13 06:00"),  # back while everybody sleeps
    ],
)
def test_it_is_said_once_asked_once_time_is_given_and_then_the_watch_climbs_at_a_pace(
    begin: Callable[..., World], people: Roster, gone: str, back: str, asked_at: str
) -> None:
    world = begin(people=people)
    half = sorted(people.elders)[::2]
    world.until("05:10")
    safe(world, half)
    world.goes_deaf(gone)
    before = len(world._sent)
    world.hears_again(back)
    returned, asked = world.now, world.moment(asked_at)
    assert len(world._sent) - before <= 1, "one message at most at the moment of the return"

    world.until(f"{asked + HALF_AN_HOUR - dt.timedelta(seconds=1):%m-%d %H:%M:%S}")
    early = [s for s in after(world, returned) if s.kind not in CALLS]
    assert not [s for s in after(world, returned) if s.kind in CALLS], "nobody is called before the time is over"
    kinds = Counter(s.kind for s in early)
    assert kinds["notice"] == 1 and kinds["reminder"] <= 1 and sum(kinds.values()) <= 2
    [notice] = [s for s in early if s.kind == "notice"]
    assert abs(notice.at - asked) < dt.timedelta(minutes=1) and "没有在线" in notice.text

    world.until(f"{asked + 2 * HALF_AN_HOUR:%m-%d %H:%M}")
    calls = [s for s in after(world, returned) if s.kind in CALLS]
    in_room = [s for s in calls if s.to == "room"]
    assert len(in_room) <= 6, "many elders, few messages"
    for to, count in Counter(s.to for s in calls if s.to != "room").items():
        assert count <= 4, f"{to} was written to {count} times in half an hour"


def test_who_reports_after_three_days_is_not_looked_for(begin: Callable[..., World], people: Roster) -> None:
    world = begin(people=people)
    world.goes_deaf("05:30")
    world.hears_again("03-13 09:40")
    safe(world, list(people.elders))
    world.until("03-13 12:00")
    assert not [s for s in world._sent if s.kind in CALLS]
    unwatched = world.store.all("SELECT day, state FROM days WHERE day < '2026-03-13' AND next_step_at IS NOT NULL")
    assert unwatched == [], "the days that nobody could watch are let be"


def test_calls_that_never_left_are_not_made_late_as_if_no_time_had_passed(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder")
    world.until("09:59")
    world.wechat.broken = NotConnected("WeChat is not connected")  # gone, and not yet noticed
    world.goes_deaf("10:01")
    world.wechat.broken = None
    world.hears_again("12:00")
    world.expect("notice", to="room", at="12:00")
    world.until("12:29")
    assert not world.messages("alert")
    world.until("12:31")
    call = world.expect("alert", to="room", only_about=["E03"], at="12:30")
    assert "12:30" in call.text, "decided anew, with the time that it is"
    world.skip("alert")


def test_an_end_that_was_told_meanwhile_is_not_undone_by_a_call_from_before(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder")
    world.until("09:59")
    world.wechat.broken = NotConnected("WeChat is not connected")
    world.goes_deaf("10:01")
    world.wechat.broken = None
    world.hears_again("12:00")
    world.expect("notice", to="room")
    world.says("周强", "我妈孙桂芳平安，刚通过电话", at="12:10")
    world.until("14:00")
    world.nothing_more()


def test_an_emergency_that_never_left_goes_out_at_the_return_whatever_the_hour(world: World) -> None:
    world.everyone_else_is_safe()
    world.skip("receipt", "summary", "reminder")
    world.until("21:58")
    world.wechat.broken = NotConnected("WeChat is not connected")
    world.says("周强", "我妈孙桂芳摔倒了起不来，快来人", at="21:59")
    world.goes_deaf("22:00")
    world.wechat.broken = None
    world.hears_again("03-11 01:00")
    world.expect("alert", to="room", about=["E03"], at="03-11 01:00")
    world.skip("alert", "escalation", "notice")


def test_the_coordinators_nightly_post_tells_when_nothing_was_heard(world: World) -> None:
    world.everyone_else_is_safe()
    world.skip("receipt", "notice")
    world.goes_deaf("13:00")
    world.hears_again("14:30")
    for n in range(2):
        world.engine.could_not_hear(f"lost-{n}", world.now)
    world.until("20:01")
    posts = [s.text for s in world.messages("summary") if s.to != "room"]
    assert posts and all("13:00到14:30" in text and "有2条消息没收到" in text for text in posts)


def test_a_line_that_drops_all_morning_is_told_once_an_hour(world: World) -> None:
    world.skip("receipt", "reminder", "alert", "escalation")
    for n in range(5):
        world.goes_deaf(f"07:{n * 10:02d}")
        world.hears_again(f"07:{n * 10 + 7:02d}")
    assert len(world.messages("notice")) == 1
    world.goes_deaf("08:30")
    world.hears_again("08:40")
    assert len(world.messages("notice")) == 2
    for notice in world.messages("notice"):
        notice.seen = True


def test_waiting_for_wechat_costs_a_message_no_attempt(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder")
    world.until("09:59")
    world.wechat.broken = NotConnected("the bot is not in its group")
    world.until("10:20")
    rows = world.store.all("SELECT state, attempts FROM outbox WHERE kind = 'alert'")
    # The call in the room gives way to the next level's, which says it too; nothing was given up, nothing counted.
    assert {(r["state"], r["attempts"]) for r in rows} == {("dropped", 0), ("pending", 0)}
    world.wechat.broken = None
    world.until("10:21")
    world.expect("escalation", to="room", about=["E03"], mentions=["林小满", "周强"])
    world.skip("alert", "escalation")
