"""How fast, how lean and how watchful the way through the real gateway is: `python -m tests.gateway.bench`."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import itertools
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr

from bot.clock import RealClock
from bot.config import Day, Pace, Settings
from bot.engine import Engine
from bot.model import Message
from bot.ops.attendant import Attendant
from bot.wechat.link import Link
from bot.wechat.service import ServicePuppet
from bot.wechat.state import WechatState
from data import messages, roster
from data.store import Store
from tests.wechat.conftest import ROSTER

from .conftest import Bot, running
from .rig import Rig, node

BURST = 2_000
LONG = 20_000
ASKED = 200
SENDERS = ["c-guihua", "c-xiaoman", "c-puyong", "c-qiping"]
# No pace and no quiet hours: what is measured is the way, not the manners.
SETTINGS = Settings(
    community="试验社区",
    pace=Pace(gap_seconds=0, per_minute=600, per_day=100_000),
    day=Day(quiet=(dt.time(3), dt.time(3))),
)


def _resident() -> float:
    """This process's resident memory in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measure(long: int = LONG) -> list[str]:
    """Lines for a person: speed to stored decisions, loss, order, time to an answer, growth of memory, watchfulness."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        rig = await asyncio.to_thread(Rig, Path(folder) / "rig")
        store = Store.open(Path(folder) / "bench.db", SETTINGS.community)
        try:
            roster.save(store, ROSTER, dt.datetime.now(dt.UTC))
            link = Link.of(rig.endpoint, rig.token)
            async with running(link, store, Path(folder), puppet=ServicePuppet) as bot:
                engine = Engine(store, SETTINGS, bot.channel)
                order: list[str] = []

                async def hear(message: Message) -> None:
                    order.append(message.id)
                    engine.receive(message, dt.datetime.now(dt.UTC))
                    if message.to == "bot":
                        await engine.outbox.pump(dt.datetime.now(dt.UTC))

                bot.wechat._hear = hear
                lines += [await _speed(rig, bot, store, order), await _answers(rig, bot)]
                lines.append(await _memory(rig, bot, order, long))
                lines += await _watchfulness(rig, bot, store)
        finally:
            store.close()
            await asyncio.to_thread(rig.close)
    return lines


async def _speed(rig: Rig, bot: Bot, store: Store, order: list[str]) -> str:
    began = time.perf_counter()
    await rig("bulk", n=BURST, prefix="b", **{"from": SENDERS})
    await bot.until(lambda: len(order) >= BURST, "the burst", patience=300)
    seconds = time.perf_counter() - began
    await asyncio.sleep(1.0)  # one that came twice would come now
    stored = sum(messages.known(store, f"b-{n}") for n in range(BURST))
    inversions = sum(int(a[2:]) > int(b[2:]) for a, b in itertools.pairwise(order))
    return (
        f"gateway to stored decisions, {BURST} messages: {BURST / seconds:.0f} messages/s;"
        f" lost {BURST - stored}, doubled {len(order) - len(set(order))}, out of order {inversions}"
    )


async def _answers(rig: Rig, bot: Bot) -> str:
    waits = []
    for n in range(ASKED):
        seen = len(bot.echoes)
        began = time.perf_counter()
        await rig("say", **{"from": "c-qiping"}, text="谁没报", room="", id=f"q-{n}")
        await bot.until(lambda seen=seen: len(bot.echoes) > seen, "an answer")  # type: ignore[misc]
        waits.append((time.perf_counter() - began) * 1000)
    waits.sort()
    return (
        f"question to answer through the gateway, {ASKED} times: p50 {waits[len(waits) // 2]:.0f} ms,"
        f" p99 {waits[int(len(waits) * 0.99)]:.0f} ms"
    )


async def _memory(rig: Rig, bot: Bot, order: list[str], long: int) -> str:
    first = 0.0
    for part in range(long // BURST):
        order.clear()
        await rig("bulk", n=BURST, prefix=f"m{part}", **{"from": SENDERS})
        await bot.until(lambda: len(order) >= BURST, "the next burst", patience=300)
        await rig("forget")
        gc.collect()
        first = first or _resident()
    return f"memory over {long} messages, read and stored: {_resident() - first:+.1f} MiB after the first {BURST}"


async def _watchfulness(rig: Rig, bot: Bot, store: Store) -> list[str]:
    """With the times of real life: a half-open connection, events that stop, a logout that somebody must hear of."""
    lines = []
    for what, call in (("half-open connection", {"mode": "freeze"}), ("answers, but no events", None)):
        await bot.until(lambda: bot.wechat.online and bot.puppet._last_dong is not None, "online", patience=60)
        began = time.perf_counter()
        await (rig("drop", **call) if call else rig("mute", on=True))
        await bot.until(lambda: not bot.wechat.online, "noticed", patience=60)
        lines.append(f"{what}: noticed after {time.perf_counter() - began:.1f} s")
        await (rig("up") if call else rig("mute", on=False))
    await bot.until(lambda: bot.wechat.online, "online", patience=60)
    told: list[str] = []

    async def send(address: str, title: str, text: str) -> bool:
        told.append(text)
        return True

    notify = SETTINGS.notify.model_copy(update={"urls": (SecretStr("json://bench"),)})
    backup = SETTINGS.backup.model_copy(update={"every_minutes": 0})
    settings = SETTINGS.model_copy(update={"notify": notify, "backup": backup})
    attendant = Attendant(settings, store, RealClock(), lambda: bot.wechat.online, send=send)
    bot.states.clear()
    bot.wechat._on_state = lambda state: _both(bot, attendant, state)
    attending = asyncio.create_task(attendant.run())
    began = time.perf_counter()
    await rig("logout")
    await bot.until(lambda: told, "told", patience=90)
    lines.append(f"logout to the second channel: {time.perf_counter() - began:.1f} s")
    attending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await attending
    return lines


def _both(bot: Bot, attendant: Attendant, state: WechatState) -> None:
    bot.states.append(state)
    attendant.on_state(state)


def main() -> None:
    if node() is None:
        print("gateway: not measured; run tests/gateway/install.sh first")
        return
    for line in asyncio.run(measure()):
        print(line)


if __name__ == "__main__":
    main()
