"""Live updates: one stream of server-sent events per open page, resumed from the last message it saw."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from bot.web.view import shown, visible
from bot.wechat.world import LocalWorld, WorldMessage

TICK = 0.5
KEEP_ALIVE_TICKS = 30
DRIFT = 1.5


async def stream(
    world: LocalWorld,
    viewer: str,
    after: int,
    zone: dt.tzinfo,
    state: Callable[[], dict[str, Any]],
    closing: asyncio.Event,
) -> AsyncIterator[bytes]:
    """Events until the page goes away or `closing` is set.

    `message`: one that the viewer sees, its id is the `seq`. `knock`: the bot wrote to someone else in private, whose
    contact id it tells and nothing more. `state`: the clock and the play, whenever they change by themselves.
    """
    news = asyncio.Event()

    def heard(_: WorldMessage) -> None:
        news.set()

    world.subscribe(heard)
    try:
        told: dict[str, Any] = {}
        quiet = 0
        yield b"retry: 1500\n\n"
        while not closing.is_set():
            news.clear()
            batch = world.since(after, 200)
            for message in batch:
                after = message.seq
                if visible(message, viewer):
                    yield _event("message", shown(world, message, viewer, zone), after)
                elif message.sender == world.BOT:
                    yield _event("knock", {"id": message.chat, "seq": message.seq}, after)
            if len(batch) == 200:
                continue
            now = state()
            if batch or quiet >= KEEP_ALIVE_TICKS or _changed(told, now, quiet * TICK):
                told, quiet = now, 0
                yield _event("state", now)
            try:
                await asyncio.wait_for(news.wait(), TICK)
            except TimeoutError:
                quiet += 1
    finally:
        world.unsubscribe(heard)


def _event(name: str, data: dict[str, Any], seq: int | None = None) -> bytes:
    number = "" if seq is None else f"id: {seq}\n"
    return f"event: {name}\n{number}data: {json.dumps(data, ensure_ascii=True)}\n\n".encode()


def _changed(old: dict[str, Any], new: dict[str, Any], waited: float) -> bool:
    """Whether the page would show the state wrongly; it moves the clock on by itself."""
    if not old or any(old[key] != new[key] for key in new if key != "now"):
        return True
    moved = dt.datetime.fromisoformat(new["now"]) - dt.datetime.fromisoformat(old["now"])
    rate = float(new["rate"])
    return abs(moved.total_seconds() - waited * rate) > DRIFT * max(1.0, rate)
