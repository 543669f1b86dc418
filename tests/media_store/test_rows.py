"""The rows about media: what waits to be looked at, what was found, and what stays when the files go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Message, Reading
from bot.ports import Seen
from data import boards, journal, media, messages
from data.store import Store

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "test.db", "示范社区")
    yield made
    made.close()


def sent(store: Store, number: str, at: dt.datetime, album: int | None = None) -> int:
    message = Message(number, at, "周强", "image", file=f"/media/{number}.jpg", contact="c1")
    messages.add(store, message, Reading(number, "chat"), "read")
    return media.add(store, message, at, person="F1", mentioned=["E01"], album=album)


SEEN = Seen(
    "today", "水印是今天", digest="a" * 64, kind="jpeg", size=10, place="毛纺厂家属院3号楼", fingerprint=b"\xff\x00"
)


def test_what_waits_is_looked_at_in_the_order_in_which_it_came(store: Store) -> None:
    first, second = sent(store, "m1", NOW), sent(store, "m2", ago(1))
    row = media.next_waiting(store)
    assert row is not None and (row["id"], row["file"]) == (first, "/media/m1.jpg")
    assert media.judged(store, first, SEEN, "today")
    row = media.next_waiting(store)
    assert row is not None and row["id"] == second


def test_a_verdict_is_kept_once(store: Store) -> None:
    number = sent(store, "m1", NOW)
    assert media.judged(store, number, SEEN, "unclear")
    assert not media.judged(store, number, SEEN, "old")
    row = media.of_message(store, "m1")
    assert row is not None and (row["verdict"], row["state"], row["sha256"]) == ("unclear", "open", "a" * 64)


def test_a_series_is_one_album(store: Store) -> None:
    first = sent(store, "m1", NOW)
    second = sent(store, "m2", NOW, album=first)
    assert [row["id"] for row in media.album(store, first)] == [first, second]


def test_the_very_same_file_is_found_among_those_before(store: Store) -> None:
    first, second = sent(store, "m1", ago(2)), sent(store, "m2", NOW)
    media.judged(store, first, SEEN, "today")
    media.judged(store, second, SEEN, "again")
    found = media.same_content(store, "a" * 64, second)
    assert found is not None and found["id"] == first
    assert media.same_content(store, "a" * 64, first) is None


def test_old_files_leave_the_fact_and_the_fingerprint(store: Store) -> None:
    old, new = sent(store, "m1", ago(31)), sent(store, "m2", ago(29))
    for number in (old, new):
        media.judged(store, number, SEEN, "today")
    assert media.forget(store, NOW, ago(30)) == 1
    row = media.of_message(store, "m1")
    assert row is not None and row["erased_at"] and row["verdict"] == "today" and row["found"] == "{}"
    (event,) = journal.between(store, "media-erased", NOW, NOW + dt.timedelta(seconds=1))
    assert event["message"] == "m1" and "毛纺厂" not in event["detail"]
    assert media.forget(store, NOW, ago(30)) == 0
    assert [r["id"] for r in media.prints_after(store, 0, new + 1, ago(365))] == [old, new]
    assert media.forget_fingerprints(store, ago(30)) == 1
    assert [r["id"] for r in media.prints_after(store, 0, new + 1, ago(365))] == [new]


def test_what_was_not_looked_at_in_time_is_not_looked_at_any_more(store: Store) -> None:
    sent(store, "m1", ago(31))
    media.forget(store, NOW, ago(30))
    assert media.next_waiting(store) is None


def test_another_community_in_the_same_database_is_left_alone(store: Store) -> None:
    sent(store, "m1", ago(31))
    store.community = "别的社区"
    assert media.forget(store, NOW, ago(30)) == 0
    assert media.of_message(store, "m1") is None and media.next_waiting(store) is None


def test_boards_go_once_their_day_is_over(tmp_path: Path) -> None:
    day = NOW.date()
    (tmp_path / "drawn").mkdir()
    for when, reader in ((day, "group"), (day - dt.timedelta(days=1), "coordinator")):
        (tmp_path / boards.name_of(when, reader)).write_bytes(b"x")  # type: ignore[arg-type]
    boards.remove_before(tmp_path, day)
    assert [p.name for p in (tmp_path / "drawn").iterdir()] == ["board-2026-11-20-group.png"]
    assert boards.reader_of("shown/ab/x.thumb.jpg") is None
