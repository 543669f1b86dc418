"""What a duty is given: the store, the roster, the settings and the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.config import Settings
from bot.model import Roster
from data.moments import at_local, day_of, end_of_span
from data.store import Store


@dataclass(frozen=True)
class Moment:
    """`now` is the only clock a duty knows."""

    store: Store
    roster: Roster
    settings: Settings
    now: dt.datetime

    @property
    def day(self) -> dt.date:
        """The day that runs: it begins when check-ins open."""
        return day_of(self.now, self.settings.day.opens, self.settings.zone)

    @property
    def quiet_until(self) -> dt.datetime:
        """`now` outside the quiet hours, else their end."""
        return end_of_span(self.now, self.settings.day.quiet, self.settings.zone)

    @property
    def is_quiet(self) -> bool:
        return self.quiet_until > self.now

    def local(self, clock: dt.time, day: dt.date | None = None) -> dt.datetime:
        return at_local(day or self.day, clock, self.settings.zone)
