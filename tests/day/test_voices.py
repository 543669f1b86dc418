"""Voice notes: an elder's own is contact and wants to be listened to; anybody else's is put to the coordinators."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pysilk", reason="the decoders are not installed (extra media)")

from bot.media.speech import Recogniser
from tests.media_store import making
from tests.world import COORDINATORS, World

Note = Callable[[float], Path]


@pytest.fixture
def note(tmp_path: Path) -> Note:
    def make(seconds: float = 2.0) -> Path:
        path = tmp_path / f"{seconds}.silk"
        path.write_bytes(making.silk(seconds))
        return path

    return make


def test_an_elders_own_voice_is_contact_and_is_listened_to(begin: Any, note: Note) -> None:
    world = begin(boards=True)
    world.skip("receipt", "reminder", "alert", "escalation", "resolved")
    world.says("桂花飘香", "", at="07:12", type="audio", file=note(3.0))
    assert world.state("E03") == "safe"
    world.until("07:20")
    for coordinator in COORDINATORS:
        notice = world.expect("notice", to=coordinator, about=["E03"], text="孙桂芳奶奶在群里发的语音，3秒", at="07:17")
        assert Path(notice.file or "").read_bytes().startswith(b"RIFF")
    world.nothing_more()
    world.until("20:01")
    assert "【语音，请听一听】" in world.messages("summary", COORDINATORS[0])[0].text
    world.skip("summary")


def test_a_familys_voice_clears_nobody_and_is_put_to_the_coordinators(world: World, note: Note) -> None:
    world.skip("receipt", "reminder")
    world.says("周强", "", at="07:12", type="audio", file=note(2.0))
    assert world.state("E03") == "waiting"
    world.until("07:20")
    for coordinator in COORDINATORS:
        world.expect("notice", to=coordinator, about=["E03"], text="周强（孙桂芳奶奶家里）")
    world.nothing_more()


def test_many_voices_are_listed_in_one_message(world: World, note: Note) -> None:
    world.skip("receipt", "reminder")
    for i, who in enumerate(["桂花飘香", "向阳老赵", "淑珍", "老冯", "周强"]):
        world.says(who, "", at=f"07:12:{i:02d}", type="audio", file=note(2.0))
    world.until("07:20")
    for coordinator in COORDINATORS:
        notice = world.expect("notice", to=coordinator, text="有5段语音")
        assert notice.text.count("·") == 5
    world.nothing_more()


def test_a_coordinators_own_voice_is_not_put_to_them(world: World, note: Note) -> None:
    world.says("社区-马晓云", "", at="07:12", type="audio", file=note(2.0))
    world.until("07:20")
    world.nothing_more()


def test_a_broken_voice_note_is_asked_for_again(world: World, tmp_path: Path) -> None:
    path = tmp_path / "broken.silk"
    path.write_bytes(b"\x02#!SILK_V3")
    world.skip("receipt", "reminder")
    world.says("桂花飘香", "", at="07:12", type="audio", file=path)
    assert world.state("E03") == "safe"
    world.until("07:15")
    world.expect("question", only_mentions=["桂花飘香"], text="语音")
    world.nothing_more()


@pytest.mark.parametrize(
    ("who", "words", "elder", "state", "alert"),
    [
        ("周强", "我妈今天挺好的", "E03", "safe", None),
        ("桂花飘香", "我摔倒了，起不来了，快来人", "E03", "concern", "distress"),
        ("周强", "嗯嗯好的", "E03", "waiting", None),
    ],
)
def test_a_recogniser_of_the_communitys_own_turns_a_voice_into_words(
    world: World, note: Note, who: str, words: str, elder: str, state: str, alert: str | None
) -> None:
    world.skip("receipt", "reminder", "notice", "alert", "escalation")

    async def speak() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = json.dumps({"text": words}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            assert world.engine.eyes is not None
            world.engine.eyes._recogniser = Recogniser(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
            await world.engine.hear(world.message(who, "", type="audio", file=note(2.0)), world.now)

    world.until("07:12")
    world._run(speak())
    assert world.state(elder) == state
    assert [a["kind"] for a in world.alerts()] == ([alert] if alert else [])
