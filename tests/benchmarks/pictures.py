"""What looking at pictures costs: one photo on one core, a flood of them beside text messages, the day's board."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.config import Settings
from bot.engine import Engine
from bot.looking.eyes import Eyes, pool_of
from bot.media import board, look, ocr
from bot.model import Message
from bot.replay import Crasher, FarEnd
from data import media, roster
from data.store import Store
from tests.media.drawing import jpeg, scene, stamped
from tests.world import community

DAY = dt.date(2026, 3, 10)
FLOOD, TEXT_EVERY = 100, 0.05
STAMP = ["姓名：周玉梅", "时间：2026-03-10 07:10", "地点：兰州市城关区向阳院6号楼1单元102"]


def measure() -> Iterator[str]:
    """Each line of the report."""
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_flood(Path(folder)))
    yield from _one_photo()
    yield _board()


def _one_photo() -> Iterator[str]:
    if not ocr.available():
        yield "photos: the extra 'media' is not installed, nothing to measure"
        return
    for name, rows in (("with a watermark", STAMP), ("without", [])):
        figures = []
        for seed in range(8):
            picture = scene(seed, 1080, 1440)
            data = jpeg(stamped(picture, rows) if rows else picture)
            begin = time.process_time()
            look.look_at(data, DAY)
            figures.append(time.process_time() - begin)
        # The first one loads the reader's models.
        middle, first = statistics.median(figures[1:]), figures[0]
        yield f"a photo of 1080 x 1440 {name}, all checks, one core: {middle * 1e3:.0f} ms (the first {first * 1e3:.0f} ms)"


async def _flood(folder: Path) -> list[str]:
    """Texts come every 50 ms, first alone, then while 100 photos wait: from the moment they are due to their decision."""
    paths = []
    for seed in range(FLOOD):
        path = folder / f"{seed}.jpg"
        path.write_bytes(jpeg(stamped(scene(seed, 1080, 1440), STAMP)))
        paths.append(path)
    settings = Settings()
    store = Store.open(folder / "bench.db", settings.community)
    now = dt.datetime.combine(DAY, dt.time(6), tzinfo=settings.zone)
    roster.save(store, community(), now)
    pool = pool_of(settings)
    eyes = Eyes(settings, folder / "bench.db", folder / "media", pool.run)
    engine = Engine(store, settings, FarEnd(Crasher(None)), eyes=eyes)
    await engine.start(now)
    alone = await _texts(engine, now, "a", 100)
    begin = time.perf_counter()
    for seed, path in enumerate(paths):
        engine.receive(Message(f"p{seed}", now, "林小满", "image", file=str(path), contact="v1"), now)
    taken = time.perf_counter() - begin
    looking = asyncio.create_task(engine.look(lambda: now))
    beside: list[float] = []
    while not looking.done():
        beside += await _texts(engine, now, f"b{len(beside)}-", 20)
    seconds = time.perf_counter() - begin
    left = media.next_waiting(store)
    child, own = _largest(pool.processes()[0]), _largest(os.getpid())
    await pool.close()
    store.close()
    assert left is None
    return [
        f"a flood of {FLOOD} photos: taken in within {taken:.2f} s, looked at within {seconds:.1f} s; at most {child:.0f} MiB in the "
        f"child process, {own:.0f} MiB in the bot's own",
        f"a text's decision, due to stored: p50 {_share(alone, 0.5):.1f} ms, p99 {_share(alone, 0.99):.1f} ms alone; "
        f"p50 {_share(beside, 0.5):.1f} ms, p99 {_share(beside, 0.99):.1f} ms beside the flood ({len(beside)} texts)",
    ]


async def _texts(engine: Engine, now: dt.datetime, name: str, count: int) -> list[float]:
    figures = []
    loop = asyncio.get_running_loop()
    due = loop.time()
    for i in range(count):
        due += TEXT_EVERY
        await asyncio.sleep(max(0.0, due - loop.time()))
        engine.receive(Message(f"{name}{i}", now, "周强", "text", "我妈今天挺好的", contact="c1"), now)
        figures.append(loop.time() - due)
        due = max(due, loop.time() - TEXT_EVERY)
    return figures


def _largest(pid: int) -> float:
    """MiB of memory that a process has held at most (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _share(figures: list[float], share: float) -> float:
    return sorted(figures)[min(int(len(figures) * share), len(figures) - 1)] * 1e3


def _board() -> str:
    states: tuple[board.State, ...] = ("safe", "safe", "safe", "concern", "missed", "away")
    people = [(f"老人{i:02d}", f"小区{i % 6}", states[i % 6]) for i in range(75)]
    figures = []
    for _ in range(5):
        begin = time.process_time()
        board.picture(people, DAY, "coordinator", "示范社区", dt.time(20))
        figures.append(time.process_time() - begin)
    return f"the day's board of 75, drawn on one core: {statistics.median(figures[1:]) * 1e3:.0f} ms (the first {figures[0] * 1e3:.0f} ms)"
