"""How fast and how lean the way through the real gateway is: `python -m tests.gateway.bench` (needs install.sh)."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import itertools
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
from tests.wechat.conftest import ROSTER

from .conftest import running
from .rig import Rig, node

BURST = 2_000
LONG = 20_000
ASKED = 60
SENDERS = ["c-guihua", "c-xiaoman", "c-puyong", "c-qiping"]


def _resident() -> float:
    """This process's resident memory in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measure(long: int = LONG) -> list[str]:
    """Lines for a person: speed to stored decisions, loss, order, time to an answer, growth of memory."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        rig = await asyncio.to_thread(Rig, Path(folder) / "rig")
        store = Store.open(Path(folder) / "bench.db", "试验社区")
        try:
            now = dt.datetime.now(dt.UTC)
            roster.save(store, ROSTER, now)
            settings = Settings(
                community="试验社区",
                pace=Pace(gap_seconds=0, per_minute=600, per_day=100_000),
                day=Day(quiet=(dt.time(3), dt.time(3))),
            )
            async with running(Link.of(rig.endpoint, rig.token), store, Path(folder), puppet=ServicePuppet) as bot:
                engine = Engine(store, settings, bot.channel)
                order: list[str] = []
                silent = False

                async def hear(message: Message) -> None:
                    order.append(message.id)
                    if silent:
                        return
                    engine.receive(message, dt.datetime.now(dt.UTC))
                    if message.to == "bot":
                        await engine.outbox.pump(dt.datetime.now(dt.UTC))

                bot.wechat._hear = hear
                began = time.perf_counter()
                await rig("bulk", n=BURST, prefix="b", **{"from": SENDERS})
                await bot.until(lambda: len(order) >= BURST, "the burst")
                seconds = time.perf_counter() - began
                stored = sum(messages.known(store, f"b-{n}") for n in range(BURST))
                inversions = sum(int(a[2:]) > int(b[2:]) for a, b in itertools.pairwise(order))
                lines.append(
                    f"gateway to stored decisions: {BURST / seconds:.0f} messages/s;"
                    f" lost {BURST - stored}, doubled {len(order) - BURST}, out of order {inversions}"
                )
                waits = []
                for n in range(ASKED):
                    seen = len(bot.echoes)
                    began = time.perf_counter()
                    await rig("say", **{"from": "c-qiping"}, text="谁没报", room="", id=f"q-{n}")
                    await bot.until(lambda seen=seen: len(bot.echoes) > seen, "an answer")
                    waits.append((time.perf_counter() - began) * 1000)
                waits.sort()
                lines.append(
                    f"question to answer through the gateway: p50 {waits[len(waits) // 2]:.0f} ms,"
                    f" p99 {waits[int(len(waits) * 0.99)]:.0f} ms"
                )
                silent, first = True, 0.0
                for part in range(long // BURST):
                    order.clear()
                    await rig("bulk", n=BURST, prefix=f"m{part}", **{"from": SENDERS})
                    await bot.until(lambda: len(order) >= BURST, "the next burst")
                    await rig("forget")
                    gc.collect()
                    first = first or _resident()
                lines.append(
                    f"memory after {long} more messages: {_resident() - first:+.1f} MiB since the first {BURST}"
                )
        finally:
            store.close()
            await asyncio.to_thread(rig.close)
    return lines


def main() -> None:
    if node() is None:
        print("gateway: not measured; run tests/gateway/install.sh first")
        return
    for line in asyncio.run(measure()):
        print(line)


if __name__ == "__main__":
    main()
