"""200 messages a second for a minute, through the real gateway: does the bot keep up, and does it keep them all?

    python -m tests.benchmarks.load [SECONDS [PER_SECOND]]

They are the messages of one corpus. That is made of hard cases, a quarter of them alarms; so in each round of the others only
two alarms are said, which still makes more than one a second. With ALARMS=all in the environment it is the corpus as it stands.

The whole bot (bot.app.App, logging, page and second channel included) runs in this process, the gateway and who speaks
in processes of their own. Messages come at their own times, whether the bot is ready or not. Each is measured twice, up to
the moment at which the decision on it is committed and written through to the disk: from the moment at which the gateway
emits it, and from its arrival at the bot. Sending goes on beside it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot import config
from bot.app import App
from bot.model import Message
from bot.ops import logs
from data import messages, roster
from data.store import Store
from tests.benchmarks.pour import AT_ONCE
from tests.gateway.rig import Rig

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "reading" / "corpora" / "taught" / "a"
PER_SECOND = 200
SECONDS = 60
WARM = 3
PATIENCE = 300.0


class Watch:
    """When each message arrived at the bot, and when the decision on it was on the disk. Times are Unix seconds."""

    def __init__(self, app: App) -> None:
        self.arrived: dict[str, float] = {}
        self.said: dict[str, float] = {}
        self.stored: dict[str, float] = {}
        self.doubled = 0
        self._taken: list[str] = []
        self.commits: list[float] = []  # seconds
        self._queue, self._receive = app.wechat._queue, app.engine.receive
        app.wechat._queue = self.queue
        app.engine.receive = self.receive  # type: ignore[method-assign]
        app.store.observe = self.committed

    async def queue(self, payload: Any) -> None:
        self.arrived.setdefault(payload.message_id, time.time())
        await self._queue(payload)

    def receive(self, message: Message, now: dt.datetime) -> bool:
        self.said[message.id] = message.at.timestamp()
        self._taken.append(message.id)
        return self._receive(message, now)

    def committed(self, where: str) -> None:
        now = time.time()
        if where != "after-commit":
            self._began = now
            return
        self.commits.append(now - self._began)
        for message_id in self._taken:
            self.doubled += message_id in self.stored
            self.stored.setdefault(message_id, now)
        self._taken.clear()


def _settings(rig: Rig, path: Path) -> config.Settings:
    environ = {
        "COMMUNITY": "试验社区", "ROOM__TOPIC": "试验群", "PUPPET__KIND": "service", "PUPPET__ENDPOINT": rig.endpoint,
        "PUPPET__TOKEN": rig.token, "STORE__PATH": str(path), "BACKUP__EVERY_MINUTES": "0", "DAY__QUIET": "[03:00, 03:00]",
        "WEB__PORT": "0",
    }  # fmt: skip
    return config.load(ROOT / "config.yaml", {f"BAOANNIAO_{key}": value for key, value in environ.items()})


async def measure(seconds: int = SECONDS, per_second: int = PER_SECOND) -> list[str]:
    """Lines for a person."""
    rows = [json.loads(line) for line in (CORPUS / "messages.jsonl").read_text(encoding="utf-8").splitlines()]
    names = list(dict.fromkeys(row["sender"] for row in rows))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rig = await asyncio.to_thread(Rig, place / "rig")
        try:
            for number, name in enumerate(names):
                await rig("join", contact=f"c-{number}", name=name)
            sayings = place / "sayings.json"
            said = [[f"c-{names.index(r['sender'])}", r["text"]] for r in _said(rows)]
            sayings.write_text(json.dumps(said), encoding="utf-8")
            store = Store.open(place / "bot.db", "试验社区")
            people = roster.load(CORPUS / "elders.csv", CORPUS / "volunteers.csv")
            roster.save(store, people, dt.datetime.now(dt.UTC))
            store.close()
            with (place / "bot.log").open("w", encoding="utf-8") as log:
                hide = logs.set_up("text", logging.INFO, log)
                app = App(_settings(rig, place / "bot.db"), hide=hide)
                watch = Watch(app)
                stopped = asyncio.Event()
                life = asyncio.create_task(app.run(stopped))
                try:
                    await _until(lambda: app._working and app.wechat.online)
                    # Dictionaries and caches, as in a bot that has run for a while.
                    await _pour(rig, "warm", WARM, per_second, sayings, watch)
                    return await _loaded(app, rig, watch, seconds, per_second, sayings)
                finally:
                    stopped.set()
                    await life
        finally:
            await asyncio.to_thread(rig.close)


def _said(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said, in order; it is said again and again."""
    if os.environ.get("ALARMS") == "all":
        return rows
    alarms = [row for row in rows if row["gold"]["intent"] in ("distress", "unreachable")]
    others = [row for row in rows if row not in alarms]
    found = []
    for alarm in alarms[::2]:
        half = len(others) // 2
        found += [*others[:half], alarm, *others[half:], alarms[alarms.index(alarm) - 1]]
    return found


async def _loaded(app: App, rig: Rig, watch: Watch, seconds: int, per_second: int, sayings: Path) -> list[str]:
    total = seconds * per_second
    begin, cpu, other = time.perf_counter(), time.process_time(), _cpu_of(rig.process.pid)
    sent = _sent(app)
    watch.commits.clear()
    generator = await _pour(rig, "load", seconds, per_second, sayings, watch)
    took = time.perf_counter() - begin
    cpu, other = time.process_time() - cpu, _cpu_of(rig.process.pid) - other
    ids = [f"load{n // AT_ONCE}-{n % AT_ONCE}" for n in range(total)]
    kept = sum(messages.known(app.store, i) for i in ids)
    failed = _count(app, "messages WHERE state = 'failed'")
    lines = [
        f"{per_second} messages a second for {seconds} s: all {total:,} decided after {took:.1f} s,"
        f" {total - kept} lost, {failed} not handled, {watch.doubled} doubled;"
        f" {_sent(app) - sent:,} sent beside it"
    ]
    for what, since in (("leaving the gateway", watch.said), ("arrival at the bot", watch.arrived)):
        waits = sorted(watch.stored[i] - since[i] for i in ids)
        p50, p99 = (waits[int(len(waits) * share)] * 1e3 for share in (0.5, 0.99))
        lines.append(
            f"  {what} to stored decision: p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {waits[-1] * 1e3:.0f} ms"
        )
    commits = sorted(watch.commits)
    lines.append(
        f"  {len(commits):,} commits, {sum(commits):.1f} s in them:"
        f" p50 {commits[len(commits) // 2] * 1e3:.1f} ms, p99 {commits[int(len(commits) * 0.99)] * 1e3:.1f} ms"
    )
    lines.append(
        f"  CPU a message: bot {cpu / total * 1e3:.2f} ms, gateway {other / total * 1e3:.2f} ms,"
        f" generator {generator / total * 1e3:.2f} ms; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return lines


async def _pour(rig: Rig, prefix: str, seconds: int, per_second: int, sayings: Path, watch: Watch) -> float:
    """Say it all and wait until all is decided; the generator's CPU seconds."""
    command = [sys.executable, "-m", "tests.benchmarks.pour", str(rig.control), prefix, str(per_second), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, str(sayings), cwd=ROOT)
    end = time.monotonic() + seconds + PATIENCE
    wanted = seconds * per_second
    used = 0.0
    while process.returncode is None or sum(i.startswith(prefix) for i in watch.stored) < wanted:
        if process.returncode is None:
            used = _cpu_of(process.pid)
        assert time.monotonic() < end, f"{len(watch.stored)} of {wanted} decided"
        await asyncio.sleep(0.1)
    assert process.returncode == 0
    return used


async def _until(true: Any) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.05)


def _sent(app: App) -> int:
    return _count(app, "outbox WHERE state = 'sent'")


def _count(app: App, what: str) -> int:
    return int(app.store.all(f"SELECT count(*) FROM {what}")[0][0])


def _cpu_of(pid: int) -> float:
    """User and system seconds of a running process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure(*map(int, sys.argv[1:])))))
