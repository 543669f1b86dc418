"""Days on which nothing happens, and how little the group hears of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.world import COORDINATORS, World


def test_on_a_quiet_day_the_group_hears_thanks_and_one_summary(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("21:00")
    for receipt in world.messages("receipt"):
        assert receipt.to == "room"
    world.skip("receipt")
    summary = world.expect("summary", to="room", text="14位", at="20:00")
    assert "王秀兰" not in summary.text
    for coordinator in COORDINATORS:
        world.expect("summary", to=coordinator, text="平安14")
    world.nothing_more()
    assert len(world.messages(to="room")) <= 4


def test_nobody_waiting_means_no_reminder_and_no_alert(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("19:00")
    assert not world.messages("reminder")
    assert not world.messages("alert")


def test_a_report_before_check_ins_open_belongs_to_the_day_before(begin: Callable[..., World]) -> None:
    world = begin("04:30")
    world.says("桂花飘香", "平安", at="04:40")
    world.until("05:30")
    assert world.state("E03") == "waiting"
    assert world.state("E03", "03-09") == "safe"


def test_check_ins_count_from_five_oclock_on(begin: Callable[..., World]) -> None:
    world = begin("04:30")
    world.says("桂花飘香", "平安", at="05:00")
    assert world.state("E03") == "safe"


def test_a_check_in_at_the_very_minute_of_the_deadline_is_in_time(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("桂花飘香", "我好着呢，刚起来", at="10:00")
    world.until("10:30")
    assert world.state("E03") == "safe"
    assert not world.messages("alert")


def test_each_day_begins_anew(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("03-11 04:59")
    assert world.state("E03", "03-10") == "safe"
    world.until("03-11 05:00")
    assert world.state("E03") == "waiting"
    world.until("03-11 10:01")
    world.expect("alert", to="room", about=["E03", "E10"], at="10:00")


def test_the_couple_is_safe_when_one_reports_for_both(world: World) -> None:
    world.says("向阳老赵", "我和老伴都好着呢", at="06:30")
    assert (world.state("E01"), world.state("E02")) == ("safe", "safe")


def test_one_of_a_couple_alone_says_nothing_about_the_other(world: World) -> None:
    world.says("向阳老赵", "平安", at="06:30")
    assert (world.state("E01"), world.state("E02")) == ("safe", "waiting")


def test_a_cough_is_contact_with_something_to_follow_up(world: World) -> None:
    world.everyone_else_is_safe("E09")
    world.says("何平", "我岳母今早有点咳嗽，精神还行", at="08:00")
    assert world.state("E09") == "concern"
    world.until("20:05")
    assert not world.messages("alert")
    world.expect("summary", to="room", text="王秀兰奶奶")
    world.expect("summary", to=COORDINATORS[0], text="咳嗽")


def test_a_later_fine_does_not_wipe_out_the_mornings_concern(world: World) -> None:
    world.says("桂花飘香", "头有点晕，吃了药了", at="07:00")
    world.says("周强", "我妈平安", at="07:20")
    assert world.state("E03") == "concern"


def test_the_same_message_heard_twice_counts_once(world: World) -> None:
    world.says("桂花飘香", "平安", at="07:00", id="same")
    world.says("桂花飘香", "平安", at="07:01", id="same")
    assert len(world.store.all("SELECT * FROM reports WHERE elder = 'E03'")) == 1
    assert len(world.store.all("SELECT * FROM messages")) == 1


def test_a_message_that_arrives_late_counts_for_the_day_on_which_it_was_written(world: World) -> None:
    world.until("03-11 07:00")
    world.says("桂花飘香", "平安", written="03-10 20:00")
    assert world.state("E03") == "waiting"
    assert world.state("E03", "03-10") == "safe"


def test_yesterdays_word_heard_today_does_not_end_todays_alert(world: World) -> None:
    world.until("03-11 10:30")
    assert world.alert("E03")["day"] == "2026-03-10"  # nobody came: yesterday's alert is still open
    world.says("桂花飘香", "平安", written="03-09 20:00")
    assert world.alert("E03")["closed_at"] is None
