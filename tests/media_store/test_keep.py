"""Keeping files: once each, whole or not at all, for the owner's eyes, and without what a phone hid in them."""

from __future__ import annotations

import io
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.media import keep
from bot.media.keep import DiskFullError, Shelf
from bot.media.sniff import UnreadableError


def photo(width: int = 600, height: int = 300, **saved: object) -> bytes:
    image = Image.effect_noise((width, height), 60).convert("RGB")
    image.paste((200, 30, 30), (0, 0, width // 2, height))
    out = io.BytesIO()
    image.save(out, "JPEG", **saved)
    return out.getvalue()


def telling_photo(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (36.0, 3.0, 41.0)
    return photo(exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE" * 20)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "new" / "media", reserve=0)


def files_of(shelf: Shelf) -> list[Path]:
    return sorted(p for p in shelf.folder.rglob("*") if p.is_file())


DIGEST = "ab" * 32


def test_what_is_shown_lies_under_the_hash_of_the_original(shelf: Shelf) -> None:
    name = shelf.show(DIGEST, "thumb.jpg", b"thumb")
    assert name == f"shown/ab/{DIGEST}.thumb.jpg" and (shelf.folder / name).read_bytes() == b"thumb"
    assert shelf.show(DIGEST, "thumb.jpg", b"thumb") == name and len(files_of(shelf)) == 1


def test_what_the_bot_drew_lies_apart(shelf: Shelf) -> None:
    assert shelf.draw("board-2026-11-20-group.png", b"png") == "drawn/board-2026-11-20-group.png"


def test_only_the_owner_may_look(shelf: Shelf) -> None:
    before = os.umask(0)
    try:
        shelf.show(DIGEST, "thumb.jpg", b"x")
    finally:
        os.umask(before)
    for path in [shelf.folder, *shelf.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_file_that_a_crash_cut_short_is_written_again(shelf: Shelf) -> None:
    path = shelf.folder / shelf.show(DIGEST, "voice.wav", b"a voice")
    path.write_bytes(b"a vo")
    shelf.show(DIGEST, "voice.wav", b"a voice")
    assert path.read_bytes() == b"a voice"


def test_what_was_half_written_is_tidied_away_and_nothing_else(shelf: Shelf) -> None:
    kept = shelf.folder / shelf.show(DIGEST, "thumb.jpg", b"thumb")
    (kept.parent / ".half-abc").write_bytes(b"half")
    assert shelf.tidy() == 1 and files_of(shelf) == [kept] and shelf.tidy() == 0


def test_tidying_before_anything_was_kept_is_no_fault(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "none").tidy() == 0


@given(digest=st.text())
@settings(max_examples=50)
def test_no_digest_leads_out_of_the_folder(digest: str) -> None:
    with pytest.raises(ValueError, match="64"):
        Shelf(Path("nowhere")).show(digest, "thumb.jpg", b"")


def test_a_nearly_full_disk_refuses_files_and_says_what_to_do(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "media", reserve=1 << 60)
    with pytest.raises(DiskFullError, match="make room"):
        shelf.show(DIGEST, "thumb.jpg", photo())
    assert files_of(shelf) == []


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_while_writing_leaves_nothing_behind(shelf: Shelf) -> None:
    with no_file_larger_than(1000), pytest.raises(DiskFullError):
        shelf.show(DIGEST, "voice.wav", os.urandom(50_000))
    assert files_of(shelf) == []


def test_what_is_shown_holds_pixels_and_nothing_else() -> None:
    data = telling_photo()
    assert b"SECRETMAKER" in data and b"SECRETCOMMENT" in data and b"SECRETPROFILE" in data
    shown = keep.shown_of(data)
    assert b"SECRET" not in shown and b"Exif" not in shown
    opened = Image.open(io.BytesIO(shown))
    assert dict(opened.getexif()) == {} and not {"icc_profile", "comment", "exif"} & set(opened.info)


def test_what_is_shown_is_upright_and_small() -> None:
    assert Image.open(io.BytesIO(keep.shown_of(telling_photo(orientation=6)))).size == (240, 480)
    assert Image.open(io.BytesIO(keep.shown_of(photo(200, 100)))).size == (200, 100)


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo()[:900], b"\x00" * 99])
def test_what_is_no_picture_is_not_shown(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        keep.shown_of(data)
