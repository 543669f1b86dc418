"""Pictures through the whole bot: real WeChat's end, real child process, real database."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from bot.model import Roster
from data import days, media, roster
from tests.app.test_app import MORNING, Group, running
from tests.media.drawing import jpeg, scene, stamped


def only_child(people: Roster) -> tuple[str, str]:
    """The WeChat name of a relative with one elder, and that elder."""
    return next((p.wechat, p.elders[0]) for p in people.people.values() if p.role == "family" and len(p.elders) == 1)


def photo(folder: Path, seed: int, *rows: str) -> Path:
    path = folder / f"{seed}.jpg"
    picture = scene(seed, 600, 800)
    path.write_bytes(jpeg(stamped(picture, list(rows), 30) if rows else picture))
    return path


async def settled(group: Group, count: int) -> None:
    """Until so many files have been looked at."""
    async with asyncio.timeout(60):
        while True:
            rows = media.between(
                group.app.store, "image", MORNING - dt.timedelta(days=1), MORNING + dt.timedelta(days=1)
            )
            if len(rows) >= count:
                return
            await asyncio.sleep(0.02)


def state(group: Group, elder: str) -> str:
    row = days.get(group.app.store, MORNING.date(), elder)
    return row["state"] if row else ""


async def test_a_picture_of_today_clears_the_familys_elder(tmp_path: Path) -> None:
    pytest.importorskip("faster_paddle", reason="the text reader is not installed (extra media)")
    file = photo(tmp_path, 1, "2026-11-20 06:28", "兰州市城关区")
    async with running(tmp_path) as group:
        wechat, elder = only_child(roster.current(group.app.store))
        await group.world.say(group.id_of(wechat), "", type="image", file=str(file))
        await settled(group, 1)
        assert state(group, elder) == "safe"
        (kept,) = (tmp_path / "bot-media").glob("*.jpg")
        (small,) = (tmp_path / "bot-media" / "shown").rglob("*.thumb.jpg")
        assert small.name.split(".")[0] == kept.stem and kept.read_bytes() == file.read_bytes()


async def test_what_was_not_looked_at_is_looked_at_after_the_restart(tmp_path: Path) -> None:
    file = photo(tmp_path, 2)
    async with running(tmp_path) as group:
        elder = next(e for e in roster.current(group.app.store).elders.values() if e.wechat)
        for _ in range(3):
            await group.world.say(group.id_of(elder.wechat), "", type="image", file=str(file))
        # The bot stops while its child process has hardly begun.
        assert state(group, elder.id) == "waiting"
    async with running(tmp_path, MORNING + dt.timedelta(minutes=5)) as group:
        await settled(group, 3)
        assert state(group, elder.id) == "safe"
