"""The small community of tests/world.py, for this folder's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """`begin(start="05:00", day: settings, …)`: a new world. When the test ends, the manners of each are checked."""
    worlds: list[World] = []

    def make(*args: Any, **settings: Any) -> World:
        folder = tmp_path / f"world{len(worlds)}"
        folder.mkdir()
        worlds.append(World(folder, *args, **settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.check_manners()
        world.close()


@pytest.fixture
def world(begin: Callable[..., World]) -> World:
    """An ordinary day, from the moment check-ins open."""
    return begin()
