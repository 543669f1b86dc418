from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.wechat.world import LocalWorld
from tests.web.stage import StillControls, make_world


@pytest.fixture
def controls() -> StillControls:
    return StillControls()


@pytest.fixture
def world(tmp_path: Path, controls: StillControls) -> Iterator[LocalWorld]:
    made = make_world(tmp_path, controls)
    yield made
    made.close()
