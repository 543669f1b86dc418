"""A slice of `make soak`: random days with crashes, lost, repeated and reordered messages, outages, a full disk, a locked database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.life import run
from tests.soak.plan import plan
from tests.soak.twin import compare


@pytest.mark.parametrize("seed", [1, 3, 13, 99])
def test_a_random_day_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    life = run(plan(seed), tmp_path)
    life.close()
    assert life.result.crashes > 0
    assert life.result.heard > 10
    assert not life.result.problems


@pytest.mark.parametrize("seed", [0, 20])
def test_a_day_with_crashes_comes_out_as_without(seed: int) -> None:
    assert not compare(seed)
