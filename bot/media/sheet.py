"""Is it a sheet rather than a photograph: a card, a poster, a page of news, a screenshot?

What was drawn has one ground of exactly one colour, and its writing stands on it. A photograph, even of a white wall,
has light that falls off; and a camera's stamp lies over the picture, or on a panel of its own at the edge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]

_WIDE = 96  # columns that are looked at
_NEAR = 2  # levels by which a ground's pixels may differ after compression
_EDGE = 0.15  # part at the top and at the bottom where a stamp's own strip may be
_SHARE, _BLOWN = 0.25, 0.5  # part of the middle that is ground; more of it where light or darkness was cut off
_ON, _SOME = 0.6, 0.25  # part of the writing that stands on it; less is enough where the date does
_MOSTLY = 0.65  # ground of a chat, where much of the writing stands in bubbles
_LITTLE, _ALMOST_ALL, _LONG = 0.2, 0.8, 6  # ground and lines of a page with a large photograph in it


def is_sheet(image: Image, writing: Sequence[Box], dated: Sequence[Box] = ()) -> bool:
    """Whether RGB pixels are those of a sheet.

    `writing`: the boxes of the lines of text, in pixels of `image`; `dated`: of those with a date.
    """
    if not writing:
        return False
    ground, share = ground_of(image)
    if share < _LITTLE:
        return False
    on = sum(_stands_on(image, box, ground) for box in writing) / len(writing)
    if on >= _ALMOST_ALL and len(writing) >= _LONG:
        return True
    if share < (_BLOWN if max(ground) < 12 or min(ground) > 250 else _SHARE):
        return False
    date_on = any(_stands_on(image, box, ground) for box in dated)
    return on >= _ON or (on >= _SOME and (date_on or share >= _MOSTLY))


def ground_of(image: Image) -> tuple[tuple[int, int, int], float]:
    """The commonest colour of the middle of the picture, and the part of it that has this colour."""
    from PIL import Image as Images

    high = max(8, round(_WIDE * image.height / image.width))
    small = image.resize((_WIDE, high), Images.Resampling.NEAREST)
    top, bottom = round(_EDGE * high), round((1 - _EDGE) * high)
    data = small.crop((0, top, _WIDE, bottom)).tobytes()
    pixels = list(zip(data[0::3], data[1::3], data[2::3], strict=True))
    (ground, _), *_ = Counter(pixels).most_common(1)
    return ground, sum(_alike(pixel, ground) for pixel in pixels) / len(pixels)


def _stands_on(image: Image, box: Box, ground: tuple[int, int, int]) -> bool:
    """Whether the pixels just around a line of text are the ground's."""
    left, top, right, bottom = box
    gap = max(3.0, 0.25 * (bottom - top))
    around = []
    for i in range(12):
        x = left + (right - left) * (i + 0.5) / 12
        around += [(x, top - gap), (x, bottom + gap)]
    around += [(left - gap, (top + bottom) / 2), (right + gap, (top + bottom) / 2)]
    inside = [(int(x), int(y)) for x, y in around if 0 <= x < image.width and 0 <= y < image.height]
    return sum(_alike(image.getpixel(at), ground) for at in inside) >= 0.6 * len(inside)


def _alike(a: object, b: tuple[int, int, int]) -> bool:
    assert isinstance(a, tuple)
    return all(abs(x - y) <= _NEAR for x, y in zip(a, b, strict=True))
