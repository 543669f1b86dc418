"""A picture's bytes → pixels, upright and no larger than needed, and the moment its camera wrote into it."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.media.sniff import Sniffed, UnreadableError

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 1920  # more brings the reader nothing: stamps are drawn for a phone's screen
_DRAFT = 2048
_TAKEN = (0x9003, 0x9004)  # DateTimeOriginal, DateTimeDigitized
_EXIF_PART = 0x8769


@dataclass(frozen=True, slots=True)
class Picture:
    """RGB pixels, upright. `taken`: local time by the camera's clock, None where no metadata survived."""

    image: Image
    taken: dt.datetime | None


def decode(data: bytes, sniffed: Sniffed) -> Picture:
    """The picture in `data`, that `sniff` found no problem in. Raises UnreadableError; ImportError without Pillow."""
    from PIL import Image, ImageOps

    if sniffed.problem:
        raise UnreadableError(sniffed.problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its size was judged by our own limits; odd metadata is no news
            with Image.open(io.BytesIO(data), formats=[sniffed.kind.upper()]) as opened:
                if opened.width * opened.height > 2 * sniffed.width * sniffed.height:
                    raise UnreadableError("照片的尺寸前后不一致，请重新拍一张")
                taken = _taken(opened)
                if sniffed.kind == "jpeg" and max(opened.size) > _DRAFT:
                    opened.draft("RGB", (_DRAFT, _DRAFT))
                opened.load()
                image = _on_white(ImageOps.exif_transpose(opened))
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    except UnreadableError:
        raise
    except Exception:  # decoders fail in many ways on hostile bytes; all of them mean the same to the sender
        raise UnreadableError("照片没有传完整，请再发一次") from None
    return Picture(image, taken)


def _on_white(image: Image) -> Image:
    from PIL import Image as Images

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Images.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    return image.convert("RGB")


def _taken(image: Image) -> dt.datetime | None:
    try:
        part = image.getexif().get_ifd(_EXIF_PART)
        for tag in _TAKEN:
            match = re.fullmatch(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D*", str(part.get(tag, "")).strip())
            if match:
                year, month, day, hour, minute, second = map(int, match.groups())
                # The camera's own clock has no zone: it is local time.
                return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except Exception:  # broken metadata is as good as none
        return None
    return None
