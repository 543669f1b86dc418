"""Starts at odd hours, rosters that change, strange messages, and a handler that breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.world import COORDINATORS, ELDERS, World, community


def test_first_started_in_the_afternoon_the_bot_alarms_nobody(begin: Callable[..., World]) -> None:
    world = begin("14:30")
    world.until("21:59")
    assert not world.messages()
    world.until("03-11 10:01")
    world.expect("alert", to="room", about=["E03"], at="10:00")


def test_first_started_just_before_the_deadline_people_get_time(begin: Callable[..., World]) -> None:
    world = begin("09:55")
    world.until("10:24")
    assert not world.messages("alert")
    world.until("10:26")
    world.expect("alert", to="room", about=["E03"], at="10:25")


def test_back_late_after_a_night_off_it_asks_once_and_gives_time(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("22:00")
    world.skip("summary", "receipt")
    world.restart(at="03-11 10:40")
    world.expect("notice", to="room", text="漏看")
    world.says("桂花飘香", "平安", at="03-11 11:00")
    world.until("03-11 11:09")
    assert not world.messages("alert")
    world.until("03-11 11:12")
    alert = world.expect("alert", to="room", about=["E04"], at="11:10")
    assert "E03" not in alert.elders
    assert len(world.messages("notice")) == 1


def test_back_just_before_the_deadline_is_too_late_to_be_strict(world: World) -> None:
    world.everyone_else_is_safe()
    world.restart(at="03-11 09:55")
    world.until("03-11 10:24")
    assert not world.messages("alert")
    world.until("03-11 10:26")
    world.expect("alert", to="room", about=["E03"], at="10:25")


@pytest.mark.parametrize("at", ["03-11 21:30", "03-12 02:00", "03-11 23:59"])
def test_back_so_late_that_nobody_can_be_asked_nobody_is_late(world: World, at: str) -> None:
    world.everyone_else_is_safe()
    world.restart(at=at)
    world.until("03-12 07:59")
    assert not world.messages("alert")


def test_several_days_off_and_only_today_counts(world: World) -> None:
    world.everyone_else_is_safe()
    world.restart(at="03-16 06:00")
    world.until("03-16 10:02")
    assert len(world.messages("alert", "room")) == 2  # the early deadline of one elder, and everybody at ten


def test_an_alert_that_was_open_goes_on_after_a_restart(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:10")
    world.restart(at="10:30")
    world.expect("escalation", to="room", mentions=["周强"], at="10:30")
    world.until("10:52")
    world.expect("escalation", to="room", mentions=COORDINATORS, at="10:50")
    assert len(world.messages("alert", "room")) == 1


def test_a_restart_changes_nothing_by_itself(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:10")
    before = len(world.messages())
    for _ in range(5):
        world.restart()
    world.until("10:15")
    assert len(world.messages()) == before


# --- rosters that change


def test_a_newcomer_is_watched_from_today_on_when_there_is_time(world: World) -> None:
    newcomer = replace(ELDERS[3], id="E20", name="沈玉兰", address="1号楼1单元101", phone="10000020020")
    world.until("06:00")
    world.import_roster(community([*ELDERS, newcomer]))
    world.until("10:02")
    world.expect("alert", to="room", about=["E20"], at="10:00")


def test_a_newcomer_of_the_afternoon_waits_for_tomorrow(world: World) -> None:
    newcomer = replace(ELDERS[3], id="E20", name="沈玉兰", address="1号楼1单元101", phone="10000020020")
    world.everyone_else_is_safe()
    world.until("15:00")
    world.import_roster(community([*ELDERS, newcomer]))
    world.until("21:00")
    assert not world.messages("alert")
    world.says("红红火火", "我妈平安", at="03-11 07:00")
    world.until("03-11 10:02")
    world.expect("alert", to="room", about=["E20"], at="10:00")


def test_who_left_the_roster_is_asked_for_no_more(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.until("08:35")
    world.import_roster(community([e for e in ELDERS if e.id != "E03"]))
    world.until("10:30")
    assert not [m for m in world.messages() if m.at > world.moment("08:35") and "E03" in m.elders]
    world.expect("alert", to="room", only_about=["E04"])


def test_an_open_alert_of_somebody_who_left_ends_quietly(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.until("10:10")
    world.import_roster(community([e for e in ELDERS if e.id != "E03"]))
    before = len(world.messages())
    world.until("12:00")
    assert len(world.messages()) == before
    assert world.alert("E03")["outcome"] == "away"


def test_another_volunteer_is_called_after_an_import(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.import_roster(community([replace(e, volunteer="V2") if e.id == "E03" else e for e in ELDERS]))
    world.until("10:02")
    world.expect("alert", to="room", only_about=["E03"], only_mentions=["何建国（志愿者）"])


def test_a_volunteer_who_left_is_passed_over(world: World) -> None:
    world.everyone_else_is_safe("E03")
    people = community()
    world.import_roster(community(volunteers=[v for v in people.volunteers.values() if v.id != "V1"]))
    world.until("10:02")
    world.expect("alert", to="room", only_about=["E03"], only_mentions=["郭晓雨", "周强"])


# --- strange messages


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "\x00\x01\x02",
        "平" * 100_000,
        "孙桂芳" * 30_000,
        "{names} %s {0}",
        "@" * 5000,
        "\ud83d\ude00" * 3,
    ],
    ids=["empty", "blank", "invisible", "control", "long", "long-names", "braces", "ats", "emoji"],
)
def test_a_strange_message_disturbs_nothing(world: World, text: str) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    for who in ("三楼小赵", "周强", "林小满"):
        world.says(who, text, at=None)
        world.says(who, text, at=None, to="bot")
    assert len(world.store.all("SELECT * FROM messages")) == 6
    assert not world.store.all("SELECT * FROM messages WHERE state = 'failed'")
    world.until("20:02")
    for sent in world.messages():
        assert len(sent.text) < 2500
        assert "\x00" not in sent.text


def test_braces_in_somebodys_words_are_only_words(world: World) -> None:
    world.says("周强", "麻烦谁去帮我妈买点菜 {names} {0}", at="08:00")
    world.expect("request", to="林小满", text=r"\{names\}")


# --- a handler that breaks


def test_a_message_whose_handling_breaks_is_kept_and_shown(world: World) -> None:
    world.everyone_else_is_safe()
    world.store.run("DROP TABLE requests")
    world.says("周强", "哪位能帮我妈去药店取一下药", at="08:00")
    row = world.store.all("SELECT * FROM messages WHERE state = 'failed'")[0]
    assert row["text"] == "哪位能帮我妈去药店取一下药"
    world.says("桂花飘香", "平安", at="08:05")  # the others are heard as ever


def test_an_emergency_whose_handling_breaks_calls_the_coordinators_at_once(world: World) -> None:
    world.store.run("ALTER TABLE alerts RENAME COLUMN alarm TO other")
    world.says("周强", "我妈摔倒了起不来，快来人", at="07:10")
    world.expect("notice", to="room", only_mentions=COORDINATORS, text="周强", at="07:10")


def test_one_duty_that_breaks_does_not_stop_the_others(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.store.run(
        "INSERT INTO timers (community, kind, key, due_at) VALUES (?, 'reminder', 'no-day', ?)",
        world.store.community,
        "2026-03-10T01:59:00.000000Z",
    )
    world.until("10:02")
    world.expect("alert", to="room", only_about=["E03"], at="10:00")


def test_one_alert_that_breaks_keeps_no_other_waiting(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("楼管-王师傅", "楼道里有个老太太晕倒了，谁认识，快来人", at="09:00")
    world.until("09:01")
    world.store.run("UPDATE alerts SET candidates = 'no list' WHERE elder IS NULL")
    world.until("10:02")
    world.expect("alert", to="room", only_about=["E03"], at="10:00")
    world.until("10:22")
    world.expect("escalation", to="room", only_about=["E03"], mentions=["周强"], at="10:20")


def test_one_deadline_that_breaks_keeps_no_other_waiting(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.store.run("UPDATE days SET day = 'no day' WHERE elder = 'E04'")
    world.until("10:02")
    world.expect("alert", to="room", only_about=["E03"], at="10:00")
