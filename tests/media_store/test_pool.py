"""Media work outside the loop: bounded, in order, and no file can take the bot along."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.media.pool import BrokenError, BusyError, Pool, TooSlowError
from bot.media.sniff import UnreadableError
from tests.media_store import jobs


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    made = Pool(workers=1, waiting=3)
    yield made
    await made.close()


async def test_a_job_runs_in_another_process_that_is_used_again(pool: Pool) -> None:
    first, second = await pool.run(jobs.process), await pool.run(jobs.process)
    assert first == second != os.getpid()


async def test_an_error_of_the_media_modules_comes_back_as_itself(pool: Pool) -> None:
    with pytest.raises(UnreadableError, match="没有传完整"):
        await pool.run(jobs.unreadable)
    assert await pool.run(jobs.add, 1, 2) == 3


async def test_a_missing_package_is_said_to_be_missing(pool: Pool) -> None:
    with pytest.raises(ImportError, match="nobody_has_installed"):
        await pool.run(jobs.missing)


async def test_any_other_error_tells_its_kind_and_nothing_of_the_file(pool: Pool) -> None:
    with pytest.raises(BrokenError, match="KeyError") as caught:
        await pool.run(jobs.stumble)
    assert "private" not in str(caught.value)
    with pytest.raises(BrokenError):
        await pool.run(jobs.unpicklable)
    assert await pool.run(jobs.add, 1, 2) == 3


@pytest.mark.parametrize("ending", [jobs.crash, jobs.leave])
async def test_a_crash_costs_one_job_and_the_next_is_done(pool: Pool, ending: object) -> None:
    with pytest.raises(BrokenError):
        await pool.run(ending)  # type: ignore[arg-type]
    assert await pool.run(jobs.add, 2, 2) == 4


async def test_a_job_that_hangs_is_stopped_and_the_next_is_done() -> None:
    pool = Pool(seconds=2)
    with pytest.raises(TooSlowError):
        await pool.run(jobs.hang)
    assert await pool.run(jobs.add, 3, 3) == 6
    await pool.close()


async def test_a_job_that_wants_too_much_memory_fails_alone(pool: Pool) -> None:
    with pytest.raises(BrokenError):
        await pool.run(jobs.fill)
    assert await pool.run(jobs.add, 4, 4) == 8


async def test_what_a_library_prints_does_not_disturb_the_answers(pool: Pool) -> None:
    assert await pool.run(jobs.chatter) == "done"
    assert await pool.run(jobs.add, 5, 5) == 10


async def test_a_large_answer_arrives_whole(pool: Pool) -> None:
    assert await pool.run(jobs.answer_of, 3_000_000) == b"x" * 3_000_000


async def test_settings_in_the_environment_stay_with_the_bot(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOANNIAO_PUPPET__TOKEN", "secret")
    assert [name for name in await pool.run(jobs.environment) if name.startswith("BAOANNIAO")] == []


async def test_more_than_may_wait_is_refused_at_once_and_the_others_are_done_in_order(pool: Pool) -> None:
    done: list[int] = []

    async def one(number: int) -> str:
        try:
            done.append(await pool.run(jobs.add, number, 0))
        except BusyError:
            return "refused"
        return "done"

    ends = await asyncio.gather(*(one(i) for i in range(10)))
    assert ends == ["done"] * 4 + ["refused"] * 6
    assert done == [0, 1, 2, 3] and pool.taken == 0


async def test_a_process_is_replaced_after_its_lifetime() -> None:
    pool = Pool(lifetime=2)
    seen = [await pool.run(jobs.process) for _ in range(4)]
    await pool.close()
    assert seen[0] == seen[1] != seen[2] == seen[3]


async def test_giving_up_on_a_job_leaves_no_answer_behind_for_the_next(pool: Pool) -> None:
    assert await pool.run(jobs.add, 1, 1) == 2
    waiting = asyncio.create_task(pool.run(jobs.hang))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await pool.run(jobs.add, 20, 1) == 21


async def test_a_closed_pool_takes_nothing_and_breaks_off_what_runs() -> None:
    pool = Pool(workers=1)
    running = asyncio.create_task(pool.run(jobs.hang))
    waiting = asyncio.create_task(pool.run(jobs.add, 1, 1))
    await asyncio.sleep(0.3)
    await pool.close()
    ends = await asyncio.gather(running, waiting, return_exceptions=True)
    assert isinstance(ends[0], BrokenError) and isinstance(ends[1], BusyError)
    with pytest.raises(BusyError):
        await pool.run(jobs.add, 1, 1)


async def test_a_flood_of_photos_is_worked_off_while_the_loop_goes_on(tmp_path: Path) -> None:
    paths = []
    for i in range(100):
        buffer = io.BytesIO()
        Image.effect_noise((240, 180), 20 + i).convert("RGB").save(buffer, "JPEG")
        paths.append(tmp_path / f"{i}.jpg")
        paths[-1].write_bytes(buffer.getvalue())
    pool = Pool(workers=1, waiting=100)
    beats_while_working = 0
    finished: list[int] = []

    async def look(number: int) -> None:
        assert (await pool.run(jobs.small, paths[number])).startswith(b"\xff\xd8")
        finished.append(number)

    async def heartbeat() -> None:
        nonlocal beats_while_working
        while len(finished) < 100:
            await asyncio.sleep(0.001)
            beats_while_working += 0 < len(finished) < 100

    await asyncio.gather(heartbeat(), *(look(i) for i in range(100)))
    await pool.close()
    # The loop turned between the first and the last photo: the work was not done on it.
    assert finished == list(range(100)) and beats_while_working > 0
