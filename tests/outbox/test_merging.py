"""What still waits to be sent is brought up to date: nobody is called about somebody who is well."""

from __future__ import annotations

import pytest

from bot.ports import NotConnected
from tests.world import COORDINATORS, World


@pytest.fixture
def cut_off(world: World) -> World:
    """孙桂芳 and 卫长青 are missed while nothing can be sent; both are 林小满's."""
    world.everyone_else_is_safe("E03", "E14", at="06:00")
    world.skip("receipt", "reminder")
    world.until("09:59:50")
    world.wechat.broken = NotConnected("the bot is not in its group")
    world.until("10:05")
    return world


def test_one_of_two_is_well_before_the_call_could_be_sent(cut_off: World) -> None:
    cut_off.says("周强", "我妈孙桂芳好着呢，刚通了电话", at="10:06")
    cut_off.until("10:08")
    cut_off.wechat.broken = None
    cut_off.until("10:09")
    cut_off.expect("alert", to="room", only_about=["E14"], only_mentions=["林小满"])
    told = cut_off.expect("alert", to="林小满", only_about=["E14"])
    assert "孙桂芳" not in told.text
    cut_off.expect("resolved", only_about=["E03"])
    cut_off.nothing_more()


def test_both_are_well(cut_off: World) -> None:
    cut_off.says("周强", "我妈孙桂芳好着呢，刚通了电话", at="10:06")
    cut_off.says("卫东", "我爸卫长青平安，刚通了电话", at="10:07")
    cut_off.until("10:08")
    cut_off.wechat.broken = None
    cut_off.until("10:15")
    assert not cut_off.messages("alert")


def test_the_next_level_takes_the_place_of_the_call_that_waits(cut_off: World) -> None:
    cut_off.until("10:25")
    cut_off.wechat.broken = None
    cut_off.until("10:27")
    sent = cut_off.messages(to="room")
    call = [m for m in sent if m.kind in ("alert", "escalation")]
    assert len(call) == 1 and call[0].kind == "escalation"
    assert {"林小满", "郭晓雨", "何建国（志愿者）", "周强", "卫东"} == set(call[0].mentions)
    # The private messages with the addresses are for different people: each goes.
    assert len(cut_off.messages("alert", "林小满")) == 1
    assert len(cut_off.messages("escalation", "郭晓雨")) == 1


def test_a_call_that_was_sent_is_not_taken_back(world: World) -> None:
    world.everyone_else_is_safe("E03", at="06:00")
    world.until("10:41")
    assert len(world.messages("alert", "room")) == 1
    assert len(world.messages("escalation", "room")) == 2
    world.expect("escalation", to="room", mentions=COORDINATORS)
