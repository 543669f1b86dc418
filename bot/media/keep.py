"""What is shown of pictures and voice notes, on disk beside the originals, for the owner's eyes only.

What is shown is always drawn or written anew, so place and camera that a phone hid in a file never leave the disk.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.media import decode, sniff

if TYPE_CHECKING:
    from PIL.Image import Image

Part = Literal["thumb.jpg", "voice.wav", "voice.mp3"]

THUMB, VIEW = 480, 1440  # long sides in pixels
RESERVE = 200 * 1024 * 1024  # bytes left free: the database needs them more than a photo does
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_HALF = ".half-"


class DiskFullError(Exception):
    """There is no room for a file; the text says what to do. What the bot knows is safe, only the file is not kept."""


class Shelf:
    """What is made of the originals, beside them in the folder of all media; folders 0700, files 0600.

    The originals lie there under the hash of their content (bot/wechat/files.py); what is shown of one carries the same
    hash before its first dot, so that whoever erases the one finds the other.
    """

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        self.folder = folder
        self._reserve = reserve

    def show(self, digest: str, part: Part, data: bytes) -> str:
        """Keep what is shown of an original; its name in the folder. Raises DiskFullError, OSError, ValueError for no digest."""
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise ValueError("a digest is 64 hexadecimal digits")
        return self._keep(f"shown/{digest[:2]}/{digest}.{part}", data)

    def draw(self, name: str, data: bytes) -> str:
        """Keep a picture that the bot drew; its name in the folder. Raises DiskFullError, OSError."""
        return self._keep(f"drawn/{name}", data)

    def tidy(self) -> int:
        """Remove what a crash left half written; for the start, before anything is kept. Returns how many."""
        halves = list(self.folder.rglob(f"{_HALF}*")) if self.folder.is_dir() else []
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)

    def _keep(self, name: str, data: bytes) -> str:
        path = self.folder / name
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size == len(data):
                return name
        try:
            self._folders(path.parent)
            if shutil.disk_usage(path.parent).free < self._reserve + len(data):
                raise DiskFullError(_full_text(self.folder))
            _atomic(path, data)
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFullError(_full_text(self.folder)) from None
            raise
        return name

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
