"""A recogniser of speech that takes its time holds up no picture, and one that never answers is left alone for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.engine import Engine
from bot.looking import eyes as eyes_module
from bot.looking.eyes import PATIENCE, Eyes
from bot.media.speech import Recogniser
from bot.model import Message
from bot.replay import Crasher, FarEnd
from data import media, roster
from data.store import Store
from tests.media.drawing import jpeg, scene
from tests.media_store import making
from tests.world import community

pytest.importorskip("pysilk", reason="the decoders are not installed (extra media)")
SETTINGS = Settings()
NOW = dt.datetime(2026, 3, 10, 7, 0, tzinfo=SETTINGS.zone)


@asynccontextmanager
async def deaf_recogniser(asked: asyncio.Queue[bytes]) -> AsyncIterator[str]:
    """A server that takes everything and never says a word."""
    writers = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        asked.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        await reader.read()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    server.close()
    for writer in writers:
        writer.close()


async def here(job: Any, *args: Any) -> Any:
    return job(*args)


def engine_with(folder: Path, url: str, seconds: float) -> Engine:
    store = Store.open(folder / "test.db", SETTINGS.community, durable=False)
    roster.save(store, community(), NOW)
    eyes = Eyes(SETTINGS, folder / "test.db", folder / "media", here, Recogniser(url, seconds=seconds))
    return Engine(store, SETTINGS, FarEnd(Crasher(None)), eyes=eyes)


def hear(engine: Engine, folder: Path, name: str, kind: Any, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    engine.receive(Message(name, NOW, "周强", kind, file=str(path), contact="c1"), NOW)


async def test_pictures_are_decided_while_the_recogniser_says_nothing(tmp_path: Path) -> None:
    asked: asyncio.Queue[bytes] = asyncio.Queue()
    async with deaf_recogniser(asked) as url:
        engine = engine_with(tmp_path, url, 60)
        await engine.start(NOW)
        hear(engine, tmp_path, "v1", "audio", making.silk(1.0))
        listening = asyncio.create_task(engine.look(lambda: NOW, types=media.VOICES))
        async with asyncio.timeout(10):
            await asked.get()
        # What comes while the voice note still waits for its words.
        for i in range(3):
            hear(engine, tmp_path, f"p{i}", "image", jpeg(scene(i, 300, 400)))
        await engine.look(lambda: NOW, types=media.PICTURES)
        looked = media.between(engine.store, "image", NOW, NOW + dt.timedelta(hours=1))
        assert len(looked) == 3 and not listening.done()
        # The bot stops: the voice note loses nothing, it waits for the next start.
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        waiting = media.next_waiting(engine.store)
        assert waiting is not None and waiting["message"] == "v1"
        engine.store.close()


async def test_a_recogniser_that_keeps_failing_is_asked_again_after_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: asyncio.Queue[bytes] = asyncio.Queue()
    async with deaf_recogniser(asked) as url:
        engine = engine_with(tmp_path, url, 0.05)
        await engine.start(NOW)
        for i in range(PATIENCE + 3):
            hear(engine, tmp_path, f"v{i}", "audio", making.silk(1.0 + i))
        await engine.look(lambda: NOW)
        # All are heard of by people; the endpoint was asked as often as it takes to know that it is ill.
        assert len(media.to_hear(engine.store)) == PATIENCE + 3
        assert asked.qsize() == PATIENCE
        monkeypatch.setattr(eyes_module, "REST", 0.0)
        assert engine.eyes is not None
        engine.eyes._asks_again = 0.0
        hear(engine, tmp_path, "later", "audio", making.silk(9.0))
        await engine.look(lambda: NOW)
        assert asked.qsize() == PATIENCE + 1
        engine.store.close()
