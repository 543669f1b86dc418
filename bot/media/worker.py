"""The child process in which media are taken apart: `python -m bot.media.worker`, spoken to by bot.media.pool.

A hostile file may crash, hang or fill a decoder; here that costs a process, not the bot. Each job comes as a length and
a pickle on standard input and is answered the same way; the end of the input ends the process.
"""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import sys
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")
_NICE = 10


def answer(module: str, name: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    """("ok", value), ("raised", an error of bot.media), or ("failed", the kind of any other error)."""
    try:
        job: Any = importlib.import_module(module)
        for part in name.split("."):
            job = getattr(job, part)
        return "ok", job(*args)
    except Exception as error:
        if type(error).__module__.startswith("bot.media.") or isinstance(error, ImportError):
            return "raised", error
        # The text of a decoder's error may quote the file: its kind is enough.
        return "failed", type(error).__name__


def _limit(memory: int) -> None:
    os.nice(_NICE)  # the loop that listens to people goes first
    if sys.platform == "linux" and memory:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    while len(head := jobs.read(LENGTH.size)) == LENGTH.size:
        reply = answer(*pickle.loads(jobs.read(LENGTH.unpack(head)[0])))
        try:
            data = pickle.dumps(reply)
        except Exception as error:
            data = pickle.dumps(("failed", type(error).__name__))
        answers.write(LENGTH.pack(len(data)) + data)
        answers.flush()


def main() -> None:
    """`memory` in bytes is the first argument, 0 for no limit."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not get between the answers
    _limit(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    answers.write(LENGTH.pack(0))  # ready
    answers.flush()
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
