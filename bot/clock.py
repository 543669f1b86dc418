"""The only module that reads the real clock."""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """The moment, aware, in UTC."""
        ...

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        """When, by the machine's own clock, `moment` will be reached."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        return moment


class LocalClock:
    """A clock that can run faster and jump ahead, for the local group. It never goes back."""

    def __init__(self) -> None:
        self.rate = 1.0
        self._real = time.monotonic()
        self._virtual = dt.datetime.now(dt.UTC)

    def begin_at(self, moment: dt.datetime) -> None:
        """Show `moment` from now on: for the beginning only, since a clock in use never goes back."""
        self._anchor(moment.astimezone(dt.UTC))

    def now(self) -> dt.datetime:
        return self._virtual + dt.timedelta(seconds=(time.monotonic() - self._real) * self.rate)

    def set_rate(self, rate: float) -> None:
        """Virtual seconds per real second; 0 stands still."""
        self._anchor(self.now())
        self.rate = rate

    def jump(self, moment: dt.datetime) -> None:
        """Go forward to `moment`; a moment already passed changes nothing."""
        self._anchor(max(moment, self.now()))

    def real_time_of(self, moment: dt.datetime) -> dt.datetime:
        real = dt.datetime.now(dt.UTC)
        if self.rate <= 0:
            return real + dt.timedelta(days=365)
        return real + max(moment - self.now(), dt.timedelta()) / self.rate

    def _anchor(self, virtual: dt.datetime) -> None:
        self._virtual, self._real = virtual, time.monotonic()
