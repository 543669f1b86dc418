"""`make bench`: what the bot costs, each comparison within one run. Nothing here passes or fails."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import community

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 20)
SIZES = (75, 7_500, 75_000)
CORPUS = ROOT / "tests" / "reading" / "corpora" / "taught" / "a"


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def start_to_ready() -> None:
    """Process start until the bot is in its group and the page answers, on a database that exists."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"BAOANNIAO_STORE__PATH": f"{folder}/bench.db", "BAOANNIAO_WEB__PORT": "0"}
        figures = []
        for _ in range(4):
            begin = time.perf_counter()
            bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert bot.stdout is not None
            bot.stdout.readline()
            figures.append(time.perf_counter() - begin)
            bot.terminate()
            bot.wait()
    print(f"start to ready: first {figures[0]:.2f} s (imports the roster), then {statistics.median(figures[1:]):.2f} s")


def message_to_decision() -> None:
    """One text message from the engine's door to the committed transaction, fsync included."""
    from bot import config
    from bot.engine import Engine
    from bot.replay import Crasher, FarEnd, message_of
    from data import roster
    from data.store import Store

    settings = config.load(ROOT / "config.yaml", {})
    people = roster.load(CORPUS / "elders.csv", CORPUS / "volunteers.csv")
    rows = [json.loads(line) for line in (CORPUS / "messages.jsonl").read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "bench.db", settings.community)
        now = dt.datetime(2026, 11, 20, 6, tzinfo=settings.zone)
        roster.save(store, people, now)
        engine = Engine(store, settings, FarEnd(Crasher(None)))
        asyncio.run(engine.start(now))
        figures = []
        for i in range(3):
            for row in rows:
                now += dt.timedelta(seconds=5)
                message = message_of(row | {"id": f"{i}-{row['id']}", "at": now.isoformat()})
                figures.append(timed(lambda message=message, now=now: engine.receive(message, now)))  # type: ignore[misc]
        store.close()
    p50, p99 = percentile(figures, 0.5) * 1e3, percentile(figures, 0.99) * 1e3
    print(f"message to stored decision ({len(figures)} messages): p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def reading_against_jieba() -> None:
    """What reading costs, as a multiple of jieba.lcut on the same text: the median over the messages.

    The messages come in rounds, each once a round, as in life: no message is read with all it needs still at hand.
    """
    import jieba

    from bot.reading import Reader, compiled, pondering
    from bot.replay import message_of
    from data import roster

    people = roster.load(CORPUS / "elders.csv", CORPUS / "volunteers.csv")
    lines = (CORPUS / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [message_of(json.loads(line)) for line in lines]
    looks: dict[str, float] = {}
    reading = ""

    def look(text: str, role: str, places: tuple[int, ...]) -> pondering.Pondered:
        started = time.perf_counter()
        pondered = pondering.encoder().ponder(text, role, places)
        looks[reading] = min(looks.get(reading, 1e9), time.perf_counter() - started)
        return pondered

    reader = Reader(people, look=look)
    jieba.setLogLevel(60)
    cutter = jieba.Tokenizer()
    cutter.cache_file = None
    with tempfile.TemporaryDirectory() as folder:
        cutter.tmp_dir = folder
        cutter.initialize()
    reads, cuts = [1e9] * len(messages), [1e9] * len(messages)
    for _ in range(6):
        for k, message in enumerate(messages):
            reading = message.id
            reads[k] = min(reads[k], timed(lambda m=message: reader.read(m)))  # type: ignore[misc]
            cuts[k] = min(cuts[k], timed(lambda m=message: cutter.lcut(m.text)))  # type: ignore[misc]
    ratios = [read / cut for read, cut in zip(reads, cuts, strict=True)]
    quick = [ratio for ratio, message in zip(ratios, messages, strict=True) if message.id not in looks]
    print(
        f"reading ({'compiled' if compiled.in_use() else 'plain Python'}): median {statistics.median(ratios):.2f} x jieba.lcut on the same text "
        f"({statistics.median(reads) * 1e3:.2f} ms a message, p99 {percentile(reads, 0.99) * 1e3:.2f} ms); "
        f"where the quick look is enough {statistics.median(quick):.2f} x"
    )
    print(
        f"second look: at {len(looks) / len(messages):.0%} of the messages, "
        f"median {statistics.median(looks.values()) * 1e3:.1f} ms of one core"
    )
    long_text = (messages[0].text + "，王奶奶今天好着呢，3号楼2单元501，没人接电话。") * 300
    from dataclasses import replace

    longest = replace(messages[0], text=long_text[:5000])
    print(f"reading 5,000 characters: {min(timed(lambda: reader.read(longest)) for _ in range(3)) * 1e3:.1f} ms")


def replayed_days() -> None:
    """A day for communities of growing size, through `python -m bot replay` as a process of its own."""
    costs = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            made = community.make(place, size, DAY)
            command = [sys.executable, "-m", "bot", "replay", "--config", str(ROOT / "config.yaml")]
            command += ["--elders", str(made.elders), "--volunteers", str(made.volunteers)]
            command += ["--start", f"{DAY}T05:00:00+08:00", "--end", f"{DAY}T21:00:00+08:00"]
            command += ["--out", str(place / "out.jsonl"), str(made.events)]
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            seconds = timed(lambda command=command: subprocess.run(command, cwd=ROOT, check=True))  # type: ignore[misc]
            cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            states = json.loads((place / "out.jsonl").read_text(encoding="utf-8").splitlines()[-1])["days"][str(DAY)]
            safe = sum(1 for state in states.values() if state == "safe")
        costs[size] = seconds / size * 1e3
        print(
            f"a day of {size:>6,} elders: {seconds:7.2f} s with start ({cpu:.2f} s of it computing), "
            f"{costs[size]:.3f} ms an elder, {made.messages:,} messages, {safe:,} safe, peak so far {memory:.0f} MiB"
        )
    for small, large in itertools.pairwise(SIZES):
        print(f"cost an elder, {large:,} against {small:,}: {costs[large] / costs[small]:.2f} x")


def through_the_gateway() -> None:
    """Messages through the real npm gateway to stored decisions, and from a question to its answer."""
    subprocess.run(["bash", str(ROOT / "tests" / "gateway" / "install.sh")], check=True)
    from tests.gateway import bench

    print("\n".join(asyncio.run(bench.measure())))


def looking_at_pictures() -> None:
    """One photo on one core, a flood of photos beside text messages, the day's board."""
    from tests.benchmarks import pictures

    for line in pictures.measure():
        print(line)


def under_load() -> None:
    """200 messages a second for a minute through the real gateway, with the whole bot in a process of its own."""
    subprocess.run([sys.executable, "-m", "tests.benchmarks.load"], cwd=ROOT, check=True)


def main() -> None:
    start_to_ready()
    message_to_decision()
    reading_against_jieba()
    looking_at_pictures()
    through_the_gateway()
    under_load()
    replayed_days()


if __name__ == "__main__":
    main()
