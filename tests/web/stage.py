"""A small invented community, a clock that stands still until it is moved, and a few things that fall due."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.model import Elder, Relative, Roster, Volunteer, relative_id
from bot.wechat.world import LocalWorld, WorldContact, contacts_from_roster

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = dt.datetime(2026, 3, 10, 8, 0, tzinfo=ZONE)


def roster() -> Roster:
    """Four elders with relatives, two of whom share a WeChat name; two volunteers, a clinic and a coordinator."""

    def kin(name: str, relation: str, wechat: str) -> Relative:
        return Relative(relative_id(name, wechat, ""), name, relation, wechat)

    elders = [
        Elder(
            "A1",
            "秦素芬",
            "女",
            compound="河边小区",
            wechat="素芬",
            volunteer="B1",
            relatives=(kin("秦月", "女儿", "月月"),),
        ),
        Elder("A2", "马占奎", "男", compound="河边小区", volunteer="B1", relatives=(kin("马强", "儿子", "平安"),)),
        Elder(
            "A3",
            "石秀英",
            "女",
            compound="桥头院",
            wechat="秀英🌸",
            volunteer="B2",
            relatives=(kin("石磊", "孙子", "平安"),),
        ),
        Elder("A4", "窦长福", "男", compound="桥头院", wechat="老窦", volunteer="B2"),
    ]
    helpers = [
        Volunteer("B1", "白雪梅", "雪梅", role="volunteer"),
        Volunteer("B2", "康健", "小康", role="volunteer"),
        Volunteer("B3", "卫生站", "桥头卫生站", role="clinic"),
        Volunteer("B4", "罗主任", "罗主任", role="coordinator"),
    ]
    return Roster({e.id: e for e in elders}, {v.id: v for v in helpers})


class StillControls:
    """Controls over a clock that only moves when told; `at` puts something on it that then happens at its own time."""

    def __init__(self, start: dt.datetime = MORNING) -> None:
        self.moment = start
        self.speed = 1.0
        self.reached: list[dt.datetime] = []
        self._due: list[tuple[dt.datetime, Callable[[], Awaitable[object]]]] = []
        self._turn = asyncio.Lock()

    def at(self, moment: dt.datetime, run: Callable[[], Awaitable[object]]) -> None:
        self._due.append((moment, run))
        self._due.sort(key=lambda item: item[0])

    def now(self) -> dt.datetime:
        return self.moment

    def next_due(self) -> dt.datetime | None:
        return self._due[0][0] if self._due else None

    def rate(self) -> float:
        return self.speed

    async def set_rate(self, rate: float) -> None:
        self.speed = rate

    async def run_until(self, moment: dt.datetime) -> None:
        async with self._turn:
            self.reached.append(moment)
            while self._due and self._due[0][0] <= moment:
                due, run = self._due.pop(0)
                self.moment = max(self.moment, due)
                await run()
            self.moment = max(self.moment, moment)


def make_world(folder: Path, controls: StillControls) -> LocalWorld:
    world = LocalWorld(folder / "world.db", controls.now)
    world.set_contacts(contacts_from_roster(roster()))
    return world


def named(world: LocalWorld, name: str) -> WorldContact:
    """The first contact of that WeChat name."""
    return next(c for c in world.contacts() if c.name == name)
