"""Is somebody in a picture? Presence, and nothing else: no face is cut out, compared or kept, only a yes goes on.

The model (MediaPipe's BlazeFace for the middle range, see faces.txt) lies beside this file and is loaded on first use. It
sees faces, so a yes is worth something and a no is worth nothing: somebody asleep, from behind or far away is not seen.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import threading
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_SURE = 0.7  # the highest of 64 pictures without anybody had 0.62
_PERHAPS = 0.25  # under this a look closer by has never found anybody; a face that lies across has 0.43 and more
_SIDE = 192  # pixels of the model's square input
_SMALL = 480  # long side that the parts are cut from
_DARK = 14.0  # mean luminance under which nobody can say anything
_running = threading.Lock()


def available() -> bool:
    """Whether the runner of the model is installed (the extra `person`)."""
    return all(importlib.util.find_spec(module) is not None for module in ("ai_edge_litert", "numpy"))


def somebody(image: Image) -> bool | None:
    """Whether a face is seen in RGB pixels; None where the runner is missing or the picture is too dark to judge.

    Some 10 to 35 ms of one core. First the whole picture; in doubt its two ends closer by, then lying on its sides: who is
    in bed may lie across it.
    """
    from PIL import Image as Images
    from PIL import ImageStat

    if not available():
        return None
    small = image.resize(_within(image, _SMALL), Images.Resampling.BILINEAR, reducing_gap=1.0)
    if ImageStat.Stat(small.convert("L")).mean[0] < _DARK:
        return None
    width, height = small.size
    side = min(width, height)
    ends = () if 5 * max(width, height) < 6 * side else ((0, 0), (width - side, height - side))
    square = _square(small)
    sure = _surest(square)
    if not _PERHAPS < sure < _SURE:
        return sure >= _SURE
    sure = max((_surest(_square(small.crop((x, y, x + side, y + side)))) for x, y in ends), default=sure)
    turns = (Images.Transpose.ROTATE_90, Images.Transpose.ROTATE_270)
    return sure >= _SURE or any(_surest(square.transpose(turn)) >= _SURE for turn in turns)


def _within(image: Image, side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(image.size))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _square(part: Image) -> Image:
    """`part` as large as the model's input holds, with black beside it."""
    from PIL import Image as Images

    square = Images.new("RGB", (_SIDE, _SIDE))
    part = part.resize(_within(part, _SIDE), Images.Resampling.BILINEAR)
    square.paste(part, ((_SIDE - part.width) // 2, (_SIDE - part.height) // 2))
    return square


def _surest(square: Image) -> float:
    """How sure the model is, from 0 to 1, of the likeliest face in a square."""
    import math

    import numpy as np

    with _running:
        model, pixels, scores = _model()
        model.set_tensor(pixels, np.asarray(square, dtype=np.float32)[np.newaxis] / 127.5 - 1)
        model.invoke()
        best = float(model.get_tensor(scores).max())
    return 1 / (1 + math.exp(-max(-80.0, best)))  # scores are logits, one for each place


@cache
def _model() -> tuple[Any, int, int]:
    """The model, and the numbers of its input and of its scores."""
    from ai_edge_litert.interpreter import Interpreter

    content = resources.files("bot.media").joinpath("faces.tflite").read_bytes()
    with _hushed():
        model = Interpreter(model_content=content, num_threads=1)
        model.allocate_tensors()
    (scores,) = (out["index"] for out in model.get_output_details() if out["shape"][-1] == 1)
    return model, model.get_input_details()[0]["index"], scores


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Without what the runner writes past Python to the standard error: nobody who runs `photo` needs to read it."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
