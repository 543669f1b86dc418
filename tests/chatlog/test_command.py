"""`import-chat` as a coordinator runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.import_chat import import_chat
from bot.ops.lock import DatabaseLock
from tests.chatlog.conftest import Community, pc

CHAT = pc("05:30 桂花飘香|平安", "10:05 林小满|大家早")


class Command:
    def __init__(self, place: Community, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.config = folder / "config.yaml"
        self.config.write_text(f"community: 试验社区\nstore: {{path: {place.settings.store.path}}}\n", encoding="utf-8")

    def __call__(self, *args: str, chat: str | bytes | None = CHAT, **more: Any) -> Result:
        file = self.folder / "chat.txt"
        if chat is not None:
            file.write_bytes(chat if isinstance(chat, bytes) else chat.encode())
        return CliRunner().invoke(import_chat, ["--config", str(self.config), *args, str(file)], **more)


@pytest.fixture
def run(place: Community, tmp_path: Path) -> Command:
    return Command(place, tmp_path)


def test_it_prints_what_to_pass_on_to_the_group_and_to_whom_in_private(run: Command) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    group, _, private = done.stdout.partition("【私聊 ")
    assert "新的 2 条" in group and "【群里】" in group and "孙兰芝奶奶" in group
    assert "5号楼2单元101" in private and "5号楼2单元101" not in group
    assert run.place.state("E03") == "safe"


def test_standard_input_is_read(run: Command) -> None:
    done = CliRunner().invoke(import_chat, ["--config", str(run.config), "-"], input=CHAT)
    assert done.exit_code == 0 and "新的 2 条" in done.stdout


def test_what_was_settled_since_is_listed_apart(run: Command) -> None:
    done = run(chat=CHAT + pc("10:30 林小满|见到孙兰芝奶奶了，人好着呢"))
    current, _, past = done.stdout.partition("不用再转")
    assert "08:30 群里" in past and "08:30" not in current
    full = run("--dry-run", "--all", chat=CHAT + pc("10:30 林小满|见到孙兰芝奶奶了，人好着呢", "10:40 周强|好"))
    assert full.exit_code == 0 and "试读" in full.stdout


def test_nothing_new_is_said_so(run: Command) -> None:
    run()
    done = run()
    assert done.exit_code == 0 and "新的 0 条" in done.stdout and "没有要转的话" in done.stdout


def test_a_day_whose_record_begins_late_is_pointed_out(run: Command) -> None:
    assert "从 11:20 才开始" in run(chat=pc("11:20 桂花飘香|平安")).stdout
    assert "才开始" not in run(chat=pc("11:40 林小满|大家好")).stdout


@pytest.mark.parametrize(
    ("chat", "args", "says"),
    [
        ("周强 2026/3/10 8:12:33\n早\n\n周强 2026/13/40 8:12:33\n平安\n", (), "chat.txt 第4行"),
        ("周强：早\n", (), "--at"),
        ("", (), "空的"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", (), "不是文字文件"),
        (CHAT, ("--day", "2026-03-11"), "2026-03-10"),
        (CHAT, ("--day", "soon"), "2026-11-20"),
        (CHAT, ("--until", "25:00"), "8:30"),
        (CHAT, ("--at", "8:30"), "--at"),
        (None, (), "chat.txt"),
    ],
)
def test_bad_input_ends_with_2_and_its_mend_and_changes_nothing(
    run: Command, chat: str | bytes | None, args: tuple[str, ...], says: str
) -> None:
    done = run(*args, chat=chat)
    assert done.exit_code == 2 and done.stdout == ""
    assert says in done.stderr and "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) <= 4
    assert run.place.heard() == []


def test_a_database_that_the_bot_is_using_is_left_alone(run: Command) -> None:
    with DatabaseLock(run.place.settings.store.path):
        done = run()
        assert done.exit_code == 2 and "in use" in done.stderr
        assert run("--dry-run").exit_code == 0
    assert run.place.heard() == []


def test_a_roster_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("roster: {elders: nowhere.csv}\nstore: {path: bot.db}\n", encoding="utf-8")
    done = CliRunner().invoke(import_chat, ["--config", str(config), "-"], input=CHAT)
    assert done.exit_code == 2 and "nowhere.csv" in done.stderr
