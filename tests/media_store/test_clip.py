"""Clips: their length and one picture of them; broken and hostile ones are refused calmly."""

from __future__ import annotations

import io
import random
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.media import boxes, clip
from bot.media.clip import MissingPlayerError
from bot.media.pool import Pool
from bot.media.sniff import UnreadableError
from tests.media_store import making


def box(name: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I4s", 8 + len(body), name) + body


def handmade(
    *, length: int = 2000, handler: bytes = b"vide", codec: bytes = b"avc1", samples: int = 20, width: int = 320
) -> bytes:
    """The smallest index that tells a length in milliseconds and one track."""
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, length), bytes(80))
    mdhd = box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 1000, length), bytes(4))
    hdlr = box(b"hdlr", struct.pack(">II4s", 0, 0, handler), bytes(13))
    entry = struct.pack(">I4s6xH16xHH", 86, codec, 1, width, 240) + bytes(50)
    stsd = box(b"stsd", struct.pack(">II", 0, 1), entry)
    stsz = box(b"stsz", struct.pack(">III", 0, 1, samples))
    track = box(b"trak", box(b"mdia", mdhd, hdlr, box(b"minf", box(b"stbl", stsd, stsz))))
    return box(b"ftyp", b"isomiso2") + box(b"moov", mvhd, track) + box(b"mdat", bytes(100))


def measured(tmp_path: Path, data: bytes) -> clip.Clip:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    return clip.measure(path)


@pytest.mark.parametrize("form", ["mp4", "mov", "3gp"])
def test_a_clip_tells_its_length_its_size_and_its_codec(tmp_path: Path, form: str) -> None:
    found = clip.measure(making.clip(tmp_path / "a", seconds=3, form=form))
    assert found == clip.Clip(3.0, 160, 120, "h264", False, "")


def test_one_picture_of_the_clip_is_given_as_a_jpeg(tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(clip.key_frame(making.clip(tmp_path / "a"), side=80)))
    assert image.format == "JPEG" and image.size == (80, 60)
    left, right = image.getpixel((10, 30)), image.getpixel((70, 30))
    assert isinstance(left, tuple) and isinstance(right, tuple) and left[0] > 180 and right[0] < 60


def test_the_picture_stands_upright_as_the_phone_was_held(tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(clip.key_frame(making.turned(making.clip(tmp_path / "a")))))
    top, bottom = image.getpixel((60, 20)), image.getpixel((60, 140))
    assert image.size == (120, 160)
    assert isinstance(top, tuple) and isinstance(bottom, tuple) and top[0] > 180 and bottom[0] < 60


def test_a_clip_that_begins_in_a_pocket_gives_a_later_picture(tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(clip.key_frame(making.clip(tmp_path / "a", seconds=4, dark_until=0.6))))
    left = image.getpixel((20, 60))
    assert isinstance(left, tuple) and left[0] > 180


def test_a_clip_that_is_dark_to_its_end_still_gives_a_picture(tmp_path: Path) -> None:
    assert clip.key_frame(making.clip(tmp_path / "a", dark_until=2.0)).startswith(b"\xff\xd8")


@pytest.mark.parametrize("left", [0, 7, 40, 400, -1, -300])
def test_a_clip_that_was_cut_off_is_refused(tmp_path: Path, left: int) -> None:
    data = making.clip(tmp_path / "a").read_bytes()[:left]
    assert measured(tmp_path, data).problem
    with pytest.raises(UnreadableError):
        clip.key_frame(tmp_path / "clip.mp4")


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    for data in (
        b"",
        b"hello",
        b"#EXTM3U\nfile:///etc/hostname\n",
        b"PK\x03\x04" + bytes(99),
        b"\xff\xd8\xff" + bytes(99),
    ):
        assert measured(tmp_path, data).problem
    assert clip.measure(tmp_path / "gone.mp4").problem and clip.measure(tmp_path).problem


def test_claims_that_cannot_be_are_refused(tmp_path: Path) -> None:
    assert measured(tmp_path, handmade()).problem == ""
    assert "太长" in measured(tmp_path, handmade(length=700_000)).problem
    assert "画面太大" in measured(tmp_path, handmade(width=60_000)).problem
    assert "没有传完整" in measured(tmp_path, handmade(samples=0xFFFFFFF0)).problem
    assert "没有传完整" in measured(tmp_path, handmade(length=0)).problem
    assert "没有传完整" in measured(tmp_path, handmade(samples=0)).problem
    assert "没有画面" in measured(tmp_path, handmade(handler=b"soun")).problem
    assert "加了密" in measured(tmp_path, handmade(codec=b"encv")).problem


def test_an_index_of_a_thousand_tracks_or_boxes_is_refused(tmp_path: Path) -> None:
    head, tail = box(b"ftyp", b"isomiso2"), box(b"mdat", bytes(100))
    assert measured(tmp_path, head + box(b"moov", *[box(b"trak")] * 1000) + tail).problem
    assert measured(tmp_path, head + box(b"moov", *[box(b"free")] * 20_000) + tail).problem
    assert measured(tmp_path, head + box(b"free") * 20_000 + tail).problem


def test_pictures_larger_than_the_index_says_are_not_decoded(tmp_path: Path) -> None:
    path = making.clip(tmp_path / "a", seconds=1, size=(4100, 2400))
    assert "画面太大" in clip.measure(path).problem
    making.patched(path, b"avc1", 24, struct.pack(">HH", 160, 120))
    assert clip.measure(path).problem == ""
    with pytest.raises(UnreadableError):
        clip.key_frame(path)


def test_without_the_player_the_length_is_still_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = making.clip(tmp_path / "a")
    monkeypatch.setitem(sys.modules, "av", None)
    assert clip.measure(path).seconds == 2.0
    with pytest.raises(MissingPlayerError, match="make venv"):
        clip.key_frame(path)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_an_index_or_are_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    path = tmp_path_factory.getbasetemp() / "any.mp4"
    data = handmade()
    path.write_bytes(data[:at] + noise + data[at + len(noise) :])
    found = clip.measure(path)
    assert isinstance(found.problem, str) and (found.seconds is None or found.seconds >= 0)


async def test_damaged_clips_give_a_picture_or_are_refused_and_the_pool_lives_on(tmp_path: Path) -> None:
    good = making.clip(tmp_path / "a").read_bytes()
    pool, dice = Pool(), random.Random(5)
    ends = set()
    for i in range(40):
        data = bytearray(good)
        for _ in range(dice.choice([1, 10, 200])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path = tmp_path / f"{i}.mp4"
        path.write_bytes(data)
        try:
            ends.add((await pool.run(clip.key_frame, path, 80))[:2])
        except UnreadableError:
            ends.add(b"")
    assert ends == {b"\xff\xd8", b""}
    assert (await pool.run(clip.key_frame, tmp_path / "a", 80)).startswith(b"\xff\xd8")
    await pool.close()


def test_a_length_in_64_bits_is_read() -> None:
    mvhd = box(b"mvhd", struct.pack(">B3xQQIQ", 1, 0, 0, 1000, 4500), bytes(80))
    data = box(b"ftyp", b"isomiso2") + box(b"moov", mvhd) + struct.pack(">I4sQ", 1, b"mdat", 20) + bytes(4)
    assert boxes.read_from(io.BytesIO(data)).seconds == 4.5


def test_a_clip_in_fragments_may_leave_its_length_open() -> None:
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 0), bytes(80))
    data = box(b"ftyp", b"isomiso2") + box(b"moov", mvhd, box(b"mvex")) + box(b"moof") + box(b"mdat", bytes(9))
    assert boxes.read_from(io.BytesIO(data)).seconds is None
