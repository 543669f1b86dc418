"""A bot that cannot start is told of outside: once in a while, and that it runs again too."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import LocalClock, RealClock
from bot.ops import outcry
from bot.ops.lock import Held
from bot.wechat.bot import StartError
from data.store import StoreError
from tests.app.conftest import ROOT
from tests.ops.conftest import FarEnd
from tests.ops.test_wired import settings_in


@pytest.fixture
def environ(tmp_path: Path, far_end: FarEnd) -> dict[str, str]:
    pytest.importorskip("apprise", reason="apprise is not installed")
    return {
        "BAOANNIAO_STORE__PATH": str(tmp_path / "bot.db"),
        "BAOANNIAO_BACKUP__FOLDER": str(tmp_path / "backups"),
        "BAOANNIAO_WEB__PORT": "0",
        "BAOANNIAO_NOTIFY__URLS": f"[{far_end.url.replace('http', 'json')}/secret]",
        "BAOANNIAO_HEARTBEAT__URL": far_end.url + "/ping",
    }


def start(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The real command; it ends by itself, since the bot cannot start."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "run", "--config", str(ROOT / "config.yaml")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environ},
    )


def told(far_end: FarEnd) -> list[str]:
    return [json.loads(body)["message"] for _, path, body in far_end.got if path == "/secret"]


def damage(database: Path) -> None:
    database.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)


def test_a_damaged_database_is_told_once_over_the_second_channel_and_nothing_is_overwritten(
    tmp_path: Path, far_end: FarEnd, environ: dict[str, str]
) -> None:
    damage(tmp_path / "bot.db")
    before = (tmp_path / "bot.db").read_bytes()
    done = start(environ)
    assert done.returncode == 2 and "damaged" in done.stderr and "Traceback" not in done.stderr
    assert "secret" not in done.stderr
    settings = settings_in(tmp_path, **environ)
    with pytest.raises(StoreError), outcry.on_failure(settings, RealClock().now):  # systemd tries again and again
        App(settings, LocalClock())
    (text,) = told(far_end)
    assert "数据库坏了" in text
    assert far_end.paths.count("/ping/fail") == 2
    assert (tmp_path / "bot.db").read_bytes() == before
    assert stat.S_IMODE(outcry.memory(tmp_path / "bot.db").stat().st_mode) == 0o600


def test_once_it_runs_again_that_is_told_too(tmp_path: Path, far_end: FarEnd, environ: dict[str, str]) -> None:
    damage(tmp_path / "bot.db")
    settings = settings_in(tmp_path, **environ)
    with pytest.raises(StoreError), outcry.on_failure(settings, RealClock().now):
        App(settings, LocalClock())
    (tmp_path / "bot.db").rename(tmp_path / "aside.db")
    app = App(settings, LocalClock())
    app.attendant.begin()
    assert outcry.memory(tmp_path / "bot.db").exists()  # it has begun, and may still come to nothing
    app.attendant.ready()
    asyncio.run(app.attendant.notifier.deliver(app.clock.now()))
    app.close()
    assert [("数据库坏了" in text, "又启动了" in text) for text in told(far_end)] == [(True, False), (False, True)]
    assert not outcry.memory(tmp_path / "bot.db").exists()


def test_a_second_bot_by_mistake_is_no_trouble(tmp_path: Path, far_end: FarEnd, environ: dict[str, str]) -> None:
    settings = settings_in(tmp_path, **environ)
    app = App(settings, LocalClock())
    with pytest.raises(Held), outcry.on_failure(settings, RealClock().now):
        App(settings, LocalClock())
    app.close()
    assert far_end.got == []


def test_a_start_that_fails_over_and_over_is_told_once_in_an_hour(
    tmp_path: Path, far_end: FarEnd, environ: dict[str, str]
) -> None:
    settings, now = settings_in(tmp_path, **environ), RealClock().now()
    for minute in range(0, 130, 5):
        with (
            pytest.raises(StartError),
            outcry.on_failure(settings, lambda m=minute: now + dt.timedelta(minutes=m), StartError),
        ):
            raise StartError("the gateway refused")
    assert ["启动不了" in text for text in told(far_end)] == [True] * 3
    with pytest.raises(RuntimeError), outcry.on_failure(settings, RealClock().now, StartError):
        raise RuntimeError("it had started, and systemd starts it again")
    assert len(told(far_end)) == 3
