"""200 messages a second for a minute, through the real gateway: does the bot keep up, and does it keep them all?

They come at their own times, whether the bot is ready or not. Each is measured from the moment at which the gateway emits
it to the moment at which the decision on it is committed and written through to the disk; sending goes on beside it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tempfile
import time
from pathlib import Path

from bot.config import Day, Pace, Settings
from bot.engine import Engine
from bot.model import Message
from bot.wechat.link import Link
from bot.wechat.service import ServicePuppet
from data import messages, roster
from data.store import Store
from tests.gateway.conftest import running
from tests.gateway.rig import Rig
from tests.wechat.conftest import ROSTER

CORPUS = Path(__file__).parents[1] / "reading" / "corpus_a" / "messages.jsonl"
SENDERS = ["c-guihua", "c-xiaoman", "c-puyong", "c-qiping"]
PER_SECOND = 200
SECONDS = 60
AT_ONCE = 10  # messages come in small heaps, twenty times a second


async def measure(seconds: int = SECONDS) -> str:
    """One line for a person."""
    texts = [json.loads(line)["text"] or "平安" for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        rig = await asyncio.to_thread(Rig, Path(folder) / "rig")
        store = Store.open(Path(folder) / "bench.db", "试验社区")
        try:
            roster.save(store, ROSTER, dt.datetime.now(dt.UTC))
            pace, day = Pace(gap_seconds=0, per_minute=600, per_day=100_000), Day(quiet=(dt.time(3), dt.time(3)))
            settings = Settings(community="试验社区", pace=pace, day=day)
            async with running(Link.of(rig.endpoint, rig.token), store, Path(folder), puppet=ServicePuppet) as bot:
                engine = Engine(store, settings, bot.channel)
                pumping: asyncio.Task[None] | None = None

                async def hear(message: Message) -> None:
                    nonlocal pumping
                    engine.receive(message, dt.datetime.now(dt.UTC))
                    waits.append(time.time() - message.at.timestamp())
                    if pumping is None or pumping.done():
                        pumping = asyncio.create_task(engine.outbox.pump(dt.datetime.now(dt.UTC)))

                bot.wechat._hear = hear
                await _pour(rig, "warm", 2, texts)  # dictionaries and caches, as in a bot that has run for a while
                await bot.until(lambda: len(waits) >= 2 * PER_SECOND, "the first messages")
                waits.clear()
                await _pour(rig, "load", seconds, texts)
                await bot.until(lambda: len(waits) >= seconds * PER_SECOND, "the last messages")
                total = seconds * PER_SECOND
                kept = sum(messages.known(store, f"load{n // AT_ONCE}-{n % AT_ONCE}") for n in range(total))
                failed = len(store.all("SELECT 1 FROM messages WHERE state = 'failed'"))
        finally:
            store.close()
            rig.close()
    waits.sort()
    p50, p99 = (waits[int(len(waits) * share)] * 1e3 for share in (0.5, 0.99))
    return (
        f"{PER_SECOND} messages a second for {seconds} s: {total - kept} of {total:,} lost, {failed} not handled,"
        f" {len(waits) - total} doubled; arrival to stored decision p50 {p50:.1f} ms, p99 {p99:.1f} ms,"
        f" longest {waits[-1] * 1e3:.0f} ms"
    )


async def _pour(rig: Rig, prefix: str, seconds: int, texts: list[str]) -> None:
    begin = time.perf_counter()
    heaps = seconds * PER_SECOND // AT_ONCE
    async with asyncio.TaskGroup() as calls:
        for n in range(heaps):
            await asyncio.sleep(max(begin + n * AT_ONCE / PER_SECOND - time.perf_counter(), 0))
            some = [texts[(n * AT_ONCE + i) % len(texts)] for i in range(AT_ONCE)]
            calls.create_task(rig("bulk", n=AT_ONCE, prefix=f"{prefix}{n}", texts=some, **{"from": SENDERS}))
