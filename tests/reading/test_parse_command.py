"""`parse`: one JSON a line out, errors that name the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.parse import parse

ELDERS = (
    "编号,姓名,性别,出生年,小区,住址,电话,居住情况,健康备注,报平安时限,家属1姓名,家属1关系,家属1微信,家属1电话,"
    "家属2姓名,家属2关系,家属2微信,家属2电话,本人微信,责任志愿者,后备志愿者,别名\n"
    "N1,吕秀云,女,1937,红星小区,1号楼1单元102,,独居,,,吕静,女儿,静静,,,,,,,,,\n"
)
VOLUNTEERS = "编号,姓名,微信,电话,单位,角色\nV1,陶然,陶然,,,志愿者\n"
GOOD = {"id": "m1", "at": "2026-11-20T08:12:00+08:00", "sender": "静静", "text": "我妈平安"}


@pytest.fixture
def roster(tmp_path: Path) -> list[str]:
    (tmp_path / "e.csv").write_text(ELDERS, encoding="utf-8")
    (tmp_path / "v.csv").write_text(VOLUNTEERS, encoding="utf-8")
    return ["--elders", str(tmp_path / "e.csv"), "--volunteers", str(tmp_path / "v.csv")]


def test_each_message_gives_one_line_with_the_fixed_keys(roster: list[str]) -> None:
    got = CliRunner().invoke(parse, [*roster, "-"], input=json.dumps(GOOD) + "\n\n" + json.dumps(GOOD) + "\n")
    assert got.exit_code == 0
    rows = [json.loads(line) for line in got.stdout.splitlines()]
    assert len(rows) == 2
    assert list(rows[0]) == ["id", "intent", "also", "elders", "also_elders", "ambiguous", "from", "to", "why"]
    assert (rows[0]["intent"], rows[0]["elders"]) == ("checkin", ["N1"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "JSON"),
        ("[]", "object"),
        ('{"id": "m"}', "at"),
        (json.dumps({**GOOD, "at": "2026-11-20T08:12:00"}), "offset"),
        (json.dumps({**GOOD, "at": "soon"}), "at"),
        (json.dumps({**GOOD, "type": "song"}), "type"),
        (json.dumps({**GOOD, "text": 3}), "text"),
    ],
)
def test_a_bad_line_is_named(roster: list[str], line: str, said: str) -> None:
    got = CliRunner().invoke(parse, [*roster, "-"], input=json.dumps(GOOD) + "\n" + line + "\n")
    assert got.exit_code == 2
    assert "line 2" in got.stderr
    assert said in got.stderr
    assert "Traceback" not in got.stderr


def test_a_roster_that_is_not_there_is_named(tmp_path: Path) -> None:
    got = CliRunner().invoke(
        parse, ["--elders", str(tmp_path / "no.csv"), "--volunteers", str(tmp_path / "no.csv"), "-"]
    )
    assert got.exit_code == 2
    assert "no.csv" in got.stderr
