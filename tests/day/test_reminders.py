"""Reminders: few, and only for those who are waited for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.model import Elder, Relative
from tests.world import World, community


def test_the_first_reminder_names_and_the_second_mentions(world: World) -> None:
    world.everyone_else_is_safe("E01", "E03", "E04")
    world.skip("receipt")
    world.until("09:59")
    world.expect("reminder", to="room", only_about=["E01", "E03", "E04"], only_mentions=[], at="08:30")
    world.expect(
        "reminder",
        to="room",
        only_about=["E01", "E03", "E04"],
        only_mentions=["向阳老赵", "赵敏（赵德厚女儿）", "桂花飘香", "周强", "红红火火"],
        at="09:30",
    )
    world.nothing_more()


def test_each_reminder_is_one_message(world: World) -> None:
    world.until("09:59")
    own = world.messages("reminder")
    assert [f"{r.at:%H:%M}" for r in own] == ["07:30", "08:30", "09:30"]


def test_who_has_reported_in_between_is_not_reminded_again(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04")
    world.says("桂花飘香", "早上好", at="08:40")
    world.until("09:45")
    world.expect("reminder", only_about=["E03", "E04"], at="08:30")
    world.expect("reminder", only_about=["E04"], mentions=["红红火火"], at="09:30")
    assert not world.messages("reminder")[2:]


def test_an_early_deadline_of_ones_own_is_reminded_of_before_it(world: World) -> None:
    world.everyone_else_is_safe("E05", at="06:30")
    world.until("08:01")
    world.expect("reminder", only_about=["E05"], mentions=["国栋", "李伟"], at="07:30")
    world.expect("alert", to="room", only_about=["E05"], mentions=["何建国（志愿者）"], at="08:00")


def test_a_late_deadline_of_ones_own_is_waited_for(world: World) -> None:
    world.everyone_else_is_safe("E06")
    world.until("13:59")
    assert world.state("E06") == "waiting"
    assert not world.messages("alert")
    world.expect("reminder", only_about=["E06"], mentions=["淑珍", "吴军"], at="13:30")
    world.until("14:01")
    world.expect("alert", to="room", about=["E06"], mentions=["郭晓雨"], at="14:00")


def test_a_very_long_list_is_split_and_nobody_is_left_out(begin: Callable[..., World]) -> None:
    crowd = [
        Elder(
            f"E{n:03d}",
            f"欧阳长寿{chr(0x4E00 + n)}",
            "女",
            compound="大院",
            address=f"{n}号楼1单元101",
            phone=f"1000005{n:04d}",
            volunteer="V1",
            backup="V2",
            relatives=(Relative(f"F{n}", f"家人{n}", "女儿", f"家人的微信{n}", f"1000006{n:04d}"),),
        )
        for n in range(400)
    ]
    world = begin(people=community(crowd))
    world.until("10:05")
    for kind in ("reminder", "alert"):
        parts = world.messages(kind, "room")
        assert all(len(p.text) <= 2000 for p in parts)
        assert {e for p in parts for e in p.elders} == {e.id for e in crowd}
    private = world.messages("alert", "林小满")
    assert private
    assert all(len(p.text) <= 2100 for p in private)
    assert all(any(e.address in p.text for p in private) for e in crowd), "every address reaches the one who goes"


def test_without_reminders_in_the_settings_none_is_sent(begin: Callable[..., World]) -> None:
    world = begin(day={"reminders": []})
    world.until("10:01")
    assert [f"{r.at:%H:%M}" for r in world.messages("reminder")] == ["07:30"], "only the early one of their own"
    world.expect("alert", about=["E03"], at="10:00")


def test_a_coordinator_may_set_another_deadline_for_today(world: World) -> None:
    world.everyone_else_is_safe("E03")
    world.says("社区-马晓云", "孙桂芳 时限 12点", at="09:00", to="bot")
    world.expect("reply", to="社区-马晓云", text="12:00")
    world.until("11:59")
    assert not world.messages("alert")
    world.until("12:01")
    world.expect("alert", to="room", about=["E03"], at="12:00")
    assert world.engine.roster.elders["E03"].deadline == dt.time(12)
