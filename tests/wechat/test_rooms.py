"""Who is who: bound once, never guessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Elder, Roster
from bot.wechat.rooms import Directory, Seen
from data import contacts
from data.store import Store

from .conftest import DAUGHTER, NOW, ROSTER


def later(hours: int) -> dt.datetime:
    return NOW + dt.timedelta(hours=hours)


def test_the_room_alias_goes_before_the_name(directory: Directory) -> None:
    assert directory.people_of("c1", "小满", "桂花奶奶", NOW) == ("A1",)


def test_the_name_counts_when_the_alias_is_on_no_roster(directory: Directory) -> None:
    assert directory.people_of("c1", " 小满 ", "满满", NOW) == (DAUGHTER,)


def test_once_bound_the_contact_id_decides_whatever_the_name(directory: Directory) -> None:
    directory.people_of("c1", "小满", "", NOW)
    assert directory.people_of("c1", "桂花奶奶", "岁月静好", later(5)) == (DAUGHTER,)
    assert directory.contact_for(DAUGHTER) == "c1" and directory.contact_for("A1") is None


def test_bindings_survive_a_restart(directory: Directory, store: Store) -> None:
    directory.people_of("c1", "小满", "", NOW)
    again = Directory(store, ROSTER)
    assert again.people_of("c1", "改了名字", "", later(1)) == (DAUGHTER,)


def test_somebody_bound_who_turns_up_under_a_new_id_is_put_to_a_coordinator(directory: Directory) -> None:
    directory.people_of("c1", "小满", "", NOW)
    assert directory.people_of("c2", "小满", "", later(1)) == ()
    assert directory.people_of("c1", "小满", "", later(2)) == (DAUGHTER,)
    [conflict] = directory.conflicts()
    assert (conflict.contact, conflict.shown, conflict.people, conflict.others) == ("c2", "小满", (DAUGHTER,), ("c1",))


def test_two_in_the_room_who_claim_one_name_are_both_put_to_a_coordinator(directory: Directory) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "满", "小满"), Seen("c3", "别人")], NOW)
    assert directory.people_of("c1", "小满", "", NOW) == () == directory.people_of("c2", "满", "小满", NOW)
    assert {c.contact for c in directory.conflicts()} == {"c1", "c2"}
    assert directory.contact_for(DAUGHTER) is None


def test_a_third_claimant_is_not_bound_either(directory: Directory) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], NOW)
    assert directory.people_of("c3", "小满", "", later(1)) == ()


def test_when_one_of_two_takes_another_name_the_other_is_bound(directory: Directory) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], NOW)
    assert directory.people_of("c2", "满姐", "", later(1)) == ()
    assert directory.people_of("c1", "小满", "", later(1)) == (DAUGHTER,)
    assert directory.conflicts() == ()


def test_several_who_share_a_name_are_all_answered_and_none_is_bound(directory: Directory) -> None:
    assert directory.people_of("c1", "老两口", "", NOW) == ("A3", "A4")
    assert directory.contact_for("A3") is None
    assert directory.mention_for("A4") == Seen("c1", "老两口", "")
    assert directory.conflicts() == ()


def test_two_contacts_with_a_shared_name_are_asked_each_time_and_put_to_a_coordinator(directory: Directory) -> None:
    directory.meet([Seen("c1", "老两口"), Seen("c2", "老两口")], NOW)
    assert directory.people_of("c1", "老两口", "", NOW) == ("A3", "A4")
    assert directory.mention_for("A3") is None
    assert {c.contact for c in directory.conflicts()} == {"c1", "c2"}


def test_a_coordinator_s_word_binds_and_takes_the_person_from_any_other_contact(directory: Directory) -> None:
    directory.people_of("c1", "小满", "", NOW)
    directory.people_of("c2", "小满", "", NOW)
    directory.bind("c2", DAUGHTER)
    assert directory.people_of("c2", "小满", "", later(1)) == (DAUGHTER,)
    assert directory.people_of("c1", "小满", "", later(2)) == ()
    assert directory.contact_for(DAUGHTER) == "c2"


@pytest.mark.parametrize("contact, person", [("c1", "nobody"), ("nowhere", "A1")])
def test_binding_what_is_not_there_is_refused(directory: Directory, contact: str, person: str) -> None:
    directory.people_of("c1", "小满", "", NOW)
    with pytest.raises(KeyError):
        directory.bind(contact, person)


def test_a_stranger_is_recognised_once_the_roster_names_the_account(directory: Directory) -> None:
    assert directory.people_of("c9", "新搬来的", "", NOW) == ()
    directory.roster = Roster({**ROSTER.elders, "A9": Elder("A9", "柯新", wechat="新搬来的")}, ROSTER.volunteers)
    assert directory.people_of("c9", "新搬来的", "", NOW) == ("A9",)


def test_who_left_the_roster_is_nobody_any_more_and_may_come_back(directory: Directory) -> None:
    directory.people_of("c1", "x", "桂花奶奶", NOW)
    directory.roster = Roster({k: e for k, e in ROSTER.elders.items() if k != "A1"}, ROSTER.volunteers)
    assert directory.people_of("c1", "x", "桂花奶奶", later(1)) == ()
    directory.roster = ROSTER
    assert directory.people_of("c1", "x", "桂花奶奶", later(2)) == ("A1",)


def test_one_community_does_not_see_the_other_s_contacts(directory: Directory, store: Store) -> None:
    directory.people_of("c1", "小满", "", NOW)
    other = Store(store.conn, "另一个社区")
    assert Directory(other, ROSTER).contact_for(DAUGHTER) is None


def test_the_table_keeps_first_and_last_sight(directory: Directory, store: Store) -> None:
    directory.people_of("c1", "小满", "", NOW)
    directory.people_of("c1", "小满", "", later(3))
    found = contacts.get(store, "c1")
    assert found and (found.first_seen, found.last_seen, found.state) == (NOW, later(3), "bound")
    assert replace(found, alias="满").shown == "满"


def test_an_address_of_a_contact_leads_to_it_and_is_mentioned_by_the_name_it_was_seen_with(
    directory: Directory,
) -> None:
    directory.people_of("c9", "新搬来的", "楼上的", NOW)
    assert directory.contact_for("contact:c9") == "c9"
    assert directory.mention_for("contact:c9") == Seen("c9", "新搬来的", "楼上的")
    assert directory.mention_for("contact:never-seen") is None


def test_who_was_declined_is_not_asked_about_again_however_often_it_turns_up(
    directory: Directory, store: Store
) -> None:
    directory.people_of("c1", "小满", "", NOW)
    directory.people_of("c2", "小满", "", NOW)
    directory.bind("c2", DAUGHTER)
    for hour in range(1, 9, 2):
        directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], later(hour))
        assert directory.conflicts() == ()
    found = contacts.get(store, "c1")
    assert found and found.state == "declined"
    assert directory.people_of("c1", "桂花奶奶", "", later(20)) == ("A1",)  # another name is another question


def test_saying_who_it_is_not_binds_the_only_other_one(directory: Directory, store: Store) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], NOW)
    bound = contacts.decline(store, "c1")
    assert bound and bound.id == "c2" == directory.contact_for(DAUGHTER)
    directory.meet([Seen("c3", "小满"), Seen("c4", "小满")], NOW)
    assert contacts.decline(store, "c3") is None
    assert directory.contact_for(DAUGHTER) == "c2"


def test_a_code_names_the_contact_and_an_unknown_one_nothing(directory: Directory, store: Store) -> None:
    directory.meet([Seen("c1", "小满"), Seen("c2", "小满")], NOW)
    first, second = contacts.in_state(store, "conflict")
    assert [c.id for c in contacts.with_code(store, second.code)] == ["c2"]
    assert first.code != second.code and first.code.isdigit() and len(first.code) == 5
    assert contacts.with_code(store, "00000") == []


NAMES = st.sampled_from(["小满", "桂花奶奶", "老两口", "志愿者-蒲勇", "谁也不是", ""])
SIGHTS = st.lists(st.tuples(st.sampled_from(["c1", "c2", "c3"]), NAMES, NAMES), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sights=SIGHTS)
def test_whatever_names_turn_up_no_person_has_two_contacts_and_no_binding_moves(
    store: Store, sights: list[tuple[str, str, str]]
) -> None:
    store.run("DELETE FROM contacts")
    directory = Directory(store, ROSTER)
    bound: dict[str, str] = {}
    for n, (contact, name, alias) in enumerate(sights):
        answer = directory.people_of(contact, name, alias, later(n))
        now_bound = {c.id: c.people[0] for c in contacts.in_state(store, "bound")}
        assert len(set(now_bound.values())) == len(now_bound)
        assert bound.items() <= now_bound.items()
        if contact in now_bound:
            assert answer == (now_bound[contact],)
        bound = now_bound
