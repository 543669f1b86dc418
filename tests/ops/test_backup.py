"""Snapshots: whole though the bot writes on, thinned out, checked, and put back without losing anything."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ops import backup
from bot.ops.backup import BackupError, Keep
from bot.ops.lock import DatabaseLock, Held, marker
from data import journal, meta, snapshots
from data.store import Store, StoreError
from tests.world import World

NOW = dt.datetime(2026, 3, 10, 4, 0, tzinfo=dt.UTC)


def opened(path: Path) -> Store:
    return Store.open(path, "试验社区")


def test_a_snapshot_of_a_database_in_use_is_whole_and_the_owners_alone(busy: World, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    with busy.store.transaction():
        meta.put(busy.store, "half", "written")  # not committed: it may not be in the copy
        made = backup.make(busy.path, folder, NOW)
    rows = backup.verify(made.path)
    assert rows["elders"] == 14 and rows["messages"] > 10 and rows["outbox"] > 5
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600 == stat.S_IMODE(made.note.stat().st_mode)
    assert sorted(p.suffix for p in folder.iterdir() if p.name.startswith("baoanniao")) == [".db", ".json"]
    copy = opened(made.path)
    assert meta.get(copy, "half") is None
    copy.close()


def test_the_newest_of_each_hour_day_and_week_stays(tmp_path: Path) -> None:
    moments = [NOW - dt.timedelta(minutes=20 * i) for i in range(3 * 24 * 100)]
    stay = backup.kept(moments, Keep(hourly=24, daily=14, weekly=8), dt.UTC)
    hours = [m for m in moments if m >= NOW - dt.timedelta(hours=23)]
    assert {m.replace(minute=0) for m in hours} == {m.replace(minute=0) for m in stay if m in hours}
    assert {m.date() for m in stay if m > NOW - dt.timedelta(days=13)} == {
        NOW.date() - dt.timedelta(days=i) for i in range(14)
    }
    assert min(stay) < NOW - dt.timedelta(days=42)
    assert len(stay) <= 24 + 14 + 8


@given(
    st.lists(st.integers(0, 4 * 365 * 24 * 60).map(lambda m: NOW + dt.timedelta(minutes=m)), max_size=60),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_the_newest_snapshot_always_stays_and_thinning_out_twice_changes_nothing(
    moments: list[dt.datetime], hourly: int, daily: int, weekly: int
) -> None:
    keep = Keep(hourly, daily, weekly)
    stay = backup.kept(moments, keep, dt.UTC)
    assert stay <= set(moments) and len(stay) <= hourly + daily + weekly
    assert backup.kept(stay, keep, dt.UTC) == stay
    assert not moments or max(moments) in stay


def test_thinning_out_leaves_other_files_alone(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for minute in (0, 10, 20, 70):
        backup.make(world.path, folder, NOW + dt.timedelta(minutes=minute), Keep(hourly=2, daily=1, weekly=0))
        (folder / "my notes.db").write_text("mine")
    assert [s.at for s in backup.snapshots_in(folder)] == [NOW + dt.timedelta(minutes=m) for m in (70, 20)]
    assert (folder / "my notes.db").exists() and len(list(folder.glob("*.json"))) == 2


def test_a_flipped_byte_is_noticed_and_the_snapshot_before_is_the_last_good_one(busy: World, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    good = backup.make(busy.path, folder, NOW)
    bad = backup.make(busy.path, folder, NOW + dt.timedelta(hours=1))
    content = bytearray(bad.path.read_bytes())
    content[-100] ^= 1  # in the middle of somebody's words: the database alone would not notice
    bad.path.write_bytes(content)
    with pytest.raises(BackupError, match="differs from what was written"):
        backup.verify(bad.path)
    assert backup.last_good(folder) == good
    assert str(good.path) in backup.offer(folder, busy.settings.zone)


def test_a_file_that_is_no_database_of_the_bot_is_not_put_back(world: World, tmp_path: Path) -> None:
    world.stop()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as conn:
        conn.execute("CREATE TABLE t (x)")
    conn.close()
    text = tmp_path / "text.db"
    text.write_text("hello " * 1000)
    before = world.path.read_bytes()
    for path in (other, text, tmp_path / "none.db"):
        with pytest.raises(BackupError):
            backup.restore(path, world.path, "试验社区", NOW)
    assert world.path.read_bytes() == before


def test_a_restore_moves_the_present_database_aside_with_everything_in_it(world: World, tmp_path: Path) -> None:
    made = backup.make(world.path, tmp_path / "backups", NOW)
    with world.store.transaction():
        meta.put(world.store, "later", "x")
    world.stop()
    done = backup.restore(made.path, world.path, "试验社区", NOW)
    back = opened(world.path)
    assert meta.get(back, "later") is None
    assert [e["what"] for e in journal.between(back, "restored", NOW, NOW + dt.timedelta(1))] == ["restored"]
    back.close()
    assert done.aside is not None
    aside = opened(done.aside)
    assert meta.get(aside, "later") == "x"
    aside.close()
    assert stat.S_IMODE(world.path.stat().st_mode) == 0o600
    world.restart()


def test_a_damaged_database_is_moved_aside_too_and_its_log_is_not_played_into_the_new_one(
    world: World, tmp_path: Path
) -> None:
    made = backup.make(world.path, tmp_path / "backups", NOW)
    world.stop()
    world.path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    world.path.with_name("world.db-wal").write_bytes(b"\x37\x7f\x06\x82" + b"\1" * 4000)
    with pytest.raises(StoreError, match="damaged"):
        opened(world.path)
    done = backup.restore(made.path, world.path, "试验社区", NOW)
    assert done.aside is not None and done.aside.read_bytes()[16:20] == b"\xff" * 4
    world.restart()
    assert world.store.one("SELECT count(*) AS n FROM elders") is not None


def test_while_the_bot_holds_the_database_nothing_is_restored_and_no_second_bot_starts(
    world: World, tmp_path: Path
) -> None:
    made = backup.make(world.path, tmp_path / "backups", NOW)
    world.stop()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from bot.ops.lock import DatabaseLock\n"
            "DatabaseLock(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()",
            str(world.path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdin is not None and holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        with pytest.raises(Held, match=str(holder.pid)):
            backup.restore(made.path, world.path, "试验社区", NOW)
        with pytest.raises(Held):
            DatabaseLock(world.path)
    finally:
        holder.kill()  # even killed, it lets go
        holder.communicate()
    DatabaseLock(world.path).release()


def test_another_program_that_has_the_database_open_stops_a_restore(world: World, tmp_path: Path) -> None:
    made = backup.make(world.path, tmp_path / "backups", NOW)
    with pytest.raises(BackupError, match="open"):
        backup.restore(made.path, world.path, "试验社区", NOW)
    world.stop()
    assert not snapshots.in_use(world.path)


def test_a_restore_that_was_broken_off_keeps_the_bot_from_starting_on_nothing(world: World, tmp_path: Path) -> None:
    made = backup.make(world.path, tmp_path / "backups", NOW)
    world.stop()
    marker(world.path).write_text("")
    world.path.rename(tmp_path / "aside.db")  # as if the power had failed between the two renames
    with pytest.raises(Held, match="broken off"):
        DatabaseLock(world.path)
    done = backup.restore(made.path, world.path, "试验社区", NOW)
    assert done.aside is None and not marker(world.path).exists()
    DatabaseLock(world.path).release()


def test_a_folder_that_cannot_be_written_is_said_so(world: World, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")
    with pytest.raises(BackupError, match="cannot be written"):
        backup.make(world.path, tmp_path / "backups", NOW)
    with pytest.raises(BackupError, match="no database"):
        backup.make(tmp_path / "none.db", tmp_path / "b", NOW)


def test_a_copy_that_was_broken_off_is_cleared_away(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "baoanniao-20260101T000000Z.partial").write_bytes(b"half")
    made = backup.make(world.path, folder, NOW)
    assert {p.name for p in folder.iterdir()} == {made.path.name, made.note.name, ".lock"}


def test_the_lock_is_let_go_and_can_be_taken_again(tmp_path: Path) -> None:
    path = tmp_path / "a" / "x.db"
    with DatabaseLock(path) as lock:
        assert lock.path.read_text() == str(os.getpid())
        with pytest.raises(Held):
            DatabaseLock(path)
    DatabaseLock(path).release()
