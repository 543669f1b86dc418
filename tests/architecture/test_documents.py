"""What the documents promise is there: the commands, the targets, every package in the map."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, cli
from handlers.rights import ACTS, RIGHTS, STANDINGS

ROOT = Path(__file__).parents[2]


def test_every_command_in_the_readme_exists_and_every_command_is_in_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"python -m bot ([\w-]+)", readme))
    assert named == set(COMMANDS)


def test_every_make_target_in_the_documents_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for document in ("README.md", "README.zh.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert set(re.findall(r"`?make ([a-z]+)`?", text)) <= targets, document
    assert {"run", "test", "bench", "venv"} <= targets


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == 0
    found = cli.get_command(click.Context(cli), command)
    assert found is not None and found.help
    assert "".join(found.help.split("\n")[0].split()) in "".join(result.output.split())


def test_the_map_names_every_package() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    packages = [p.parent.relative_to(ROOT).as_posix() for p in ROOT.glob("bot/*/__init__.py")]
    for package in [*packages, "handlers", "schedules", "data"]:
        assert f"`{package}/`" in text, package


def test_the_readme_shows_the_table_of_rights_as_it_is() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    head = next(i for i, row in enumerate(rows) if row[1:] == list(STANDINGS))
    shown = [{s for s, cell in zip(STANDINGS, row[1:], strict=True) if cell} for row in rows[head + 2 :][: len(ACTS)]]
    assert shown == [set(RIGHTS[act]) for act in ACTS]
