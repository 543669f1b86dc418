"""Media work outside the event loop: a few child processes, a bounded queue, a time and a memory limit for each job.

Processes and not threads: a decoder that hangs can be stopped, one that crashes takes nobody along, and none of them
holds the interpreter while somebody's message waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from bot.media.worker import LENGTH

P = ParamSpec("P")
T = TypeVar("T")

MEMORY = 1536 * 1024 * 1024
_MOST_ANSWER = 256 * 1024 * 1024
_START_SECONDS = 60.0
_SECRETS = "BAOANNIAO_"  # settings in the environment are none of a decoder's business


class PoolError(Exception):
    """A job was not done; the text says why, for the log, and names no file."""


class BusyError(PoolError):
    """Too much waits already: the file is on the shelf and can be looked at later."""


class TooSlowError(PoolError):
    """The job ran out of its time and was stopped."""


class BrokenError(PoolError):
    """The job ended its process (a crash, no memory) or failed in a way that nobody foresaw."""


class Pool:
    """Runs jobs in `workers` child processes, first come, first served; at most `waiting` more may wait.

    seconds: the time of each job. memory: bytes that one process may hold (Linux; 0 no limit). lifetime: jobs after which
    a process is replaced, so that what its libraries leak is given back. Processes start with the first job.
    """

    def __init__(
        self, workers: int = 1, waiting: int = 500, *, seconds: float = 30.0, memory: int = MEMORY, lifetime: int = 500
    ) -> None:
        self._most = workers + waiting
        self._seconds = seconds
        self._free = [_Worker(memory, lifetime) for _ in range(workers)]
        self._all = tuple(self._free)
        self._turn = asyncio.Semaphore(workers)
        self._taken = 0
        self._closed = False

    def processes(self) -> list[int]:
        """The ids of the child processes that run."""
        return [worker.pid for worker in self._all if worker.pid is not None]

    @property
    def taken(self) -> int:
        """Jobs that run or wait."""
        return self._taken

    async def run(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `job` returns. It must be a function of a module, its arguments and value small and picklable: give paths.

        Raises what `job` raises of bot.media's own errors and ImportError; BusyError at once when too much waits;
        TooSlowError; BrokenError for everything else.
        """
        if kwargs:
            raise TypeError("a job takes positional arguments only")
        if self._closed:
            raise BusyError("the pool is closed")
        if self._taken >= self._most:
            raise BusyError(f"{self._taken} jobs wait already")
        self._taken += 1
        try:
            async with self._turn:
                worker = self._free.pop()
                try:
                    if self._closed:
                        raise BusyError("the pool is closed")
                    how, value = await worker.do(job.__module__, job.__qualname__, args, self._seconds)
                finally:
                    self._free.append(worker)
        finally:
            self._taken -= 1
        if how == "raised":
            raise value
        if how == "failed":
            raise BrokenError(f"the job failed ({value})")
        result: T = value
        return result

    async def close(self) -> None:
        """Stop the processes; jobs that wait are refused, jobs that run are broken off."""
        self._closed = True
        await asyncio.gather(*(worker.stop() for worker in self._all))


class _Worker:
    def __init__(self, memory: int, lifetime: int) -> None:
        self._memory, self._lifetime = memory, lifetime
        self._process: asyncio.subprocess.Process | None = None
        self._done = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def do(self, module: str, name: str, args: tuple[Any, ...], seconds: float) -> tuple[str, Any]:
        job = pickle.dumps((module, name, args))
        try:
            process = await self._started()
            async with asyncio.timeout(seconds):
                answer = await self._ask(process, job)
        except TimeoutError:
            await self.stop()
            raise TooSlowError(f"the job took longer than {seconds:g} s and was stopped") from None
        except (EOFError, ConnectionError, OSError):
            await self.stop()
            raise BrokenError("the process that did the job ended") from None
        except BaseException:
            # Given up half-way (the bot stops): the next job must not read this one's answer.
            await self.stop()
            raise
        self._done += 1
        if self._done >= self._lifetime:
            await self.stop()
        return answer

    async def _ask(self, process: asyncio.subprocess.Process, job: bytes) -> tuple[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(LENGTH.pack(len(job)) + job)
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > _MOST_ANSWER:
            raise EOFError
        answer: tuple[str, Any] = pickle.loads(await process.stdout.readexactly(length))
        return answer

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            environ = {k: v for k, v in os.environ.items() if not k.startswith(_SECRETS)}
            environ["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
            environ["OMP_NUM_THREADS"] = "1"
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.media.worker", str(self._memory),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                env=environ, start_new_session=True,  # an interrupt at the keyboard is for the bot, not for its children
            )  # fmt: skip
            self._done = 0
            assert self._process.stdout is not None
            async with asyncio.timeout(_START_SECONDS):
                await self._process.stdout.readexactly(LENGTH.size)
        return self._process

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # Not to be interrupted: a child that nobody waits for stays behind as a zombie.
        await asyncio.shield(process.wait())
