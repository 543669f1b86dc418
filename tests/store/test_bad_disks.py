"""Damaged, read-only and full: a clear word, and nothing half done."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from data.store import Store, StoreError
from tests.world import World


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("this is a shopping list " * 100)
    with pytest.raises(StoreError, match=r"notes\.db: the database is damaged"):
        Store.open(path, "试验社区")
    assert path.read_text().startswith("this is a shopping list"), "it is left as it was"


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.everyone_else_is_safe()
    world.close()
    data = bytearray(world.path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 200] = b"\xff" * 200
    world.path.write_bytes(data)
    with pytest.raises(StoreError, match=r"world\.db: .*damaged"):
        Store.open(world.path, "试验社区")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreError, match="permission"):
        Store.open(folder / "a.db", "试验社区")


def test_a_folder_in_the_place_of_the_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(StoreError, match=r"a\.db"):
        Store.open(tmp_path / "a.db", "试验社区")


def test_the_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db", "试验社区").close()
    assert (tmp_path / "a.db").stat().st_mode & 0o077 == 0


def test_a_full_disk_undoes_the_whole_message_and_it_can_be_heard_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.until("06:00")
    pages = world.store.all("PRAGMA page_count")[0][0]
    world.store.run(f"PRAGMA max_page_count = {pages}")
    heard = 0
    with pytest.raises(sqlite3.Error, match="full"):
        for heard in range(500):
            world.says("周强", "平" * 2000, id=f"big{heard}")
    assert not world.store.all("SELECT 1 FROM messages WHERE id = ?", f"big{heard}")
    world.store.run("PRAGMA max_page_count = 100000")
    world.says("桂花飘香", "平安", id=f"big{heard}")
    assert world.state("E03") == "safe"
    world.close()


def test_a_transaction_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.db", "试验社区")
    with pytest.raises(ValueError, match="broken"), store.transaction():
        store.run("INSERT INTO meta (community, key, value) VALUES ('a', 'b', 'c')")
        with store.transaction():
            store.run("INSERT INTO meta (community, key, value) VALUES ('a', 'd', 'e')")
        raise ValueError("broken")
    assert not store.all("SELECT * FROM meta")
    store.close()
