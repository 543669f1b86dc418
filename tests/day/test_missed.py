"""A missed deadline: who is called, in which order, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.world import COORDINATORS, ELDERS, World, community


@pytest.fixture
def missing(world: World) -> World:
    """All but 孙桂芳 have reported; it is one minute past the deadline."""
    world.everyone_else_is_safe("E03")
    world.skip("receipt", "reminder")
    world.until("10:01")
    return world


def test_the_responsible_volunteer_is_called_at_the_deadline(missing: World) -> None:
    missing.expect("alert", to="room", only_about=["E03"], only_mentions=["林小满"], text="孙桂芳奶奶", at="10:00")
    private = missing.expect("alert", to="林小满", only_about=["E03"], at="10:00")
    for word in ("河畔小区", "3号楼1单元502", "10000020003", "10000010003", "周强"):
        assert word in private.text
    missing.nothing_more()
    assert missing.state("E03") == "missed"


def test_claimed_reported_and_resolved(missing: World) -> None:
    missing.skip("alert")
    missing.says("林小满", "我去看看孙桂芳奶奶", at="10:06")
    missing.says("林小满", "到孙奶奶家了，孙桂芳奶奶睡过头了，人好着呢", at="10:21")
    missing.until("10:25")
    missing.expect("resolved", to="room", only_about=["E03"], text="孙桂芳奶奶.*谢谢林小满", at="10:21")
    missing.until("19:00")
    missing.nothing_more()
    alert = missing.alert("E03")
    assert (alert["kind"], alert["outcome"], alert["claimed_by"]) == ("missed", "safe", "V1")
    assert missing.state("E03") == "safe"


def test_nobody_answers_and_it_climbs_to_backup_and_family_then_to_the_coordinators(missing: World) -> None:
    missing.skip("alert")
    missing.until("10:50")
    missing.expect(
        "escalation", to="room", only_about=["E03"], only_mentions=["郭晓雨", "周强"], text="还没有", at="10:20"
    )
    missing.expect("escalation", to="郭晓雨", text="3号楼1单元502", at="10:20")
    missing.expect("escalation", to="room", only_about=["E03"], only_mentions=COORDINATORS, at="10:40")
    for coordinator in COORDINATORS:
        missing.expect("escalation", to=coordinator, text="10000020003", at="10:40")
    missing.nothing_more()
    assert missing.state("E03") == "missed"
    assert missing.alert("E03")["closed_at"] is None


def test_it_repeats_every_half_hour_with_a_number_until_it_is_closed(missing: World) -> None:
    missing.skip("alert")
    missing.until("12:15")
    for number, at in enumerate(("11:10", "11:40", "12:10"), 1):
        missing.expect("escalation", to="room", only_mentions=COORDINATORS, text=f"第{number}次", at=at)
    missing.says("周强", "我妈联系上了，手机没电了，人没事", at="12:20")
    missing.until("14:00")
    missing.expect("resolved", to="room", about=["E03"], at="12:20")
    assert not [e for e in missing.messages("escalation") if e.at > missing.moment("12:20")]


def test_a_claim_without_a_result_runs_out_and_climbs_from_where_it_stood(missing: World) -> None:
    missing.skip("alert")
    missing.says("林小满", "收到，我去一趟孙桂芳家", at="10:04")
    missing.until("10:33")
    assert not missing.messages("escalation")
    missing.until("11:00")
    missing.expect("escalation", to="room", mentions=["郭晓雨", "周强"], text="回音", at="10:34")
    missing.expect("escalation", to="room", mentions=COORDINATORS, at="10:54")


def test_a_claim_after_the_first_step_up_holds_back_the_next_one(missing: World) -> None:
    missing.says("郭晓雨", "我去孙桂芳奶奶家看看", at="10:25")
    missing.until("10:54")
    missing.expect("escalation", to="room", mentions=["周强"], at="10:20")
    assert not [e for e in missing.messages("escalation", "room") if COORDINATORS[0] in e.mentions]
    missing.until("10:56")
    missing.expect("escalation", to="room", mentions=COORDINATORS, at="10:55")


def test_the_claimant_finds_nobody_and_the_next_level_is_called_at_once(missing: World) -> None:
    missing.says("林小满", "我去看看孙桂芳奶奶", at="10:04")
    missing.says("林小满", "孙桂芳奶奶家敲了半天门没人应", at="10:15")
    missing.until("10:17")
    missing.expect("escalation", to="room", mentions=["郭晓雨", "周强"], at="10:15")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("桂花飘香", "我没事，睡过头了"),
        ("周强", "我妈刚接电话了，好着呢"),
        ("许医生（卫生站）", "孙桂芳奶奶刚来卫生站量血压了，都正常"),
        ("社区-马晓云", "刚联系上孙桂芳奶奶了，没事"),
    ],
)
def test_contact_by_anyone_entitled_closes_it(missing: World, who: str, words: str) -> None:
    missing.says(who, words, at="10:12")
    missing.until("10:30")
    missing.expect("resolved", to="room", about=["E03"], at="10:12")
    assert missing.alert("E03")["outcome"] == "safe"
    assert missing.state("E03") == "safe"
    assert not missing.messages("escalation")


def test_a_question_or_a_wish_closes_nothing(missing: World) -> None:
    missing.says("周强", "我妈今天报了没有？", at="10:05")
    missing.says("李伟", "祝孙桂芳阿姨平平安安", at="10:06")
    missing.says("林小满", "孙桂芳奶奶昨天还好好的", at="10:07")
    assert missing.alert("E03")["closed_at"] is None


def test_one_message_calls_for_several_elders_and_each_volunteer_hears_of_their_own(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04", "E09", "E14")
    world.skip("receipt", "reminder")
    world.until("10:02")
    world.expect(
        "alert", to="room", only_about=["E03", "E04", "E09", "E14"], only_mentions=["林小满", "何建国（志愿者）"]
    )
    world.expect("alert", to="林小满", only_about=["E03", "E14"], text="3号楼1单元502.*5号楼1单元402")
    world.expect("alert", to="何建国（志愿者）", only_about=["E04", "E09"])
    world.nothing_more()
    world.until("10:22")
    world.expect("escalation", to="room", only_about=["E03", "E04", "E09", "E14"], at="10:20")


def test_a_volunteer_of_several_takes_all_of_them_on_with_one_word(world: World) -> None:
    world.everyone_else_is_safe("E03", "E14", "E09")
    world.until("10:01")
    world.says("林小满", "收到，我去", at="10:03")
    assert (world.alert("E03")["claimed_by"], world.alert("E14")["claimed_by"]) == ("V1", "V1")
    assert world.alert("E09")["claimed_by"] is None


def test_found_in_hospital_the_check_ins_pause_from_the_next_day_on(missing: World) -> None:
    missing.says("周强", "联系上了，我妈昨晚住院了，在医院输液呢", at="10:30")
    assert missing.alert("E03")["closed_at"]
    missing.until("03-11 10:30")
    assert missing.state("E03") == "away"
    assert missing.alert("E03")["day"] == "2026-03-10"


def test_the_alert_goes_on_over_night_and_no_second_one_opens(missing: World) -> None:
    missing.until("03-11 10:30")
    assert [a["day"] for a in missing.alerts() if a["elder"] == "E03"] == ["2026-03-10"]
    assert not [m for m in missing.messages() if m.at.hour >= 22 or m.at.hour < 6]
    assert [m for m in missing.messages("escalation", "room") if f"{m.at:%m-%d %H}" == "03-11 06"]
    missing.says("周强", "我妈好着呢，刚见着了", at="03-11 10:40")
    assert missing.alert("E03")["closed_at"]
    assert missing.state("E03") == "safe"
    assert missing.state("E03", "03-10") == "missed"


def test_an_elder_without_volunteers_is_not_forgotten(world: World) -> None:
    world.everyone_else_is_safe("E08")
    world.until("10:45")
    world.expect("alert", to="room", only_about=["E08"], only_mentions=["小洁"], at="10:00")
    world.expect("escalation", to="room", only_about=["E08"], only_mentions=COORDINATORS, at="10:40")


def test_an_elder_with_nobody_at_all_goes_to_the_coordinators_at_once(begin: Callable[..., World]) -> None:
    alone = replace(ELDERS[6], volunteer=None, backup=None)
    world = begin(people=community([alone, *ELDERS[:3]]))
    world.until("10:01")
    world.expect("alert", to="room", about=["E07"], mentions=COORDINATORS, at="10:00")
    world.expect("alert", to=COORDINATORS[0], text="6号楼1单元102", at="10:00")


def test_a_volunteer_without_wechat_is_passed_over(begin: Callable[..., World]) -> None:
    people = community()
    volunteers = [replace(v, wechat="") if v.id == "V1" else v for v in people.volunteers.values()]
    world = begin(people=community(volunteers=volunteers))
    world.everyone_else_is_safe("E03")
    world.until("10:01")
    world.expect("alert", to="room", only_about=["E03"], only_mentions=["郭晓雨", "周强"], at="10:00")


def test_other_minutes_in_the_settings_hold(begin: Callable[..., World]) -> None:
    world = begin(escalation={"backup_after": 5, "coordinator_after": 15, "claim_holds": 10, "repeat_every": 20})
    world.everyone_else_is_safe("E03")
    world.until("10:56")
    world.expect("escalation", to="room", mentions=["周强"], at="10:05")
    world.expect("escalation", to="room", mentions=COORDINATORS, at="10:15")
    world.expect("escalation", to="room", text="第1次", at="10:35")
    world.expect("escalation", to="room", text="第2次", at="10:55")


def test_the_one_who_went_need_not_say_the_whole_name(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.until("10:01")
    world.says("许医生（卫生站）", "我去看看孙桂芳奶奶", at="10:05")
    world.says("许医生（卫生站）", "到了，孙奶奶睡过头了，人好着呢", at="10:20")
    world.until("10:21")
    assert world.alert("E03")["closed_at"]
    assert world.alert("E04")["closed_at"] is None
    assert not world.messages("question")


def test_repeats_for_several_elders_come_round_together(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.until("10:01")
    world.says("何建国（志愿者）", "我去看看孙兰芝奶奶", at="10:18")  # runs out at 10:48, then 11:08; its repeat: 11:38
    world.until("12:30")
    world.expect("escalation", to="room", only_about=["E03"], text="第1次", at="11:10")
    world.expect(
        "escalation", to="room", only_about=["E03", "E04"], text="桂芳奶奶（第2次.*兰芝奶奶（第1次", at="11:40"
    )
    world.expect("escalation", to="room", only_about=["E03", "E04"], text="第3次.*第2次", at="12:10")
    assert len([m for m in world.messages("escalation", "room") if m.at > world.moment("11:09")]) == 3


@pytest.mark.parametrize("words", ["我去不了了", "不好意思，临时有事，我去不了孙桂芳奶奶家了"])
def test_who_cannot_go_after_all_holds_nothing_back(missing: World, words: str) -> None:
    missing.says("林小满", "我去看看孙桂芳奶奶", at="10:04")
    missing.says("林小满", words, at="10:08")
    missing.until("10:22")
    missing.expect("escalation", to="room", about=["E03"], mentions=["周强"], at="10:20")
