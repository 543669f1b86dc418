from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.errors import Problem
from bot.web.files import LIMITS, Files, sniff

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(60)
WEBM = b"\x1aE\xdf\xa3" + bytes(60)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60)
AMR = b"#!AMR\n" + bytes(60)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.mark.parametrize(
    ("content", "name", "claimed", "kind"),
    [
        (JPEG, "a.jpg", "image/jpeg", "image"),
        (PNG, "a.jpg", "image/jpeg", "image"),  # a phone's wrong ending, harmless
        (MP4, "a.mp4", "video/mp4", "video"),
        (MP4, "", "audio/mp4", "audio"),
        (WEBM, "录音", "audio/webm", "audio"),
        (WAV, "a.WAV", "", "audio"),
        (AMR, "noname", "application/octet-stream", "audio"),
    ],
)
def test_a_file_is_taken_for_what_it_is(files: Files, content: bytes, name: str, claimed: str, kind: str) -> None:
    stored, found = files.keep(content, name, claimed)
    assert found == kind
    assert files.path(stored, kind).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "name", "claimed"),
    [
        (MP4, "a.jpg", "image/jpeg"),
        (JPEG, "a.mp3", ""),
        (PNG, "a.mp4", "video/mp4"),
        (b"<html><script>", "a.png", "image/png"),
        (b"#!/bin/sh\nrm", "a.jpg", "image/jpeg"),
        (b"MZ\x90\x00", "photo.jpg", "image/jpeg"),
        (b"", "a.jpg", "image/jpeg"),
        (b"\xff", "a.mp3", "audio/mpeg"),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused_and_not_kept(
    files: Files, content: bytes, name: str, claimed: str
) -> None:
    with pytest.raises(Problem) as refused:
        files.keep(content, name, claimed)
    assert refused.value.status == 400 and refused.value.say
    assert not files.folder.exists()


def test_a_file_that_is_too_large_is_refused(files: Files) -> None:
    with pytest.raises(Problem, match="太大"):
        files.keep(JPEG + bytes(LIMITS["image"]), "a.jpg", "image/jpeg")


def test_the_folder_is_private_and_names_each_file_by_its_content(files: Files) -> None:
    first, _ = files.keep(JPEG, "李奶奶的照片.jpg", "image/jpeg")
    second, _ = files.keep(JPEG, "other.jpg", "image/jpeg")
    assert first == second
    assert [f.name for f in files.folder.iterdir()] == [first]
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((files.folder / first).stat().st_mode) == 0o600


@pytest.mark.parametrize("stored", ["", "../world.db", "/etc/passwd", "a.jpg", "0" * 64 + ".jpg", "0" * 64 + "/../x"])
def test_a_name_the_folder_did_not_give_finds_nothing(files: Files, stored: str) -> None:
    with pytest.raises(Problem, match="附件"):
        files.path(stored, "image")


def test_an_attached_file_cannot_be_said_as_another_kind(files: Files) -> None:
    stored, _ = files.keep(JPEG, "a.jpg", "image/jpeg")
    with pytest.raises(Problem, match="对不上"):
        files.path(stored, "video")


def test_a_folder_that_cannot_be_made_is_said_calmly(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Problem, match="磁盘") as refused:
        Files(tmp_path / "taken" / "files").keep(JPEG, "a.jpg", "image/jpeg")
    assert refused.value.status == 507


@given(st.binary(max_size=40))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    found = sniff(head)
    assert found is None or found.kinds
