"""What a file really is, by its bytes: its kind, its dimensions and whether it may be decoded at all.

Nothing is decoded here, and nothing outside the standard library is needed, so hostile files end here.
"""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal[
    "jpeg", "png", "gif", "webp", "bmp", "heic", "avif", "mp4", "amr", "silk", "mp3", "ogg", "wav", "svg", "html",
    "pdf", "zip", "program", "empty", "unknown",
]  # fmt: skip
PHOTOS: frozenset[Kind] = frozenset({"jpeg", "png", "webp", "bmp"})
PICTURES: frozenset[Kind] = PHOTOS | {"gif"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be decoded: bytes of the file, pixels of the picture, frames of an animation.

    A baseline JPEG is decoded at a fraction of its size, so it may have more pixels than what must be held in full.
    """

    max_bytes: int = 25 * 1024 * 1024
    max_pixels: int = 30_000_000
    max_jpeg_pixels: int = 120_000_000
    max_side: int = 20_000
    min_side: int = 32
    max_frames: int = 500


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`width` and `height` in pixels as the header says (0: unknown). `problem`: why not to open it, "" where it may be."""

    kind: Kind
    size: int = 0
    width: int = 0
    height: int = 0
    frames: int = 1
    problem: str = ""


class UnreadableError(Exception):
    """The file cannot be taken; the text says why, in words for the one who sent it."""


_TOO_BIG = "文件太大了，请在微信里发普通照片，不用发原图"
_BROKEN = "照片没有传完整，请再发一次"
_HUGE = "照片的尺寸太大了，请在微信里发普通照片"
_NOT_PHOTO: dict[Kind, str] = {
    "mp4": "这是一段视频，不是照片",
    "amr": "这是一段语音，不是照片",
    "silk": "这是一段语音，不是照片",
    "mp3": "这是一段录音，不是照片",
    "ogg": "这是一段录音，不是照片",
    "wav": "这是一段录音，不是照片",
    "heic": "这是手机的 HEIC 原图，小安打不开，请在微信里直接发照片",
    "avif": "这种格式的图小安打不开，请在微信里直接发照片",
    "svg": "这是网页图形，不是照片",
    "html": "这是网页，不是照片",
    "pdf": "这是文档，不是照片",
    "zip": "这是压缩包或文档，不是照片",
    "program": "这不是照片",
    "empty": "文件是空的，请再发一次",
    "unknown": "认不出这是什么文件，请直接发照片",
}


def read(path: Path, limits: Limits = Limits()) -> bytes:
    """The bytes of an ordinary file of bearable size. Raises UnreadableError."""
    try:
        # O_NONBLOCK: a pipe in place of a file must not hold the bot.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        raise UnreadableError("找不到这个文件，或者打不开") from None
    try:
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("这不是一个普通文件")
            if status.st_size > limits.max_bytes:
                raise UnreadableError(_TOO_BIG)
            data = file.read(limits.max_bytes + 1)
    except OSError:
        raise UnreadableError("找不到这个文件，或者打不开") from None
    if len(data) > limits.max_bytes:
        raise UnreadableError(_TOO_BIG)
    return data


def kind_of(data: bytes) -> Kind:
    """The kind of a file by its first bytes; its name is never asked."""
    if not data:
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp":
        brands = data[8:64]
        if any(b in brands for b in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")):
            return "avif" if b"avif" in brands else "heic"
        return "avif" if b"avif" in brands or b"avis" in brands else "mp4"
    if data[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(data[8:12], "unknown")  # type: ignore[return-value]
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6) and data[1] != 0xFF:
        return "mp3"
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\0").lower()
    if b"<svg" in head and head.startswith(b"<"):
        return "svg"
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<script", b"<?php", b"<body")):
        return "html"
    if head.startswith(b"<?xml"):
        return "svg" if b"<svg" in data[:65536].lower() else "html"
    return "unknown"


_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"#!AMR", "amr"),
    (b"#!SILK", "silk"),
    (b"\x02#!SILK", "silk"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"\x1f\x8b", "zip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!/", "program"),
    (b"\x00\x00\x00\x14moov", "mp4"),
)


def sniff(data: bytes, limits: Limits = Limits()) -> Sniffed:
    """What `data` is, its size on screen, and in `problem` why it must not be decoded ("" where it may be)."""
    kind = kind_of(data)
    if kind not in PICTURES:
        return Sniffed(kind, len(data), problem=_NOT_PHOTO[kind])
    if len(data) > limits.max_bytes:
        return Sniffed(kind, len(data), problem=_TOO_BIG)
    try:
        width, height, frames, heavy, end = _measure(kind, data, limits)
    except (struct.error, IndexError, ValueError):
        return Sniffed(kind, len(data), problem=_BROKEN)
    problem = _judge(data, width, height, frames, heavy, end, kind, limits)
    return Sniffed(kind, len(data), width, height, frames, problem)


def _judge(data: bytes, width: int, height: int, frames: int, heavy: bool, end: int, kind: Kind, limits: Limits) -> str:
    most = limits.max_jpeg_pixels if kind == "jpeg" and not heavy else limits.max_pixels
    if width <= 0 or height <= 0:
        return _BROKEN
    if width * height > most or max(width, height) > limits.max_side:
        return _HUGE
    if frames > limits.max_frames:
        return "动图的画面太多了，请发一张普通照片"
    if min(width, height) < limits.min_side:
        return "图太小了，看不清，请发一张普通照片"
    if _smuggles(data, end):
        return "照片里夹带了别的东西，小安没有打开，请重新拍一张"
    return ""


def _smuggles(data: bytes, end: int) -> bool:
    """A picture that is also an archive, a page or a document. What phones append (a live photo's clip) is no harm."""
    rest = data[end:]
    if any(mark in rest for mark in (b"PK\x03\x04", b"%PDF-", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27")):
        return True
    if b"PK\x05\x06" in data[-66_000:] and b"PK\x01\x02" in data:
        return True
    if rest[:2] == b"MZ" or rest[:4] == b"\x7fELF":
        return True
    return any(mark in part for part in (data[:4096], rest) for mark in (b"<script", b"<SCRIPT", b"<html", b"<?php"))


def _measure(kind: Kind, data: bytes, limits: Limits) -> tuple[int, int, int, bool, int]:
    """Width, height, frames, whether all of it must be held to decode it, and where the picture's bytes end."""
    if kind == "jpeg":
        return _jpeg(data)
    if kind == "png":
        return _png(data)
    if kind == "gif":
        return _gif(data, limits.max_frames)
    if kind == "webp":
        return _webp(data)
    size, header = struct.unpack_from("<I", data, 2)[0], struct.unpack_from("<I", data, 14)[0]
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return width, abs(height), 1, True, min(len(data), max(size, 26))


def _jpeg(data: bytes) -> tuple[int, int, int, bool, int]:
    at, width, height, heavy = 2, 0, 0, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
            continue
        if marker == 0xD9:
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            raise ValueError("marker's length")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            heavy = marker not in (0xC0, 0xC1)  # progressive: every coefficient is held until the end
        at += 2 + length
        if marker == 0xDA:
            return width, height, 1, heavy, _jpeg_end(data, at)
    raise ValueError("no picture in it")


def _jpeg_end(data: bytes, at: int) -> int:
    """Where the picture's last scan ends (the next end marker that no thumbnail can hold: those come before the scan)."""
    end = data.find(b"\xff\xd9", at)
    return len(data) if end < 0 else end + 2


def _png(data: bytes) -> tuple[int, int, int, bool, int]:
    if data[12:16] != b"IHDR":
        raise ValueError("no header")
    width, height = struct.unpack_from(">II", data, 16)
    at, frames = 8, 1
    for _ in range(100_000):
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"acTL":
            frames = max(1, struct.unpack_from(">I", data, at + 8)[0])
        at += 12 + length
        if at > len(data):
            raise ValueError("cut off")
        if name == b"IEND":
            return width, height, frames, True, at
    raise ValueError("endless")


def _gif(data: bytes, most: int) -> tuple[int, int, int, bool, int]:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 << (flags & 7) if flags & 0x80 else 0)
    frames = 0
    while frames <= most:
        block = data[at]
        if block == 0x3B:
            return width, height, frames, True, at + 1
        if block == 0x2C:
            frames += 1
            w, h, local = struct.unpack_from("<HHB", data, at + 5)
            width, height = max(width, w), max(height, h)
            at += 10 + (3 * 2 << (local & 7) if local & 0x80 else 0) + 1
        elif block == 0x21:
            at += 2
        else:
            raise ValueError("no block")
        while (length := data[at]) != 0:
            at += 1 + length
        at += 1
    return width, height, frames, True, len(data)


def _webp(data: bytes) -> tuple[int, int, int, bool, int]:
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length + (length & 1)
    if end > len(data) + 1:
        raise ValueError("cut off")
    name = data[12:16]
    if name == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        frames = data.count(b"ANMF", 30) if data[20] & 2 else 1
        return width, height, max(frames, 1), True, end
    if name == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 1, True, end
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF, 1, True, end
    raise ValueError("no picture in it")
