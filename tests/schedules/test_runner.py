"""The alarm clock: it rings when something is due, and it looks again each minute whatever the machine's clock does."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.clock import RealClock
from schedules.runner import WAKE, Runner


class Rings:
    """Counts the wake-ups; `due` is what the database would say."""

    def __init__(self, due: dt.timedelta | None = None) -> None:
        self.rung = asyncio.Event()
        self.count = 0
        self.due = RealClock().now() + due if due is not None else None

    async def wake(self) -> None:
        self.count += 1
        self.rung.set()
        self.due = None


async def rings(runner: Runner, woken: Rings) -> None:
    runner.start()
    try:
        async with asyncio.timeout(20):
            await woken.rung.wait()
    finally:
        runner.stop()


async def test_it_rings_when_something_is_due() -> None:
    woken = Rings(dt.timedelta(milliseconds=50))
    runner = Runner(RealClock(), woken.wake, lambda: woken.due)
    await rings(runner, woken)


async def test_it_looks_again_though_the_clock_has_moved_every_alarm_a_year_away() -> None:
    """So it is when the machine's clock is set back: APScheduler waits for the clock to come round again."""
    woken = Rings(dt.timedelta(days=365))
    runner = Runner(RealClock(), woken.wake, lambda: woken.due, sweep_every=dt.timedelta(milliseconds=50))
    await rings(runner, woken)


async def test_a_wake_up_that_fails_is_followed_by_the_next() -> None:
    woken = Rings()
    failed = False

    async def fails_once() -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise RuntimeError("the disk")
        await woken.wake()

    runner = Runner(RealClock(), fails_once, lambda: None, sweep_every=dt.timedelta(milliseconds=20))
    await rings(runner, woken)
    assert failed


async def test_after_the_stop_nothing_rings() -> None:
    woken = Rings()
    runner = Runner(RealClock(), woken.wake, lambda: woken.due, sweep_every=dt.timedelta(milliseconds=10))
    await rings(runner, woken)
    before = woken.count
    assert runner.scheduler.get_job(WAKE) is None
    await asyncio.sleep(0.1)
    assert woken.count == before
