"""The looks and the rules weighed together: linear, the same from the file as before it, in contact whoever reports that he is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import INTENTS
from bot.reading import balance, hearing, pondering

CHAT, CHECKIN = INTENTS.index("chat"), INTENTS.index("checkin")
odds = st.floats(-30, 30)
weights = st.lists(st.floats(-9, 9).map(lambda w: round(w, 2)), min_size=hearing.HEADS, max_size=hearing.HEADS)


def even(share: float) -> dict[str, list[float]]:
    """A table that counts the slow look with `share` and the quick one with the rest."""
    table = {}
    for k, name in enumerate(balance.NAMES):
        row = [0.0] * hearing.HEADS
        for look, part in ((balance.QUICK, 1 - share), (balance.SLOW, share)):
            table[look + name] = [*row[:k], part, *row[k + 1 :]]
    return table


def heard(intent: int, contact: float) -> hearing.Heard:
    scores = [0.0] * len(INTENTS)
    scores[intent] = 3.0
    return hearing.Heard(hearing.probabilities(scores), contact)


def scores(intent: int, contact: float) -> list[float]:
    found = [0.0] * len(INTENTS) + [contact] * 3
    found[intent] = 6.0
    return found


def test_an_even_table_says_what_lies_between_the_looks() -> None:
    quick, slow = heard(CHAT, 0.4), scores(0, -4.0)
    both = balance.balanced(quick, slow, (), even(0.5))
    assert sum(both.chances) == pytest.approx(1)
    assert quick.chances[0] < both.chances[0] < hearing.probabilities(slow[: len(INTENTS)])[0]
    assert hearing.logistic(-4.0) < both.contact < 0.4


def test_a_tag_shifts_what_both_say() -> None:
    table = even(0.5) | {"act:E": [0.0] * CHECKIN + [4.0] + [0.0] * (hearing.HEADS - CHECKIN - 1)}
    quick, slow = heard(CHAT, 0.5), scores(CHAT, 0.0)
    assert balance.balanced(quick, slow, {"act:F"}, table) == balance.balanced(quick, slow, (), table)
    assert (
        balance.balanced(quick, slow, {"act:E"}, table).chances[CHECKIN]
        > 10 * (balance.balanced(quick, slow, (), table).chances[CHECKIN])
    )


def test_who_is_reported_well_is_in_contact() -> None:
    both = balance.balanced(heard(CHECKIN, 0.1), scores(CHECKIN, -5.0), (), even(0.5))
    assert both.contact >= both.chances[CHECKIN] > 0.8


@given(
    st.lists(odds, min_size=pondering.OUTPUTS, max_size=pondering.OUTPUTS),
    st.floats(0.001, 0.999),
    st.sets(st.text(max_size=5)),
)
def test_whatever_the_looks_say_there_are_chances(slow: list[float], contact: float, tags: set[str]) -> None:
    got = balance.balanced(heard(CHAT, contact), slow, tags, balance.shipped())
    assert sum(got.chances) == pytest.approx(1)
    assert 0 < got.contact < 1


@given(st.dictionaries(st.text("酒安a:~<^$ ", min_size=1, max_size=4), weights, max_size=5))
def test_a_table_is_the_same_from_its_file(table: dict[str, list[float]]) -> None:
    told = {name: row for name, row in table.items() if any(row)}
    assert balance.load(balance.dump(table)) == told


def test_the_table_that_ships_counts_both_looks() -> None:
    table = balance.shipped()
    for k, name in enumerate(balance.NAMES):
        assert table[balance.QUICK + name][k] > 0, name
        assert table[balance.SLOW + name][k] > 0, name
