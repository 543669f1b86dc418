"""Receipts in batches and the summary: few words, and the right ones."""

from __future__ import annotations

import datetime as dt
import itertools
import re

from tests.world import COORDINATORS, World


def test_check_ins_are_thanked_for_together_and_seldom(world: World) -> None:
    for n, who in enumerate(("桂花飘香", "老冯", "长青树", "国栋", "淑珍", "向阳老赵")):
        world.says(who, "平安", at=f"06:{10 + 7 * n}")
    world.until("08:00")
    receipts = world.messages("receipt")
    assert 1 <= len(receipts) <= 3
    for before, after in itertools.pairwise(receipts):
        assert after.at - before.at >= dt.timedelta(minutes=10)
    told = "".join(r.text for r in receipts)
    assert all(told.count(name) == 1 for name in ("孙桂芳", "冯长贵", "卫长青", "李国栋", "吴淑珍", "赵德厚"))


def test_a_private_check_in_is_not_thanked_for_in_the_room(world: World) -> None:
    world.says("桂花飘香", "平安", at="07:00", to="bot")
    world.until("08:00")
    assert world.state("E03") == "safe"
    assert not world.messages("receipt")


def test_shortly_before_the_summary_no_receipt_is_sent(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("19:30")
    before = len(world.messages("receipt"))
    world.says("周强", "我妈明天去我姐家，住到周日", at="19:50")
    world.until("20:30")
    assert len(world.messages("receipt")) == before


def test_thanks_for_going_are_not_said_after_the_end(world: World) -> None:
    world.everyone_else_is_safe("E03", at="09:50")
    world.until("10:01")
    world.says("林小满", "我去看看孙桂芳奶奶", at="10:02")
    world.says("林小满", "见到孙桂芳奶奶了，人好着呢", at="10:05")
    world.until("11:00")
    assert not [r for r in world.messages("receipt") if "林小满去看" in r.text]


def test_the_summary_for_the_group_hurts_nobody(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04", "E09")
    world.says("何平", "我岳母有点感冒咳嗽，不要紧", at="08:00")
    world.until("10:01")
    world.says("林小满", "我去看看孙桂芳奶奶", at="10:05")
    world.says("林小满", "见到孙桂芳奶奶了，人好着呢", at="10:20")
    world.until("20:01")
    summary = world.expect("summary", to="room", at="20:00")
    assert re.search("14位老人，13位平安", summary.text)
    assert "王秀兰奶奶" in summary.text
    assert "孙兰芝奶奶" in summary.text
    assert "林小满" in summary.text
    assert "感冒" not in summary.text
    assert len(world.messages("summary", "room")) == 1


def test_the_summary_for_coordinators_has_all_that_wants_a_follow_up(world: World) -> None:
    world.everyone_else_is_safe("E03", "E04", "E09", "E14")
    world.says("何平", "我岳母有点感冒咳嗽，不要紧", at="08:00")
    world.says("卫东", "我爸去我妹家住，周五回来", at="08:10")
    world.says("李红", "我下周二到周四出差，我妈那边麻烦大家多照看", at="08:20")
    world.says("许医生（卫生站）", "河畔小区的孙奶奶平安", at="08:30")
    world.says("三楼小赵", "楼下垃圾三天没拉了，味道太大", at="08:40")
    world.says("周强", "阿巴阿巴", at="08:50", to="bot")
    world.until("10:01")
    world.says("林小满", "我去看看孙桂芳奶奶", at="10:05")
    world.says("林小满", "见到孙桂芳奶奶了，人好着呢", at="10:20")
    world.until("20:02")
    for coordinator in COORDINATORS:
        text = world.expect("summary", to=coordinator).text
        assert re.search("孙桂芳奶奶：没按时报平安，10:00.*林小满.*10:20.*20分钟", text)
        assert re.search("孙兰芝奶奶：没按时报平安，10:00.*还没结束", text)
        assert re.search("要留心.*王秀兰奶奶.*咳嗽", text, re.S)
        assert re.search("不在家.*卫长青爷爷.*3月13日", text, re.S)
        assert re.search("没问清.*许医生", text, re.S)
        assert re.search("没看懂.*阿巴阿巴", text, re.S)
        assert re.search("公共的事.*垃圾", text, re.S)


def test_after_a_day_with_nothing_the_coordinators_hear_so(world: World) -> None:
    world.everyone_else_is_safe()
    world.until("20:01")
    world.expect("summary", to=COORDINATORS[0], text="没有提醒，也没有要跟进的事")


def test_nobody_is_thanked_for_being_well_who_is_being_looked_for_since(world: World) -> None:
    world.says("桂花飘香", "平安", at="07:00")
    world.says("周强", "我妈电话打了五遍都没人接", at="07:05")
    world.until("08:00")
    assert not [r for r in world.messages("receipt") if "孙桂芳" in r.text]
