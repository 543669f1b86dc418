"""The learned part is reproducible, readable, and cannot outvote a clear alarm."""

from __future__ import annotations

import pytest

from bot.model import INTENTS, Message
from bot.reading import Reader, hearing, teach

from .conftest import AT, community


def test_the_same_messages_give_the_same_weights() -> None:
    data = [(["a", "b", "::E"], 0), (["a", "c", "::F"], 7), (["b", "c"], 12)] * 4
    assert teach.train(data, 3, 0.1, 0.001) == teach.train(data, 3, 0.1, 0.001)


def test_packed_weights_add_up_like_plain_ones() -> None:
    one, two = [5, -3, *[0] * 11], [-500, 40, *[1] * 11]
    got = hearing.scores(["x", "y", "unknown"], {"x": hearing.pack(one), "y": hearing.pack(two)})
    assert got == pytest.approx([(a + b) / 100 for a, b in zip(one, two, strict=True)])


def test_weights_that_shout_another_intent_leave_a_clear_alarm_standing() -> None:
    loud = [0] * len(INTENTS)
    loud[INTENTS.index("checkin")] = hearing.LIMIT
    deaf = Reader(community(), {"::bias": hearing.pack(loud)})
    assert deaf.read(Message("m", AT, "静静", text="谢谢大家")).intent == "checkin"
    assert deaf.read(Message("m", AT, "柳国庆", text="胸口疼 喘不上气")).intent == "distress"


def test_without_weights_the_rules_read_alone() -> None:
    assert Reader(community(), {}).read(Message("m", AT, "静静", text="我妈电话打不通")).intent == "unreachable"


def test_a_name_teaches_nothing() -> None:
    one = Reader(teach.small_roster())
    features = one.features(Message("m", AT, "小吕志愿者", text="王桂英奶奶平安"))
    assert not [f for f in features if "桂英" in f]
