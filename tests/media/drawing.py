"""Pictures for the tests, drawn from noise and a font of the machine: no photograph of anybody is needed."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest

from bot.media import fonts


def font(size: int) -> Any:
    """A font with Chinese letters; the test is skipped where the machine has none."""
    pytest.importorskip("PIL.ImageFont", reason="Pillow is not installed (extra media)")
    try:
        return fonts.chinese()[0].load(size)
    except fonts.NoFontError as error:
        pytest.skip(str(error))


def scene(seed: int, width: int = 900, height: int = 1200) -> Any:
    """A picture with shapes of many sizes, the same for the same seed."""
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed (dependency group media)")
    from PIL import ImageDraw, ImageFilter

    chance = random.Random(seed)
    picture = images.new("RGB", (width, height), tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(90):
        x, y = chance.randrange(width), chance.randrange(height)
        w, h = chance.randrange(20, max(21, width // 3)), chance.randrange(20, max(21, height // 3))
        colour = tuple(chance.randrange(256) for _ in range(3))
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape((x - w // 2, y - h // 2, x + w // 2, y + h // 2), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(4))


def stamped(picture: Any, rows: list[str], size: int = 36, top: bool = False) -> Any:
    """The picture with white rows of text on a dark panel, at its lower or upper left."""
    from PIL import ImageDraw

    picture = picture.copy()
    letters = font(size)
    draw = ImageDraw.Draw(picture, "RGBA")
    high = int(size * 1.5)
    y = 20 if top else picture.height - 20 - high * len(rows)
    wide = max(int(draw.textlength(row, font=letters)) for row in rows)
    draw.rectangle((16, y - 6, 44 + wide, y + high * len(rows)), fill=(20, 25, 40, 150))
    for i, row in enumerate(rows):
        draw.text((28, y + i * high), row, font=letters, fill="white")
    return picture


def jpeg(picture: Any, quality: int = 85, **more: Any) -> bytes:
    """The picture as a JPEG's bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, **more)
    return buffer.getvalue()
