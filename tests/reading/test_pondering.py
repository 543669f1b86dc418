"""The second look: asked only in doubt, cut into known pieces, computed as PyTorch computed it, never above a clear alarm."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import INTENTS, Message
from bot.reading import Reader, hearing, pondering, weighing

from .conftest import AT, community

SIZE = 24  # two numbers a head
PIECES = ["<s>", "</s>", "<unk>", pondering.ROOM, *"老人家属邻居:我妈王奶在", "奶奶", "王奶奶", "平安"]


def stored(layers: int = 2) -> dict[str, Any]:
    """A small encoder with weights of no meaning."""
    dice = np.random.Generator(np.random.PCG64(5))
    found: dict[str, Any] = {
        "pieces": np.array("\n".join(PIECES)),
        "piece_scores": np.array([-3.0 / len(p) for p in PIECES], np.float32),
        "layers": np.array(layers),
        "place": dice.normal(0, 0.1, (pondering.MOST_PIECES + 2, SIZE)).astype(np.float16),
        "head.bias": np.zeros(pondering.OUTPUTS, np.float32),
        "person.bias": np.zeros(1, np.float32),
        "norm.weight": np.ones(SIZE, np.float32),
        "norm.bias": np.zeros(SIZE, np.float32),
    }

    def matrix(name: str, rows: int, columns: int) -> None:
        found[name] = dice.integers(-127, 128, (rows, columns)).astype(np.int8)
        found[name + ".scale"] = np.full(rows, 0.004, np.float32)

    matrix("word", len(PIECES), SIZE)
    matrix("head", pondering.OUTPUTS, SIZE)
    matrix("person", 1, SIZE)
    for k in range(layers):
        for name, rows, columns in (
            *((n, SIZE, SIZE) for n in ("q", "k", "v", "out")),
            ("widen", 4 * SIZE, SIZE),
            ("narrow", SIZE, 4 * SIZE),
        ):
            matrix(f"{k}.{name}", rows, columns)
            found[f"{k}.{name}.bias"] = dice.normal(0, 0.1, rows).astype(np.float32)
        for name in ("out", "narrow"):
            found[f"{k}.{name}.norm.weight"] = np.ones(SIZE, np.float32)
            found[f"{k}.{name}.norm.bias"] = np.zeros(SIZE, np.float32)
    return found


@given(st.text(max_size=200))
def test_any_text_is_cut_and_the_pieces_make_it_again(text: str) -> None:
    pieces = pondering.Pieces(PIECES, [-1.0] * len(PIECES))
    whole, _ = pondering.worded(text, "elder")
    assert whole == pondering.SPACES.sub(
        pondering.ROOM,
        pondering.ROOM + unicodedata.normalize("NFKC", "老人:" + text.translate(pondering.NAMES).rstrip()),
    )
    row, _ = pieces.cut(whole)
    assert row[0] == pondering.START
    assert row[-1] == pondering.END
    at = 0
    for number in row[1:-1]:
        piece = whole[at] if number == pondering.UNKNOWN else PIECES[number]
        assert whole.startswith(piece, at)
        at += len(piece)
    assert at == len(whole) or len(row) == pondering.MOST_PIECES + 2


def test_the_likeliest_cut_wins() -> None:
    pieces = pondering.Pieces(PIECES, [-1.0] * len(PIECES))
    assert [PIECES[k] for k in pieces.cut("王奶奶平安")[0]] == ["<s>", "王奶奶", "平安", "</s>"]


PEOPLE = st.text(alphabet="某亲 　我在平安１…\n:", max_size=60)


@given(PEOPLE)
def test_every_person_asked_about_is_found_again_in_the_row(text: str) -> None:
    places = [k for k, c in enumerate(text.rstrip()) if c in "某亲"]
    row, spans = pondering.worded(text, "family", places)
    assert row == pondering.worded(text, "family")[0]
    assert [row[a:b] for a, b in spans] == [pondering.NAMES[ord(text[k])] for k in places]
    pieces = pondering.Pieces(PIECES, [-1.0] * len(PIECES))
    numbers, covered = pieces.cut(row, spans)
    for at, (a, b) in zip(covered, spans, strict=True):
        if len(numbers) < pondering.MOST_PIECES:
            assert (
                len("".join(row[b - 1] if numbers[k] == pondering.UNKNOWN else PIECES[numbers[k]] for k in at)) >= b - a
            )


def test_of_two_people_each_gets_a_number_of_his_own() -> None:
    encoder = pondering.Encoder(stored())
    whole, people = encoder.ponder("亲在家平安亲", "family", (0, 5))
    assert whole == encoder.ponder("亲在家平安亲", "family").whole
    assert people[0] != pytest.approx(people[1], abs=1e-4)
    assert people[1:] == encoder.ponder("亲在家平安亲", "family", (5,)).people


@given(st.text(max_size=300), st.sampled_from(["elder", "family", "volunteer", ""]))
def test_every_text_gets_numbers(text: str, role: str) -> None:
    got = pondering.Encoder(stored()).ponder(text, role, range(len(text.rstrip())))
    assert len(got.whole) == pondering.OUTPUTS
    assert len(got.people) == len(text.rstrip())
    assert all(np.isfinite([*got.whole, *got.people]))


def test_the_order_of_the_words_counts() -> None:
    encoder = pondering.Encoder(stored())
    here = encoder.ponder("我妈在家", "family").whole
    assert here != pytest.approx(encoder.ponder("家在我妈", "family").whole, abs=1e-4)
    assert here != pytest.approx(encoder.ponder("我妈在家", "elder").whole, abs=1e-4)


def shouting(intent: str, contact: float, places: Sequence[int] = ()) -> pondering.Pondered:
    loud = [0.0] * len(INTENTS) + [contact] * 3
    loud[INTENTS.index(intent)] = 30.0  # type: ignore[arg-type]
    return pondering.Pondered(tuple(loud), (contact,) * len(places))


def test_the_second_look_decides_in_doubt_and_is_not_asked_otherwise() -> None:
    asked: list[tuple[str, str]] = []

    def look(text: str, role: str, places: tuple[int, ...]) -> pondering.Pondered:
        asked.append((text, role))
        return shouting("concern", 30.0, places)

    unsure, sure = [0.0] * hearing.HEADS, [-3.0] * hearing.HEADS
    sure[INTENTS.index("chat")] = 3.0
    message = Message("m", AT, "静静", text="我妈爱吃面，顿顿都要有")
    read = Reader(community(), {hearing.BIAS: hearing.pack(unsure)}, look).read(message)
    assert (read.intent, len(asked)) == ("concern", 1)
    assert asked[0][1] == "family"
    assert "我妈" not in asked[0][0], "kin are blotted out"
    assert Reader(community(), {hearing.BIAS: hearing.pack(sure)}, look).read(message).intent == "chat"
    assert len(asked) == 1


def test_a_clear_alarm_stands_whatever_the_second_look_says() -> None:
    reader = Reader(
        community(),
        {hearing.BIAS: hearing.pack([0.0] * hearing.HEADS)},
        lambda *asked: shouting("chat", -30.0, asked[2]),
    )
    assert reader.read(Message("m", AT, "柳国庆", text="胸口疼 喘不上气")).intent == "distress"


@pytest.mark.parametrize("text", ["我妈爱吃面，" * 60, "我"])
def test_a_very_long_or_short_text_gets_no_second_look(text: str) -> None:
    def look(text: str, role: str, places: tuple[int, ...]) -> pondering.Pondered:
        raise AssertionError("asked")

    reader = Reader(community(), {hearing.BIAS: hearing.pack([0.0] * hearing.HEADS)}, look)
    reader.read(Message("m", AT, "静静", text=text))


@pytest.mark.parametrize("text", ["祝我妈平安健康，长命百岁", "要是我妈今天没事就好了"])
def test_no_wish_clears_anybody_whatever_is_heard_in_it(text: str) -> None:
    loud = [0.0] * hearing.HEADS
    loud[INTENTS.index("checkin")] = loud[-1] = 3.0
    reader = Reader(community(), {hearing.BIAS: hearing.pack(loud)}, lambda *asked: shouting("checkin", 30.0, asked[2]))
    assert not reader.read(Message("m", AT, "静静", text=text)).contacts()


@pytest.mark.parametrize(
    ("chances", "contact", "at_leisure", "in_a_hurry"),
    [
        ({"query": 0.5, "chat": 0.45}, 0.02, True, False),  # which of two harmless things it is
        ({"checkin": 0.5, "chat": 0.45}, 0.5, True, True),  # whether somebody is well
        ({"chat": 0.8, "distress": 0.15}, 0.02, True, True),  # whether somebody is in danger
        ({"chat": 0.95}, 0.02, False, False),
    ],
)
def test_in_a_hurry_only_what_somebody_s_safety_hangs_on_is_looked_at_again(
    chances: dict[str, float], contact: float, at_leisure: bool, in_a_hurry: bool
) -> None:
    heard = hearing.Heard([chances.get(intent, 0.001) for intent in INTENTS], contact)
    assert weighing.doubtful(heard) is at_leisure
    assert weighing.doubtful(heard, hurried=True) is in_a_hurry


def test_whatever_is_loaded_first_numpy_works_in_one_thread() -> None:
    code = (
        "import bot.app, os, numpy as np; a = np.ones((500, 500)); a @ a; "
        "assert os.environ['OPENBLAS_NUM_THREADS'] == '1'; "
        "print(len(os.listdir('/proc/self/task')) if os.path.isdir('/proc/self/task') else 1)"
    )
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
