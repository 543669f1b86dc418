"""The boxes of an mp4, mov or m4a: how long it runs and what is in it, read from its index without decoding anything."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

MAX_INDEX = 16 * 1024 * 1024  # of ten minutes' clip it is a tenth of a megabyte
_MAX_BOXES, _MAX_TRACKS = 10_000, 16


class BoxError(Exception):
    """The file is broken or cut off, or claims what cannot be."""


@dataclass(frozen=True, slots=True)
class Track:
    """`handler`: vide, soun or another four letters. `samples`: pictures or pieces of sound; `codec`: four letters."""

    handler: str = ""
    codec: str = ""
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Movie:
    """`seconds` None: cut into fragments, the index does not tell."""

    seconds: float | None
    tracks: tuple[Track, ...]


def read(path: Path) -> Movie:
    """What the index of the file says. Raises BoxError, OSError."""
    with path.open("rb") as file:
        return read_from(file)


def read_from(file: BinaryIO) -> Movie:
    """The same for an open file that can seek."""
    size = file.seek(0, os.SEEK_END)
    index: bytes | None = None
    media = fragments = False
    at = count = 0
    while at < size:
        count += 1
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or count > _MAX_BOXES:
            break
        length, name, skip = _head(head)
        end = size if length == 0 else at + length
        if length and length < skip:
            raise BoxError("a box is smaller than its head")
        if end > size:
            raise BoxError("cut off")
        if name == b"moov" and index is None:
            if end - at > MAX_INDEX:
                raise BoxError("the index is too large")
            file.seek(at + skip)
            index = file.read(end - at - skip)
        media |= name == b"mdat" and end - at > skip
        fragments |= name == b"moof"
        at = end
    if index is None:
        raise BoxError("no index")
    if not media:
        raise BoxError("no media")
    return _movie(index, size, fragments)


def _head(data: bytes) -> tuple[int, bytes, int]:
    length, name = struct.unpack_from(">I4s", data)
    if length == 1:
        if len(data) < 16:
            raise BoxError("cut off")
        return struct.unpack_from(">Q", data, 8)[0], name, 16
    return length, name, 8


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = count = 0
    while at + 8 <= len(data):
        length, name, skip = _head(data[at : at + 16])
        length = len(data) - at if length == 0 else length
        count += 1
        if length < skip or at + length > len(data) or count > _MAX_BOXES:
            raise BoxError("a box does not fit")
        yield name, data[at + skip : at + length]
        at += length


def _movie(index: bytes, size: int, fragments: bool) -> Movie:
    seconds = 0.0
    tracks: list[Track] = []
    try:
        for name, body in _boxes(index):
            if name == b"mvhd":
                seconds = _duration(body)
            elif name == b"trak":
                if len(tracks) >= _MAX_TRACKS:
                    raise BoxError("too many tracks")
                tracks.append(_track(body))
            elif name == b"mvex":
                fragments = True
    except (struct.error, IndexError):
        raise BoxError("a box is too short") from None
    if any(track.samples > size for track in tracks):
        raise BoxError("more samples than bytes")
    longest = max([seconds, *(track.seconds for track in tracks)])
    return Movie(longest or (None if fragments else 0.0), tuple(tracks))


def _duration(body: bytes) -> float:
    if body[0] == 1:
        scale, length = struct.unpack_from(">IQ", body, 20)
        unknown = length == 0xFFFFFFFFFFFFFFFF
    else:
        scale, length = struct.unpack_from(">II", body, 12)
        unknown = length == 0xFFFFFFFF
    return 0.0 if unknown or not scale else length / scale


def _track(body: bytes) -> Track:
    track = Track()
    for name, inner in _boxes(body):
        if name == b"mdia":
            for part, data in _boxes(inner):
                if part == b"mdhd":
                    track = replace(track, seconds=_duration(data))
                elif part == b"hdlr":
                    track = replace(track, handler=_letters(data[8:12]))
                elif part == b"minf":
                    track = _samples(track, data)
    return track


def _samples(track: Track, body: bytes) -> Track:
    for name, inner in _boxes(body):
        if name != b"stbl":
            continue
        for part, data in _boxes(inner):
            if part == b"stsd":
                track = replace(track, codec=_letters(data[12:16]))
                if track.handler == "vide" and len(data) >= 8 + 36:
                    width, height = struct.unpack_from(">HH", data, 8 + 32)
                    track = replace(track, width=width, height=height)
            elif part in (b"stsz", b"stz2"):
                track = replace(track, samples=struct.unpack_from(">I", data, 8)[0])
    return track


def _letters(code: bytes) -> str:
    return "".join(chr(c) if 32 < c < 127 else "?" for c in code)
