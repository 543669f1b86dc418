"""`make soak`: random days full of crashes, one seed each, and every transaction boundary of a scripted day.

    python -m tests.soak --days 500 --jobs 2 --state soak.jsonl      goes on where it was stopped: finished days stand in the file

Prints progress and, at the end, the figures: days simulated, crashes, lost, doubled, late. Exit status 1 when anything that
must not be was found.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tests.replay.test_replay import DAY, ZONE, _events
from tests.soak.boundaries import Day
from tests.soak.life import Result, run
from tests.soak.plan import plan
from tests.soak.twin import compare

SAY_EVERY = 20.0
TWIN_EVERY = 5


def one_day(seed: int) -> Result:
    """A random day; every fifth one is also compared with the same day without crashes."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        life = run(plan(seed), Path(folder))
        life.close()
        result = life.result
    if seed % TWIN_EVERY == 0:
        found = compare(seed)
        result.differing += len(found)
        result.problems += found
    return result


def boundaries() -> tuple[int, int]:
    """Every transaction boundary of the busy day of tests/replay: how many, and at how many something differed."""
    start = dt.datetime.combine(DAY, dt.time(5), tzinfo=ZONE)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        figures = Day(_events(), start, start + dt.timedelta(hours=30), Path(folder)).run()
    for problem in figures.problems:
        print(f"  {problem}")
    return figures.crashes, len(figures.problems)


def main() -> int:
    options = argparse.ArgumentParser(description="Random days full of crashes; resumable.")
    options.add_argument("--days", type=int, default=500)
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--state", type=Path, default=Path("var/soak.jsonl"), help="finished days are kept here")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="days that are lived at the same time")
    options.add_argument("--no-boundaries", action="store_true", help="random days only")
    chosen = options.parse_args()
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"  # nothing here is written through to a disk anyway
    chosen.state.parent.mkdir(parents=True, exist_ok=True)
    done = _finished(chosen.state)
    seeds = range(chosen.first, chosen.first + chosen.days)
    if done:
        print(f"{len(done & set(seeds))} days stand in {chosen.state}; delete it to begin anew")
    begin = said = time.monotonic()
    todo = [s for s in seeds if s not in done]
    with chosen.state.open("a", encoding="utf-8") as state, ProcessPoolExecutor(chosen.jobs) as pool:
        lives = [pool.submit(one_day, seed) for seed in todo]
        try:
            for n, life in enumerate(as_completed(lives), 1):
                result = life.result()
                state.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
                state.flush()
                for problem in result.problems:
                    print(f"  day {result.seed}: {problem}")
                if time.monotonic() - said > SAY_EVERY:
                    said = time.monotonic()
                    print(f"{n} of {len(todo)} days, {said - begin:.0f} s", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    total = _total(chosen.state, set(seeds))
    wrong = sum(total[k] for k in ("lost", "doubled", "late", "torn", "differing"))
    print(
        f"{total['days']} days simulated, {total['crashes']:,} crashes, {total['heard']:,} messages heard, {total['sent']:,}"
        f" sent: {total['lost']} lost, {total['doubled']} doubled, {total['late']} late, {total['torn']} torn,"
        f" {total['differing']} otherwise than without crashes;"
        f" {total['repeated']} calls repeated that were in doubt, {total['in_doubt']} other messages left in doubt"
    )
    if not chosen.no_boundaries:
        crashes, differ = boundaries()
        print(f"every transaction boundary of a scripted day: {crashes:,} crashes, {differ} differed")
        wrong += differ
    return 1 if wrong else 0


def _finished(state: Path) -> set[int]:
    return {row["seed"] for row in _rows(state)}


def _rows(state: Path) -> list[dict[str, Any]]:
    if not state.exists():
        return []
    return [json.loads(line) for line in state.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def _total(state: Path, seeds: set[int]) -> dict[str, int]:
    rows = [row for row in _rows(state) if row["seed"] in seeds]
    counted = [f.name for f in fields(Result) if f.name not in ("seed", "problems", "worst_late")]
    total = {name: sum(row[name] for row in rows) for name in counted}
    return total | {"days": len(rows)}


if __name__ == "__main__":
    sys.exit(main())
