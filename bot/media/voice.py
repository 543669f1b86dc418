"""A voice note: how long it is, and a form of it that a browser plays.

WeChat sends SILK (or AMR), which no browser knows. Lengths are read without any package; without the decoders the
original stays as it is and the caller is told.
"""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass
from typing import Any

from bot.media import boxes, clip, keep, sniff
from bot.media.clip import MissingPlayerError
from bot.media.sniff import UnreadableError

MAX_BYTES = 25 * 1024 * 1024
MAX_SECONDS = 900.0
KINDS: frozenset[sniff.Kind] = frozenset({"silk", "amr", "mp3", "ogg", "wav", "mp4"})

_SILK_RATE, _RATE = 24_000, 16_000
_BROKEN = "语音没有传完整，请再发一次"
_AMR = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_AMR_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
_FORMATS: dict[sniff.Kind, str] = {"amr": "amr", "ogg": "ogg", "mp4": "mov", "wav": "wav"}


@dataclass(frozen=True, slots=True)
class Voice:
    """`seconds`: its length. `problem`: why it cannot be played, in words for the sender ("" where it can)."""

    kind: sniff.Kind
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Playable:
    """What a browser plays, without tags: `data` goes to the shelf as `part`."""

    data: bytes
    part: keep.Part
    seconds: float


def listen(data: bytes) -> Voice:
    """The kind and the length of a voice note; nothing is decoded. A bad one is told by `problem`."""
    kind = sniff.kind_of(data)
    if kind not in KINDS:
        return Voice(
            kind, problem="文件是空的，请再发一次" if kind == "empty" else "认不出这段语音，请在微信里直接说一段"
        )
    if len(data) > MAX_BYTES:
        return Voice(kind, problem="语音文件太大了，请说得短一点")
    try:
        seconds = _LENGTHS[kind](data)
    except (struct.error, IndexError, ValueError, boxes.BoxError):
        seconds = 0.0
    if seconds <= 0:
        return Voice(kind, problem=_BROKEN)
    return Voice(kind, seconds, "语音太长了，请分几段说" if seconds > MAX_SECONDS else "")


def playable(data: bytes) -> Playable:
    """A WAV or MP3 of a voice note. For the pool: it decodes.

    Raises UnreadableError for a note that cannot be taken, MissingPlayerError where its decoder is not installed.
    """
    voice = listen(data)
    if voice.problem:
        raise UnreadableError(voice.problem)
    if voice.kind == "mp3":
        start, end = _mp3_span(data)
        return Playable(data[start:end], "voice.mp3", voice.seconds)
    if voice.kind == "silk":
        return _wav(_from_silk(data), _SILK_RATE)
    if voice.kind == "wav" and (plain := _plain_wav(data)):
        return Playable(plain, "voice.wav", voice.seconds)
    return _wav(_from_av(data, _FORMATS[voice.kind]), _RATE)


def _wav(samples: bytes, rate: int) -> Playable:
    if not samples:
        raise UnreadableError(_BROKEN)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return Playable(out.getvalue(), "voice.wav", len(samples) / 2 / rate)


def _from_silk(data: bytes) -> bytes:
    try:
        import pysilk
    except ImportError:
        raise MissingPlayerError(
            "WeChat's voice notes need the dependency group 'media' to be played (make venv installs it)"
        ) from None
    # Only whole packets reach the decoder, in the form that WeChat writes.
    start, end, _ = _silk_packets(data)
    out = io.BytesIO()
    try:
        pysilk.decode(io.BytesIO(b"\x02#!SILK_V3" + data[start:end]), out, _SILK_RATE)
    except Exception:
        raise UnreadableError(_BROKEN) from None
    return out.getvalue()


def _from_av(data: bytes, form: str) -> bytes:
    av = clip.player()
    pieces: list[bytes] = []
    most = int(MAX_SECONDS) * _RATE * 2
    try:
        with av.open(io.BytesIO(data), mode="r", format=form) as container:
            stream = container.streams.audio[0]
            stream.codec_context.thread_count = 1
            even = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
            size = 0
            for frame in container.decode(stream):
                for piece in even.resample(frame):
                    pieces.append(_samples(piece))
                    size += len(pieces[-1])
                if size > most:
                    raise UnreadableError(_BROKEN)
            pieces += [_samples(piece) for piece in even.resample(None)]
    except UnreadableError:
        raise
    except Exception:  # a note that breaks off half-way is still worth hearing
        if not pieces:
            raise UnreadableError(_BROKEN) from None
    return b"".join(pieces)


def _samples(frame: Any) -> bytes:
    # The plane is padded to a full line: only its first samples count.
    return bytes(frame.planes[0])[: frame.samples * 2]


def _silk_packets(data: bytes) -> tuple[int, int, int]:
    """Where the packets begin and end, and how many are whole."""
    start = at = data.index(b"#!SILK_V3", 0, 10) + 9
    count = 0
    while at + 2 <= len(data):
        (length,) = struct.unpack_from("<H", data, at)
        if length == 0xFFFF or at + 2 + length > len(data):
            break
        if length > 1250:
            raise ValueError("no packet is that long")
        at += 2 + length
        count += 1
    return start, at, count


def _silk(data: bytes) -> float:
    return _silk_packets(data)[2] * 0.02


def _amr(data: bytes) -> float:
    wide = data.startswith(b"#!AMR-WB\n")
    sizes, at = (_AMR_WIDE, 9) if wide else (_AMR, 6)
    if not wide and not data.startswith(b"#!AMR\n"):
        raise ValueError("several channels")
    count = 0
    while at < len(data):
        at += 1 + sizes[data[at] >> 3 & 15]
        count += at <= len(data)
    return count * 0.02


_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_span(data: bytes) -> tuple[int, int]:
    """Where the sound begins and ends between the tags."""
    start, end = 0, len(data)
    while data[start : start + 3] == b"ID3" and start + 10 <= end:
        a, b, c, d = data[start + 6 : start + 10]
        start += 10 + (a << 21 | b << 14 | c << 7 | d) + (10 if data[start + 5] & 0x10 else 0)
    if data[end - 128 : end - 125] == b"TAG":
        end -= 128
    if data[end - 32 : end - 24] == b"APETAGEX":
        size, _, flags = struct.unpack_from("<III", data, end - 20)
        end -= size + (32 if flags >> 31 else 0)
    return start, max(start, end)


def _mp3(data: bytes) -> float:
    """The length of all layer III frames that follow each other."""
    at, end = _mp3_span(data)
    seconds = 0.0
    lost = 0
    while at + 4 <= end and lost < 4096:
        found = _mp3_frame(data, at)
        if found is None:
            at, lost = at + 1, lost + 1
            continue
        length, duration = found
        if at + length > end:
            break
        seconds += duration
        at += length
    return seconds


def _mp3_frame(data: bytes, at: int) -> tuple[int, float] | None:
    """Bytes and seconds of the layer III frame at `at`, None where there is none."""
    if data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    version, bits, third = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or third == 3:
        return None
    rate = _RATES[version][third]
    bitrate = _BITRATES[1 if version == 3 else 2][bits] * 1000
    samples = 1152 if version == 3 else 576
    if not bitrate:
        return None
    return samples // 8 * bitrate // rate + (data[at + 2] >> 1 & 1), samples / rate


def _ogg(data: bytes) -> float:
    last = data.rindex(b"OggS")
    (granule,) = struct.unpack_from("<q", data, last + 6)
    head = data[:512]
    if (at := head.find(b"OpusHead")) >= 0:
        return float(granule - struct.unpack_from("<H", data, at + 10)[0]) / 48_000
    if (at := head.find(b"\x01vorbis")) >= 0:
        return float(granule / max(1, struct.unpack_from("<I", data, at + 12)[0]))
    if (at := head.find(b"Speex   ")) >= 0:
        return float(granule / max(1, struct.unpack_from("<I", data, at + 36)[0]))
    raise ValueError("no sound that is known")


def _wav_parts(data: bytes) -> tuple[bytes, bytes]:
    at, form = 12, b""
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            form = data[at + 8 : at + 8 + size]
        elif name == b"data":
            return form, data[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)
    raise ValueError("no sound in it")


def _wav_length(data: bytes) -> float:
    form, sound = _wav_parts(data)
    (rate,) = struct.unpack_from("<I", form, 8)
    return len(sound) / rate if rate else 0.0


def _plain_wav(data: bytes) -> bytes | None:
    """The same sound without any other chunk; None where it is not plain PCM."""
    form, sound = _wav_parts(data)
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", form)
    if tag != 1 or bits not in (8, 16) or channels not in (1, 2) or block != channels * bits // 8 or not rate:
        return None
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(sound[: len(sound) // block * block])
    return out.getvalue()


def _boxed(data: bytes) -> float:
    movie = boxes.read_from(io.BytesIO(data))
    return (movie.seconds or 0.0) if any(t.handler == "soun" for t in movie.tracks) else 0.0


_LENGTHS = {"silk": _silk, "amr": _amr, "mp3": _mp3, "ogg": _ogg, "wav": _wav_length, "mp4": _boxed}
