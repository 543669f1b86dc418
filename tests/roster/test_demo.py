from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

import data
from bot.model import Roster
from data.roster import check, load

DEMO = Path(data.__file__).parent / "demo"
FILES = DEMO / "elders.csv", DEMO / "volunteers.csv"


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load(*FILES)


@pytest.fixture(scope="module")
def day() -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load((DEMO / "day.yaml").read_text(encoding="utf-8"))
    return found


def test_the_demo_roster_has_nothing_to_mend_and_nothing_to_note() -> None:
    report = check(FILES)
    assert (report.problems, report.notes) == ((), ())


def test_the_demo_roster_is_what_it_promises(roster: Roster) -> None:
    elders = roster.elders.values()
    assert (len(elders), len({e.compound for e in elders})) == (75, 14)
    assert Counter(v.role for v in roster.volunteers.values()) == {"volunteer": 23, "clinic": 2, "coordinator": 2}
    assert 30 <= sum(bool(e.wechat) for e in elders) <= 40
    assert all(e.volunteer and e.backup for e in elders)
    assert sum(len(roster.household(e.id)) > 1 for e in elders) >= 16


def test_the_demo_roster_has_two_grannies_of_one_surname_in_one_compound(roster: Roster) -> None:
    counts = Counter((e.compound, e.name[0], e.sex) for e in roster.elders.values() if len(roster.household(e.id)) == 1)
    assert max(counts.values()) >= 2


def test_no_demo_telephone_can_ring_anywhere(roster: Roster) -> None:
    assert all(p.phone.startswith("100") and len(p.phone) == 11 for p in roster.people.values())


def test_every_demo_wechat_name_is_one_person(roster: Roster) -> None:
    names = [p.wechat for p in roster.people.values() if p.wechat]
    assert len(names) == len(set(names))


def test_who_speaks_in_the_demo_day_is_on_the_roster_or_marked_a_stranger(
    roster: Roster, day: list[dict[str, str]]
) -> None:
    for message in day:
        assert bool(roster.by_wechat(message["from"])) != bool(message.get("stranger")), message


def test_the_demo_day_is_in_order_and_complete(day: list[dict[str, str]]) -> None:
    assert len(day) >= 100
    times = [m["at"] for m in day]
    assert times == sorted(times)
    assert all(len(at) == 5 and at[2] == ":" for at in times)
    assert all(m["text"] or m.get("type") == "image" for m in day)
    assert {m.get("to", "room") for m in day} == {"room", "bot"}
    assert {key for m in day for key in m} <= {"at", "from", "text", "to", "type", "stranger"}
