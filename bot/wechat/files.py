"""Files on their way in and out: what a wechaty FileBox holds, and keeping it under its own hash."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bot.model import MessageType

MAX_BYTES = 100 * 1024 * 1024  # what WeChat itself lets through
RESERVE = 200 * 1024 * 1024  # bytes left free: the database needs them more than a file does

_KINDS: dict[str, MessageType] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "bmp", "heic", "heif"), "image"),
    **dict.fromkeys(("mp4", "mov", "m4v", "avi", "3gp", "webm"), "video"),
    **dict.fromkeys(("sil", "silk", "slk", "amr", "mp3", "m4a", "wav", "ogg", "aac"), "audio"),
    "gif": "image",
}


class Unreadable(Exception):
    """A file's content cannot be had; the text is for the log and names no person."""


def suffix_of(name: str) -> str:
    """The ending of a file name, lower case with its dot, "" when it is not a plain one."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", name)
    return f".{found[1].lower()}" if found else ""


def kind_of(name: str) -> MessageType | None:
    """image, video or audio by the name's ending; None for other files."""
    return _KINDS.get(suffix_of(name)[1:])


def content(box: Any) -> bytes:
    """The bytes in a FileBox that carries them. Raises Unreadable."""
    kind = box.type().name
    if kind == "Buffer":
        data = bytes(box.buffer)
    elif kind == "Stream":
        data = bytes(box.stream)
    elif kind == "Base64":
        try:
            data = base64.b64decode(box.base64, validate=True)
        except ValueError:
            raise Unreadable("the file's base64 is broken") from None
    else:
        raise Unreadable(f"a file of kind {kind} carries no content")
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES} bytes")
    return data


def keep(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` once, under its SHA-256 and the ending of `name`, readable by the owner only. Raises Unreadable, OSError.

    A file that is there under its own hash is the same file; a crash half-way leaves no file under that name.
    """
    path = folder / (hashlib.sha256(data).hexdigest() + suffix_of(name))
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < RESERVE + len(data):
        raise Unreadable("the disk is nearly full, so it is not kept; make room, or keep media for fewer days")
    handle, half = tempfile.mkstemp(dir=folder, prefix=".half-")  # made with mode 0600
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
    return path
