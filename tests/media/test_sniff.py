from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.decode import decode
from bot.media.sniff import Limits, UnreadableError, kind_of, read, sniff
from tests.media.drawing import jpeg, scene


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def gif(frames: int, width: int = 64, closed: bool = True) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, width, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, width, 0, 0, 0) + frame * frames + (b"\x3b" if closed else b"")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0rest", "jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "png"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "mp4"),
        (b"#!AMR\n", "amr"),
        (b"\x02#!SILK_V3", "silk"),
        (b"#!SILK_V3", "silk"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"<svg xmlns='x'>", "svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg>", "svg"),
        (b"  <!DOCTYPE html><html>", "html"),
        (b"PK\x03\x04", "zip"),
        (b"%PDF-1.7", "pdf"),
        (b"MZ\x90", "program"),
        (b"hello", "unknown"),
    ],
)
def test_a_file_is_known_by_its_bytes(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind
    assert sniff(data).problem


def test_a_photo_is_measured_and_decoded() -> None:
    data = jpeg(scene(1, 600, 400))
    found = sniff(data)
    assert (found.kind, found.width, found.height, found.problem) == ("jpeg", 600, 400, "")
    assert decode(data, found).image.size == (600, 400)


def test_a_huge_canvas_in_a_small_file_is_refused_before_decoding() -> None:
    assert "尺寸" in sniff(png(60_000, 60_000, b"\0" * 1000)).problem
    assert "尺寸" in sniff(png(8_000, 8_000)).problem


def test_a_jpeg_that_claims_to_be_enormous_is_refused() -> None:
    data = bytearray(jpeg(scene(1, 64, 64)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    assert "尺寸" in sniff(bytes(data)).problem


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_photo_is_refused(share: float) -> None:
    data = jpeg(scene(2, 500, 500))
    data = data[: int(len(data) * share)]
    found = sniff(data)
    if not found.problem:
        with pytest.raises(UnreadableError, match="没有传完整"):
            decode(data, found)


def test_an_endless_gif_is_refused() -> None:
    assert "动图" in sniff(gif(2_000)).problem
    assert sniff(gif(3, closed=False)).problem
    assert sniff(gif(3)).problem == ""
    assert sniff(gif(3)).frames == 3


@pytest.mark.parametrize(
    "tail", [b"PK\x03\x04\x14\x00\0\0", b"%PDF-1.4 ", b"<html><script>alert(1)</script>", b"MZ\x90\0", b"<?php echo 1;"]
)
def test_a_picture_that_smuggles_something_else_is_refused(tail: bytes) -> None:
    assert "夹带" in sniff(jpeg(scene(3, 80, 80)) + tail).problem


def test_what_a_phone_appends_to_a_live_photo_is_no_harm() -> None:
    assert sniff(jpeg(scene(3, 80, 80)) + b"\0\0\0\x18ftypmp42" + bytes(500)).problem == ""


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "big.jpg"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(UnreadableError, match="太大"):
        read(big)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_or_a_folder_is_no_picture_and_holds_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "pipe.jpg", tmp_path, tmp_path / "missing.jpg", Path("a\0b")):
        with pytest.raises(UnreadableError):
            read(path)


def test_a_tiny_picture_is_no_photo() -> None:
    assert sniff(jpeg(scene(1, 20, 20))).problem


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\x10\0\0\0WEBP"]),
)
def test_no_bytes_at_all_make_the_look_fail(data: bytes, magic: bytes) -> None:
    found = sniff(magic + data, Limits(max_pixels=100_000))
    if not found.problem:
        try:
            assert decode(magic + data, found).image.mode == "RGB"
        except UnreadableError as error:
            assert str(error)
