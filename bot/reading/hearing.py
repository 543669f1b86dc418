"""The learned part: what a text sounds like, from labelled messages (teach.py). It breaks ties between rules and
speaks where no rule does; a clear alarm of a rule is never outvoted (reader.py).

A multinomial logistic model over character n-grams, word-list tags and the writer's role, with few weights left.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from bot.model import INTENTS, Intent
from bot.reading.clauses import Clause

MODEL = "hearing.tsv"
MOST = 240  # characters that are looked at
ROLES = {"elder": "E", "family": "F", "volunteer": "V", "clinic": "V", "coordinator": "V"}
FRAMES = (("past", "<"), ("future", ">"), ("supposed", "~"), ("wished", "!"), ("told", '"'), ("asked", "?"))

LANE = 24  # bits of one intent's sum inside the packed number
LIMIT = 2000  # largest weight, in hundredths
LANES = tuple(LANE * k for k in range(len(INTENTS)))
MASK = (1 << LANE) - 1

Weights = Mapping[str, int]


def features(text: str, clauses: Iterable[Clause], role: str, quote: bool, marks: Iterable[str]) -> list[str]:
    """What the model looks at: n-grams of the text (names and kin blotted out), tags with frames, who writes."""
    who = ROLES.get(role, "X")
    row = "^" + text[:MOST] + "$"
    found = set(row)
    found.update(map("".join, itertools.pairwise(row)))
    found.update(map("".join, zip(row, row[1:], row[2:], strict=False)))
    for c in clauses:
        frame = (
            "?" if c.asked else "~" if c.supposed or c.wished or c.told else "<" if c.past else ">" if c.future else ""
        )
        for tag in c.tags:
            found.add(tag + ":" + frame)
            found.add(tag + ":" + who)
        for tag in c.denied:
            found.add(tag + ":-")
        if frame:
            found.add("::" + frame)
    found.add("::" + who)
    if quote:
        found.add("::q")
    found.update("::" + m for m in marks)
    return list(found)


def pack(row: Sequence[int]) -> int:
    """Thirteen weights in one number: adding two such numbers adds all the weights at once."""
    return sum((LIMIT + max(-LIMIT, min(LIMIT, w))) << lane for w, lane in zip(row, LANES, strict=True))


@cache
def weights() -> Weights:
    """The trained weights, packed. Empty where no model was trained."""
    file = resources.files("bot.reading") / MODEL
    table: dict[str, int] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line and not line.startswith("#!"):
                feature, _, rest = line.partition("\t")
                table[feature] = pack([int(w) for w in rest.split()])
    return table


def scores(found: Iterable[str], table: Weights) -> list[float]:
    """One score an intent, in the guide's order."""
    known = [row for row in map(table.get, found) if row is not None]
    bias = table.get("::bias")
    if bias is not None:
        known.append(bias)
    total = sum(known)
    level = LIMIT * len(known)
    return [(((total >> lane) & MASK) - level) / 100 for lane in LANES]


def probabilities(total: Sequence[float]) -> list[float]:
    """Scores → probabilities."""
    top = max(total)
    powers = [math.exp(t - top) for t in total]
    whole = sum(powers)
    return [p / whole for p in powers]


def telling(found: Sequence[str], intent: Intent, table: Weights, most: int = 3) -> list[str]:
    """The pieces of text that speak most for an intent, to be shown as its reason."""
    lane = LANES[INTENTS.index(intent)]
    rated = []
    for feature in found:
        if len(feature) < 2 or ":" in feature or "^" in feature or "$" in feature:
            continue
        row = table.get(feature)
        weight = ((row >> lane) & MASK) - LIMIT if row is not None else 0
        if weight > 0:
            rated.append((-weight, feature))
    return [feature for _, feature in sorted(rated)[:most]]
