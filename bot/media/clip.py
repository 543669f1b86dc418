"""A short clip: how long it is, whether it can be taken, and one picture of it for the checks that photos get."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.media import boxes, keep, sniff
from bot.media.sniff import UnreadableError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 100 * 1024 * 1024  # what WeChat itself lets through
MAX_SECONDS = 600.0
MAX_PIXELS = 4096 * 2304
_CODECS = {
    "avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "mp4v": "mpeg4", "s263": "h263", "av01": "av1",
    "vp09": "vp9", "jpeg": "mjpeg",
}  # fmt: skip
_BROKEN = "视频没有传完整，请再发一次"
_LOOK_AT = (0.4, 0.1, 0.75)  # the first picture of a clip is often a dark pocket
_PLAIN = 14.0  # below this deviation of its grey values a picture shows next to nothing


class MissingPlayerError(Exception):
    """Clips and some voice notes cannot be opened here; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Clip:
    """`seconds` None: not told by the file. `problem`: why it cannot be taken, in words for the sender ("" where it can)."""

    seconds: float | None = None
    width: int = 0
    height: int = 0
    codec: str = ""
    sound: bool = False
    problem: str = ""


def measure(path: Path) -> Clip:
    """What the file's index says; nothing is decoded and no package is needed. A bad file is told by `problem`."""
    try:
        if not path.is_file():
            return Clip(problem="找不到这个文件，或者打不开")
        with path.open("rb") as file:
            kind = sniff.kind_of(file.read(65536))
            if file.seek(0, 2) > MAX_BYTES:
                return Clip(problem="视频太大了，请拍一段短一点的")
            if kind != "mp4":
                return Clip(
                    problem="文件是空的，请再发一次" if kind == "empty" else "认不出这段视频，请在微信里直接拍一段发来"
                )
            movie = boxes.read_from(file)
    except boxes.BoxError:
        return Clip(problem=_BROKEN)
    except (OSError, ValueError):
        return Clip(problem="找不到这个文件，或者打不开")
    return _judge(movie)


def _judge(movie: boxes.Movie) -> Clip:
    video = next((t for t in movie.tracks if t.handler == "vide"), None)
    sound = any(t.handler == "soun" for t in movie.tracks)
    if video is None:
        return Clip(movie.seconds, sound=sound, problem="这里面没有画面，请发照片或视频")
    clip = Clip(movie.seconds, video.width, video.height, _CODECS.get(video.codec, video.codec), sound)
    problem = ""
    if video.codec == "encv":
        problem = "这段视频加了密，小安打不开"
    elif movie.seconds == 0 or not video.codec or (video.samples == 0 and movie.seconds is not None):
        problem = _BROKEN
    elif movie.seconds is not None and movie.seconds > MAX_SECONDS:
        problem = "视频太长了，请发一段一分钟以内的"
    elif video.width * video.height > MAX_PIXELS:
        problem = "视频的画面太大了，请在微信里直接拍一段发来"
    return Clip(clip.seconds, clip.width, clip.height, clip.codec, clip.sound, problem)


def key_frame(path: Path, side: int = keep.VIEW) -> bytes:
    """One picture of the clip, upright, as a JPEG of at most `side` pixels: the first of a few that is not bare.

    For the pool: it decodes. Raises UnreadableError for a clip that cannot be taken, MissingPlayerError without PyAV.
    """
    clip = measure(path)
    if clip.problem:
        raise UnreadableError(clip.problem)
    av = player()
    best: tuple[float, Image] | None = None
    try:
        # The format is named, so that no playlist or other container inside can make it open anything else.
        with path.open("rb") as file, av.open(file, mode="r", format="mov") as container:
            stream = container.streams.video[0]
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            stream.codec_context.skip_frame = "NONKEY"
            stream.codec_context.thread_count = 1
            for part in _LOOK_AT:
                image = _picture_at(container, stream, part * (clip.seconds or 0.0))
                if image is None:
                    continue
                shown = _deviation(image)
                if best is None or shown > best[0]:
                    best = shown, image
                if shown >= _PLAIN:
                    break
    except Exception:  # decoders fail in many ways on hostile bytes; all of them mean the same to the sender
        if best is None:
            raise UnreadableError(_BROKEN) from None
    if best is None:
        raise UnreadableError(_BROKEN)
    return keep.jpeg(best[1], side)


def _picture_at(container: Any, stream: Any, seconds: float) -> Image | None:
    container.seek(int(seconds * 1_000_000), backward=True)
    for frame in container.decode(stream):
        if frame.width * frame.height > MAX_PIXELS:
            raise UnreadableError(_BROKEN)
        image: Image = frame.to_image()
        turn = int(getattr(frame, "rotation", 0) or 0)
        return image.rotate(turn, expand=True) if turn else image
    return None


def _deviation(image: Image) -> float:
    from PIL import ImageStat

    return float(ImageStat.Stat(image.convert("L").resize((64, 64))).stddev[0])


def player() -> Any:
    """PyAV. Raises MissingPlayerError."""
    try:
        import av
    except ImportError:
        raise MissingPlayerError(
            "pictures of clips and AMR voice notes need the dependency group 'media' (make venv installs it)"
        ) from None
    return av
