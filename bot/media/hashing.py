"""The same picture again: recompressed, resized, brightened, cropped a little or stamped anew, it is still known.

Two steps. Perceptual hashes (64 bits of a cosine transform) of the picture and of its crops find candidates in
microseconds; a comparison of small luminance thumbnails, cell by cell and finely aligned, then decides. Cells under text
do not count, so a new stamp hides nothing and the same stamp on another picture proves nothing. Pictures with next to
no texture (darkness, sky, a wall) are only known again when the file is the same.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL.Image import Image

Key = TypeVar("Key")
Numbers = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]

_SIDE = 64  # of the stored thumbnail
_GRID = 8  # cells to a side
_CELL = 6  # pixels to a side of a cell
_FACE = _GRID * _CELL
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
# Crops of these parts of the picture are hashed too: all sides a little, the lower or the upper edge cut off.
_WINDOWS: tuple[Box, ...] = (
    *((c, c, 1 - c, 1 - c) for c in (0.025, 0.05, 0.075, 0.1)),
    *((0.0, 0.0, 1.0, 1 - c) for c in (0.06, 0.12, 0.17)),
    *((0.0, c, 1.0, 1.0) for c in (0.06, 0.12)),
    *((c, 0.0, 1 - c, 1.0) for c in (0.06, 0.12)),
    (0.0, 0.0, 0.93, 1.0),
    (0.07, 0.0, 1.0, 1.0),
)
# Where no stamp is, if it stands at the lower or the upper edge; hashed to compare these parts with each other.
_FREE: tuple[Box, ...] = ((0.0, 0.0, 1.0, 0.72), (0.0, 0.28, 1.0, 1.0))
_NEAR = 15  # bits that candidates may differ in
_FLAT = 2.0  # deviation of luminance, its slope taken away, under which a cell has no texture
_ALIKE = 0.75  # correlation of two cells that show the same
_ENOUGH = 9  # textured cells that a judgement needs
_SHARE = 0.6  # of them that must be alike
_FEW = 5  # textured cells that are enough after cropping, when they are alike almost to the dot
_EXACT = 0.88
_VERSION = 1
_ACROSS = [i % _CELL - (_CELL - 1) / 2 for i in range(_CELL * _CELL)]
_DOWN = [i // _CELL - (_CELL - 1) / 2 for i in range(_CELL * _CELL)]
_SLOPE = sum(x * x for x in _ACROSS)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a picture to know it again; no picture can be made of it that shows a face.

    `hashes`: of the whole, then of each window and of each part that a stamp leaves free. `thumb`: 64 × 64 luminance bytes. `text`: a bit for each of 8 × 8 cells
    under text. `trim`: the part inside uniform borders, with its hash in `trimmed` (0: none). `digest`: of the file.
    """

    digest: bytes
    hashes: tuple[int, ...]
    thumb: bytes
    text: int = 0
    trim: Box = _WHOLE
    trimmed: int = 0

    def pack(self) -> bytes:
        """For a column of bytes."""
        borders = bytes(round(255 * x) for x in self.trim)
        numbers = b"".join(n.to_bytes(8, "big") for n in (*self.hashes, self.text, self.trimmed))
        return bytes([_VERSION]) + self.digest + borders + numbers + self.thumb


def unpack(data: bytes) -> Fingerprint:
    """The Fingerprint that `pack` made. Raises ValueError for anything else."""
    count = len(_WINDOWS) + len(_FREE) + 3
    if len(data) != 37 + 8 * count + _SIDE * _SIDE or data[0] != _VERSION:
        raise ValueError("not a fingerprint of this version")
    numbers = [int.from_bytes(data[at : at + 8], "big") for at in range(37, 37 + 8 * count, 8)]
    left, top, right, bottom = (x / 255 for x in data[33:37])
    return Fingerprint(
        data[1:33],
        tuple(numbers[:-2]),
        data[37 + 8 * count :],
        numbers[-2],
        (left, top, right, bottom),
        numbers[-1],
    )


def fingerprint(data: bytes, image: Image, text: Sequence[Box] = ()) -> Fingerprint:
    """The Fingerprint of a file's bytes and its upright pixels. `text`: boxes of text in pixels of `image`."""
    from PIL import Image as Images

    grey = image.convert("L").resize((4 * _FACE, 4 * _FACE), Images.Resampling.BOX)
    trim = _inside(grey)
    return Fingerprint(
        hashlib.sha256(data).digest(),
        tuple(_hash(grey, window) for window in (_WHOLE, *_WINDOWS, *_FREE)),
        grey.resize((_SIDE, _SIDE), Images.Resampling.BOX).tobytes(),
        _cells_under(text, image.width, image.height),
        trim,
        _hash(grey, trim) if trim != _WHOLE else 0,
    )


def same(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether both show the same picture."""
    if a.digest == b.digest:
        return True
    candidates = _candidates(a, b)
    if not candidates or not (textured(a) and textured(b)):
        return False
    return any(_verified(a, mine, b, theirs) for mine, theirs in candidates)


def find(query: Fingerprint, known: Iterable[tuple[Key, Fingerprint]]) -> Key | None:
    """The key of the first of `known` that shows the same picture."""
    return next((key for key, other in known if same(query, other)), None)


def textured(print_: Fingerprint) -> bool:
    """Whether the picture has enough texture outside its text to be known again when it is not the same file."""
    face = _face(print_.thumb, _WHOLE)
    return (
        sum(deviation >= _FLAT and not print_.text >> i & 1 for i, (_, deviation) in enumerate(_cells(face))) >= _ENOUGH
    )


def _candidates(a: Fingerprint, b: Fingerprint) -> list[tuple[Box, Box]]:
    """Which part of the one could be which part of the other, the likeliest first."""
    whole_a, whole_b = a.hashes[0], b.hashes[0]
    near = [
        (bits, window, _WHOLE)
        for window, part in zip(_WINDOWS, a.hashes[1:], strict=False)
        if (bits := (part ^ whole_b).bit_count()) <= _NEAR
    ]
    near += [
        (bits, _WHOLE, window)
        for window, part in zip(_WINDOWS, b.hashes[1:], strict=False)
        if (bits := (whole_a ^ part).bit_count()) <= _NEAR
    ]
    if (bits := (whole_a ^ whole_b).bit_count()) <= _NEAR:
        near.append((bits, _WHOLE, _WHOLE))
    elif any((a.hashes[-i] ^ b.hashes[-i]).bit_count() <= _NEAR for i in range(1, len(_FREE) + 1)):
        near.append((_NEAR, _WHOLE, _WHOLE))
    if a.trimmed and (bits := (a.trimmed ^ whole_b).bit_count()) <= _NEAR:
        near.append((bits, a.trim, _WHOLE))
    if b.trimmed and (bits := (whole_a ^ b.trimmed).bit_count()) <= _NEAR:
        near.append((bits, _WHOLE, b.trim))
    near.sort(key=lambda f: f[0])
    return [(mine, theirs) for _, mine, theirs in near[:3]]


def _verified(a: Fingerprint, mine: Box, b: Fingerprint, theirs: Box) -> bool:
    """Whether the parts are alike cell by cell, after moving the edges of the smaller one until they fit best."""
    fixed, moving = ((a, mine), (b, theirs)) if mine == _WHOLE else ((b, theirs), (a, mine))
    still = _cells(_face(fixed[0].thumb, fixed[1]))
    hidden = _hidden(fixed[0].text, fixed[1])
    box = moving[1]
    best, alike, of = _fit(still, hidden, moving[0], box)
    step = 0.02
    while step > 0.004 and best < 0.9:
        if of < _FEW or best < 0.15:
            return False
        # A part that is small already (a picture inside a tall screenshot) has no way to move.
        fits = ((*_fit(still, hidden, moving[0], moved), moved) for moved in _moved(box, step))
        better = max(fits, key=lambda t: t[0], default=(0.0, 0, 0, box))
        if better[0] > best + 1e-9:
            best, alike, of, box = better
        else:
            step /= 2
    return alike >= _SHARE * of and (of >= _ENOUGH or (of >= _FEW and best >= _EXACT))


def _moved(box: Box, step: float) -> list[Box]:
    moves = ((1, 0, 1, 0), (-1, 0, -1, 0), (0, 1, 0, 1), (0, -1, 0, -1), (1, 1, -1, -1), (-1, -1, 1, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (-1, 0, 0, 0), (0, -1, 0, 0), (0, 0, -1, 0), (0, 0, 0, -1))  # fmt: skip
    found = []
    for move in moves:
        left, top, right, bottom = (min(1.0, max(0.0, x + step * m)) for x, m in zip(box, move, strict=True))
        if right - left > 0.6 and bottom - top > 0.5:
            found.append((left, top, right, bottom))
    return found


def _fit(still: list[tuple[list[float], float]], hidden: int, print_: Fingerprint, box: Box) -> tuple[float, int, int]:
    """The mean likeness of the cells that count, how many are alike, and how many count."""
    cells = _cells(_face(print_.thumb, box))
    hidden |= _hidden(print_.text, box)
    total, alike, of = 0.0, 0, 0
    for i, ((a, deviation_a), (b, deviation_b)) in enumerate(zip(still, cells, strict=True)):
        if hidden >> i & 1 or (deviation_a < _FLAT and deviation_b < _FLAT):
            continue
        of += 1
        if deviation_a < _FLAT / 2 or deviation_b < _FLAT / 2:
            continue
        likeness = sum(map(mul, a, b)) / (len(a) * deviation_a * deviation_b)
        total += max(0.0, likeness)
        alike += likeness >= _ALIKE
    return (total / of if of else 0.0), alike, of


def _face(thumb: bytes, box: Box) -> bytes:
    from PIL import Image as Images

    left, top, right, bottom = (_SIDE * x for x in box)
    return (
        Images.frombytes("L", (_SIDE, _SIDE), thumb)
        .resize((_FACE, _FACE), Images.Resampling.BILINEAR, box=(left, top, right, bottom))
        .tobytes()
    )


def _cells(face: bytes) -> list[tuple[list[float], float]]:
    """Each cell's luminances less their mean and slope (skies and walls all slope alike), and their deviation."""
    found = []
    for row in range(0, _FACE, _CELL):
        for column in range(0, _FACE, _CELL):
            values: list[float] = []
            for y in range(row, row + _CELL):
                values += face[y * _FACE + column : y * _FACE + column + _CELL]
            mean = sum(values) / len(values)
            across = sum(map(mul, values, _ACROSS)) / _SLOPE
            down = sum(map(mul, values, _DOWN)) / _SLOPE
            values = [v - mean - across * x - down * y for v, x, y in zip(values, _ACROSS, _DOWN, strict=True)]
            found.append((values, math.sqrt(sum(map(mul, values, values)) / len(values))))
    return found


def _cells_under(boxes: Sequence[Box], width: int, height: int) -> int:
    bits = 0
    for left, top, right, bottom in boxes:
        # A stamp's panel and shadow reach beyond its letters.
        pad = 0.4 * min(bottom - top, right - left)
        left, top, right, bottom = left - pad, top - pad, right + pad, bottom + pad
        first_x, last_x = int(_GRID * left / width), int(_GRID * max(left, right - 1) / width)
        first_y, last_y = int(_GRID * top / height), int(_GRID * max(top, bottom - 1) / height)
        for y in range(max(0, first_y), min(_GRID - 1, last_y) + 1):
            for x in range(max(0, first_x), min(_GRID - 1, last_x) + 1):
                bits |= 1 << (y * _GRID + x)
    return bits


def _hidden(bits: int, box: Box) -> int:
    """The cells under text, as they lie in the part `box`."""
    if not bits or box == _WHOLE:
        return bits
    moved = 0
    left, top, right, bottom = box
    for y in range(_GRID):
        for x in range(_GRID):
            there_x = min(_GRID - 1, int(_GRID * left + (right - left) * (x + 0.5)))
            there_y = min(_GRID - 1, int(_GRID * top + (bottom - top) * (y + 0.5)))
            moved |= (bits >> (there_y * _GRID + there_x) & 1) << (y * _GRID + x)
    return moved


@cache
def _cosines() -> Numbers:
    """(8, 32): the lowest frequencies of a cosine transform."""
    u, x = np.ogrid[:8, :32]
    cosines: Numbers = np.cos(np.pi * u * (2 * x + 1) / 64)
    return cosines


def _hash(grey: Image, box: Box) -> int:
    """64 bits: which of the 8 × 8 lowest frequencies are above their median."""
    from PIL import Image as Images

    left, top, right, bottom = (grey.width * x for x in box)
    small = np.asarray(grey.resize((32, 32), Images.Resampling.BILINEAR, box=(left, top, right, bottom)), np.float64)
    found = (_cosines() @ small @ _cosines().T).ravel()
    middle = np.sort(found[1:])[31]
    return int.from_bytes(np.packbits(found > middle, bitorder="little").tobytes(), "little")


def _inside(grey: Image) -> Box:
    """The part inside uniform borders (the bars of a screenshot), the whole where there are none."""
    side = grey.width
    rows = np.asarray(grey, np.int16)
    top, bottom = _edges(rows)
    left, right = _edges(rows.T)
    if (top, bottom, left, right) == (0, side, 0, side) or bottom - top < side // 3 or right - left < side // 3:
        return _WHOLE
    # As bytes keep it, so that a packed fingerprint is the same.
    return (
        math.ceil(255 * left / side) / 255,
        math.ceil(255 * top / side) / 255,
        math.floor(255 * right / side) / 255,
        math.floor(255 * bottom / side) / 255,
    )


def _edges(lines: npt.NDArray[np.int16]) -> tuple[int, int]:
    count = len(lines)
    varied = np.flatnonzero(~_uniform(lines, lines[0]))
    first = int(varied[0]) if varied.size else count
    varied = np.flatnonzero(~_uniform(lines, lines[-1]))
    last = max(first, int(varied[-1]) + 1 if varied.size else 0)
    least = count // 40
    return (first if first > least else 0), (last if count - last > least else count)


def _uniform(lines: npt.NDArray[np.int16], outermost: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """Which of `lines` have the colour of the outermost one nearly everywhere."""
    ground = np.sort(outermost)[len(outermost) // 2]
    # A few pixels may differ: a screenshot's bar holds a clock and a battery.
    uniform: npt.NDArray[np.bool_] = (np.abs(lines - ground) > 10).sum(axis=1) <= lines.shape[1] * 0.3
    return uniform
