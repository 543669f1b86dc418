"""Several transactions committed as one: each is all or nothing by itself, and none of them has happened before the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import meta
from data.store import Store, is_passing


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(tmp_path / "bot.db", "试验社区")
    yield found
    found.close()


def _elsewhere(store: Store, key: str) -> str | None:
    """What somebody else sees of it: only what is committed."""
    path = Path(store.one("PRAGMA database_list")["file"])  # type: ignore[index]
    other = Store.open_to_read(path, store.community)
    try:
        return meta.get(other, key)
    finally:
        other.close()


def _write(store: Store, key: str, value: str) -> None:
    with store.transaction():
        meta.put(store, key, value)


def test_nothing_has_happened_before_the_end(store: Store) -> None:
    seen: list[str] = []
    store.observe = seen.append
    with store.together():
        _write(store, "one", "1")
        _write(store, "two", "2")
        assert (_elsewhere(store, "one"), _elsewhere(store, "two")) == (None, None)
        assert not seen
    assert (_elsewhere(store, "one"), _elsewhere(store, "two")) == ("1", "2")
    assert seen == ["before-commit", "after-commit"]


def test_one_that_fails_is_undone_alone(store: Store) -> None:
    with store.together():
        _write(store, "one", "1")
        with pytest.raises(KeyError), store.transaction():
            _write(store, "two", "2")
            raise KeyError("in the middle")
        _write(store, "three", "3")
    assert [_elsewhere(store, k) for k in ("one", "two", "three")] == ["1", None, "3"]


@pytest.mark.parametrize("where", ["within", "before-commit"])
def test_a_failure_outside_of_them_undoes_all(store: Store, where: str) -> None:
    def stop(moment: str) -> None:
        if moment == where:
            raise KeyboardInterrupt

    store.observe = stop
    with pytest.raises(KeyboardInterrupt), store.together():
        _write(store, "one", "1")
        stop("within")
    store.observe = None
    assert _elsewhere(store, "one") is None
    _write(store, "two", "2")  # and it goes on as if nothing had been
    assert _elsewhere(store, "two") == "2"


def test_they_are_not_put_together_twice_nor_within_a_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError), store.together(), store.together():
        pass
    with pytest.raises(RuntimeError), store.transaction(), store.together():
        pass
    _write(store, "one", "1")
    assert _elsewhere(store, "one") == "1"


def test_what_the_disk_could_not_take_is_not_taken_for_done(store: Store) -> None:
    """On a full disk SQLite may undo everything at once; whoever goes on all the same must not believe that it holds."""
    with pytest.raises(sqlite3.OperationalError) as raised, store.together():
        _write(store, "one", "1")
        store.conn.execute("ROLLBACK")
        with pytest.raises(sqlite3.OperationalError):
            _write(store, "two", "2")
    assert is_passing(raised.value)
    assert (_elsewhere(store, "one"), _elsewhere(store, "two")) == (None, None)


def test_a_full_disk_within_leaves_nothing(store: Store) -> None:
    pages = store.conn.execute("PRAGMA page_count").fetchone()[0]
    store.conn.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(sqlite3.OperationalError) as raised, store.together():
        _write(store, "one", "1")
        _write(store, "two", "2" * 500_000)
    assert is_passing(raised.value)
    store.conn.execute("PRAGMA max_page_count=1000000000")
    assert (_elsewhere(store, "one"), _elsewhere(store, "two")) == (None, None)
    _write(store, "one", "1")
    assert _elsewhere(store, "one") == "1"


def test_the_database_locked_at_the_beginning_is_told_and_passes(store: Store) -> None:
    path = Path(store.one("PRAGMA database_list")["file"])  # type: ignore[index]
    store.conn.execute("PRAGMA busy_timeout=0")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as raised, store.together():
        pytest.fail("it must not begin")
    assert is_passing(raised.value)
    holder.execute("ROLLBACK")
    holder.close()
    with store.together():
        _write(store, "one", "1")
    assert _elsewhere(store, "one") == "1"
