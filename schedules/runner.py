"""APScheduler as an alarm clock, no more: it wakes the bot; what is due is decided from the database."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot.clock import Clock

log = logging.getLogger(__name__)

WAKE = "wake"
# A second look at the database: it catches a clock that was set, a machine that slept, and a wake-up that failed. It is
# counted by the event loop and not by the clock: an alarm for 10:00 that is set back by a day would ring a day later.
SWEEP_EVERY = dt.timedelta(seconds=60)
# After a wake-up that left something due (a step that could not be taken) the next one waits this long.
SOONEST = dt.timedelta(seconds=1)


class Runner:
    """Calls `wake` exactly when `next_due` says, by `clock`.

    Misfires: a wake-up is never skipped for being late (`misfire_grace_time` None), and several that were missed are one
    (`coalesce`), since a wake-up does everything that is due.
    """

    def __init__(
        self,
        clock: Clock,
        wake: Callable[[], Awaitable[None]],
        next_due: Callable[[], dt.datetime | None],
        *,
        sweep_every: dt.timedelta = SWEEP_EVERY,
    ) -> None:
        self.clock = clock
        self._sweep_every = sweep_every.total_seconds()
        self._sweeping: asyncio.Task[None] | None = None
        self._wake = wake
        self._next_due = next_due
        self.scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self.paused = False

    def start(self) -> None:
        """Begin to wake; needs a running event loop."""
        self.scheduler.start()
        self._sweeping = asyncio.create_task(self._sweep(), name="sweep")
        self.rearm()

    def stop(self) -> None:
        if self._sweeping:
            self._sweeping.cancel()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)

    def rearm(self) -> None:
        """Set the alarm for the next thing that is due; call it whenever that may have changed."""
        if not self.scheduler.running or self.paused:
            return
        due = self._next_due()
        if due is None:
            if self.scheduler.get_job(WAKE):
                self.scheduler.remove_job(WAKE)
            return
        due = max(due, self.clock.now() + SOONEST) if due <= self.clock.now() else due
        trigger = DateTrigger(self.clock.real_time_of(due), timezone=dt.UTC)
        self.scheduler.add_job(self._ring, trigger, id=WAKE, replace_existing=True)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_every)
            await self._ring()

    async def _ring(self) -> None:
        if self.paused:
            return
        try:
            await self._wake()
            self.rearm()
        except Exception:
            # The sweep goes on, so a database that can be used again is noticed.
            log.exception("a wake-up failed; the next one comes within %.0f s", self._sweep_every)
