"""A Chinese font of this machine for what the bot draws. Without one every name would be a row of boxes."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MEND = "no Chinese font was found; make venv installs one, on Debian also: apt-get install fonts-wqy-microhei"
_PACKAGE = "paperang_p2_fonts_cjk"  # WenQuanYi Micro Hei in a wheel
_SAMPLE = "安鸟位兰"

# Where the usual packages put them, for a machine without fontconfig. The number is the face inside a collection.
_USUAL = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)
# Plain faces that stay legible on a phone come first; anything else that knows Chinese comes after them.
_PREFERRED = ("NotoSansCJK", "NotoSansSC", "SourceHanSans", "wqy-microhei", "PingFang", "msyh", "wqy-zenhei")


class NoFontError(Exception):
    """No font on this machine can draw Chinese; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file. Its size is chosen when it is loaded."""

    path: Path
    index: int = 0

    def load(self, size: int) -> FreeTypeFont:
        """The face at `size` pixels. Raises OSError for a file that is no font."""
        return _load(self.path, self.index, size)

    def has(self, text: str) -> bool:
        """Whether the face has a picture of its own for every character."""
        return all(_has(self.path, self.index, c) for c in text)


@cache
def _load(path: Path, index: int, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), size, index=index)


@cache
def _has(path: Path, index: int, char: str) -> bool:
    if char.isspace():
        return True
    font = _load(path, index, 24)
    # A character that a face does not know is drawn as the same box as one that cannot exist.
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffe"))


def chinese(wanted: Path | None = None) -> tuple[Face, ...]:
    """The faces that draw Chinese, best first; `wanted` names a font file that goes before all others.

    Raises NoFontError when there is none, or when `wanted` cannot be used.
    """
    if wanted is not None:
        face = Face(wanted)
        if not _usable(face):
            raise NoFontError(f"{wanted.name} is not a font that knows Chinese; {MEND}")
        return (face, *_installed())
    found = _installed()
    if not found:
        raise NoFontError(MEND)
    return found


@cache
def _installed() -> tuple[Face, ...]:
    faces = dict.fromkeys(
        (*_packaged(), *_listed(), *(Face(Path(path), index) for path, index in _USUAL if Path(path).is_file()))
    )
    return pick(list(faces))


def pick(faces: Sequence[Face], most: int = 4) -> tuple[Face, ...]:
    """Those of `faces` that can be used, in the order of preference, at most `most`."""
    usable: list[Face] = []
    for face in sorted(faces, key=lambda f: (_rank(f), str(f.path), f.index)):
        if len(usable) < most and _usable(face):
            usable.append(face)
    return tuple(usable)


def _rank(face: Face) -> tuple[int, bool]:
    name = face.path.name
    place = next((i for i, known in enumerate(_PREFERRED) if name.startswith(known)), len(_PREFERRED))
    return place, "Regular" not in name and "." in name and any(w in name for w in ("Bold", "Black", "Thin", "Light"))


def _usable(face: Face) -> bool:
    try:
        return face.has(_SAMPLE)
    except (OSError, ValueError):  # not a font, or a kind that Pillow cannot scale
        return False


def _packaged() -> Iterator[Face]:
    """The font that comes with the extra, for a machine without any."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in found.submodule_search_locations or () if found else ():
        yield from (Face(path) for path in sorted(Path(folder).rglob("*.tt[cf]")))


def _listed() -> Iterator[Face]:
    """What fontconfig knows to cover simplified Chinese."""
    program = shutil.which("fc-list")
    if program is None:
        return
    try:
        told = subprocess.run(
            [program, ":lang=zh-cn", "--format", "%{index}\t%{file}\n"],
            capture_output=True, text=True, timeout=10, check=False,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return
    for line in told.splitlines():
        index, _, path = line.partition("\t")
        if path and index.isdigit() and int(index) < 0x10000:  # above: a named instance of a variable font
            yield Face(Path(path), int(index))
