"""APScheduler as an alarm clock, no more: it wakes the bot; what is due is decided from the database."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock

log = logging.getLogger(__name__)

WAKE = "wake"
SWEEP = "sweep"
# A second look at the database: it catches a clock that was set, a machine that slept, and a wake-up that failed.
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
    ) -> None:
        self.clock = clock
        self._wake = wake
        self._next_due = next_due
        self.scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self.paused = False

    def start(self) -> None:
        """Begin to wake; needs a running event loop."""
        self.scheduler.add_job(self._ring, IntervalTrigger(seconds=SWEEP_EVERY.total_seconds()), id=SWEEP)
        self.scheduler.start()
        self.rearm()

    def stop(self) -> None:
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

    async def _ring(self) -> None:
        if self.paused:
            return
        try:
            await self._wake()
            self.rearm()
        except Exception:
            # The sweep goes on, so a database that can be used again is noticed.
            log.exception("a wake-up failed; the next one comes within %s", SWEEP_EVERY)
