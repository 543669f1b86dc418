"""The learned part is reproducible, readable, and cannot outvote a clear alarm."""

from __future__ import annotations

import pytest

from bot.model import INTENTS, Intent, Message
from bot.reading import Reader, hearing, teach, weighing

from .conftest import AT, community


def sample(features: list[str], intent: int, contact: bool) -> teach.Sample:
    return teach.Sample(features, intent, contact, False, contact, "", "", ())


def test_the_same_messages_give_the_same_weights() -> None:
    data = [sample(["a", "b", "::E"], 0, False), sample(["a", "c", "::F"], 7, True)] * 4
    data.append(sample(["b", "c"], 12, False))
    one, two = (hearing.dump(teach.train(data, 3, seeds=(1, 2))) for _ in range(2))
    assert one == two


def test_it_learns_what_it_is_told() -> None:
    data = [sample(["起床", "::E"], 7, True), sample(["昨天", "::F"], 12, False)] * 30
    ear = hearing.Ear(hearing.load(hearing.dump(teach.train(data))))
    up, past = hearing.hear("我起床了", ["::E"], ear), hearing.hear("昨天", ["::F"], ear)
    assert up.chances.index(max(up.chances)) == 7
    assert past.chances.index(max(past.chances)) == 12
    assert up.contact > 0.7 > 0.3 > past.contact


def test_packed_weights_add_up_like_plain_ones() -> None:
    one, two = [1.5, -0.3, *[0.0] * 12], [-0.5, 0.4, *[0.1] * 12]
    ear = hearing.Ear(hearing.load(hearing.dump({"x": one, "act:E": two})))
    got = hearing.scores("xzx", ["act:E", "unknown"], ear)
    assert got == pytest.approx([a + b for a, b in zip(one, two, strict=True)], abs=1 / hearing.SCALE)


def test_every_n_gram_is_heard_and_heard_once() -> None:
    text = "平安，平安[X]::E"
    grams = hearing.grams(text)
    assert {"^", "平", "^平安", "平安，", "E$", "]::"} <= grams
    number = sum(not f.startswith(hearing.TAG) for f in grams)  # no text can give a tag
    ear = hearing.Ear({f: hearing.pack([0.25] * hearing.HEADS) for f in grams})
    assert hearing.scores(text, (), ear) == pytest.approx([number / 4] * hearing.HEADS)
    assert hearing.scores("", (), ear) == pytest.approx([2 / 4] * hearing.HEADS)  # its two ends


def test_more_n_grams_than_one_number_holds_add_up_as_well() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + hearing.MOST)))
    grams = hearing.grams(text)
    assert len(grams) > 2 * hearing.AT_ONCE
    ear = hearing.Ear({f: hearing.pack([3.175, *[-3.2] * (hearing.HEADS - 1)]) for f in grams})  # the most a byte holds
    assert hearing.scores(text, (), ear) == pytest.approx(
        [len(grams) * 3.175, *[len(grams) * -3.2] * (hearing.HEADS - 1)]
    )


def test_a_file_keeps_every_feature() -> None:
    table = {"好": [0.5] * hearing.HEADS, "^平安$": [-0.5, *[0.0] * (hearing.HEADS - 1)], "\t": [3.0] * hearing.HEADS}
    assert hearing.load(hearing.dump(table)) == {f: hearing.pack(row) for f, row in table.items()}
    assert hearing.load(hearing.dump({})) == {}


def test_weights_that_shout_another_intent_leave_a_clear_alarm_standing() -> None:
    loud = [0.0] * hearing.HEADS
    loud[INTENTS.index("checkin")] = loud[-1] = 3.0
    deaf = Reader(community(), {hearing.BIAS: hearing.pack(loud)})
    assert deaf.read(Message("m", AT, "静静", text="谢谢大家")).intent == "checkin"
    assert deaf.read(Message("m", AT, "柳国庆", text="胸口疼 喘不上气")).intent == "distress"


def test_contact_in_doubt_clears_nobody() -> None:
    unsure = [0.0] * hearing.HEADS
    unsure[INTENTS.index("checkin")], unsure[-1] = 3.0, -0.5
    reader = Reader(community(), {hearing.BIAS: hearing.pack(unsure)})
    assert not reader.read(Message("m", AT, "静静", text="我妈爱吃面")).contacts()


def test_without_weights_the_rules_read_alone() -> None:
    assert Reader(community(), {}).read(Message("m", AT, "静静", text="我妈电话打不通")).intent == "unreachable"


def test_a_name_teaches_nothing() -> None:
    one = Reader(teach.small_roster())
    features, seen, role, _ = one.features(Message("m", AT, "小吕志愿者", text="王桂英奶奶平安"))
    assert not [f for f in features if "桂英" in f]
    assert ("桂英" in seen.text, role) == (False, "volunteer")


@pytest.mark.parametrize(("rival", "intent"), [("unreachable", "distress"), ("query", "query"), ("claim", "claim")])
def test_where_somebody_is_sent_to_look_anyway_less_raises_the_alarm(rival: Intent, intent: Intent) -> None:
    chances = [0.0] * len(INTENTS)
    chances[0], chances[INTENTS.index(rival)] = 0.22, 0.78
    assert weighing.decide(hearing.Heard(chances, 0.0), weighing.SILENT_ALARM, weighing.CLEAR, frozenset()) == intent
