from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Elder, Relative, Roster, Volunteer
from data import meta
from data.deadlines import set_own
from data.roster import current, export, load, plan, save
from data.store import Store

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)

FULL = Elder(
    id="E1",
    name="郝桂花",
    sex="女",
    born=1940,
    compound="东院",
    address="1号楼101",
    phone="10012345678",
    living="独居",
    health="高血压",
    deadline=dt.time(10, 30),
    relatives=(Relative("F1", "郝亮", "儿子", "亮", "10087654321"), Relative("F2", "郝玲", "女儿", "玲", "")),
    wechat="桂花",
    volunteer="V1",
    backup="V2",
    aliases=("花姨", "郝老师"),
    extra=(("备注", "爱听秦腔"), ("备注", "=1+1")),
)
BARE = Elder("E2", "穆大山")
PEOPLE = {
    "V1": Volunteer("V1", "姚明月", "明月", "10011112222", "青志队", "volunteer", (("年级", "大二"),)),
    "V2": Volunteer("V2", "常春", role="coordinator"),
}
ROSTER = Roster({"E1": FULL, "E2": BARE}, PEOPLE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "test.db", "东院社区", durable=False)
    yield opened
    opened.close()


def only(*elders: Elder) -> Roster:
    return Roster({e.id: e for e in elders}, PEOPLE)


def test_everything_of_a_row_survives_the_database_in_the_order_of_the_file(store: Store) -> None:
    save(store, only(BARE, FULL), NOW)
    assert current(store) == only(BARE, FULL)
    assert list(current(store).elders) == ["E2", "E1"]


def test_a_plan_tells_what_is_added_changed_left_and_the_same_and_writes_nothing(store: Store) -> None:
    save(store, ROSTER, NOW)
    changed = dataclasses.replace(FULL, phone="10000000000", relatives=FULL.relatives[:1], volunteer=None, extra=())
    wanted = Roster({"E1": changed, "E3": Elder("E3", "时雨")}, {"V1": PEOPLE["V1"], "V3": Volunteer("V3", "新人")})
    changes = plan(store, wanted)
    assert changes.elders.added == ("E3",)
    assert changes.elders.left == ("E2",)
    assert changes.elders.names == {"E1": "郝桂花", "E2": "穆大山", "E3": "时雨"}
    assert set(changes.elders.changed["E1"]) == {
        *("电话", "家属2姓名", "家属2关系", "家属2微信", "责任志愿者", "备注", "备注（2）"),
    }
    assert (changes.volunteers.added, changes.volunteers.left, changes.volunteers.unchanged) == (("V3",), ("V2",), 1)
    assert current(store) == ROSTER


def test_saving_the_same_again_changes_nothing(store: Store) -> None:
    save(store, ROSTER, NOW)
    changes = save(store, ROSTER, LATER)
    assert not changes
    assert (changes.elders.unchanged, changes.volunteers.unchanged) == (2, 2)


def test_a_running_bot_can_tell_that_the_roster_changed(store: Store) -> None:
    save(store, ROSTER, NOW)
    version = meta.get(store, meta.ROSTER)
    save(store, ROSTER, LATER)
    assert meta.get(store, meta.ROSTER) == version
    save(store, only(FULL), LATER)
    assert meta.get(store, meta.ROSTER) != version


def test_only_another_order_is_no_change_but_is_kept(store: Store) -> None:
    save(store, only(FULL, BARE), NOW)
    assert not save(store, only(BARE, FULL), LATER)
    assert list(current(store).elders) == ["E2", "E1"]


def test_who_leaves_is_marked_and_who_comes_back_is_known_again(store: Store) -> None:
    save(store, ROSTER, NOW)
    save(store, only(BARE), LATER)
    row = store.one("SELECT name, active, added_at, left_at FROM elders WHERE id = 'E1'")
    assert row is not None
    assert tuple(row) == ("郝桂花", 0, "2026-11-20T02:00:00.000000Z", "2026-11-21T02:00:00.000000Z")
    changes = save(store, ROSTER, LATER + dt.timedelta(days=1))
    assert (changes.elders.returned, changes.elders.added) == (("E1",), ())
    assert current(store) == ROSTER
    row = store.one("SELECT active, added_at, left_at FROM elders WHERE id = 'E1'")
    assert row is not None
    assert tuple(row) == (1, "2026-11-20T02:00:00.000000Z", None)


def test_the_journal_tells_of_every_change_without_private_words(store: Store) -> None:
    save(store, ROSTER, NOW)
    save(store, only(dataclasses.replace(FULL, health="机密", phone="10099998888")), LATER)
    events = store.all("SELECT what, elder, detail FROM events ORDER BY id")
    assert [(e["what"], e["elder"]) for e in events] == [
        ("roster_saved", None),
        ("elder_left", "E2"),
        ("elder_changed", "E1"),
        ("roster_saved", None),
    ]
    assert not any("机密" in e["detail"] or "1009999" in e["detail"] for e in events)


def test_an_import_that_breaks_off_leaves_the_former_roster_whole(store: Store) -> None:
    save(store, ROSTER, NOW)

    class Stopped(Exception):
        pass

    def stop(moment: str) -> None:
        if moment == "before-commit":
            raise Stopped

    store.observe = stop
    with pytest.raises(Stopped):
        save(store, Roster({"E9": Elder("E9", "新来")}, {}), LATER)
    store.observe = None
    assert current(store) == ROSTER
    assert not store.conn.in_transaction


def test_a_write_that_fails_half_way_leaves_the_former_roster_whole(store: Store) -> None:
    save(store, ROSTER, NOW)
    # The last elder of the batch is refused by the database itself.
    store.run("CREATE TRIGGER refuse BEFORE INSERT ON elders WHEN NEW.id = 'E9' BEGIN SELECT RAISE(ABORT, 'full'); END")
    wanted = Roster({**ROSTER.elders, "E8": Elder("E8", "先来"), "E9": Elder("E9", "后来")}, {"V1": PEOPLE["V1"]})
    with pytest.raises(sqlite3.Error):
        save(store, wanted, LATER)
    assert current(store) == ROSTER


def test_saving_joins_a_transaction_that_is_already_open(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        save(store, ROSTER, NOW)
        raise RuntimeError
    assert current(store) == Roster({}, {})


def test_two_communities_in_one_database_do_not_touch(store: Store) -> None:
    other = Store(store.conn, "西院社区")
    save(store, ROSTER, NOW)
    save(other, only(dataclasses.replace(BARE, name="西院的人")), NOW)
    save(other, only(FULL), LATER)
    assert current(store) == ROSTER
    assert list(current(other).elders) == ["E1"]


# --- a deadline that a coordinator set by command


def test_an_import_that_knows_nothing_of_a_command_does_not_undo_it(store: Store) -> None:
    save(store, ROSTER, NOW)
    for elder, clock in (("E1", dt.time(11, 15)), ("E2", dt.time(9, 0))):
        set_own(store, elder, clock)
    moved = dataclasses.replace(FULL, phone="10000000000")
    changes = save(store, only(moved, BARE), LATER)
    assert changes.elders.changed == {"E1": ("电话",)} and set(changes.kept_deadlines) == {"E1", "E2"}
    found = current(store).elders
    assert (found["E1"].deadline, found["E2"].deadline, found["E1"].phone) == (
        dt.time(11, 15),
        dt.time(9, 0),
        "10000000000",
    )
    assert save(store, only(moved, BARE), LATER).kept_deadlines == ("E1", "E2")  # each time, until the file agrees


def test_a_file_that_says_something_new_wins_over_the_command(store: Store) -> None:
    save(store, ROSTER, NOW)
    set_own(store, "E1", dt.time(11, 15))
    set_own(store, "E1", dt.time(11, 30))
    changes = save(store, only(dataclasses.replace(FULL, deadline=dt.time(9, 45)), BARE), LATER)
    assert changes.elders.changed == {"E1": ("报平安时限",)} and changes.kept_deadlines == ()
    assert current(store).elders["E1"].deadline == dt.time(9, 45)
    save(store, ROSTER, LATER)  # from here on the file is the word again
    assert current(store).elders["E1"].deadline == FULL.deadline


def test_back_to_the_common_deadline_by_command_stands_too(store: Store) -> None:
    save(store, ROSTER, NOW)
    set_own(store, "E1", None)
    assert save(store, ROSTER, LATER).kept_deadlines == ("E1",)
    assert current(store).elders["E1"].deadline is None


def test_an_export_carries_the_commanded_deadline_and_imports_without_change(store: Store, tmp_path: Path) -> None:
    save(store, ROSTER, NOW)
    set_own(store, "E1", dt.time(11, 15))
    files = export(store)
    for name, content in (("elders.csv", files.elders), ("volunteers.csv", files.volunteers)):
        (tmp_path / name).write_bytes(content)
    again = load(tmp_path / "elders.csv", tmp_path / "volunteers.csv")
    assert again.elders["E1"].deadline == dt.time(11, 15)
    changes = save(store, again, LATER)
    assert not changes and changes.kept_deadlines == ()


def test_who_reports_twice_a_day_is_kept(store: Store) -> None:
    save(store, only(dataclasses.replace(FULL, twice=True), BARE), NOW)
    assert [e.twice for e in current(store).elders.values()] == [True, False]
    assert save(store, ROSTER, LATER).elders.changed == {"E1": ("报平安次数",)}
