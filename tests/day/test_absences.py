"""Elders who are away and families who are."""

from __future__ import annotations

from data import absences
from tests.world import COORDINATORS, World


def test_away_until_friday(world: World) -> None:  # 10 March is a Tuesday
    world.says("周强", "我妈这几天去我姐家住，周五回来", at="07:00")
    world.until("20:30")
    assert world.state("E03") == "away"
    assert not [m for m in world.messages() if m.kind in ("reminder", "alert") and "E03" in m.elders]
    world.until("03-12 10:05")
    assert world.state("E03") == "away"
    world.until("03-14 10:05")
    assert world.state("E03") == "missed"


def test_from_tomorrow_on_she_still_reports_today(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("周强", "我妈明天到后天去我姐家", at="07:00")
    assert world.state("E03") == "waiting"
    world.until("10:02")
    world.expect("alert", to="room", about=["E03"])
    world.until("03-11 06:00")
    assert world.state("E03") == "away"
    world.until("03-13 06:00")
    assert world.state("E03") == "waiting"


def test_with_no_day_of_return_it_lasts_until_somebody_says_so(world: World) -> None:
    world.says("周强", "我妈去我姐家住一阵子，不在家", at="07:00")
    world.until("03-20 10:05")
    assert world.state("E03") == "away"
    world.says("周强", "我妈回来了", at="03-20 15:00")
    assert world.state("E03") == "safe"
    world.until("03-21 06:00")
    assert world.state("E03") == "waiting"


def test_an_alert_that_only_waited_ends(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("周强", "不好意思忘了说，我妈昨天去我姐家了，住到周五", at="10:10")
    world.until("10:15")
    world.expect("resolved", to="room", about=["E03"], text="先不等")
    assert world.alert("E03")["outcome"] == "away"
    assert world.state("E03") == "away"


def test_a_strangers_word_pauses_nothing_and_goes_to_the_coordinators(world: World) -> None:
    world.says("三楼小赵", "孙桂芳奶奶去外地了，这个月不在家", at="07:00")
    assert world.state("E03") == "waiting"
    for coordinator in COORDINATORS:
        world.expect("notice", to=coordinator, text="孙桂芳奶奶")


def test_another_family_cannot_pause_somebodys_mother(world: World) -> None:
    world.says("李伟", "孙桂芳奶奶去外地了，这个月不在家", at="07:00")
    assert world.state("E03") == "waiting"


def test_the_husband_may_say_it_for_his_wife(world: World) -> None:
    world.says("向阳老赵", "老伴钱秀英去女儿家了，住三天", at="07:00")
    assert world.state("E02") == "away"
    assert world.state("E01") != "away"


def test_a_family_away_asks_volunteer_and_backup_to_look_in(world: World) -> None:
    world.says("周强", "我出差三天，麻烦大家照看一下我妈", at="07:00")
    world.expect("coverage", to="room", only_about=["E03"], only_mentions=["林小满", "郭晓雨"])
    world.expect("coverage", to="林小满", text="3号楼1单元502")
    world.expect("coverage", to="郭晓雨", text="10000020003")
    assert world.state("E03") == "waiting"
    row = world.store.all("SELECT first_day, last_day FROM coverages")[0]
    assert (row["first_day"], row["last_day"]) == ("2026-03-10", "2026-03-12")


def test_while_the_family_is_away_the_backup_is_called_from_the_start(world: World) -> None:
    world.says("周强", "我出差三天，麻烦大家照看一下我妈", at="06:00")
    world.everyone_else_is_safe("E03")
    world.until("10:02")
    world.expect("alert", to="room", about=["E03"], only_mentions=["林小满", "郭晓雨"], at="10:00")
    world.everyone_else_is_safe("E03", at="03-13 07:00")
    world.says("周强", "我妈平安", at="03-13 07:30")
    world.everyone_else_is_safe("E03", at="03-14 07:00")
    world.until("03-14 10:02")
    world.expect("alert", to="room", about=["E03"], only_mentions=["林小满"])


def test_a_second_word_on_the_same_absence_replaces_the_first(world: World) -> None:
    world.says("周强", "我妈去我姐家住，周四回来", at="07:00")
    world.says("周强", "我妈要在我姐家住到周日", at="08:00")
    world.until("03-14 10:05")
    assert world.state("E03") == "away"
    world.until("03-16 06:00")
    assert world.state("E03") == "waiting"


def test_an_elder_who_is_away_may_still_say_hello(world: World) -> None:
    world.says("周强", "我妈去我姐家住，周五回来", at="07:00")
    world.says("桂花飘香", "女儿家好着呢，大家放心", at="08:00")
    assert world.state("E03") == "safe"
    world.until("03-11 06:00")
    assert world.state("E03") == "away"


def test_the_days_are_the_communitys_whatever_zone_the_message_carries(world: World) -> None:
    """WeChat's times come in UTC: at a quarter to seven in Lanzhou it is still yesterday there."""
    world.until("06:45")
    world.says("周强", "我妈孙桂芳今天去我姐家住，后天回来")
    world.until("12:00")
    world.skip("receipt", "reminder", "alert", "escalation")
    assert world.state("E03") == "away"
    (absence,) = absences.on(world.store, world.now.date())
    assert (absence["first_day"], absence["last_day"]) == ("2026-03-10", "2026-03-12")
