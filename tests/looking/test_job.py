"""One file, one look: what the child process says of it, with the extra and without it."""

from __future__ import annotations

import datetime as dt
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.looking import job
from bot.looking.job import Task
from bot.model import Message, Reading
from data import media, messages
from data.store import Store
from tests.media.drawing import jpeg, scene, stamped

NOW = dt.datetime(2026, 3, 10, 0, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 10)
Send = Callable[..., Task]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "test.db", "示范社区", durable=False)
    yield made
    made.close()


@pytest.fixture
def send(store: Store, tmp_path: Path) -> Send:
    """`send(data, type)`: a message with this file; what the child process is given."""

    def make(data: bytes | Path, kind: str = "image") -> Task:
        row = store.one("SELECT count(*) AS n FROM messages")
        number = f"m{row['n'] if row else 0}"
        path = data if isinstance(data, Path) else tmp_path / f"{number}.bin"
        if not isinstance(data, Path):
            path.write_bytes(data)
        message = Message(number, NOW, "周强", kind, file=str(path))  # type: ignore[arg-type]
        messages.add(store, message, Reading(number, "chat"), "read")
        return Task(
            media=media.add(store, message, NOW),
            type=kind,
            file=path,
            today=TODAY,
            database=tmp_path / "test.db",
            community="示范社区",
            since=NOW - dt.timedelta(days=180),
            roster=frozenset({"周玉梅"}),
            folder=tmp_path / "media",
        )

    return make


def bomb() -> bytes:
    """A small PNG that says it holds nine hundred million pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def test_a_stamp_is_read_and_what_is_shown_is_small_and_clean(send: Send, tmp_path: Path) -> None:
    seen = job.see(send(jpeg(stamped(scene(1), ["姓名：周玉梅", "时间：2026-03-10 07:10"]))))
    assert (seen.verdict, seen.date, seen.time, seen.name) == ("today", TODAY, dt.time(7, 10), "周玉梅")
    assert seen.shown == f"shown/{seen.digest[:2]}/{seen.digest}.thumb.jpg"
    assert b"Exif" not in (tmp_path / "media" / seen.shown).read_bytes()


def test_an_earlier_picture_is_known_again_and_a_later_one_is_not_looked_at(send: Send, store: Store) -> None:
    first, second = send(jpeg(scene(1))), send(jpeg(scene(1), 40))
    seen = job.see(first)
    assert seen.same_as is None
    media.judged(store, first.media, seen, "unclear")
    assert job.see(second).same_as == first.media


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "image"),
        (bomb(), "image"),
        (jpeg(scene(1))[:2000], "image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "image"),
        (b"GIF89a" + b"\xff" * 5000, "image"),
        (b"PK\x03\x04" + b"x" * 200, "image"),
        (b"\xff\xd8\xff" + b"\0" * (26 * 1024 * 1024), "image"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 500, "video"),
        (b"not a clip at all", "video"),
        (b"\x02#!SILK_V3\xff\xff", "audio"),
        (b"", "audio"),
    ],
)
def test_hostile_files_are_refused_calmly(send: Send, data: bytes, kind: str) -> None:
    seen = job.see(send(data, kind))
    assert seen.verdict == "refused" and seen.why and "Error" not in seen.why


def test_a_clip_gets_the_checks_of_its_key_frame(send: Send, tmp_path: Path) -> None:
    making = pytest.importorskip("tests.media_store.making", reason="PyAV is not installed (extra media)")
    seen = job.see(send(making.clip(tmp_path / "clip.mp4", seconds=3), "video"))
    assert (seen.verdict, seen.kind, round(seen.seconds or 0)) == ("unclear", "mp4", 3)
    assert seen.fingerprint and seen.shown


def test_a_voice_note_becomes_something_that_plays(send: Send, tmp_path: Path) -> None:
    making = pytest.importorskip("tests.media_store.making", reason="pysilk is not installed (extra media)")
    seen = job.see(send(making.silk(2.0), "audio"))
    assert seen.verdict == "heard" and round(seen.seconds or 0) == 2
    assert (tmp_path / "media" / (seen.shown or "")).read_bytes().startswith(b"RIFF")


def test_without_the_extra_it_says_what_it_cannot_do(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = pytest.importorskip("tests.media_store.making", reason="made with the extra media")
    picture, clip, voice = jpeg(scene(1)), making.clip(tmp_path / "clip.mp4"), making.silk(2.0)
    for name in ("PIL", "av", "faster_paddle", "pysilk", "ai_edge_litert"):
        monkeypatch.setitem(sys.modules, name, None)
    seen = job.see(send(picture))
    assert (seen.verdict, seen.why, seen.fingerprint) == ("unclear", job.NO_PICTURES, None) and len(seen.digest) == 64
    assert job.see(send(clip, "video")).why == job.NO_CLIPS
    heard = job.see(send(voice, "audio"))
    assert (heard.verdict, heard.shown, round(heard.seconds or 0)) == ("heard", None, 2)
