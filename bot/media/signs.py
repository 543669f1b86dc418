"""The signs of the board, drawn as shapes: ✓ safe, ! keep an eye, … waiting, ☎ no word yet, ⌂ away.

Few fonts have all of them, and a sign must look the same on every machine.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_FINE = 4  # drawn larger and scaled down: smooth edges


@cache
def badge(state: str, size: int, ground: str) -> Image:
    """The sign of `state` in white on a disc of the colour `ground`, `size` pixels wide, clear around it."""
    from PIL import Image, ImageDraw

    full = size * _FINE
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, full - 1, full - 1), fill=ground)
    _SIGNS[state](draw, full)
    return image.resize((size, size), Image.Resampling.LANCZOS)


@cache
def card(width: int, height: int, ground: str, edge: str) -> Image:
    """A card with round corners in the colour `ground`, with an edge where `edge` names a colour."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (width * 2, height * 2), (0, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, width * 2 - 1, height * 2 - 1), 34, fill=ground, outline=edge or None, width=6 if edge else 0
    )
    return image.resize((width, height), Image.Resampling.BOX)


_BODY = (
    (13, 37), (15, 47, 24, 53, 34, 52), (46, 51, 52, 42, 52, 32), (52, 29, 54, 27, 57, 26), (54, 25, 52, 24, 50, 22),
    (47, 18, 42, 16, 37, 18), (32, 19, 29, 24, 30, 29), (24, 35, 18, 37, 13, 37),
)  # fmt: skip
_WING = ((26, 40), (32, 42, 39, 39, 42, 32), (43, 41, 36, 46, 26, 40))


@cache
def bird(size: int) -> Image:
    """The project's bird, `size` pixels wide: the same curves as on the page's icon, on a grid of 64."""
    from PIL import Image, ImageDraw

    full = size * _FINE
    scale = full / 64
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, full - 1, full - 1), 14 * scale, fill="#c8442f")
    for path, colour in ((_BODY, "#ffffff"), (_WING, "#f6c445")):
        draw.polygon([(x * scale, y * scale) for x, y in _curve(path)], fill=colour)
    draw.ellipse((39.6 * scale, 22.6 * scale, 44.4 * scale, 27.4 * scale), fill="#3b2b25")
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _curve(path: tuple[tuple[int, ...], ...]) -> list[tuple[float, float]]:
    """Points along cubic curves: a start, then two handles and an end for each."""
    x, y = path[0]
    points: list[tuple[float, float]] = []
    for x1, y1, x2, y2, x3, y3 in path[1:]:
        for i in range(17):
            t, u = i / 16, 1 - i / 16
            a, b, c, d = u**3, 3 * u * u * t, 3 * u * t * t, t**3
            points.append((a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3))
        x, y = x3, y3
    return points


def _line(draw: ImageDraw, full: int, points: list[tuple[float, float]], width: float) -> None:
    at = [(x * full, y * full) for x, y in points]
    thick = width * full
    draw.line(at, fill="white", width=round(thick), joint="curve")
    for x, y in at:
        draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill="white")


def _dot(draw: ImageDraw, full: int, x: float, y: float, radius: float) -> None:
    draw.ellipse(((x - radius) * full, (y - radius) * full, (x + radius) * full, (y + radius) * full), fill="white")


def _safe(draw: ImageDraw, full: int) -> None:
    _line(draw, full, [(0.27, 0.53), (0.44, 0.69), (0.74, 0.34)], 0.115)


def _concern(draw: ImageDraw, full: int) -> None:
    _line(draw, full, [(0.5, 0.25), (0.5, 0.55)], 0.125)
    _dot(draw, full, 0.5, 0.75, 0.075)


def _waiting(draw: ImageDraw, full: int) -> None:
    for x in (0.27, 0.5, 0.73):
        _dot(draw, full, x, 0.5, 0.075)


def _missed(draw: ImageDraw, full: int) -> None:
    # A handset lying slantwise: a bow with a thick piece at each end.
    draw.arc((0.30 * full, -0.02 * full, 1.02 * full, 0.70 * full), 88, 182, fill="white", width=round(0.11 * full))
    _line(draw, full, [(0.31, 0.26), (0.39, 0.38)], 0.17)
    _line(draw, full, [(0.62, 0.61), (0.74, 0.69)], 0.17)


def _away(draw: ImageDraw, full: int) -> None:
    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * full, y * full) for x, y in points]

    draw.polygon(at((0.5, 0.20), (0.80, 0.49), (0.20, 0.49)), fill="white")
    draw.rectangle((0.29 * full, 0.47 * full, 0.71 * full, 0.74 * full), fill="white")


_SIGNS = {"safe": _safe, "concern": _concern, "waiting": _waiting, "missed": _missed, "away": _away}
