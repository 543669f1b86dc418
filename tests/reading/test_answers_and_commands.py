"""Answers to "which one do you mean?", and a coordinator's orders."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.model import Command, Message
from bot.reading import Reader

from .conftest import AT


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", ("N02",)),
        ("第二个", ("N05",)),
        ("2号", ("N05",)),
        ("高玉霞", ("N05",)),
        ("玉霞", ("N05",)),
        ("是桂枝奶奶", ("N02",)),
        ("金河苑那个", ("N05",)),
        ("纺织厂的", ("N02",)),
        ("两个都是", ("N02", "N05")),
        ("都好", ("N02", "N05")),
        ("3", None),
        ("不知道", None),
        ("谢谢小安", None),
        ("", None),
    ],
)
def test_an_answer_chooses_or_is_none(reader: Reader, text: str, chosen: tuple[str, ...] | None) -> None:
    assert reader.answer(text, ["N02", "N05"]) == chosen


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("谁没报", Command("missing")),
        ("还差谁", Command("missing")),
        ("名单", Command("missing")),
        ("帮助", Command("help")),
        ("怎么用", Command("help")),
        ("吕秀云怎么样", Command("status", ("N03",))),
        ("吕秀云报了吗", Command("status", ("N03",))),
        ("结束 吕秀云 平安", Command("close", ("N03",), outcome="safe")),
        ("关闭吕秀云，送医院了", Command("close", ("N03",), outcome="hospital")),
        ("解除 吕秀云 误报", Command("close", ("N03",), outcome="false_alarm")),
        ("结束 吕秀云 去世", Command("close", ("N03",), outcome="died")),
        ("暂停 吕秀云 到周五", Command("pause", ("N03",), until=dt.date(2026, 11, 20))),
        ("恢复 吕秀云", Command("resume", ("N03",))),
        ("吕秀云 时限改到10点半", Command("deadline", ("N03",), time=dt.time(10, 30))),
        ("吕秀云 时限恢复默认", Command("deadline", ("N03",))),
    ],
)
def test_an_order_to_the_bot_is_understood(reader: Reader, text: str, order: Command) -> None:
    assert reader.command(Message("m", AT, "钟主任", text=text, to="bot")) == order
    assert reader.command(Message("m", AT, "钟主任", text="@小安\u2005 " + text)) == order


def test_what_is_missing_in_an_order_is_said(reader: Reader) -> None:
    for text in ("结束 赵大爷 平安", "结束 吕秀云", "吕秀云 时限改一下"):
        got = reader.command(Message("m", AT, "钟主任", text=text, to="bot"))
        assert got is not None
        assert got.problem


@pytest.mark.parametrize("text", ["谁没报", "结束 吕秀云 平安"])
def test_words_to_the_room_are_no_order(reader: Reader, text: str) -> None:
    assert reader.command(Message("m", AT, "钟主任", text=text)) is None


@pytest.mark.parametrize("text", ["我妈平安", "今天天气不错", ""])
def test_talk_is_no_order(reader: Reader, text: str) -> None:
    assert reader.command(Message("m", AT, "钟主任", text=text, to="bot")) is None
