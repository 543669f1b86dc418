"""Photos, clips and voice notes: what a file really is, and a private folder that names each by its content."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.web.errors import Problem

MediaKind = Literal["image", "video", "audio"]
MiB = 1024 * 1024
LIMITS: dict[MediaKind, int] = {"image": 10 * MiB, "video": 25 * MiB, "audio": 5 * MiB}
WORDS: dict[MediaKind, str] = {"image": "照片", "video": "视频", "audio": "语音"}
_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{2,4}")

_EXTENSIONS: dict[MediaKind, frozenset[str]] = {
    "image": frozenset({"jpg", "jpeg", "jfif", "png", "gif", "webp", "bmp", "heic", "heif", "avif", "tif", "tiff"}),
    "video": frozenset({"mp4", "m4v", "mov", "webm", "mkv", "avi", "3gp", "mpg", "mpeg"}),
    "audio": frozenset({"mp3", "m4a", "aac", "amr", "wav", "ogg", "oga", "opus", "silk", "flac", "weba"}),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its first bytes. `kinds`: what it may hold, the likelier first. `plays`: a browser can show it."""

    ext: str
    mime: str
    kinds: tuple[MediaKind, ...]
    plays: bool = True


def sniff(head: bytes) -> Format | None:
    """The format that a file's first bytes (32 are enough) say it has; None: none that the group takes."""
    if head.startswith(b"\xff\xd8\xff"):
        return Format("jpg", "image/jpeg", ("image",))
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format("png", "image/png", ("image",))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Format("gif", "image/gif", ("image",))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format("webp", "image/webp", ("image",))
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Format("wav", "audio/wav", ("audio",))
    if head[4:8] == b"ftyp":
        return _iso(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3"):
        return Format("webm", "video/webm", ("video", "audio"))
    if head.startswith(b"OggS"):
        return Format("ogg", "audio/ogg", ("audio",))
    if head.startswith((b"#!AMR", b"\x02#!SILK", b"#!SILK")):
        return Format("amr" if b"AMR" in head[:6] else "silk", "application/octet-stream", ("audio",), plays=False)
    if head.startswith(b"fLaC"):
        return Format("flac", "audio/flac", ("audio",))
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return Format("mp3", "audio/mpeg", ("audio",))
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Format("aac", "audio/aac", ("audio",))
    return None


def _iso(brand: bytes) -> Format:
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return Format("heic", "image/heic", ("image",), plays=False)
    if brand in (b"avif", b"avis"):
        return Format("avif", "image/avif", ("image",))
    if brand.startswith(b"M4A"):
        return Format("m4a", "audio/mp4", ("audio",))
    return Format("mp4", "video/mp4", ("video", "audio"))


class Files:
    """The folder of what people attached; only the owner can read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes, name: str, claimed: str) -> tuple[str, MediaKind]:
        """Store an attached file; returns its name in the folder and its kind.

        `name` and `claimed` (a MIME type) are what the sender says it is. Raises Problem when that is not true, when
        it is nothing the group takes, too large or empty, or cannot be stored.
        """
        if not content:
            raise Problem("这个文件是空的，换一个试试。")
        found = sniff(content[:32])
        if found is None:
            raise Problem("群里只能发照片、视频和语音，这个文件看着都不像。")
        said = _said(name, claimed)
        if said is not None and said not in found.kinds:
            raise Problem(f"这个文件名字上是{WORDS[said]}，里面却是{WORDS[found.kinds[0]]}，没有发出去。")
        kind = said or found.kinds[0]
        if len(content) > LIMITS[kind]:
            raise Problem(f"{WORDS[kind]}太大了，最大 {LIMITS[kind] // MiB} MB，压缩一下再发吧。", 413)
        stored = f"{hashlib.sha256(content).hexdigest()}.{found.ext}"
        try:
            self._write(stored, content)
        except OSError:
            raise Problem("文件没存下来，这台电脑的磁盘可能满了或者不能写。", 507) from None
        return stored, kind

    def path(self, stored: str, kind: str) -> Path:
        """Where an attached file lies. Raises Problem for a name this folder did not give, or of another kind."""
        path = self.folder / stored
        if not _NAME.fullmatch(stored) or not path.is_file():
            raise Problem("附件找不到了，请重新选一次。")
        with path.open("rb") as file:
            found = sniff(file.read(32))
        if found is None or kind not in found.kinds:
            raise Problem("附件和消息的类型对不上，请重新选一次。")
        return path

    def _write(self, stored: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / stored
        if path.exists() and path.stat().st_size == len(content):
            return
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)


def _said(name: str, claimed: str) -> MediaKind | None:
    for kind in WORDS:
        if claimed.startswith(kind + "/"):
            return kind
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return next((kind for kind, known in _EXTENSIONS.items() if extension in known), None)
