"""The word lists: their small grammar, and that every one that ships can be read."""

from __future__ import annotations

import pytest

from bot.reading.clauses import split
from bot.reading.lexicon import LexiconError, Scanner, compile_entry, read_lists, scanner


def tags(entry: str, text: str) -> list[tuple[int, int]]:
    return [(h.start, h.end) for h in Scanner({"t": [entry]}).scan(text, [(0, len(text))])[0]]


def test_either_and_optional_are_spelled_out() -> None:
    assert set(compile_entry("(打|拨)了?通")[0]) == {"打通", "打了通", "拨通", "拨了通"}


def test_a_gap_stays_within_eight_characters_and_never_spans_a_not() -> None:
    assert tags("胸口…疼", "胸口有点疼") == [(0, 5)]
    assert tags("胸口…疼", "胸口不疼") == []
    assert tags("胸口…疼", "胸口" + "一" * 9 + "疼") == []


@pytest.mark.parametrize("entry", ["(甲|乙", "甲)乙", "?甲", "甲…", "…甲", "(甲…乙)"])
def test_an_entry_that_cannot_be_understood_is_named_with_its_list(entry: str) -> None:
    with pytest.raises(LexiconError, match=r"t\.txt"):
        Scanner({"t": [entry]})


def test_the_lists_that_ship_are_found_and_compile() -> None:
    assert {"alarm-fall", "noanswer", "fine", "symptom"} <= read_lists().keys()
    assert next(h.tag for h in scanner().scan("叫不醒", [(0, 3)])[0]).startswith("alarm")


# Said of what one longs for, laughs at or eats: 想死了, 呛死了, 馋得流口水了.
IDIOMS = {"呛死了", "想死了", "流口水了"}


def test_an_alarm_stays_one_with_a_particle_behind_it() -> None:
    hidden = set()
    for tag, entries in read_lists().items():
        if not tag.startswith("alarm-"):
            continue
        for entry in map(compile_entry, entries):
            for head in entry.heads if entry.tail is None else ():
                clauses = split(head + "了", scanner(), head + "了")
                if not any(tag in c.tags | c.denied for c in clauses):
                    hidden.add(head + "了")
    assert hidden == IDIOMS
