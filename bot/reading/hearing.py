"""The learned part: what a text sounds like, from labelled messages (teach.py). The rules are among what it looks at, so
it learns where to trust them; a clear alarm of a rule is never outvoted (weighing.py).

Two linear models over the same features, with their weights in one table: a multinomial logistic one for the intent and a
logistic one for whether somebody is in contact today. Features: character n-grams, word-list tags, the rules' findings, the
writer's role.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import compress
from operator import add, attrgetter, itemgetter
from typing import NamedTuple

from bot.model import INTENTS, Intent
from bot.reading.clauses import Clause
from bot.reading.finding import Finder
from bot.reading.scene import Scene, Verdict

MODEL = "hearing.bin"
MOST = 240  # characters that are looked at
ROLES = {"elder": "E", "family": "F", "volunteer": "V", "clinic": "V", "coordinator": "V"}
FLAGS = ("own", "known", "subject", "stranger", "addressed", "quote")  # of a scene
FOUND = ("weak", "strict", "poor", "back", "sure", "settled")  # of a verdict

second = itemgetter(1)
flags_of, FLAG_TAGS = attrgetter(*FLAGS), ["::" + flag for flag in FLAGS]
found_of, FOUND_TAGS = attrgetter(*FOUND), ["::" + flag for flag in FOUND]
GRAM = 3  # characters of the longest n-gram
TAG = "::"  # how a feature begins that no text can give
BIAS = TAG + "bias"
HEADS = len(INTENTS) + 1  # a score for each intent, and one for contact
SCALE = 40  # a stored weight is a byte: the weight times this, above MIDDLE
MIDDLE = 128
LANE = 16  # bits of one score's sum inside the packed number,
AT_ONCE = 0xFFFF // 0xFF  # which hold that many weights, each a byte
WIDTH = HEADS * LANE // 8
ALL_LANES = (1 << LANE * HEADS) - 1
UNPACK = struct.Struct(f"<{HEADS}H").unpack

Weights = Mapping[str, int]


class Heard(NamedTuple):
    """`chances`: a probability for each intent in the guide's order. `contact`: that somebody is in contact today."""

    chances: list[float]
    contact: float


class Ear:
    """Weights made ready for hearing: the n-grams among them are found in one pass, the tags looked up."""

    def __init__(self, weights: Weights) -> None:
        grams = [f for f in weights if len(f) <= GRAM and not f.startswith(TAG)]
        # Each carries its packed weights and, above them, its number, so that no two of them are equal.
        self.grams = Finder({f: k << LANE * HEADS | weights[f] for k, f in enumerate(grams)})
        self.tags = {f: row for f, row in weights.items() if len(f) > GRAM or f.startswith(TAG)}
        self.bias = weights.get(BIAS)

    def __bool__(self) -> bool:
        return bool(self.grams or self.tags)


def framed(text: str) -> str:
    """What is looked at of a text, with its two ends marked."""
    return "^" + text[:MOST] + "$"


def grams(text: str) -> set[str]:
    """The characters, pairs and threes of a text."""
    row = framed(text)
    pairs = list(map(add, row, row[1:]))
    return {*row, *pairs, *map(add, pairs, row[2:])}


def tags(text: str, clauses: Sequence[Clause], scene: Scene, verdict: Verdict, marks: Iterable[str]) -> set[str]:
    """What the model looks at beside the n-grams: word-list tags with frames, the rules, who writes, how much."""
    who = ROLES.get(scene.role, "X")
    found: set[str] = set()
    put = found.add
    for c in clauses:
        frame = (
            "?" if c.asked else "~" if c.supposed or c.wished or c.told else "<" if c.past else ">" if c.future else ""
        )
        if c.tags:
            in_frame, by = ":" + frame, ":" + who
            found.update([tag + in_frame for tag in c.tags], [tag + by for tag in c.tags])
        for tag in c.denied:
            put(tag + ":-")
        if frame:
            put("::" + frame)
    if len(clauses) > 1:
        for tag in clauses[0].tags:
            put("^" + tag)
        for tag in clauses[-1].tags:
            put(tag + "$")
    put("::" + who)
    put(f"::{min(8, len(text) // 4)}{who}")
    found.update(compress(FLAG_TAGS, flags_of(scene)), compress(FOUND_TAGS, found_of(verdict)))
    if verdict.reasons:
        for intent in verdict.reasons:
            put("::+" + intent)
        first = verdict.first
        put("::=" + first)
        put(f"::={first}{who}")
    for mark in marks:
        put("::" + mark)
    return found


def pack(row: Sequence[float]) -> int:
    """All the weights of a feature in one number: adding two such numbers adds all the weights at once."""
    return sum(stored(w) << (LANE * k) for k, w in enumerate(row))


def stored(weight: float) -> int:
    """A weight as the byte that is kept of it."""
    return max(0, min(255, round(weight * SCALE) + MIDDLE))


def dump(table: Mapping[str, Sequence[float]]) -> bytes:
    """The weights as a file: the features in order, a line each, a zero byte, then HEADS bytes a feature."""
    names = sorted(f for f, row in table.items() if "\n" not in f and any(stored(w) != MIDDLE for w in row))
    return "\n".join(names).encode() + b"\0" + bytes(stored(w) for f in names for w in table[f])


def load(data: bytes) -> dict[str, int]:
    """The packed weights from what `dump` made."""
    names, _, body = data.partition(b"\0")
    lanes = array("H", iter(body))  # a byte → a lane
    if sys.byteorder == "big":
        lanes.byteswap()
    wide = lanes.tobytes()
    rows = (int.from_bytes(wide[k : k + WIDTH], "little") for k in range(0, len(wide), WIDTH))
    return dict(zip(names.decode().split("\n"), rows, strict=True)) if body else {}


@cache
def ear() -> Ear:
    """The trained weights, ready for hearing. False where no model was trained."""
    file = resources.files("bot.reading") / MODEL
    return Ear(load(file.read_bytes()) if file.is_file() else {})


def scores(text: str, tags: Iterable[str], ear: Ear) -> list[float]:
    """One score an intent, in the guide's order, then that of contact."""
    known = list(set(map(second, ear.grams.every(framed(text)))))
    known += filter(None, map(ear.tags.get, tags))
    if ear.bias is not None:
        known.append(ear.bias)
    level = MIDDLE * len(known)
    return [(lane - level) / SCALE for lane in _summed(known)]


def _summed(rows: list[int]) -> Sequence[int]:
    """The sums of packed rows, a lane each."""
    if len(rows) <= AT_ONCE:
        return UNPACK((sum(rows) & ALL_LANES).to_bytes(WIDTH, "little"))
    return list(map(add, _summed(rows[:AT_ONCE]), _summed(rows[AT_ONCE:])))


def hear(text: str, tags: Iterable[str], ear: Ear) -> Heard:
    """What a text (names and kin blotted out) and its tags sound like."""
    total = scores(text, tags, ear)
    contact = total.pop()
    return Heard(probabilities(total), logistic(contact))


def probabilities(total: Sequence[float]) -> list[float]:
    """Scores → probabilities."""
    top = max(total)
    powers = [math.exp(t - top) for t in total]
    whole = sum(powers)
    return [p / whole for p in powers]


def logistic(score: float) -> float:
    """A score → a probability, never quite 0 or 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def telling(text: str, intent: Intent, ear: Ear, most: int = 3) -> list[str]:
    """The pieces of a text that speak most for an intent, to be shown as its reason."""
    shift = LANE * INTENTS.index(intent)
    rated = []
    for gram in {text[k : k + GRAM] for k in range(min(MOST, len(text)) - GRAM + 1)}:
        if ":" not in gram and (row := ear.grams.get(gram)) is not None:
            weight = (row >> shift & 0xFF) - MIDDLE
            if weight > 0:
                rated.append((-weight, gram))
    return [gram for _, gram in sorted(rated)[:most]]
