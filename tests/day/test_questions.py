"""When it is not clear who is meant, the bot asks back and understands the answer."""

from __future__ import annotations

import pytest

from tests.world import World

CLINIC = "许医生（卫生站）"


@pytest.fixture
def asked(world: World) -> World:
    """Two grannies 孙 live in 河畔小区; the doctor has reported one of them."""
    world.says(CLINIC, "河畔小区的孙奶奶平安", at="07:20")
    world.skip("receipt", "reminder")
    return world


def test_the_sender_is_asked_and_nobody_is_cleared(asked: World) -> None:
    question = asked.expect("question", to="room", only_mentions=[CLINIC], only_about=["E03", "E04"], at="07:20")
    assert "1. 孙桂芳奶奶（河畔小区）" in question.text
    assert "2. 孙兰芝奶奶（河畔小区）" in question.text
    assert (asked.state("E03"), asked.state("E04")) == ("waiting", "waiting")


@pytest.mark.parametrize("answer", ["2", "第二个", "孙兰芝", "兰芝奶奶", "5号楼的", "5号楼2单元101", "是孙兰芝奶奶"])
def test_the_answer_clears_the_right_one_only(asked: World, answer: str) -> None:
    asked.says(CLINIC, answer, at="07:22")
    assert (asked.state("E03"), asked.state("E04")) == ("waiting", "safe")


def test_both_may_be_meant(asked: World) -> None:
    asked.says(CLINIC, "两个都平安", at="07:22")
    assert (asked.state("E03"), asked.state("E04")) == ("safe", "safe")


def test_somebody_elses_number_is_no_answer(asked: World) -> None:
    asked.says("何平", "2", at="07:22")
    assert (asked.state("E03"), asked.state("E04")) == ("waiting", "waiting")


def test_an_answer_in_another_chat_is_no_answer(asked: World) -> None:
    asked.says(CLINIC, "2", at="07:22", to="bot")
    assert asked.state("E04") == "waiting"


def test_after_an_hour_the_question_has_run_out(asked: World) -> None:
    asked.says(CLINIC, "2", at="08:21")
    assert (asked.state("E03"), asked.state("E04")) == ("waiting", "waiting")


def test_the_question_is_asked_once_and_answered_once(asked: World) -> None:
    asked.says(CLINIC, "孙兰芝", at="07:22")
    asked.says(CLINIC, "1", at="07:23")
    assert asked.state("E03") == "waiting"
    assert len(asked.messages("question")) == 1


def test_said_again_clearly_it_needs_no_other_answer(asked: World) -> None:
    asked.says(CLINIC, "河畔小区5号楼2单元101孙兰芝奶奶今天见着了，平安", at="07:22")
    assert asked.state("E04") == "safe"
    asked.until("20:02")
    private = asked.expect("summary", to="社区-马晓云")
    assert "没问清" not in private.text


def test_a_couples_son_who_names_neither_is_asked(world: World) -> None:
    world.says("冯涛", "今天已经联系过了，老人平安", at="07:20")
    world.expect("question", to="room", mentions=["冯涛"], only_about=["E11", "E12"])
    world.says("冯涛", "都平安", at="07:21")
    assert (world.state("E11"), world.state("E12")) == ("safe", "safe")


def test_namesakes_in_one_compound_are_told_apart_by_age(world: World) -> None:
    world.says("林小满", "王秀兰奶奶今天见到了，平安", at="07:20")
    question = world.expect("question", to="room", only_about=["E09", "E10"])
    assert "93岁" in question.text
    assert "82岁" in question.text
    world.says("林小满", "9号楼的", at="07:21")
    assert (world.state("E09"), world.state("E10")) == ("safe", "waiting")


def test_a_question_in_private_is_asked_and_answered_in_private(world: World) -> None:
    world.says("林小满", "河畔小区的孙奶奶平安", at="07:20", to="bot")
    world.expect("question", to="林小满", only_about=["E03", "E04"])
    world.says("林小满", "1", at="07:21", to="bot")
    assert (world.state("E03"), world.state("E04")) == ("safe", "waiting")


def test_a_coordinator_may_answer_a_question_too(world: World) -> None:
    world.says("社区-马晓云", "河畔小区的孙奶奶平安", at="07:20", to="bot")
    world.expect("question", to="社区-马晓云")
    world.says("社区-马晓云", "孙兰芝", at="07:21", to="bot")
    assert (world.state("E03"), world.state("E04")) == ("waiting", "safe")


def test_an_answer_still_counts_after_a_restart(asked: World) -> None:
    asked.restart()
    asked.says(CLINIC, "2", at="07:25")
    assert asked.state("E04") == "safe"


def test_an_absence_that_was_unclear_holds_once_it_is_answered(world: World) -> None:
    world.says("林小满", "河畔小区的孙奶奶去女儿家住到周五", at="07:20")
    world.says("林小满", "孙兰芝", at="07:21")
    assert (world.state("E03"), world.state("E04")) == ("waiting", "away")
