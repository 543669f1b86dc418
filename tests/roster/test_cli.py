from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot import config
from bot.cli.roster import roster
from data.roster import current
from data.store import Store
from tests.roster.tables import VOLUNTEERS, as_csv, elder, pair, put

ROWS = [elder(编号=f"E{i}", 住址=f"{i}号", 责任志愿者="姚明月") for i in range(6)]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return put(tmp_path, "config.yaml", "community: 东院\nstore: {path: var/test.db}\n".encode())


def call(*args: Any, answer: str | None = None) -> Result:
    result = CliRunner().invoke(roster, [str(a) for a in args], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def ids(settings: Path) -> list[str]:
    loaded = config.load(settings)
    store = Store.open(loaded.store.path, loaded.community)
    try:
        return list(current(store).elders)
    finally:
        store.close()


def test_check_counts_a_good_roster_and_exits_0(tmp_path: Path) -> None:
    result = call("check", *pair(tmp_path, ROWS))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "6" in result.stdout


def test_check_prints_each_problem_on_one_line_with_its_place_and_exits_2(tmp_path: Path) -> None:
    elders, volunteers = pair(tmp_path, [elder(编号=""), elder(编号="E2", 报平安时限="25:00")])
    result = call("check", elders, volunteers)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert any(str(elders) in line and "第2行" in line and "编号" in line for line in lines)
    assert any(str(elders) in line and "第3行" in line and "报平安时限" in line for line in lines)


def test_import_shows_what_changes_and_makes_it_so(tmp_path: Path, settings: Path) -> None:
    result = call("import", *pair(tmp_path, ROWS), "--config", settings)
    assert result.exit_code == 0
    assert "新增 6" in result.stdout
    changed = [elder(编号="E0", 住址="搬了", 责任志愿者="姚明月"), *ROWS[2:]]
    result = call("import", put(tmp_path, "elders.csv", as_csv(changed)), "--config", settings)
    assert (result.exit_code, ids(settings)) == (0, ["E0", "E2", "E3", "E4", "E5"])
    assert "修改 1，离开 1，不变 4" in result.stdout
    assert "E1 郝桂花" in result.stdout and "（住址）" in result.stdout
    assert "没有变化" in call("import", tmp_path / "elders.csv", "--config", settings).stdout


def test_import_of_a_roster_with_problems_writes_nothing(tmp_path: Path, settings: Path) -> None:
    call("import", *pair(tmp_path, ROWS), "--config", settings)
    result = call("import", *pair(tmp_path, [*ROWS, elder(编号="E9", 出生年="1700")]), "--config", settings)
    assert (result.exit_code, len(ids(settings))) == (2, 6)


def test_import_asks_before_more_than_a_third_leave(tmp_path: Path, settings: Path) -> None:
    call("import", *pair(tmp_path, ROWS), "--config", settings)
    fewer = put(tmp_path, "elders.csv", as_csv(ROWS[:3]))
    assert call("import", fewer, "--config", settings, answer="").exit_code == 2
    assert call("import", fewer, "--config", settings, answer="n\n").exit_code == 2
    assert len(ids(settings)) == 6
    assert call("import", fewer, "--config", settings, answer="y\n").exit_code == 0
    assert len(ids(settings)) == 3
    assert call("import", put(tmp_path, "elders.csv", as_csv(ROWS[:1])), "--config", settings, "--yes").exit_code == 0
    assert ids(settings) == ["E0"]


def test_the_first_import_needs_both_halves(tmp_path: Path, settings: Path) -> None:
    result = call("import", put(tmp_path, "v.csv", as_csv(VOLUNTEERS)), "--config", settings)
    assert result.exit_code == 2
    assert "老人名册" in result.stderr


def test_a_broken_config_or_database_is_one_clear_line(tmp_path: Path, settings: Path) -> None:
    files = pair(tmp_path, ROWS)
    missing = call("import", *files, "--config", tmp_path / "none.yaml")
    assert (missing.exit_code, len(missing.stderr.splitlines())) == (2, 1)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "test.db").write_bytes(b"not a database " * 300)
    damaged = call("import", *files, "--config", settings)
    assert (damaged.exit_code, len(damaged.stderr.splitlines())) == (2, 1)
    assert "test.db" in damaged.stderr


def test_export_gives_back_files_that_import_again_without_change(tmp_path: Path, settings: Path) -> None:
    call("import", *pair(tmp_path, ROWS), "--config", settings)
    assert call("export", tmp_path / "out", "--config", settings).exit_code == 0
    assert (tmp_path / "out" / "elders.csv").stat().st_mode & 0o077 == 0
    result = call("import", tmp_path / "out" / "elders.csv", tmp_path / "out" / "volunteers.csv", "--config", settings)
    assert "没有变化" in result.stdout


def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = call("check", put(tmp_path, "a\x1b[31m.csv", b"x"))
    assert result.exit_code == 2
    assert "\x1b" not in result.output
