"""The schema goes forward from every older step, and never back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlite_utils

from data import migrations, roster
from data.store import Store, StoreError
from tests.world import World, community

NAMES = [step.name for step in migrations.steps._migrations]
NOW = dt.datetime(2026, 3, 10, 5, tzinfo=dt.UTC)


def _schema(db: sqlite_utils.Database) -> set[tuple[str, str]]:
    rows = db.query("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {(row["name"], " ".join(row["sql"].split())) for row in rows}


@pytest.mark.parametrize("step", NAMES)
def test_a_database_of_any_older_step_comes_up_to_date(tmp_path: Path, step: str) -> None:
    old = sqlite_utils.Database(tmp_path / "old.db")
    migrations.steps.apply(old, stop_before=step)
    old.close()
    Store.open(tmp_path / "old.db", "试验社区").close()
    Store.open(tmp_path / "new.db", "试验社区").close()
    found = _schema(sqlite_utils.Database(tmp_path / "old.db"))
    assert found == _schema(sqlite_utils.Database(tmp_path / "new.db"))


def test_opening_again_changes_nothing_and_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path, "试验社区")
    roster.save(store, community(), NOW)
    store.close()
    before = _schema(sqlite_utils.Database(path))
    store = Store.open(path, "试验社区")
    assert len(roster.current(store).elders) == 14
    store.close()
    assert _schema(sqlite_utils.Database(path)) == before


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store.open(path, "试验社区").close()
    db = sqlite_utils.Database(path)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('baoanniao', 'm999_later', '')"
    )
    db.conn.commit()
    db.close()
    with pytest.raises(StoreError, match=r"a\.db.*newer version"):
        Store.open(path, "试验社区")


def test_two_communities_in_one_database_do_not_meet(tmp_path: Path) -> None:
    first = World(tmp_path)
    first.says("桂花飘香", "平安", at="06:00")
    other = Store.open(first.path, "别的社区")
    assert not roster.current(other).elders
    assert not other.all("SELECT * FROM messages WHERE community = ?", other.community)
    other.close()
    first.close()
