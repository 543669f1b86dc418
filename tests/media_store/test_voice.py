"""Voice notes: what a phone sends, how long it is, and what a browser plays of it."""

from __future__ import annotations

import io
import struct
import sys
import wave

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media import voice
from bot.media.clip import MissingPlayerError
from bot.media.sniff import UnreadableError
from tests.media_store import making

SOUNDS = [
    ("ogg", "libopus", 48_000, "ogg"),
    ("wav", "pcm_s16le", 16_000, "wav"),
    ("wav", "pcm_mulaw", 8000, "wav"),
    ("ipod", "aac", 44_100, "mp4"),
]


def loudness(wav: bytes) -> float:
    """The mean of the samples' size."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    return float(sum(map(abs, samples)) / len(samples))


def test_wechats_own_voice_notes_become_a_wav() -> None:
    note = making.silk(2.0)
    assert note.startswith(b"\x02#!SILK_V3") and voice.listen(note) == voice.Voice("silk", 2.0, "")
    played = voice.playable(note)
    assert (
        played.part == "voice.wav" and played.seconds == pytest.approx(2.0, abs=0.05) and loudness(played.data) > 1000
    )


def test_a_silk_note_without_wechats_first_byte_is_the_same() -> None:
    note = making.silk(1.0)
    assert voice.playable(note[1:]).data == voice.playable(note).data


def test_a_silk_note_that_breaks_off_plays_as_far_as_it_goes() -> None:
    note = making.silk(2.0)
    half = note[: len(note) // 2]
    assert 0.5 < voice.listen(half).seconds < 1.5
    assert voice.playable(half).seconds == pytest.approx(voice.listen(half).seconds, abs=0.05)


@pytest.mark.parametrize("form, codec, rate, kind", SOUNDS)
def test_other_sounds_become_a_wav(form: str, codec: str, rate: int, kind: str) -> None:
    data = making.sound(form, codec, rate)
    heard = voice.listen(data)
    assert heard.kind == kind and heard.seconds == pytest.approx(2.0, abs=0.1) and heard.problem == ""
    played = voice.playable(data)
    assert played.part == "voice.wav" and played.seconds == pytest.approx(2.0, abs=0.1) and loudness(played.data) > 1000


def test_an_amr_note_becomes_a_wav() -> None:
    note = making.amr(2.0)
    assert voice.listen(note) == voice.Voice("amr", 2.0, "")
    played = voice.playable(note)
    assert played.seconds == pytest.approx(2.0, abs=0.05) and loudness(played.data) > 100


def test_an_mp3_stays_but_its_tags_go() -> None:
    data = making.sound("mp3", "libmp3lame", 16_000, title="SECRETPLACE") + b"TAG" + b"SECRETNAME".ljust(125, b"\0")
    assert b"SECRETPLACE" in data.replace(b"\0", b"")
    played = voice.playable(data)
    assert played.part == "voice.mp3" and played.data[0] == 0xFF and b"SECRET" not in played.data
    assert played.seconds == pytest.approx(2.0, abs=0.2)


def test_a_wav_keeps_its_sound_and_nothing_else() -> None:
    plain = making.sound("wav", "pcm_s16le", 16_000, comment="SECRETCOMMENT")
    assert b"SECRETCOMMENT" in plain and b"SECRET" not in voice.playable(plain).data


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x02#!SILK_V3", b"\x02#!SILK_V3\x00", b"#!AMR\n", b"#!AMR_MC1.0\n" + bytes(50), b"ID3" + bytes(40),
     b"OggS" + bytes(60), b"RIFF\x10\0\0\0WAVE", b"\x02#!SILK_V3\xf0\xf0" + bytes(62_000), b"\0\0\0\x18ftypM4A " + bytes(40)],
)  # fmt: skip
def test_what_cannot_be_heard_is_refused(data: bytes) -> None:
    assert voice.listen(data).problem
    with pytest.raises(UnreadableError):
        voice.playable(data)


def test_a_note_that_would_swell_is_refused_before_it_is_decoded() -> None:
    bomb = b"\x02#!SILK_V3" + b"\x01\x00\x00" * 60_000
    assert "太长" in voice.listen(bomb).problem
    assert "太长" in voice.listen(b"#!AMR\n" + b"\x7c" * 60_000).problem


def test_too_large_a_note_is_refused() -> None:
    assert "太大" in voice.listen(b"#!AMR\n" + bytes(voice.MAX_BYTES)).problem


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"\x02#!SILK_V3", b"#!AMR\n", b"#!AMR-WB\n", b"ID3", b"\xff\xfb", b"OggS", b"RIFF\0\0\0\0WAVE"]),
    st.binary(max_size=400),
)
def test_any_bytes_are_heard_or_refused(head: bytes, rest: bytes) -> None:
    heard = voice.listen(head + rest)
    assert heard.problem or heard.seconds > 0
    try:
        assert voice.playable(head + rest).data
    except UnreadableError as error:
        assert str(error)


def test_without_the_decoders_lengths_are_told_and_mp3_still_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    silk, amr = making.silk(1.0), making.amr(1.0)
    mp3 = making.sound("mp3", "libmp3lame", 16_000)
    monkeypatch.setitem(sys.modules, "pysilk", None)
    monkeypatch.setitem(sys.modules, "av", None)
    assert voice.listen(silk).seconds == 1.0 and voice.listen(amr).problem == ""
    for note in (silk, amr):
        with pytest.raises(MissingPlayerError, match="make venv"):
            voice.playable(note)
    assert voice.playable(mp3).part == "voice.mp3"
