"""Reading text in a picture with models that the package carries: offline, on one core, loaded on first use.

Two models of one family: the tiny one looks over the whole picture (about 0.15 s) and says whether there is text at
all; the small one, slower and surer, reads only the strips where there is.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

Size = Literal["tiny", "small"]
Box = tuple[float, float, float, float]


class MissingReaderError(Exception):
    """The text reader is not installed; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and its box (left, top, right, bottom) in pixels of the picture; `score` from 0 to 1."""

    text: str
    box: Box
    score: float = 1.0

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


_SIDE: dict[Size, int] = {"tiny": 640, "small": 1280}
_engines: dict[Size, Any] = {}
_loading = threading.Lock()


def available() -> bool:
    """Whether the reader is installed."""
    try:
        import faster_paddle  # noqa: F401
    except ImportError:
        return False
    return True


def _engine(size: Size) -> Any:
    with _loading:
        if size not in _engines:
            try:
                from faster_paddle import OcrEngine
            except ImportError:
                raise MissingReaderError(
                    "reading watermarks needs the dependency group 'media' (make venv installs it)"
                ) from None
            _engines[size] = OcrEngine(model_size=size, threads=1, det_max_side=_SIDE[size], det_min_side=0)
        return _engines[size]


def lines(image: Image, size: Size = "small", at: tuple[int, int] = (0, 0)) -> list[Line]:
    """The lines of text in `image`, boxes moved by `at`. Raises MissingReaderError."""
    engine = _engine(size)
    buffer = io.BytesIO()
    image.save(buffer, "BMP")  # only pixels that we decoded ourselves reach the native reader
    found = engine.ocr(buffer.getvalue())["bounds"].values()
    return [
        Line(
            item["text"],
            (
                item["topLeftCoord"][0] + at[0],
                item["topLeftCoord"][1] + at[1],
                item["bottomRightCoord"][0] + at[0],
                item["bottomRightCoord"][1] + at[1],
            ),
            float(item["confidence"]),
        )
        for item in found
        if item["text"].strip()
    ]


def strips(found: Sequence[Line], width: int, height: int) -> list[tuple[int, int, int, int]]:
    """The parts of a picture worth reading carefully: boxes around neighbouring lines, padded, not overlapping."""
    boxes = []
    for line in found:
        left, top, right, bottom = line.box
        pad = max(24.0, 1.2 * line.height)
        boxes.append([left - pad, top - pad, right + pad, bottom + pad])
    merged = True
    while merged:
        merged = False
        for i in range(len(boxes)):
            for j in range(i + 1, len(boxes)):
                a, b = boxes[i], boxes[j]
                if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                    boxes[i] = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
                    del boxes[j]
                    merged = True
                    break
            if merged:
                break
    return [
        (max(0, int(b[0])), max(0, int(b[1])), min(width, int(b[2]) + 1), min(height, int(b[3]) + 1)) for b in boxes
    ]
