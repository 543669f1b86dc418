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


def somebody(picture: Any, x: float, y: float, size: float) -> Any:
    """The picture with a drawn head and shoulders in it, the face's middle at `x`, `y` and half as wide as `size`."""
    from PIL import ImageDraw, ImageFilter

    picture = picture.copy()
    draw = ImageDraw.Draw(picture)

    def at(*box: float) -> list[float]:
        return [(x, y)[i % 2] + size * v for i, v in enumerate(box)]

    draw.ellipse(at(-0.82, -1.15, 0.82, 1.1), fill=(60, 45, 40))
    draw.ellipse(at(-0.72, -0.95, 0.72, 1.08), fill=(224, 180, 150))
    draw.rectangle(at(-0.25, 1.0, 0.25, 1.4), fill=(205, 160, 132))
    draw.ellipse(at(-1.3, 1.25, 1.3, 2.6), fill=(50, 70, 120))
    for side in (-0.32, 0.32):
        draw.ellipse(at(side - 0.17, -0.2, side + 0.17, -0.03), fill=(245, 245, 240))
        draw.ellipse(at(side - 0.08, -0.2, side + 0.08, -0.03), fill=(40, 25, 20))
        brow = at(side - 0.24, -0.42, side + 0.24, -0.1)
        draw.arc(brow, 200, 340, fill=(50, 35, 30), width=max(2, round(size * 0.07)))
    draw.polygon(at(0, -0.05, -0.14, 0.3, 0.14, 0.3), fill=(200, 150, 125))
    draw.ellipse(at(-0.15, 0.22, 0.15, 0.36), fill=(196, 146, 122))
    draw.chord(at(-0.32, 0.4, 0.32, 0.75), 10, 170, fill=(170, 70, 70))
    return picture.filter(ImageFilter.GaussianBlur(max(1.0, size / 40)))


def sheet(rows: list[str], width: int = 1080, height: int = 1440, ground: str = "#faf6ec", ink: str = "#222222") -> Any:
    """What somebody drew and sent on: a page of one colour with rows of text from its top, the first row large."""
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed (extra media)")
    from PIL import ImageDraw

    page = images.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(page)
    y = height // 14
    for i, row in enumerate(rows):
        size = width // (14 if i == 0 else 26)
        draw.text((width // 16, y), row, font=font(size), fill=ink)
        y += int(1.7 * size)
    return page
