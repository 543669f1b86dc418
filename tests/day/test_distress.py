"""Emergencies: to everybody who can help, at once; ended only by people who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.world import COORDINATORS, World

CALLED = ["林小满", "郭晓雨", "周强", "许医生（卫生站）", *COORDINATORS]


@pytest.fixture
def fallen(world: World) -> World:
    """At 07:10 the son writes that his mother has fallen; everybody has been called."""
    world.says("周强", "我妈摔倒了起不来，谁在跟前快去帮一下", at="07:10")
    return world


@pytest.fixture
def night(begin: Callable[..., World]) -> World:
    """Two in the morning."""
    return begin("02:00")


def test_everybody_who_can_help_is_called_at_once(fallen: World) -> None:
    fallen.expect("alert", to="room", only_about=["E03"], only_mentions=CALLED, text="孙桂芳奶奶.*120", at="07:10")
    for person in CALLED:
        private = fallen.expect("alert", to=person, only_about=["E03"], at="07:10")
        assert ("3号楼1单元502" in private.text) == (person != "周强")
    fallen.nothing_more()
    assert fallen.alert("E03")["kind"] == "distress"


def test_at_night_too_and_nothing_else_is_sent(night: World) -> None:
    night.says("周强", "我妈摔倒了起不来，谁在跟前快去帮一下", at="02:11")
    night.until("02:12")
    night.expect("alert", to="room", only_mentions=CALLED, at="02:11")
    night.skip("alert")
    night.until("05:59")
    night.skip("escalation")
    assert all(m.urgency == 0 for m in night.messages())


def test_it_repeats_to_the_coordinators_until_somebody_reports(fallen: World) -> None:
    fallen.until("08:41")
    for number, at in enumerate(("07:40", "08:10", "08:40"), 1):
        fallen.expect("escalation", to="room", about=["E03"], only_mentions=COORDINATORS, text=f"第{number}次", at=at)


def test_many_voices_about_one_emergency_raise_one_alarm(fallen: World) -> None:
    fallen.says("郭晓雨", "孙桂芳奶奶摔得重不重？快打120！", at="07:11")
    fallen.says("李红", "快打120啊！", at="07:11:30")
    fallen.says("桂花飘香", "救命，我起不来了", at="07:12")
    assert len(fallen.messages("alert", "room")) == 1
    assert len(fallen.alerts()) == 1


def test_a_claim_holds_the_repeats_and_the_others_know(fallen: World) -> None:
    fallen.says("林小满", "我去，马上到", at="07:13")
    assert fallen.alert("E03")["claimed_by"] == "V1"
    fallen.until("07:42")
    assert not fallen.messages("escalation")
    fallen.until("07:44")
    fallen.expect("escalation", to="room", about=["E03"], at="07:43")


def test_who_cries_for_help_and_runs_does_not_keep_the_others_from_hearing(world: World) -> None:
    world.says("林小满", "孙桂芳奶奶摔倒了，打了120，我马上到她家", at="07:10")
    world.until("07:12")
    world.expect("alert", to="room", about=["E03"], mentions=["郭晓雨", "周强", *COORDINATORS], at="07:10")


@pytest.mark.parametrize(
    ("who", "words", "outcome"),
    [
        ("林小满", "我到了，孙桂芳奶奶扶起来了，没伤着，现在坐着喝水", ("safe", "helped")),
        ("许医生（卫生站）", "孙桂芳奶奶看过了，擦破点皮，已经处理好了", ("safe", "helped")),
        ("社区-马晓云", "孙桂芳奶奶已经送到医院了，医生在检查", ("hospital",)),
        ("周强", "我到家了，我妈扶起来了，没大事，谢谢大家", ("safe", "helped")),
    ],
)
def test_a_report_that_the_elder_was_reached_ends_it(
    fallen: World, who: str, words: str, outcome: tuple[str, ...]
) -> None:
    fallen.says(who, words, at="07:25")
    fallen.until("07:26")
    assert fallen.alert("E03")["outcome"] in outcome
    fallen.expect("resolved", to="room", only_about=["E03"], text="孙桂芳奶奶", at="07:25")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("向阳老赵", "平安"),
        ("向阳老赵", "孙桂芳平安"),
        ("周强", "我妈平安"),
        ("郭晓雨", "孙桂芳 平安"),
        ("社区-马晓云", "#接龙\n3月10日报平安\n\n1. 孙桂芳 平安\n2. 孙兰芝 平安"),
        ("桂花飘香", "我没事了，平安"),
        ("周强", "祝我妈早日康复，平平安安"),
        ("三楼小赵", "孙桂芳奶奶没事了"),
        ("周强", "妈怎么样了？有没有事？"),
        ("林小满", "120到了，孙桂芳奶奶意识清楚"),
    ],
)
def test_nothing_less_ends_it(fallen: World, who: str, words: str) -> None:
    fallen.says(who, words, at="07:25")
    assert fallen.alert("E03")["closed_at"] is None


@pytest.mark.parametrize("kind", ["image", "video", "audio", "emoticon"])
@pytest.mark.parametrize("who", ["桂花飘香", "林小满", "周强"])
def test_a_picture_ends_nothing(fallen: World, who: str, kind: str) -> None:
    fallen.says(who, "孙桂芳奶奶" if who == "林小满" else "", at="07:25", type=kind)
    assert fallen.alert("E03")["closed_at"] is None


def test_the_elders_own_all_clear_is_checked_by_somebody_else_once(fallen: World) -> None:
    fallen.says("桂花飘香", "我没事了，自己起来了", at="07:20")
    fallen.says("桂花飘香", "真的没事", at="07:21")
    fallen.until("07:22")
    fallen.expect("question", to="room", about=["E03"], mentions=["林小满", "周强"], at="07:20")
    assert len(fallen.messages("question")) == 1
    fallen.says("周强", "刚到我妈家看了，确实没事，自己扶着起来的", at="07:30")
    assert fallen.alert("E03")["closed_at"]


def test_the_one_who_went_may_say_it_in_a_word(fallen: World) -> None:
    fallen.says("林小满", "我去孙桂芳奶奶家", at="07:12")
    fallen.says("林小满", "孙桂芳奶奶没事", at="07:20")
    assert fallen.alert("E03")["closed_at"]


def test_after_the_hospital_the_check_ins_pause_from_the_next_day_on(fallen: World) -> None:
    fallen.says("林小满", "孙桂芳奶奶已经送到医院了，周强陪着", at="07:50")
    assert fallen.alert("E03")["outcome"] == "hospital"
    fallen.until("03-11 10:05")
    assert fallen.state("E03") == "away"
    assert not [a for a in fallen.messages("alert", "room") if "E03" in a.elders and a.at.day == 11]


def test_taken_to_hospital_at_night_the_new_day_waits_for_nobody(night: World) -> None:
    night.says("周强", "我妈摔倒了起不来，快来人", at="02:11")
    night.says("林小满", "孙桂芳奶奶已经送到医院了，拍片没骨折，观察一晚上", at="03:05")
    night.until("10:05")
    assert night.state("E03") == "away"
    night.says("周强", "我妈出院回家了，好着呢", at="16:00")
    assert night.state("E03") == "safe"
    night.until("03-11 06:00")
    assert night.state("E03") == "waiting"


def test_after_the_end_more_news_of_the_hospital_is_no_new_emergency(fallen: World) -> None:
    fallen.says("林小满", "孙桂芳奶奶已经送到医院了，周强陪着", at="07:50")
    fallen.says("周强", "我妈120送医院了，正在拍片子", at="08:05")
    assert len([a for a in fallen.alerts() if a["elder"] == "E03"]) == 1


def test_a_second_fall_is_a_new_emergency(fallen: World) -> None:
    fallen.says("林小满", "我到了，孙桂芳奶奶扶起来了，没伤着", at="07:25")
    fallen.says("周强", "我妈又摔了，这次站不起来了，快来人", at="15:00")
    fallen.until("15:02")
    assert [a["kind"] for a in fallen.alerts() if a["elder"] == "E03"] == ["distress", "distress"]
    fallen.expect("alert", to="room", about=["E03"], at="15:00")


def test_distress_goes_out_though_the_days_allowance_is_used_up(begin: Callable[..., World]) -> None:
    world = begin(pace={"per_day": 3})
    world.until("12:00")
    world.says("周强", "我妈摔倒了起不来，谁在跟前快去帮一下", at="12:10")
    world.until("12:11")
    world.expect("alert", to="room", about=["E03"], only_mentions=CALLED, at="12:10")


def test_nobody_knows_who_it_is_everyone_is_called_and_the_sender_is_asked(world: World) -> None:
    world.says("冯涛", "老人摔倒了流血了，快来人", at="07:10")
    world.expect("alert", to="room", text="【急】", mentions=COORDINATORS, at="07:10")
    world.expect("question", to="room", mentions=["冯涛"], only_about=["E11", "E12"])
    world.says("冯涛", "2", at="07:11")
    world.until("07:12")
    world.expect("alert", to="room", only_about=["E12"], mentions=["郭晓雨", "冯涛", *COORDINATORS], at="07:11")
    assert world.alert("E12")["kind"] == "distress"
    assert world.state("E11") == "waiting"


def test_a_stranger_found_in_the_stairway_is_named_by_the_team(world: World) -> None:
    world.says("楼管-王师傅", "楼道里有个老太太晕倒了，谁认识，快来人", at="07:10")
    world.expect("alert", to="room", mentions=COORDINATORS, at="07:10")
    world.says("郭晓雨", "我认得，是周玉梅奶奶，晕倒了，快打120", at="07:14")
    world.until("07:15")
    assert world.alert("E07")["kind"] == "distress"
    assert len(world.alerts()) == 1
    world.expect("alert", to="room", only_about=["E07"], at="07:14")


def test_news_of_somebody_hours_later_does_not_answer_a_cry_without_a_name(world: World) -> None:
    world.says("楼管-王师傅", "楼道里有个老太太晕倒了，谁认识，快来人", at="07:10")
    world.says("郭晓雨", "周玉梅奶奶血压高头晕，我陪她去医院了", at="13:00")
    assert [a["elder"] for a in world.alerts() if a["kind"] == "distress" and a["closed_at"] is None] == [None]


def test_an_unnamed_emergency_can_be_closed_by_a_coordinator(world: World) -> None:
    world.says("楼管-王师傅", "楼道里有个老太太晕倒了，谁认识，快来人", at="07:10")
    world.says("社区-马晓云", "结束 误会", at="07:30", to="bot")
    world.until("07:31")
    assert world.alert(None)["outcome"] == "false_alarm"
    world.expect("resolved", to="room", text="弄清楚", at="07:30")


def test_sent_by_mistake_is_checked_and_not_simply_believed(fallen: World) -> None:
    fallen.says("周强", "发错了发错了，刚才那条不算", at="07:12")
    fallen.until("07:13")
    assert fallen.alert("E03")["closed_at"] is None
    fallen.expect("question", to="room", about=["E03"], at="07:12")


def test_gas_in_a_couples_flat_is_about_both(world: World) -> None:
    world.says("向阳老赵", "家里煤气漏了，味道大得很，头晕", at="07:10")
    world.until("07:11")
    assert world.alert("E01")["kind"] == "distress"


@pytest.mark.parametrize("who", ["桂花飘香", "周强"])
def test_words_of_despair_are_not_taken_back_by_words(world: World, who: str) -> None:
    world.says("桂花飘香", "活着没意思，不想活了", at="07:10")
    assert world.alert("E03")["kind"] == "distress"
    words = "刚才说的气话，不算，我没事" if who == "桂花飘香" else "刚才那条是误会，我妈没事"
    world.says(who, words, at="07:20")
    assert world.alert("E03")["closed_at"] is None
    world.says("林小满", "我到了，陪着孙桂芳奶奶呢，情绪稳定多了", at="07:40")
    assert world.alert("E03")["closed_at"]


def test_home_again_the_same_day_ends_it_as_helped(fallen: World) -> None:
    fallen.says("周强", "去医院看过了，我妈已经接回家了，没啥大事", at="09:40")
    assert fallen.alert("E03")["outcome"] in ("helped", "safe", "hospital")
    fallen.until("03-11 06:00")
    assert fallen.state("E03") == "waiting"


def test_in_hospital_and_home_again_the_same_day_tomorrow_is_as_always(fallen: World) -> None:
    fallen.says("林小满", "孙桂芳奶奶已经送到医院了，周强陪着", at="07:50")
    fallen.says("周强", "我妈出院了，已经接回家了", at="15:00")
    fallen.until("03-11 06:00")
    assert fallen.state("E03") == "waiting"
