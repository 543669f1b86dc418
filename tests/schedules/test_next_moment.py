"""The bot knows exactly when it next has something to do."""

from __future__ import annotations

from tests.world import World


def test_the_next_wake_up_is_the_next_thing_due(world: World) -> None:
    world.until("05:00")
    due = world.engine.next_due(world.now)
    assert due == world.moment("07:30")  # the reminder before the earliest deadline
    world.until("07:31")
    due = world.engine.next_due(world.now)
    assert due == world.moment("08:00")


def test_a_new_deadline_moves_it(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("09:40")
    assert world.engine.next_due(world.now) == world.moment("10:00")
    world.says("丁立（协调员）", "孙桂芳 时限 9点50", at="09:41", to="bot")
    world.until("09:42")
    assert world.engine.next_due(world.now) == world.moment("09:50")


def test_after_a_days_work_it_waits_for_the_morning(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("21:00")
    assert world.engine.next_due(world.now) == world.moment("03-11 05:00")
