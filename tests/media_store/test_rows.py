"""The rows about media: what stays when the files go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.media.keep import Shelf
from data import journal, media
from data.store import Store

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "test.db", "示范社区")
    if made.one("SELECT 1 FROM sqlite_master WHERE name = 'media'") is None:
        for statement in media.SCHEMA:
            made.run(statement)
    yield made
    made.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "media", reserve=0)


def sent(store: Store, shelf: Shelf, message: str, data: bytes, at: dt.datetime) -> str:
    kept = shelf.put(data)
    media.add(store, message, kept.digest, kept.kind, kept.size, at, person="F1")
    return kept.digest


def test_a_file_of_a_message_is_known_once(store: Store) -> None:
    assert media.add(store, "m1", "a" * 64, "jpeg", 10, NOW)
    assert not media.add(store, "m1", "a" * 64, "jpeg", 10, NOW)
    assert [row["sha256"] for row in media.of_message(store, "m1")] == ["a" * 64]


def test_the_same_file_is_found_in_every_message_that_brought_it(store: Store) -> None:
    media.add(store, "m2", "a" * 64, "jpeg", 10, ago(1))
    media.add(store, "m1", "a" * 64, "jpeg", 10, ago(2))
    assert [row["message"] for row in media.same_content(store, "a" * 64)] == ["m1", "m2"]


def test_a_verdict_is_kept_once_and_what_waits_for_one_is_known(store: Store) -> None:
    media.add(store, "m1", "a" * 64, "jpeg", 10, NOW)
    assert [row["message"] for row in media.unjudged(store)] == ["m1"]
    assert media.judged(store, "m1", "a" * 64, "today", {"date": "2026-11-20", "name": "赵甲"}, b"\xff\x00")
    assert not media.judged(store, "m1", "a" * 64, "old", {})
    assert media.unjudged(store) == [] and media.of_message(store, "m1")[0]["verdict"] == "today"


def test_old_files_are_erased_and_the_journal_keeps_that_they_came(store: Store, shelf: Shelf) -> None:
    old, new = sent(store, shelf, "m1", b"old", ago(31)), sent(store, shelf, "m2", b"new", ago(29))
    media.judged(store, "m1", old, "today", {"place": "毛纺厂家属院3号楼"}, b"\xff\x00")
    assert media.erase_older_than(store, NOW, 30, shelf.remove) == (1, 0)
    assert shelf.digests() == {new}
    (row,) = media.of_message(store, "m1")
    assert row["erased_at"] and row["verdict"] == "today" and row["found"] == "{}"
    (event,) = journal.between(store, "media-erased", NOW, NOW + dt.timedelta(seconds=1))
    assert event["message"] == "m1" and "毛纺厂" not in event["detail"]
    assert media.erase_older_than(store, NOW, 30, shelf.remove) == (0, 0)


def test_a_fingerprint_outlives_its_picture(store: Store, shelf: Shelf) -> None:
    old = sent(store, shelf, "m1", b"old", ago(31))
    media.judged(store, "m1", old, "today", {}, b"\xff\x00")
    media.erase_older_than(store, NOW, 30, shelf.remove)
    assert [(r["message"], r["fingerprint"]) for r in media.fingerprints(store, ago(365))] == [("m1", b"\xff\x00")]
    assert media.fingerprints(store, ago(30)) == []
    assert media.forget_fingerprints(store, ago(32)) == 0 and media.forget_fingerprints(store, ago(30)) == 1
    assert media.fingerprints(store, ago(365)) == []


def test_a_file_that_was_sent_again_is_kept_until_its_last_message_is_old(store: Store, shelf: Shelf) -> None:
    digest = sent(store, shelf, "m1", b"same", ago(40))
    sent(store, shelf, "m2", b"same", ago(10))
    assert media.erase_older_than(store, NOW, 30, shelf.remove) == (0, 0) and shelf.digests() == {digest}
    assert media.erase_older_than(store, NOW + dt.timedelta(days=21), 30, shelf.remove) == (1, 0)
    assert shelf.digests() == set()


def test_a_file_that_is_gone_already_is_erased_in_the_books(store: Store, shelf: Shelf) -> None:
    shelf.remove(sent(store, shelf, "m1", b"old", ago(31)))
    assert media.erase_older_than(store, NOW, 30, shelf.remove) == (1, 0)
    assert media.of_message(store, "m1")[0]["erased_at"]


def test_a_file_that_cannot_be_removed_stays_due_and_holds_up_no_other(store: Store, shelf: Shelf) -> None:
    stuck, free = sent(store, shelf, "m1", b"stuck", ago(32)), sent(store, shelf, "m2", b"free", ago(31))

    def remove(digest: str) -> bool:
        if digest == stuck:
            raise PermissionError
        return shelf.remove(digest)

    assert media.erase_older_than(store, NOW, 30, remove) == (1, 1)
    assert shelf.digests() == {stuck} and media.outdated(store, ago(30)) == [stuck] and free not in shelf.digests()


def test_much_that_is_old_is_erased_in_portions(store: Store, shelf: Shelf) -> None:
    for i in range(5):
        sent(store, shelf, f"m{i}", b"%d" % i, ago(40 - i))
    assert media.erase_older_than(store, NOW, 30, shelf.remove, limit=2) == (2, 0)
    assert [row["message"] for row in media.unjudged(store)] == ["m2", "m3", "m4"]


def test_another_community_in_the_same_database_is_left_alone(store: Store, shelf: Shelf) -> None:
    sent(store, shelf, "m1", b"ours", ago(31))
    store.community = "别的社区"
    assert media.erase_older_than(store, NOW, 30, shelf.remove) == (0, 0)
    assert media.of_message(store, "m1") == []
