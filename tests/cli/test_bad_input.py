"""Every bad input: exit status 2 and a line that names the place and the mend; never a traceback."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Bot

DAY = ("--start", "2026-11-20T05:00:00+08:00", "--end", "2026-11-20T12:00:00+08:00")
GOOD = {"id": "m1", "at": "2026-11-20T08:12:00+08:00", "sender": "路人", "type": "text", "text": "早"}


def refused(done: object, *says: str) -> None:
    assert done.returncode == 2, done.stderr  # type: ignore[attr-defined]
    text = done.stderr  # type: ignore[attr-defined]
    assert "Traceback" not in text
    for word in says:
        assert word in text, text


def test_an_unknown_command_is_named(bot: Bot) -> None:
    refused(bot("fly"), "fly")


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_settings_that_cannot_be_used_end_a_command(bot: Bot, tmp_path: Path, command: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("day: {deadline: never}", encoding="utf-8")
    done = bot(command, "--config", path)
    assert done.returncode == 2
    assert "day.deadline" in done.stderr + done.stdout and "Traceback" not in done.stderr


def test_a_busy_port_ends_the_start_with_a_mend(bot: Bot) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused(bot("run", BAOANNIAO_WEB__PORT=port), port, "in use", "web.port")


def test_a_damaged_database_ends_the_start_and_is_left_alone(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    damage = b"this is not a database, whatever its name says" * 100
    path.write_bytes(damage)
    refused(bot("run"), "bot.db", "damaged")
    assert path.read_bytes() == damage


def test_a_database_that_is_a_folder_ends_the_start(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "bot.db").mkdir()
    refused(bot("run"), "bot.db")


def test_a_roster_that_is_missing_ends_the_start(bot: Bot) -> None:
    refused(bot("run", BAOANNIAO_ROSTER__ELDERS="nowhere.csv"), "nowhere.csv")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "line 2"),
        ("[1]", "line 2"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "sender"}), "sender"),
        (json.dumps(GOOD | {"at": "yesterday"}), "line 2"),
        (json.dumps(GOOD | {"at": "2026-11-20T08:12:00"}), "time zone"),
        (json.dumps(GOOD | {"type": "smell"}), "smell"),
        (json.dumps(GOOD | {"to": "everyone"}), "everyone"),
    ],
)
def test_a_bad_line_of_a_record_is_named(
    bot: Bot, tmp_path: Path, roster_files: tuple[str, ...], line: str, says: str
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(GOOD) + "\n" + line + "\n", encoding="utf-8")
    refused(bot("replay", *roster_files, *DAY, events), "events.jsonl", "line 2", says)


def test_a_replay_that_ends_before_it_starts_is_refused(bot: Bot, roster_files: tuple[str, ...]) -> None:
    times = ("--start", "2026-11-20T12:00:00+08:00", "--end", "2026-11-20T05:00:00+08:00")
    refused(bot("replay", *roster_files, *times, "-"), "--end")


def test_a_time_without_a_zone_is_refused(bot: Bot, roster_files: tuple[str, ...]) -> None:
    times = ("--start", "2026-11-20T05:00:00", "--end", "2026-11-20T12:00:00+08:00")
    refused(bot("replay", *roster_files, *times, "-"), "time zone")


def test_a_file_that_is_not_there_is_named(bot: Bot, tmp_path: Path, roster_files: tuple[str, ...]) -> None:
    refused(bot("replay", *roster_files, *DAY, tmp_path / "gone.jsonl"), "gone.jsonl")
    refused(bot("replay", "--elders", "gone.csv", "--volunteers", "gone.csv", *DAY, "-"), "gone.csv")


def test_an_empty_record_is_a_day_without_messages(bot: Bot, roster_files: tuple[str, ...]) -> None:
    done = bot("replay", *roster_files, *DAY, "-")
    assert done.returncode == 0, done.stderr
    end = json.loads(done.stdout.splitlines()[-1])
    assert end["kind"] == "end"
    assert set(end["days"]["2026-11-20"].values()) == {"missed"}


def test_doctor_finds_a_damaged_database(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"garbage" * 500)
    done = bot("doctor")
    assert done.returncode == 2
    assert "✗ 数据库" in done.stdout and "备份" in done.stdout


def test_doctor_is_content_with_a_fresh_project(bot: Bot) -> None:
    done = bot("doctor")
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
