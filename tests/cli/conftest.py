"""Commands as a person runs them: a process of its own, its exit status and what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Bot = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    """Runs `python -m bot …` in the project, with a database of its own and a free port."""

    def run(*args: str | Path, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"BAOANNIAO_STORE__PATH": str(tmp_path / "bot.db"), "BAOANNIAO_WEB__PORT": "0"} | environ
        command = [sys.executable, "-m", "bot", *map(str, args)]
        return subprocess.run(command, cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def roster_files() -> tuple[str, ...]:
    return ("--elders", "data/demo/elders.csv", "--volunteers", "data/demo/volunteers.csv")
