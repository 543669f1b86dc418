"""Clips and voice notes made for the tests."""

from __future__ import annotations

import array
import io
import math
import random
import struct
from pathlib import Path
from typing import Any

import av
import pysilk
from PIL import Image


def clip(
    path: Path,
    *,
    seconds: int = 2,
    size: tuple[int, int] = (160, 120),
    dark_until: float = 0.0,
    form: str = "mp4",
    codec: str = "libx264",
) -> Path:
    """A clip whose left half is red; bare until the part `dark_until` of it."""
    with av.open(str(path), "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt, stream.gop_size = "yuv420p", 5
        stream.options = {"preset": "ultrafast"} if codec == "libx264" else {}
        for i in range(seconds * 10):
            image = Image.new("RGB", size, (0, 0, 0))
            if i >= dark_until * seconds * 10:
                image.paste((230, 20, 20), (0, 0, size[0] // 2, size[1]))
            frame: Any = av.VideoFrame
            for packet in stream.encode(frame.from_image(image)):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def patched(path: Path, box: bytes, at: int, new: bytes) -> Path:
    """Overwrite bytes at `at` behind the name of the last box called `box`."""
    data = bytearray(path.read_bytes())
    start = data.rindex(box) + 4 + at  # the brands in the head of the file use the same letters
    data[start : start + len(new)] = new
    path.write_bytes(data)
    return path


def turned(path: Path) -> Path:
    """The clip as a phone held upright writes it: to be turned by 90 degrees clockwise."""
    matrix = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    return patched(path, b"tkhd", 40, matrix)


def tone(rate: int, seconds: float) -> bytes:
    return array.array("h", [int(9000 * math.sin(i / 9)) for i in range(int(rate * seconds))]).tobytes()


def silk(seconds: float = 2.0) -> bytes:
    """A voice note as WeChat writes it: 24 kHz, a 0x02 before the head."""
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(tone(24_000, seconds)), out, 24_000, 24_000)
    return out.getvalue()


def amr(seconds: float = 2.0) -> bytes:
    """An AMR note of noise: not every build of the decoders can also encode it."""
    dice = random.Random(1)
    return b"#!AMR\n" + b"".join(b"\x3c" + dice.randbytes(31) for _ in range(round(seconds * 50)))


def sound(form: str, codec: str, rate: int, seconds: float = 2.0, **tags: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        container.metadata.update(tags)
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=int(rate * seconds))
        frame.planes[0].update(tone(rate, seconds).ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts = rate, 0
        size = stream.codec_context.frame_size or 160
        even = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate, frame_size=size)
        for piece in [*even.resample(frame), *even.resample(None)]:
            for packet in stream.encode(piece):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return out.getvalue()
