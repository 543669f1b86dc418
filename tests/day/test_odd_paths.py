"""Odd paths through a day that the crash simulation and the model led to, each as a conversation."""

from __future__ import annotations

from collections.abc import Callable

from tests.world import COORDINATORS, World


def _all_but(world: World, *elders: str) -> None:
    world.everyone_else_is_safe(*elders, at="06:00")
    world.skip("receipt", "reminder", "summary")


def test_a_claim_and_then_silence_climbs_from_where_it_stood_and_says_why(world: World) -> None:
    _all_but(world, "E03")
    world.says("林小满", "我去看看孙桂芳奶奶", at="10:05")
    world.until("10:34")
    world.skip("alert")
    world.nothing_more()
    world.until("10:36")
    stale = world.expect("escalation", to="room", only_about=["E03"], mentions=["郭晓雨", "周强"], at="10:35")
    assert "有人去看了" in stale.text
    world.until("10:57")
    world.expect("escalation", to="room", about=["E03"], mentions=COORDINATORS, at="10:55")


def test_a_couple_is_missed_together_and_one_word_ends_both(world: World) -> None:
    _all_but(world, "E01", "E02")
    world.until("10:01")
    world.expect("alert", to="room", only_about=["E01", "E02"], mentions=["林小满"])
    private = world.expect("alert", to="林小满", only_about=["E01", "E02"])
    assert private.text.count("10000010001") == 2  # the daughter's number on both cards
    world.says("赵敏（赵德厚女儿）", "我爸我妈都好着呢，刚通过电话", at="10:08")
    world.until("10:10")
    world.expect("resolved", only_about=["E01", "E02"])
    assert world.state("E01") == world.state("E02") == "safe"
    world.until("11:00")
    world.nothing_more()


def test_one_of_a_couple_is_found_and_the_other_is_still_looked_for(world: World) -> None:
    _all_but(world, "E01", "E02")
    world.until("10:05")
    world.skip("alert")
    world.says("林小满", "见到赵德厚爷爷了，人好着呢", at="10:06")
    world.until("10:21")
    world.expect("resolved", only_about=["E01"])
    world.expect("escalation", to="room", only_about=["E02"], at="10:20")


def test_an_emergency_at_night_goes_out_at_once_while_the_usual_waits_for_morning(world: World) -> None:
    _all_but(world)
    world.says("周强", "给孙桂芳打了三个电话都没人接", at="23:10")
    world.says("许医生（卫生站）", "河畔小区的孙奶奶电话没人接", at="23:12")
    world.until("23:29")
    world.nothing_more()
    world.says("卫东", "我爸卫长青摔倒了，起不来，快来人", at="23:30")
    world.expect("alert", to="room", only_about=["E14"], mentions=["林小满", "卫东", *COORDINATORS], at="23:30")
    world.skip("alert", "escalation")
    night = [m for m in world.messages() if m.at >= world.moment("23:30")]
    world.until("03-11 05:59")
    assert all(m.urgency == 0 for m in world.messages() if m.at >= night[0].at)
    world.until("03-11 06:01")
    assert [m for m in world.messages(to="room") if "E03" in m.elders and m.at >= world.moment("03-11 06:00")]


def test_an_emergency_takes_over_from_a_missed_check_in(world: World) -> None:
    """The room must not read "nobody has heard of her" while everybody runs to her."""
    _all_but(world, "E03")
    world.until("10:02")
    world.skip("alert")
    world.says("周强", "我妈孙桂芳摔倒了，起不来，快来人", at="10:05")
    world.until("10:34")
    assert not world.messages("escalation")
    assert (world.alert("E03", "missed")["outcome"], world.alert("E03", "distress")["closed_at"]) == ("helped", None)
    world.until("10:36")
    world.expect("escalation", to="room", text="【急】", at="10:35")
    world.skip("escalation")
    world.says("林小满", "孙桂芳奶奶扶起来了，没伤着，我陪着呢", at="10:40")
    world.expect("resolved", only_about=["E03"])
    world.until("12:00")
    world.nothing_more()


def test_a_smell_of_gas_is_no_word_from_the_elder_but_one_alarm_is_enough(world: World) -> None:
    _all_but(world, "E03")
    world.until("10:02")
    world.says("周强", "我妈孙桂芳家里煤气味大得很，快去人", at="10:05")
    world.until("10:30")
    assert not world.messages("escalation")
    assert world.alert("E03", "missed")["closed_at"] is None
    world.says("马晓云", "x", at="10:31")  # somebody off the roster changes nothing
    world.says("社区-马晓云", "结束 孙桂芳 误会", at="10:32", to="bot")
    world.until("10:35")
    assert world.alert("E03", "distress")["outcome"] == "false_alarm"


def test_a_false_emergency_leaves_the_missed_check_in_to_be_looked_for(world: World) -> None:
    """The deadline passed while an emergency was open; that was none, and nobody has heard of her yet."""
    _all_but(world, "E03")
    world.says("周强", "我妈孙桂芳家里煤气味大得很，快去人", at="09:50")
    world.until("10:10")
    assert world.state("E03") == "missed"
    world.skip("alert", "escalation")
    world.says("社区-马晓云", "结束 孙桂芳 误会", at="10:15", to="bot")
    world.until("10:17")
    assert world.alert("E03", "missed")["closed_at"] is None
    assert [m for m in world.messages("alert", "room") if m.at >= world.moment("10:15")]


def test_a_check_in_taken_back_after_the_deadline_is_missed_at_once(world: World) -> None:
    _all_but(world, "E03")
    world.says("周强", "我妈今天挺好", at="09:40")
    world.until("10:30")
    world.nothing_more()
    world.says("周强", "发错了，刚才那条不算", at="10:31")
    world.expect("alert", to="room", only_about=["E03"], mentions=["林小满"], at="10:31")
    world.skip("alert")
    assert world.state("E03") == "missed"


def test_a_recall_that_overtakes_what_it_takes_back(world: World) -> None:
    _all_but(world, "E03")
    world.recalls("周强", "late1", at="08:00:05")
    world.says("周强", "我妈今天挺好", at="08:00:20", written="08:00", id="late1")
    assert world.state("E03") == "waiting"
    world.until("10:01")
    world.expect("alert", to="room", only_about=["E03"])


def test_somebody_else_cannot_recall_a_message_before_it_comes(world: World) -> None:
    _all_but(world, "E03")
    world.recalls("三楼小赵", "late2", at="08:00:05")
    world.says("周强", "我妈今天挺好", at="08:00:20", id="late2")
    assert world.state("E03") == "safe"


def test_the_family_answers_an_escalation_in_private(world: World) -> None:
    _all_but(world, "E03")
    world.until("10:25")
    world.skip("alert", "escalation")
    world.says("周强", "我妈好着呢，刚通了电话，手机静音了", at="10:26", to="bot")
    world.expect("resolved", to="room", only_about=["E03"])
    assert world.state("E03") == "safe"
    world.until("12:00")
    world.nothing_more()


def test_a_helper_in_an_emergency_cannot_go_and_all_hear_of_it_at_once(world: World) -> None:
    _all_but(world, "E03")
    world.says("周强", "我妈孙桂芳摔倒了，起不来，快来人", at="11:00")
    world.skip("alert")
    world.says("林小满", "我去，马上到", at="11:01")
    world.says("林小满", "我去不了了", at="11:04")
    world.until("11:05")
    world.expect("escalation", to="room", only_about=["E03"], mentions=COORDINATORS, text="【急】", at="11:04")


def test_a_coordinator_closes_with_hospital_and_tomorrow_nobody_waits(world: World) -> None:
    _all_but(world, "E03")
    world.until("10:21")
    world.skip("alert", "escalation")
    world.says("丁立（协调员）", "结束 孙桂芳 送医院", at="10:25", to="bot")
    world.expect("reply", to="丁立（协调员）", text="医院")
    world.expect("resolved", to="room", only_about=["E03"], text="医院")
    assert world.state("E03") == "concern"
    world.until("03-11 09:00")
    assert world.state("E03", "03-11") == "away"
    world.says("周强", "我妈出院了，已经接回家了", at="03-11 09:05")
    world.until("03-12 05:01")
    assert world.state("E03", "03-12") == "waiting"


def test_away_until_a_date_holds_past_midnight_and_ends_with_it(world: World) -> None:
    _all_but(world, "E03")
    world.says("周强", "我妈去我姐家住，后天回来", at="08:00")
    assert world.state("E03") == "away"
    world.until("03-11 00:30")
    assert world.state("E03") == "away"
    world.until("03-11 10:30")
    assert world.state("E03", "03-11") == "away"
    world.until("03-12 09:00")
    before = world.state("E03", "03-12")
    world.until("03-13 05:01")
    assert world.state("E03", "03-13") == "waiting"
    assert before in ("away", "waiting")


def test_paused_and_resumed_the_next_day(world: World) -> None:
    _all_but(world, "E03")
    world.says("丁立（协调员）", "暂停 孙桂芳", at="08:00", to="bot")
    world.until("03-11 07:00")
    assert world.state("E03", "03-11") == "away"
    world.says("丁立（协调员）", "恢复 孙桂芳", at="03-11 07:05", to="bot")
    assert world.state("E03", "03-11") == "waiting"
    world.until("03-11 10:01")
    assert [m for m in world.messages("alert", "room") if "E03" in m.elders and m.at >= world.moment("03-11 10:00")]


def test_who_waited_when_a_whole_day_went_by_unheard_is_watched_the_next(begin: Callable[..., World]) -> None:
    """No call for a deadline of yesterday, but a recorded reason, and today's deadline."""
    world = begin()
    _all_but(world, "E03")
    world.goes_deaf("09:40")
    world.hears_again("03-11 08:00")
    world.expect("notice", to="room", text="没有在线")
    world.until("03-11 09:00")
    assert not [m for m in world.messages("alert") if "E03" in m.elders]
    assert world.state("E03", "03-10") == "missed"
    world.until("03-11 10:31")
    assert [m for m in world.messages("alert", "room") if "E03" in m.elders]


def test_a_second_outage_of_the_day_is_told_as_well(world: World) -> None:
    _all_but(world, "E03", "E06")
    world.goes_deaf("08:00")
    world.hears_again("09:40")
    world.expect("notice", to="room", text="没有在线", at="09:40")
    world.goes_deaf("12:30")
    world.hears_again("13:45")
    world.expect("notice", to="room", text="没有在线", at="13:45")
