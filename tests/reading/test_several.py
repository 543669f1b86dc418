"""Messages about several elders: what one part surely says leads, whatever the whole sounds like."""

from __future__ import annotations

import pytest

from bot.model import INTENTS, Intent, Message
from bot.reading import Reader, hearing

from .conftest import AT, community


def row(intent: Intent, weight: float, contact: float = 0.0) -> int:
    """Weights that speak for one intent."""
    weights = [0.0] * hearing.HEADS
    weights[INTENTS.index(intent)], weights[-1] = weight, contact
    return hearing.pack(weights)


@pytest.mark.parametrize(
    ("text", "word", "lead", "outcome"),
    [
        ("吕秀云奶奶好着呢，柳国庆爷爷没应门", "应", "unreachable", None),
        ("吕秀云奶奶好着呢，柳国庆爷爷去外地了", "外", "elder_away", "away"),
    ],
)
def test_the_end_that_is_told_is_that_of_what_leads(text: str, word: str, lead: Intent, outcome: str | None) -> None:
    reader = Reader(community(), {"好": row("checkin", 3.17, 3.0), word: row(lead, 3.1)})
    got = reader.read(Message("m", AT, "陶然", text=text))
    assert (got.intent, got.elders, got.contacts()) == (lead, ("N04",), {"N03": "checkin"})
    assert got.outcome == outcome
