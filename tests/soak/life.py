"""The bot lives through one planned day: engine, store and outbox are real; the process ends and begins again as planned."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import sqlite3
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path

from bot.config import Settings
from bot.engine import Engine
from bot.model import Message, Roster
from bot.ports import Echo
from bot.reading import Reader
from bot.replay import Crash
from data import hearing, meta, roster
from data.store import Store, is_passing
from tests.invariants import breaches
from tests.soak.far_end import FarEnd
from tests.soak.plan import HOURS, Delivery, Fault, Plan
from tests.world import community

COMMUNITY = "试验社区"
# After a failure for want of the database, the same is tried again this much later.
AGAIN = 5.0
# Seconds that the bot is busy when a message comes, and how many it hears at once (bot/wechat/bot.py).
BUSY = (0.0, 0.0, 0.0, 5.0, 60.0, 400.0)
AT_ONCE = 32
_READER: dict[str | None, tuple[Roster, Reader]] = {}


@dataclass
class Result:
    """What came of a day. `problems`: what must not be, in words; the counts are the soak's figures."""

    seed: int
    heard: int = 0
    sent: int = 0
    crashes: int = 0
    lost: int = 0
    doubled: int = 0
    late: int = 0
    torn: int = 0
    differing: int = 0
    repeated: int = 0
    in_doubt: int = 0
    worst_late: float = 0.0
    problems: list[str] = field(default_factory=list)


class Life:
    """`await live()` plays the plan. `crashes` False: the same day and the same faults, and the process never ends."""

    def __init__(self, plan: Plan, folder: Path, *, crashes: bool = True) -> None:
        self.plan = plan
        self.path = folder / "soak.db"
        self.settings = Settings(community=COMMUNITY)
        self.people = community()
        self.result = Result(plan.seed)
        self.far_end = FarEnd(plan.seed, self._maybe, looks_back=plan.looks_back, echoes=plan.echoes)
        self.far_end.clock = lambda: self.time
        self.far_end.echoed = self._echoed_at_once
        self.time = 0.0
        self.offset = 0.0
        self.heard: dict[str, Message] = {}
        self.made: dict[int, float] = {}
        # When nothing could be sent or decided, whatever the bot did: (from, to).
        self.blocked: list[tuple[float, float]] = []
        self._chance = random.Random(f"crashes {plan.seed}")
        self._odds = plan.crash if crashes else 0.0
        self._down_odds = plan.down if crashes else 0.0
        self._waiting = deque(plan.deliveries)
        self._faults = deque(self._moments(plan.faults))
        self._away = self._trouble = 0
        self._away_since = -1.0
        self._holder: sqlite3.Connection | None = None
        self._retry = 0.0
        self._last_row = 0
        self._down_until: float | None = None

    @property
    def now(self) -> dt.datetime:
        """What the bot's clock shows."""
        return self.plan.start + dt.timedelta(seconds=self.time + self.offset)

    async def live(self) -> Result:
        store = self._open()
        roster.save(store, self.people, self.now)
        store.close()
        self.store = self._open()
        self.engine: Engine | None = None
        await self._start()
        while self.time < HOURS * 3600:
            await self._step()
        await self._rest()
        return self.result

    def close(self) -> None:
        self.store.close()

    # --- one step after the other

    async def _step(self) -> None:
        fault = self._faults[0][0] if self._faults else HOURS * 3600
        message = max(self._held_until(), self._retry) if self._waiting and not self._away_and_kept() else 1e9
        due = self._due()
        moment = max(min(fault, message, due, HOURS * 3600), self.time)
        self.time = moment
        if self._faults and fault <= moment:
            await self._guarded(self._begin_or_end)
        elif message <= moment and message <= due:
            await self._deliver()
        elif due <= moment:
            await self._guarded(self._wake)

    def _away_and_kept(self) -> bool:
        return bool(self._away) and self.plan.keeps

    def _due(self) -> float:
        assert self.engine is not None
        due = self.engine.next_due(self.now)
        if due is None:
            return 1e9
        at = (due - self.plan.start).total_seconds() - self.offset
        return max(at, self._retry, self.time + 1.0 if at <= self.time else 0.0)

    def _held_until(self) -> float:
        """Now and then the bot is busy when a message comes; what comes meanwhile is heard with it."""
        first = self._waiting[0]
        return first.after + random.Random(f"busy {self.plan.seed} {first.message.id}").choice(BUSY)

    async def _deliver(self) -> None:
        if self._away:
            self._waiting.popleft()  # said while nobody could hear, and never said again
            return
        heap = list(takewhile(lambda d: d.after <= self.time, islice(self._waiting, AT_ONCE)))

        async def hear() -> None:
            assert self.engine is not None
            with self.engine.together():
                for delivery in heap:
                    self.engine.receive(delivery.message, self.now)
            self._take_out(heap)
            self.heard |= {d.message.id: d.message for d in heap}
            await self.engine.outbox.pump(self.now)

        crashes = self.result.crashes
        await self._guarded(hear)
        if self.result.crashes > crashes and not self.plan.keeps:
            # A far end that does not keep what it had handed over: lost with the process, unless it had been stored.
            self._take_out(heap)

    def _take_out(self, heap: list[Delivery]) -> None:
        """Once they are dealt with; a restart on the way may have let go of some."""
        while self._waiting and self._waiting[0] in heap:
            self._waiting.popleft()

    async def _wake(self) -> None:
        assert self.engine is not None
        self._note_hearing()
        await self.engine.wake(self.now)

    def _note_hearing(self) -> None:
        assert self.engine is not None
        if self._away:
            self.engine.went_deaf(self.now)
        else:
            self.engine.hears(self.now)

    async def _guarded(self, work: object) -> None:
        """Do it; the process may end in it, and the database may not let it."""
        try:
            self._give_echoes()  # what could not be written down the last time
            await work()  # type: ignore[operator]
            self._give_echoes()
            self._keep_track()
        except Crash:
            await self._restart()
        except sqlite3.OperationalError as error:
            if not is_passing(error):
                raise
            self._retry = self.time + AGAIN
            self._block(self.time, self._retry + AGAIN)

    def _give_echoes(self) -> None:
        assert self.engine is not None
        while self.far_end.echoes:
            far_id, out = self.far_end.echoes[0]
            self.engine.outbox.came_back(Echo(far_id, out.to, out.text, self.now), self.now)
            self.far_end.echoes.popleft()

    def _echoed_at_once(self) -> None:
        with suppress(sqlite3.OperationalError):  # then it is told again
            self._give_echoes()

    # --- faults

    def _moments(self, faults: tuple[Fault, ...]) -> list[tuple[float, bool, Fault]]:
        found = [(f.after, True, f) for f in faults] + [(f.until, False, f) for f in faults if f.kind != "jump"]
        return sorted(found, key=lambda m: (m[0], m[1]))

    async def _begin_or_end(self) -> None:
        _, begins, fault = self._faults[0]
        if fault.kind == "outage":
            self._away += 1 if begins else -1
            if begins and self._away == 1:
                self._away_since = self.time
            self.far_end.away = self._away > 0
            self._faults.popleft()
            self._block(fault.after, fault.until)
            if self.engine is not None:
                self._note_hearing()
                if not self._away:
                    await self.engine.outbox.pump(self.now)  # as bot.app does: what waited goes at once
            return
        self._faults.popleft()
        if fault.kind == "flaky":
            self.far_end.flaky = fault.amount if begins else 0.0
            self._block(fault.after, fault.until + 150)  # and the wait after the last attempt that failed
        elif fault.kind == "jump":
            self.offset += fault.amount
            self._block(self.time - abs(fault.amount), self.time + abs(fault.amount) + 60)
        elif fault.kind == "locked":
            self._release()
            if begins:
                self._holder = sqlite3.connect(self.path, isolation_level=None)
                self._holder.execute("BEGIN IMMEDIATE")
            self._block(fault.after, fault.until + AGAIN)
        else:
            limit = self.store.conn.execute("PRAGMA page_count").fetchone()[0] if begins else 1_000_000_000
            self.store.conn.execute(f"PRAGMA max_page_count={limit}")
            self._block(fault.after, fault.until + AGAIN)

    def _release(self) -> None:
        if self._holder is not None:
            self._holder.execute("ROLLBACK")
            self._holder.close()
            self._holder = None

    def _block(self, start: float, end: float) -> None:
        self.blocked.append((start, end))

    # --- life and death

    def _maybe(self, where: str = "") -> None:
        if self._odds and self._chance.random() < self._odds and self.time < (HOURS - 2) * 3600:
            self.result.crashes += 1
            raise Crash(where)

    def _open(self) -> Store:
        store = Store.open(self.path, COMMUNITY, durable=False, observe=None)
        # What was being sent when the process ended is in doubt.
        self.far_end.doubted |= {r["key"] for r in store.all("SELECT key FROM outbox WHERE state = 'sending'")}
        store.conn.execute("PRAGMA busy_timeout=0")
        return store

    async def _start(self) -> None:
        while True:
            try:
                version = meta.get(self.store, meta.ROSTER)
                # A restart reads the roster again; the same one need not be learned anew for each of thousands of lives.
                if version not in _READER:
                    found = roster.current(self.store)
                    _READER.clear()
                    _READER[version] = (found, Reader(found))
                self.engine = Engine(self.store, self.settings, self.far_end, known=_READER[version])
                self.store.observe = self._maybe
                await self.engine.start(self.now)
                self._note_hearing()
                await self.engine.wake(self.now)
                self._keep_track()
                return
            except Crash:
                self.engine = None
                self.store.close()
                self.store = self._open()
            except sqlite3.OperationalError as error:
                if not is_passing(error):
                    raise
                self.engine = None
                self.time += AGAIN
                await self._faults_until_now()

    async def _faults_until_now(self) -> None:
        """What began or ended while the process was down."""
        while self._faults and self._faults[0][0] <= self.time:
            await self._begin_or_end()

    async def _restart(self) -> None:
        self.store.observe, self.engine = None, None
        self.store.close()
        begin, ended = self.time, self.now
        if self._chance.random() < self._down_odds:
            self.time += self._chance.choice([30, 200, 900, 6000])
        self._release()  # whoever held the database is done by the time the process is back
        self.store = self._open()
        if not self._away or self._away_since == begin:
            # The runner's sweep (each minute) had noted that the bot heard until then.
            with self.store.transaction():
                hearing.still_hears(self.store, ended)
        await self._faults_until_now()
        if not self.plan.keeps:
            self.far_end.echoes.clear()
            while self._waiting and self._waiting[0].after < self.time:
                self._waiting.popleft()
        await self._start()
        self._block(begin, self.time + 1)

    def _keep_track(self) -> None:
        for row in self.store.all("SELECT id FROM outbox WHERE id > ? ORDER BY id", self._last_row):
            self._last_row = row["id"]
            self.made[row["id"]] = self.time

    async def _rest(self) -> None:
        """Everything is well again, and what is left over must come to rest."""
        self._odds, self.store.observe = 0.0, None
        self._release()
        assert self.engine is not None
        for _ in range(200):
            await self.engine.wake(self.now)
            self._give_echoes()
            due = self.engine.next_due(self.now)
            if due is None or due > self.now + dt.timedelta(minutes=5):
                break
            self.time += max((due - self.now).total_seconds(), 1.0)
        self._keep_track()
        if hearing.deaf_since(self.store) is not None:
            self.result.problems.append("the bot is deaf for ever")
        opens = self.settings.day.opens
        found = breaches(self.store, self.people, self.now, opens, self.settings.zone)
        self.result.torn += len(found)
        self.result.problems += found

    def overlap(self, start: float, end: float) -> float:
        """Seconds of [start, end] in which nothing could go out."""
        spans = sorted((max(a, start), min(b, end)) for a, b in self.blocked if b > start and a < end)
        total, upto = 0.0, start
        for a, b in spans:
            if b > upto:
                total += b - max(a, upto)
                upto = b
        return total


def run(plan: Plan, folder: Path, *, crashes: bool = True) -> Life:
    """Live through the day and look at what is left. The caller closes it."""
    from tests.soak.audit import audit

    logging.disable(logging.CRITICAL)  # thousands of planned failures would be told
    try:
        life = Life(plan, folder, crashes=crashes)
        asyncio.run(life.live())
        audit(life)
    finally:
        logging.disable(logging.NOTSET)
    return life
