"""Originals and what is shown of them on disk, under the hash of their content: each once, for the owner's eyes only.

What is shown is always drawn or written anew, so place and camera that a phone hid in a file never leave the disk.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.media import decode, sniff

if TYPE_CHECKING:
    from PIL.Image import Image

Part = Literal["thumb.jpg", "view.jpg", "voice.wav", "voice.mp3"]
PARTS: tuple[Part, ...] = ("thumb.jpg", "view.jpg", "voice.wav", "voice.mp3")

THUMB, VIEW = 480, 1440  # long sides in pixels
RESERVE = 200 * 1024 * 1024  # bytes left free: the database needs them more than a photo does
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_HALF = ".half-"
_ENDINGS: dict[sniff.Kind, str] = {"jpeg": "jpg", "unknown": "bin", "empty": "bin", "program": "bin", "html": "bin"}


class DiskFullError(Exception):
    """There is no room for a file; the text says what to do. What the bot knows is safe, only the file is not kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on the shelf. `digest`: SHA-256 in hex. `size` in bytes. `fresh`: it was not there before."""

    digest: str
    path: Path
    kind: sniff.Kind
    size: int
    fresh: bool


class Shelf:
    """The folder of all media: `original/ab/<sha256>.jpg` and `shown/ab/<sha256>.thumb.jpg`; folders 0700, files 0600."""

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        self.folder = folder
        self._reserve = reserve

    def put(self, data: bytes) -> Kept:
        """Keep an original; the same bytes are kept once. Raises DiskFullError, OSError."""
        digest, kind = hashlib.sha256(data).hexdigest(), sniff.kind_of(data)
        path = self._place("original", digest, _ENDINGS.get(kind, kind))
        return Kept(digest, path, kind, len(data), self._write(path, data))

    def show(self, digest: str, part: Part, data: bytes) -> Path:
        """Keep what is shown of an original. Raises DiskFullError, OSError, ValueError for what is no digest."""
        path = self._place("shown", digest, part)
        self._write(path, data)
        return path

    def original(self, digest: str) -> Path | None:
        """Where the original lies, None when it is not (or no longer) there."""
        return next(self._files("original", digest), None)

    def shown(self, digest: str, part: Part) -> Path | None:
        path = self._place("shown", digest, part)
        return path if path.is_file() else None

    def remove(self, digest: str) -> bool:
        """Take everything of one content off the disk; False when nothing was there. Raises OSError when it cannot."""
        # The original goes last: if this is cut short, the next try finds it and removes the rest.
        found = [*self._files("shown", digest), *self._files("original", digest)]
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)

    def tidy(self) -> int:
        """Remove what a crash left half written; for the start, before anything is kept. Returns how many."""
        halves = list(self.folder.rglob(f"{_HALF}*")) if self.folder.is_dir() else []
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)

    def digests(self) -> set[str]:
        """Of every original on the shelf."""
        return {p.name.partition(".")[0] for p in self.folder.glob("original/??/*") if not p.name.startswith(_HALF)}

    def _place(self, room: str, digest: str, ending: str) -> Path:
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise ValueError("a digest is 64 hexadecimal digits")
        return self.folder / room / digest[:2] / f"{digest}.{ending}"

    def _files(self, room: str, digest: str) -> Iterator[Path]:
        place = self._place(room, digest, "")
        return iter(sorted(place.parent.glob(f"{digest}.*")))

    def _write(self, path: Path, data: bytes) -> bool:
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size == len(data):
                return False
        try:
            self._folders(path.parent)
            if shutil.disk_usage(path.parent).free < self._reserve + len(data):
                raise DiskFullError(_full_text(self.folder))
            _atomic(path, data)
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFullError(_full_text(self.folder)) from None
            raise
        return True

    def _folders(self, path: Path) -> None:
        for folder in reversed([path, *path.parents]):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)


def _full_text(folder: Path) -> str:
    return f"{folder}: the disk is (nearly) full; make room, or keep media for fewer days"


def _atomic(path: Path, data: bytes) -> None:
    """Under its name there is the whole file or none, whatever happens meanwhile."""
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=_HALF)  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(half).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(half).unlink()
        raise
    with contextlib.suppress(OSError):  # not every file system can sync a folder
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def shown_of(data: bytes, side: int = THUMB) -> bytes:
    """A picture as a JPEG that may be shown: upright, at most `side` pixels long, nothing in it but pixels.

    Raises sniff.UnreadableError for what may not or cannot be decoded, ImportError without Pillow.
    """
    return jpeg(decode.decode(data, sniff.sniff(data)).image, side)


def shown_of_file(path: Path, side: int = THUMB) -> bytes:
    """The same for a file; for the pool."""
    return shown_of(sniff.read(path), side)


def jpeg(image: Image, side: int) -> bytes:
    """The pixels of `image`, and nothing else of it, as a JPEG of at most `side` pixels."""
    from PIL import Image as Images

    small = image.convert("RGB")
    if max(small.size) > side:
        small.thumbnail((side, side), Images.Resampling.LANCZOS, reducing_gap=2.0)
    # Made from bare pixels: Pillow carries comments and profiles of the source into what it saves.
    clean = Images.frombytes("RGB", small.size, small.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82)
    return out.getvalue()
