"""A slice of what `make soak` does at every transaction boundary of a busy day and night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.replay.test_replay import DAY, ZONE, _events
from tests.soak.boundaries import Day

EVERY = 29  # a prime, so that the slice meets boundaries of all sorts


def test_the_process_may_end_at_any_transaction_boundary(tmp_path: Path) -> None:
    start = dt.datetime.combine(DAY, dt.time(5), tzinfo=ZONE)
    figures = Day(_events(), start, start + dt.timedelta(hours=30), tmp_path).run(EVERY)
    assert figures.crashes > 90
    assert not figures.problems
