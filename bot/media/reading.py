"""The text in a picture, read at the least cost: a rough look at all of it, then a careful one where there is text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from bot.media import ocr, watermark
from bot.media.ocr import Line

if TYPE_CHECKING:
    from PIL.Image import Image

_ROUGH = 960  # long side in pixels of the rough look, and of the careful one where text is everywhere
_LEAST = 1100  # smaller pictures are drawn larger first: their letters are too small for the reader
_TALLEST = 0.17  # part of the shorter side; larger "letters" are shapes in the picture
_MOST = 0.55  # part of the picture under text above which strips save nothing


def text_of(image: Image) -> list[Line]:
    """The lines of text in `image`; empty after the rough look alone where it shows none.

    Raises MissingReaderError when the reader is not installed.
    """
    if max(image.size) < _LEAST:
        return _scaled(image, _LEAST / max(image.size))
    tall = _TALLEST * min(image.size)
    rough = [line for line in _look_over(image) if line.height <= tall or re.search(r"\d\D?\d", line.text)]
    if not watermark.worth_reading(rough):
        return []
    strips = ocr.strips(rough[:60], image.width, image.height)
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in strips)
    if len(rough) > 60 or area > _MOST * image.width * image.height:
        return all_text_of(image)
    found = [
        line
        for left, top, right, bottom in strips
        for line in ocr.lines(image.crop((left, top, right, bottom)), "small", (left, top))
    ]
    return sorted(found, key=lambda line: (line.box[1], line.box[0]))


def all_text_of(image: Image) -> list[Line]:
    """The lines of text in `image`, all of it read carefully (about a second of one core)."""
    scale = _ROUGH / max(image.size)
    return ocr.lines(image, "small") if scale >= 1 else _back(ocr.lines(_sized(image, scale), "small"), scale)


def _look_over(image: Image) -> list[Line]:
    """The lines of the rough look: what says whether there is a stamp is as sure on fewer pixels, and costs less."""
    from PIL.Image import Resampling

    scale = _ROUGH / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return _back(ocr.lines(image.resize(size, Resampling.BILINEAR, reducing_gap=1.0), "tiny"), scale)


def _scaled(image: Image, scale: float) -> list[Line]:
    return _back(text_of(_sized(image, scale)), scale)


def _sized(image: Image, scale: float) -> Image:
    # Rounded up, so that what is drawn larger ends up large enough.
    from PIL.Image import Resampling

    return image.resize(
        (math.ceil(image.width * scale), math.ceil(image.height * scale)), Resampling.BICUBIC, reducing_gap=2.0
    )


def _back(lines: list[Line], scale: float) -> list[Line]:
    return [
        Line(
            line.text, (line.box[0] / scale, line.box[1] / scale, line.box[2] / scale, line.box[3] / scale), line.score
        )
        for line in lines
    ]
