"""All of it in the running bot: health and figures over HTTP, one bot to a database, the offer for a damaged one."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import shutil
import stat
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import config
from bot.app import App
from bot.cli import cli
from bot.clock import LocalClock, RealClock
from bot.config import ConfigError
from bot.ops import backup
from bot.ops.lock import Held
from data import hearing
from data.store import Store, StoreError
from tests.app.conftest import ROOT, running
from tests.ops.conftest import FarEnd


def settings_in(folder: Path, **more: str) -> config.Settings:
    environ = {
        "BAOANNIAO_STORE__PATH": str(folder / "bot.db"),
        "BAOANNIAO_BACKUP__FOLDER": str(folder / "backups"),
        "BAOANNIAO_WEB__PORT": "0",
        **more,
    }
    return config.load(ROOT / "config.yaml", environ)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def test_health_and_figures_over_http_while_the_bot_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
    monkeypatch.setenv("BAOANNIAO_BACKUP__FOLDER", str(tmp_path / "backups"))
    async with running(tmp_path) as group:
        group.app.attendant.look()
        status, text = await asyncio.to_thread(get, f"http://127.0.0.1:{group.app.port}/healthz")
        assert status == 200, text
        elder = next(p for p in group.app.engine.roster.people.values() if p.role == "elder" and p.wechat)
        await group.says(elder.wechat, "平安")
        status, text = await asyncio.to_thread(get, f"http://127.0.0.1:{group.app.port}/metrics")
        assert status == 200 and 'baoanniao_messages_heard_total{type="text"} 1.0' in text
        with pytest.raises(Held):
            App(group.app.settings, LocalClock())


async def test_whatever_the_running_bot_writes_only_its_user_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "bot.db").touch(mode=0o644)  # as it is after a careless copy
    before = os.umask(0)
    try:
        async with running(folder) as group:
            (picture := tmp_path / "breakfast.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture \xff\xd9")
            elder = next(p for p in group.app.engine.roster.people.values() if p.role == "elder" and p.wechat)
            await group.world.say(group.id_of(elder.wechat), "", type="image", file=str(picture))
            await asyncio.to_thread(backup.make, folder / "bot.db", folder / "backups", group.app.clock.now())
            files = [p for p in folder.rglob("*") if p.is_file()]
            assert {"bot.db", "bot.db-wal"} <= {p.name for p in files} and any(p.suffix == ".jpg" for p in files)
            assert [p.name for p in files if stat.S_IMODE(p.stat().st_mode) & 0o077] == []
            folders = [p for p in folder.rglob("*") if p.is_dir()]
            assert folders and [p.name for p in folders if stat.S_IMODE(p.stat().st_mode) & 0o077] == []
    finally:
        os.umask(before)


async def test_the_first_snapshot_and_the_first_signs_of_life_come_with_the_start(
    tmp_path: Path, far_end: FarEnd
) -> None:
    app = App(settings_in(tmp_path, BAOANNIAO_HEARTBEAT__URL=far_end.url + "/ping"), LocalClock())
    stopped, ready = asyncio.Event(), asyncio.Event()
    run = asyncio.create_task(app.run(stopped, ready.set))
    async with asyncio.timeout(60):
        await ready.wait()
        await app.attendant.beat()
        while not list((tmp_path / "backups").glob("*.db")):  # noqa: ASYNC110 (a file is no event)
            await asyncio.sleep(0.05)
    stopped.set()
    await run
    assert "/ping/start" in far_end.paths and "/ping" in far_end.paths
    again = App(settings_in(tmp_path), LocalClock())  # the lock was let go
    assert json.loads(again.store.one("SELECT value FROM meta WHERE key = 'ops-starts'")["value"]) == []  # type: ignore[index]
    again.close()


def test_a_damaged_database_at_the_start_is_met_with_the_last_good_snapshot(tmp_path: Path) -> None:
    app = App(settings_in(tmp_path), LocalClock())
    made = backup.make(tmp_path / "bot.db", tmp_path / "backups", app.clock.now())
    app.close()
    (tmp_path / "bot.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    with pytest.raises(StoreError, match="backup restore") as error:
        App(settings_in(tmp_path), LocalClock())
    assert str(made.path) in str(error.value)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("BAOANNIAO_HEARTBEAT__URL", "ftp://host/secret", "heartbeat"),
        ("BAOANNIAO_BACKUP__HOURLY", "0", "backup.hourly"),
        ("BAOANNIAO_RETENTION__MESSAGES_DAYS", "1", "retention.messages_days"),
        ("BAOANNIAO_NOTIFY__LATE_MINUTES", "0", "notify.late_minutes"),
    ],
)
def test_a_setting_out_of_range_is_named_and_no_address_is_shown(
    tmp_path: Path, key: str, value: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as error:
        settings_in(tmp_path, **{key: value})
    assert "secret" not in str(error.value)


def test_several_addresses_fit_into_one_variable_and_stay_secret(tmp_path: Path) -> None:
    found = settings_in(tmp_path, BAOANNIAO_NOTIFY__URLS='["json://a/secret?x=1", "mailto://b"]')
    assert [u.get_secret_value() for u in found.notify.urls] == ["json://a/secret?x=1", "mailto://b"]
    assert "secret" not in repr(found)


def test_doctor_tells_of_channel_heartbeat_and_backups_and_sends_a_test(
    tmp_path: Path, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("apprise", reason="apprise is not installed")
    monkeypatch.setenv("BAOANNIAO_STORE__PATH", str(tmp_path / "bot.db"))
    monkeypatch.setenv("BAOANNIAO_BACKUP__FOLDER", str(tmp_path / "backups"))
    monkeypatch.setenv("BAOANNIAO_WEB__PORT", "0")
    args = ["doctor", "--config", str(ROOT / "config.yaml")]
    said = CliRunner().invoke(cli, args).output
    assert "! 第二通道" in said and "! 心跳" in said and "! 备份" in said and far_end.got == []
    monkeypatch.setenv("BAOANNIAO_NOTIFY__URLS", f"[{far_end.url.replace('http', 'json')}/secret]")
    monkeypatch.setenv("BAOANNIAO_HEARTBEAT__URL", far_end.url + "/ping")
    result = CliRunner().invoke(cli, [*args, "--send-test"])
    assert result.exit_code == 0 and "✓ 试发 1（json）" in result.output and "✓ 心跳：对方收下了" in result.output
    assert "secret" not in result.output and sorted(far_end.paths) == ["/ping", "/secret"]
    far_end.status = 500
    result = CliRunner().invoke(cli, [*args, "--send-test"])
    assert result.exit_code == 2 and "✗ 试发 1" in result.output


def test_doctor_notices_a_clock_that_is_behind_the_bots_last_sign_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAOANNIAO_STORE__PATH", str(tmp_path / "bot.db"))
    monkeypatch.setenv("BAOANNIAO_BACKUP__FOLDER", str(tmp_path / "backups"))
    monkeypatch.setenv("BAOANNIAO_WEB__PORT", "0")
    store = Store.open(tmp_path / "bot.db", config.load(ROOT / "config.yaml").community)
    args = ["doctor", "--config", str(ROOT / "config.yaml")]
    with store.transaction():
        hearing.still_hears(store, RealClock().now())
    assert "时钟倒退" not in CliRunner().invoke(cli, args).output
    with store.transaction():
        hearing.still_hears(store, RealClock().now() + dt.timedelta(days=30))
    store.close()
    result = CliRunner().invoke(cli, args)
    assert "✗ 时钟倒退" in result.output and result.exit_code == 2


SERVICE = ROOT / "bot" / "ops" / "baoanniao.service"


def service() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in SERVICE.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_watches_restarts_and_shuts_in() -> None:
    unit: dict[str, Any] = service()
    assert unit["Type"] == ["notify"] and unit["Restart"] == ["always"] and int(unit["WatchdogSec"][0]) >= 60
    assert {"NoNewPrivileges", "ProtectSystem", "PrivateTmp", "SystemCallFilter", "ReadWritePaths"} <= unit.keys()
    assert unit["UMask"] == ["0077"] and unit["StartLimitIntervalSec"] == ["0"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    # Its program and user are not here: put ones that are in their place.
    text = SERVICE.read_text(encoding="utf-8").replace("/opt/baoanniao/.venv/bin/python", shutil.which("true") or "")
    unit = tmp_path / "baoanniao.service"
    unit.write_text(text.replace("User=baoanniao", "User=root").replace("Group=baoanniao", "Group=root"))
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    about_it = [line for line in found.stderr.splitlines() if "baoanniao" in line and "EnvironmentFile" not in line]
    assert about_it == []
