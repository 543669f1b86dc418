"""Jobs for the pool's tests: each is one way in which work on a file can go."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from bot.media import keep
from bot.media.sniff import UnreadableError

_seen = 0


def add(a: int, b: int) -> int:
    return a + b


def process() -> int:
    return os.getpid()


def hang() -> None:
    time.sleep(600)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(0)


def fill() -> int:
    return len(bytearray(8 << 30))


def unreadable() -> None:
    raise UnreadableError("照片没有传完整，请再发一次")


def stumble() -> None:
    raise KeyError("private words of a file")


def unpicklable() -> object:
    return lambda: None


def chatter() -> str:
    os.write(1, b"a library prints something\n" * 1000)
    print("and Python too", flush=True)
    return "done"


def environment() -> list[str]:
    return sorted(os.environ)


def answer_of(size: int) -> bytes:
    return b"x" * size


def missing() -> None:
    import a_package_that_nobody_has_installed  # type: ignore[import-not-found]  # noqa: F401


def small(path: Path) -> bytes:
    return keep.shown_of(path.read_bytes(), 120)
