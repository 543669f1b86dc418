"""What the quick look, the slow look and the rules say together: a linear map of all three.

Each look is too sure of some things and shy of others. How much either counts, and which signs shift both, teach_balance.py
learned from messages that neither look was taught. The table is a line of text an input: a score of a look or a tag of
hearing.tags, then what it adds to the score of each intent in the guide's order, and to that of contact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from bot.model import INTENTS
from bot.reading.hearing import BIAS, HEADS, Heard, logistic, probabilities

MODEL = "balance.tsv"
QUICK, SLOW = "quick ", "slow "  # how the names of the looks' scores begin
CONTACT = "contact"
NAMES = (*INTENTS, CONTACT)
WHOSE = ("writer", "others")  # the slow look tells contact of the old person who writes from that of others
CONCERN, CHECKIN = INTENTS.index("concern"), INTENTS.index("checkin")
MOST = 8.0  # log-odds of contact beyond which nothing changes

Table = Mapping[str, Sequence[float]]


def inputs(quick: Heard, slow: Sequence[float], tags: Iterable[str]) -> Iterator[tuple[str, float]]:
    """(input, value): log-probabilities and log-odds of both looks, 1 for every tag. `slow`: as Pondered.whole."""
    intents, well = slow[: len(INTENTS)], slow[len(INTENTS) :]
    odds = math.log(quick.contact / (1 - quick.contact))
    yield from zip((QUICK + n for n in NAMES), (*map(math.log, quick.chances), bounded(odds)), strict=True)
    seen = (*map(math.log, probabilities(intents)), *map(bounded, well))
    yield from zip((SLOW + n for n in (*NAMES, *WHOSE)), seen, strict=True)
    yield BIAS, 1.0
    for tag in tags:
        yield tag, 1.0


def balanced(quick: Heard, slow: Sequence[float], tags: Iterable[str], table: Table) -> Heard:
    """What all of it says."""
    total = [0.0] * HEADS
    for name, value in inputs(quick, slow, tags):
        if (row := table.get(name)) is not None:
            total = [t + value * w for t, w in zip(total, row, strict=True)]
    *intents, contact = total
    chances = probabilities(intents)
    # Beside another intent only the score of contact tells of it; otherwise the intent itself may.
    return Heard(chances, max(logistic(contact), chances[CONCERN] + chances[CHECKIN]))


def bounded(odds: float) -> float:
    """Log-odds, never beyond MOST."""
    return max(-MOST, min(MOST, odds))


def dump(table: Table) -> str:
    """The table as text; what adds nothing is left out."""
    lines = (f"{name}\t{' '.join(f'{w:.2f}' for w in row)}" for name, row in sorted(table.items()) if _counts(row))
    return "\n".join(lines) + "\n"


def _counts(row: Sequence[float]) -> bool:
    return any(abs(w) >= 0.005 for w in row)


def load(text: str) -> dict[str, list[float]]:
    """The table from what `dump` made."""
    rows = (line.split("\t") for line in text.splitlines() if line)
    return {name: [float(w) for w in weights.split()] for name, weights in rows}


@cache
def shipped() -> Table:
    """The table that comes with the bot."""
    return load((resources.files("bot.reading") / MODEL).read_text(encoding="utf-8"))
