"""Somebody tried and could not reach an elder."""

from __future__ import annotations

from tests.world import COORDINATORS, World


def test_an_alert_opens_at_once_whatever_the_hour_of_the_deadline(world: World) -> None:
    world.says("周强", "给我妈打了三个电话都没人接", at="07:10")
    world.until("07:12")
    world.expect("alert", to="room", only_about=["E03"], mentions=["林小满"], at="07:10")
    world.expect("alert", to="林小满", text="3号楼1单元502", at="07:10")
    world.nothing_more()
    assert world.alert("E03")["kind"] == "unreachable"
    assert world.state("E03") == "waiting"


def test_it_climbs_like_any_other(world: World) -> None:
    world.says("周强", "给我妈打了三个电话都没人接", at="06:10")
    world.until("07:00")
    world.expect("escalation", to="room", mentions=["郭晓雨", "周强"], at="06:30")
    world.expect("escalation", to="room", mentions=COORDINATORS, at="06:50")


def test_the_deadline_that_passes_meanwhile_raises_no_second_alarm(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("周强", "给我妈打了三个电话都没人接", at="09:40")
    world.until("10:10")
    assert world.state("E03") == "missed"
    assert len(world.messages("alert", "room")) == 1
    assert len(world.alerts()) == 1


def test_a_second_message_about_it_raises_no_second_alarm(world: World) -> None:
    world.says("周强", "给我妈打了三个电话都没人接", at="07:10")
    world.says("周强", "我妈还是不接电话", at="07:15")
    world.until("07:20")
    assert len(world.messages("alert", "room")) == 1


def test_who_reports_and_goes_is_called_all_the_same_and_holds_it(world: World) -> None:
    world.says("林小满", "孙桂芳奶奶电话打不通，我现在过去看看", at="07:10")
    world.until("07:39")
    world.expect("alert", to="room", only_about=["E03"], at="07:10")
    assert world.alert("E03")["claimed_by"] == "V1"
    assert not world.messages("escalation")
    world.until("07:42")
    world.expect("escalation", to="room", about=["E03"], at="07:40")


def test_reached_after_all(world: World) -> None:
    world.says("周强", "给我妈打了三个电话都没人接", at="07:10")
    world.says("周强", "联系上了，我妈在楼下晒太阳，没事", at="07:25")
    world.until("10:30")
    world.expect("resolved", to="room", only_about=["E03"], at="07:25")
    assert world.alert("E03")["outcome"] == "safe"
    assert world.state("E03") == "safe"


def test_at_night_it_waits_for_the_morning(world: World) -> None:
    world.everyone_else_is_safe()
    world.says("周强", "给我妈打了三个电话都没人接", at="23:10")
    world.until("03-11 05:59")
    assert not world.messages("alert")
    world.until("03-11 06:02")
    world.expect("alert", to="room", about=["E03"], at="06:00")


def test_found_before_anybody_was_called_nobody_hears_of_it(world: World) -> None:
    world.everyone_else_is_safe()
    world.says("周强", "给我妈打了三个电话都没人接", at="23:10")
    world.says("周强", "打通了，我妈好着呢，刚才在洗澡", at="23:20")
    world.until("03-11 07:00")
    assert not world.messages("alert")
    assert not world.messages("resolved")


def test_nobody_is_named_so_the_bot_asks_and_the_answer_opens_the_alert(world: World) -> None:
    world.says("三楼小赵", "敲门一直没人开，也没声音", at="08:10")
    world.expect("question", to="room", mentions=["三楼小赵"], text="哪位")
    world.says("三楼小赵", "周玉梅", at="08:12")
    world.until("08:14")
    world.expect("alert", to="room", only_about=["E07"], mentions=["郭晓雨"], at="08:12")


def test_an_unclear_one_that_nobody_clears_up_goes_to_the_coordinators(world: World) -> None:
    world.says("许医生（卫生站）", "河畔小区的孙奶奶打电话没人接", at="08:10")
    world.expect("question", to="room", only_mentions=["许医生（卫生站）"], only_about=["E03", "E04"])
    world.until("08:22")
    world.expect("escalation", to="room", only_mentions=COORDINATORS, text="孙桂芳奶奶、孙兰芝奶奶", at="08:20")
    assert not [a for a in world.alerts() if a["elder"] in ("E03", "E04")]


def test_once_it_is_answered_the_alert_opens(world: World) -> None:
    world.says("许医生（卫生站）", "河畔小区的孙奶奶打电话没人接", at="08:10")
    world.says("许医生（卫生站）", "2", at="08:13")
    world.until("08:25")
    world.expect("alert", to="room", only_about=["E04"], mentions=["何建国（志愿者）"], at="08:13")
    assert not [e for e in world.messages("escalation", "room") if "E03" in e.elders]
