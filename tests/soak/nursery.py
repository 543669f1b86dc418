"""Lives for the killing test: each line "go" on standard input starts `python -m bot run` in a forked child.

Loading the program and its dictionaries takes seconds; it is done once here, and each life begins with them in memory, as
after an execve that costs nothing. Everything that `run` does itself happens anew in each life.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bot.app
import bot.ops.logs
import bot.web.server
import bot.wechat.bot
from bot.__main__ import main
from bot.reading import Reader
from data import roster

ROOT = Path(__file__).parents[2]


def live(log: str) -> None:
    """Become the bot; never returns."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(errors, 2)
    sys.argv = ["bot", "run", "--config", str(ROOT / "config.yaml")]
    main()


def nurse() -> None:
    assert bot.app and bot.ops.logs and bot.web.server and bot.wechat.bot
    folder = ROOT / "data" / "demo"
    Reader(roster.load(folder / "elders.csv", folder / "volunteers.csv"))
    print("warm", flush=True)
    for line in sys.stdin:
        log = line.split(maxsplit=1)[1].strip()
        child = os.fork()
        if child == 0:
            try:
                live(log)
            finally:
                os._exit(70)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    nurse()
