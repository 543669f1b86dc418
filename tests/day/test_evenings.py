"""Who reports morning and evening: a second wait, a second deadline, and the morning's word does not stand for the night's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.config import ConfigError, load
from tests.world import ELDERS, World, community

TWICE = ("E03", "E08")


@pytest.fixture
def evenings(begin: Callable[..., World]) -> World:
    """孙桂芳 and 郑福生 report twice a day."""
    world = begin("05:00", community([replace(e, twice=e.id in TWICE) for e in ELDERS]))
    world.everyone_else_is_safe()
    world.skip("receipt", "summary")
    return world


def test_in_the_evening_only_those_who_report_twice_are_waited_for(evenings: World) -> None:
    evenings.until("15:59")
    assert evenings.state("E03") == "safe"
    evenings.until("16:01")
    assert [e for e in evenings.people.elders if evenings.state(e) == "waiting"] == list(TWICE)
    evenings.says("桂花飘香", "平安", at="16:30")
    reminder = evenings.until("18:01") or evenings.expect("reminder", to="room", only_about=["E08"], at="18:00")
    assert "傍晚" in reminder.text or "今晚" in reminder.text
    assert "小洁" in reminder.mentions
    evenings.until("19:01")
    evenings.expect("alert", to="room", only_about=["E08"], text="19:00")
    assert (evenings.state("E03"), evenings.state("E08")) == ("safe", "missed")
    evenings.says("小洁", "我爷爷郑福生好着呢，刚打通电话", at="19:10")
    evenings.expect("resolved", to="room", only_about=["E08"])
    assert evenings.state("E08") == "safe"
    evenings.until("03-11 04:59")
    assert not evenings.messages("escalation")
    evenings.until("03-11 05:01")
    assert evenings.state("E03") == "waiting"


def test_the_evening_comes_each_day(evenings: World) -> None:
    evenings.says("桂花飘香", "平安", at="16:30")
    evenings.says("小洁", "我爷爷郑福生今天挺好", at="16:31")
    evenings.everyone_else_is_safe(at="03-11 07:00")
    evenings.until("03-11 19:01")
    evenings.expect("alert", to="room", only_about=TWICE, at="03-11 19:00")


def test_word_of_the_morning_that_arrives_in_the_evening_is_no_word_of_the_evening(evenings: World) -> None:
    evenings.until("17:00")
    evenings.says("桂花飘香", "平安", written="09:30")
    assert evenings.state("E03") == "waiting"
    evenings.until("19:01")
    evenings.says("周强", "我妈孙桂芳今天挺好的", written="12:30")
    assert evenings.alert("E03")["closed_at"] is None
    evenings.says("周强", "我妈孙桂芳好着呢，刚通过电话")
    assert evenings.alert("E03")["outcome"] == "safe"


def test_what_was_a_concern_in_the_morning_stays_one(begin: Callable[..., World]) -> None:
    world = begin("05:00", community([replace(e, twice=e.id == "E03") for e in ELDERS]))
    world.says("周强", "我妈孙桂芳有点咳嗽，人还行", at="07:00")
    assert world.state("E03") == "concern"
    world.until("16:01")
    assert world.state("E03") == "waiting"
    world.says("桂花飘香", "平安", at="16:30")
    assert world.state("E03") == "concern"


def test_taken_back_in_the_evening_the_morning_does_not_stand_in(evenings: World) -> None:
    evenings.says("周强", "我妈孙桂芳今天挺好", at="16:30")
    assert evenings.state("E03") == "safe"
    evenings.says("周强", "刚才孙桂芳那条发错了，不算", at="16:40")
    assert evenings.state("E03") == "waiting"
    evenings.until("19:01")
    evenings.expect("alert", to="room", about=["E03"], at="19:00")


def test_who_is_away_in_hospital_or_being_looked_for_is_not_asked_twice(begin: Callable[..., World]) -> None:
    who = ("E03", "E04", "E05", "E08")
    world = begin("05:00", community([replace(e, twice=e.id in who) for e in ELDERS]))
    world.everyone_else_is_safe("E08")
    world.says("红红火火", "孙兰芝今天去我家住两天，别等她了", at="07:30")
    world.says("林小满", "孙桂芳摔倒了，起不来", at="08:00")
    world.says("林小满", "孙桂芳送到医院了，医生看着", at="08:30")
    world.until("16:05")
    assert world.state("E05") == "waiting"
    assert (world.state("E03"), world.state("E04"), world.state("E08")) == ("concern", "safe", "missed")
    world.until("19:01")
    world.expect("alert", to="room", only_about=["E05"], at="19:00")


def test_an_evening_that_the_bot_slept_through_is_nobodys_fault(evenings: World) -> None:
    evenings.until("15:00")
    evenings.restart(at="19:30")
    evenings.until("21:59")
    assert not evenings.messages("alert") and evenings.state("E03") == "safe"


def test_back_just_before_the_evenings_deadline_people_get_an_hour(evenings: World) -> None:
    evenings.until("15:00")
    evenings.restart(at="18:50")
    evenings.skip("notice", "reminder")
    evenings.until("19:45")
    assert not evenings.messages("alert")
    evenings.until("19:52")
    evenings.expect("alert", to="room", only_about=TWICE)


def test_a_command_about_the_mornings_deadline_leaves_the_evening_alone(evenings: World) -> None:
    evenings.until("16:10")
    evenings.says("社区-马晓云", "孙桂芳 时限 9点半", to="bot")
    evenings.until("16:15")
    assert not evenings.messages("alert") and evenings.state("E03") == "waiting"


def test_who_asks_in_the_evening_hears_that_the_morning_was_well(evenings: World) -> None:
    evenings.says("周强", "我妈孙桂芳今天报了吗？", at="16:30")
    evenings.expect("reply", text="白天有消息，傍晚这次还没有")


def test_config_can_ask_everyone_twice_at_times_of_its_own(begin: Callable[..., World]) -> None:
    evening = {"everyone": True, "opens": "15:00", "reminders": ["16:00", "17:30"], "deadline": "18:00"}
    world = begin("05:00", evening=evening)
    world.everyone_else_is_safe()
    world.skip("receipt")
    world.says("三楼小赵", "小安，报平安怎么报？几点截止？", at="09:00")
    world.expect("reply", text="傍晚15:00以后再说一声，最晚18:00")
    world.until("16:01")
    first = world.expect("reminder", to="room", at="16:00")
    assert len(first.elders) == len(ELDERS) and not first.mentions and "傍晚" in first.text
    world.until("17:31")
    assert "周强" in world.expect("reminder", to="room", at="17:30").mentions
    world.until("18:02")
    assert len(world.expect("alert", to="room", at="18:00").elders) == len(ELDERS)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("EVENING__OPENS", "20:00", "evening.*deadline must be later"),
        ("EVENING__REMINDERS", "[12:00]", "evening.*between opens and deadline"),
        ("HOLIDAYS__LATER_MINUTES", "-5", "holidays.later_minutes"),
        ("HOLIDAYS__ADD", "[2027-02-30]", "holidays.add.*date"),
    ],
)
def test_times_that_cannot_be_are_named(key: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){says}"):
        load(None, {f"BAOANNIAO_{key}": value})


def test_an_evening_for_everyone_that_begins_before_the_mornings_deadline_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"later than day\.deadline"):
        load(None, {"BAOANNIAO_EVENING__EVERYONE": "true", "BAOANNIAO_DAY__DEADLINE": "17:00"})
