"""WeChat refuses in silence, or for good: nobody waits in vain for what was never shown."""

from __future__ import annotations

import datetime as dt

from bot.ports import InDoubt, NotAFriend, NotConnected, SendError
from tests.world import COORDINATORS, World


def minutes(n: int) -> dt.timedelta:
    return dt.timedelta(minutes=n)


def _missed(world: World) -> None:
    world.wechat.echoes = True
    world.everyone_else_is_safe("E03", at="06:00")
    world.skip("receipt", "reminder")
    world.until("09:59:50")


def test_an_alert_that_nobody_was_shown_is_sent_again(world: World) -> None:
    _missed(world)
    world.wechat.swallows = True
    world.until("10:00:20")
    assert not world.messages("alert")
    world.wechat.swallows = False
    world.until("10:02")
    assert len(world.messages("alert", "room")) == len(world.messages("alert", "林小满")) == 1
    assert world.store.one("SELECT 1 FROM events WHERE what = 'send-refused'")


def test_what_was_shown_is_not_sent_again(world: World) -> None:
    _missed(world)
    world.until("10:15")
    assert len(world.messages("alert")) == 2
    assert not world.store.one("SELECT 1 FROM outbox WHERE echo_by IS NOT NULL AND sent_at < ?", "2026-03-10T02:10")


def test_a_far_end_without_ids_shows_by_its_words_what_arrived(world: World) -> None:
    world.wechat.nameless = True
    _missed(world)
    world.until("10:15")
    assert len(world.messages("alert")) == 2
    world.wechat.swallows = True
    world.until("10:20:20")
    world.wechat.swallows = False
    world.until("10:22")
    assert len(world.messages("escalation", "room")) == 1


def test_a_reminder_that_nobody_was_shown_is_in_doubt_and_not_repeated(world: World) -> None:
    world.wechat.echoes = True
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("08:29")
    world.wechat.swallows = True
    world.until("08:31")
    world.wechat.swallows = False
    world.until("09:00")
    assert not world.messages("reminder")
    rows = world.store.all("SELECT state FROM outbox WHERE kind = 'reminder'")
    assert [r["state"] for r in rows] == ["doubt"]


def test_after_a_restart_nobody_knows_and_nothing_is_repeated(world: World) -> None:
    _missed(world)
    world.wechat.swallows = True
    world.until("10:00:20")
    world.wechat.echoes = False
    world.restart()
    world.wechat.swallows = False
    world.until("10:15")
    assert not world.messages("alert")
    assert world.engine.outbox.next_moment(world.now) is None


def test_while_wechat_is_away_nothing_is_tried_and_nothing_given_up(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.skip("receipt", "reminder")
    world.until("09:59")
    world.wechat.broken = NotConnected("the bot is not in its group")
    world.until("13:00")
    world.wechat.broken = None
    world.until("13:02")
    assert not world.store.all("SELECT 1 FROM outbox WHERE state = 'failed' OR attempts > 0")
    # Only the newest call about her goes to the room: it says all that the earlier ones would have said.
    room = [m for m in world.messages(to="room") if m.kind in ("alert", "escalation")]
    assert len(room) == 1
    assert {"林小满", "周强", *COORDINATORS} <= set(room[0].mentions)


def test_a_helper_who_is_no_friend_is_passed_on_to_the_coordinators(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.skip("receipt", "reminder", "alert", "escalation")
    send = world.wechat.send

    async def unless_no_friend(out):  # type: ignore[no-untyped-def]
        if out.to == "V1":
            raise NotAFriend("V1 is not a WeChat friend of the bot", permanent=True)
        return await send(out)

    world.wechat.send = unless_no_friend  # type: ignore[method-assign]
    world.until("10:01")
    for coordinator in COORDINATORS:
        told = world.expect("notice", to=coordinator, text="林小满")
        assert "10000020003" in told.text
    world.expect("notice", to="room", mentions=["林小满"], text="好友")
    world.until("10:15")
    world.nothing_more()


def test_an_emergency_is_tried_for_as_long_as_it_is_open(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.wechat.broken = SendError("the gateway says no")
    world.says("周强", "我妈孙桂芳摔倒了，起不来，快来人", at="10:30")
    world.until("18:00")
    world.wechat.broken = None
    world.until("18:01:05")
    first = [m for m in world.messages("alert", "room") if m.elders == ["E03"]]
    assert len(first) == 1
    assert {"林小满", "郭晓雨", "周强", "许医生（卫生站）", *COORDINATORS} <= set(first[0].mentions)
    assert not [m for m in world.messages("escalation", "room") if m.at < first[0].at]


def test_a_call_without_an_answer_goes_again_but_not_for_ever(world: World) -> None:
    """WeChat shows every one of them and never answers: a few repeats are harmless, a storm is not."""
    world.wechat.remembers = False
    world.everyone_else_is_safe("E03", at="06:00")
    world.skip("receipt", "reminder")
    world.until("09:59:50")
    send = world.wechat.send

    async def without_an_answer(out):  # type: ignore[no-untyped-def]
        await send(out)
        raise InDoubt("no answer")

    world.wechat.send = without_an_answer  # type: ignore[method-assign]
    world.until("10:19")
    assert 1 < len(world.messages("alert", "room")) <= 3
    assert world.engine.outbox.next_moment(world.now) is None


def test_anything_else_without_an_answer_is_not_said_again(world: World) -> None:
    world.wechat.remembers = False
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("08:29")
    send = world.wechat.send

    async def without_an_answer(out):  # type: ignore[no-untyped-def]
        await send(out)
        raise InDoubt("no answer")

    world.wechat.send = without_an_answer  # type: ignore[method-assign]
    world.until("09:00")
    assert len(world.messages("reminder")) == 1
    assert world.store.one("SELECT 1 FROM events WHERE what = 'send-doubt'")


def test_a_clock_that_was_set_back_holds_up_nothing(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("10:01")
    world._check_pace = lambda: None  # type: ignore[method-assign]  # by such a clock the order says nothing
    world.now -= minutes(45)
    world.wechat.now = world.now
    world.says("林小满", "@小安 今天还有谁没报？", at="09:17")
    world.until("09:19")
    assert world.messages("reply")
