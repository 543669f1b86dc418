"""Whose name two accounts carry is put to the coordinators, in private and once."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.config import Settings
from bot.wechat.rooms import Directory, Seen
from data import contacts, outbox, timers
from data.moments import moment_of
from data.store import Store
from schedules import contacts as duty
from schedules.context import Moment

from .conftest import DAUGHTER, NOW, ROSTER


def later(minutes: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def run(store: Store, now: dt.datetime) -> None:
    with store.transaction():
        duty.run(Moment(store, ROSTER, Settings(), now))


def told(store: Store) -> list[tuple[str, str, str]]:
    return [(r["kind"], r["recipient"], r["text"]) for r in outbox.everything(store)]


@pytest.fixture
def coordinated(directory: Directory) -> Directory:
    directory.people_of("c-qiping", "戚", "协调员戚萍", NOW)
    return directory


def test_two_who_claim_one_name_are_told_together_with_the_words_to_answer(
    coordinated: Directory, store: Store
) -> None:
    coordinated.meet([Seen("c1", "小满"), Seen("c2", "满", "小满")], later(1))
    run(store, later(1))
    [(kind, to, text)] = told(store)
    assert (kind, to) == ("notice", "H2")
    codes = [c.code for c in contacts.in_state(store, "conflict")]
    assert all(code in text for code in codes)
    assert f"绑定 {codes[0]} 邱小满" in text and f"绑定 {codes[0]} 不是" in text


def test_a_new_account_of_somebody_bound_is_told_with_the_old_one_beside_it(
    coordinated: Directory, store: Store
) -> None:
    coordinated.people_of("c1", "小满", "", NOW)
    coordinated.people_of("c2", "小满", "", later(5))
    run(store, later(5))
    [(_, _, text)] = told(store)
    assert "一直在用" in text
    new = contacts.get(store, "c2")
    assert new and f"绑定 {new.code} 邱小满" in text


def test_it_is_told_once_and_not_again_until_it_comes_up_anew(coordinated: Directory, store: Store) -> None:
    for minute in (1, 70, 140):
        coordinated.meet([Seen("c1", "小满"), Seen("c2", "小满")], later(minute))
        run(store, later(minute))
    assert len(told(store)) == 1
    coordinated.people_of("c2", "换了名字", "", later(200))
    coordinated.people_of("c2", "小满", "", later(300))
    run(store, later(300))
    assert len(told(store)) == 2


def test_what_was_decided_before_anybody_was_told_is_not_told(coordinated: Directory, store: Store) -> None:
    coordinated.meet([Seen("c1", "小满"), Seen("c2", "小满")], later(1))
    coordinated.bind("c1", DAUGHTER)
    run(store, later(1))
    assert told(store) == []


def test_without_a_coordinator_in_reach_the_question_waits(directory: Directory, store: Store) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], NOW)
    run(store, NOW)
    assert told(store) == []
    due = timers.next_due(store)
    assert due is not None and moment_of(due) > NOW
    directory.people_of("c-qiping", "戚", "协调员戚萍", later(10))
    run(store, moment_of(due))
    assert [to for _, to, _ in told(store)] == ["H2"]


def test_several_names_are_several_questions_in_one_message(coordinated: Directory, store: Store) -> None:
    coordinated.meet([Seen("c1", "小满"), Seen("c2", "小满"), Seen("c3", "老两口"), Seen("c4", "老两口")], later(1))
    run(store, later(1))
    [(_, _, text)] = told(store)
    assert "柏青山、温如玉" in text and "邱小满" in text
    assert all(c.code in text for c in contacts.in_state(store, "conflict"))
