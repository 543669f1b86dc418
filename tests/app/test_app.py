"""The parts put together: from a message in the group to the bot's words in it, and back after a restart."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from pathlib import Path

import pytest

from bot import config
from bot.app import App
from bot.config import ConfigError, Settings
from bot.model import Person
from data import days
from schedules.runner import WAKE
from tests.app.conftest import MORNING, ROOT, Group, running

DAY = MORNING.date()


def an_elder_who_writes(group: Group) -> Person:
    people = group.app.engine.roster.people.values()
    return next(p for p in people if p.role == "elder" and len(group.app.engine.roster.by_wechat(p.wechat)) == 1)


async def test_an_elders_word_in_the_group_is_a_check_in(group: Group) -> None:
    elder = an_elder_who_writes(group)
    await group.says(elder.wechat, "平安")
    assert days.states(group.app.store, DAY)[elder.id] == "safe"


async def test_at_the_deadline_the_volunteer_is_mentioned_and_told_the_address_in_private(group: Group) -> None:
    await group.until("10:00")
    await group.until("10:10")
    alert = next(m for m in group.heard() if "没有" in m.text and m.mentions)
    volunteer = next(c for c in alert.mentions if group.heard(c))
    told = "\n".join(m.text for m in group.heard(volunteer))
    person = next(v for v in group.app.engine.roster.volunteers.values() if group.id_of(v.wechat) == volunteer)
    elder = next(e for e in group.app.engine.roster.elders.values() if e.volunteer == person.id)
    assert elder.phone in told and elder.address in told
    assert not any(e.phone in m.text for m in group.heard() for e in group.app.engine.roster.elders.values() if e.phone)


async def test_what_was_said_and_done_is_there_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as group:
        elder = an_elder_who_writes(group)
        await group.says(elder.wechat, "平安")
        await group.until("08:31")
        before = [m.text for m in group.heard()]
        assert before
    async with running(tmp_path, MORNING.replace(hour=8, minute=32)) as group:
        assert days.states(group.app.store, DAY)[elder.id] == "safe"
        await group.until("08:40")
        assert [m.text for m in group.heard()][: len(before)] == before
        assert sum("等" in m.text and "报平安" in m.text for m in group.heard()) == 1


async def test_the_alarm_clock_is_set_to_the_next_thing_due_and_rings_by_itself(group: Group) -> None:
    due = group.controls.next_due()
    assert due == MORNING.replace(hour=8, minute=30)
    await group.controls.set_rate(3600)
    assert group.app.runner.scheduler.get_job(WAKE) is not None
    spoke = asyncio.Event()
    group.world.subscribe(lambda message: spoke.set())
    async with asyncio.timeout(30):
        await spoke.wait()
    assert group.heard()[0].at >= due


async def test_a_clock_that_stands_still_wakes_nobody(group: Group) -> None:
    await group.controls.set_rate(0)
    job = group.app.runner.scheduler.get_job(WAKE)
    assert job is not None and job.next_run_time - dt.datetime.now(dt.UTC) > dt.timedelta(days=300)


async def test_a_failing_wake_up_does_not_end_the_bot(group: Group) -> None:
    group.app.store.run("DROP TABLE timers")
    await group.app.runner._ring()
    assert group.app.runner.scheduler.running


def test_a_gateway_without_a_token_is_said_so_before_anything_starts(tmp_path: Path) -> None:
    puppet = {"kind": "service", "endpoint": "127.0.0.1:8788"}
    settings = Settings.model_validate({"puppet": puppet, "store": {"path": tmp_path / "x.db"}, "web": {"port": 0}})
    with pytest.raises(ConfigError, match=r"puppet\.token"):
        App(settings)


async def test_a_gateway_that_is_down_does_not_end_the_bot(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listening
        endpoint = f"127.0.0.1:{nobody.getsockname()[1]}"
        environ = {
            "BAOANNIAO_PUPPET__KIND": "service",
            "BAOANNIAO_PUPPET__ENDPOINT": endpoint,
            "BAOANNIAO_PUPPET__TOKEN": "test_1",
            "BAOANNIAO_STORE__PATH": str(tmp_path / "bot.db"),
            "BAOANNIAO_WEB__PORT": "0",
        }
        app = App(config.load(ROOT / "config.yaml", environ))
        stopped, ready = asyncio.Event(), asyncio.Event()
        run = asyncio.create_task(app.run(stopped, ready.set))
        await asyncio.wait_for(ready.wait(), 30)
        assert not app.wechat.online and not run.done()
        stopped.set()
        await run
