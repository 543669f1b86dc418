"""Promises are kept: failures are tried again, doubts are settled, nothing is said twice without need."""

from __future__ import annotations

from bot.ports import SendError
from tests.world import World


def test_a_failure_is_tried_again_and_the_message_comes_late_but_once(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("09:59")
    world.wechat.broken = SendError("not connected")
    world.until("10:03")
    assert not world.messages("alert")
    world.wechat.broken = None
    world.until("10:12")
    assert len(world.messages("alert", "room")) == 1
    assert len(world.messages("alert", "林小满")) == 1


def test_a_contact_who_cannot_be_written_to_holds_up_nobody(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("09:59")
    world.wechat.broken = SendError("no such contact", permanent=True)
    world.until("10:00:30")
    world.wechat.broken = None
    world.until("10:22")
    world.expect("escalation", to="room", about=["E03"], at="10:20")
    failed = world.store.all("SELECT kind FROM outbox WHERE state = 'failed'")
    assert {row["kind"] for row in failed} == {"alert", "notice"}  # a coordinator was to pass it on


def test_a_reminder_that_comes_too_late_is_dropped(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("09:29")
    world.wechat.broken = SendError("not connected")
    world.until("10:00:30")
    world.wechat.broken = None
    world.until("10:15")
    assert [f"{r.at:%H:%M}" for r in world.messages("reminder")] == ["08:30"]
    world.expect("alert", to="room", about=["E03"])


def test_an_alert_that_ended_before_it_could_be_sent_is_not_sent(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("09:59")
    world.wechat.broken = SendError("not connected")
    world.until("10:05")
    world.says("周强", "我妈好着呢，刚通了电话", at="10:06")
    world.wechat.broken = None
    world.until("11:00")
    assert not world.messages("alert")


def _interrupt(world: World, kind: str) -> None:
    """The process ended between sending and noting it."""
    world.store.run("UPDATE outbox SET state = 'sending', sent_at = NULL WHERE kind = ? AND recipient = 'room'", kind)


def test_what_arrived_before_the_crash_is_not_sent_again(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("10:01")
    _interrupt(world, "alert")
    world.restart()
    world.until("10:05")
    assert len(world.messages("alert", "room")) == 1


def test_in_doubt_an_alert_is_sent_again_and_a_reminder_is_not(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("10:01")
    world.wechat.remembers = False
    _interrupt(world, "alert")
    _interrupt(world, "reminder")
    world.restart()
    world.until("10:05")
    assert len(world.messages("alert", "room")) == 2
    assert len(world.messages("reminder", "room")) == 2
    assert world.store.one("SELECT 1 FROM events WHERE what = 'send-doubt'")
