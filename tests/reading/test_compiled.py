"""The compiled reading: used only where it was made of exactly these files, and of one mind with plain Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.reading import compiled, compiling
from tests.reading.scoring import CORPORA


def _parsed(folder: Path, **environ: str) -> str:
    files = ["--elders", folder / "elders.csv", "--volunteers", folder / "volunteers.csv", folder / "messages.jsonl"]
    return subprocess.run(
        [sys.executable, "-m", "bot", "parse", *files],
        cwd=compiled.ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.skipif(not compiled.in_use(), reason="not compiled (no C compiler, or PLAIN_READING is set)")
@pytest.mark.parametrize("name", ["b", "j1", "j2"])
def test_compiled_or_not_a_message_means_the_same(name: str) -> None:
    folder = CORPORA / "tuning" / name
    read = _parsed(folder)
    assert len(read.splitlines()) > 200
    assert _parsed(folder, **{compiled.PLAIN: "1"}) == read


@pytest.mark.skipif(
    os.environ.get("CI") != "true", reason="after a change the reading is plain until the next make venv"
)
@pytest.mark.skipif(not (shutil.which("cc") or shutil.which("gcc")), reason="no C compiler")
@pytest.mark.skipif(bool(os.environ.get(compiled.PLAIN)), reason="plain Python was asked for")
def test_where_there_is_a_compiler_the_reading_is_compiled() -> None:
    assert compiled.in_use(), compiling.make()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for what is made."""
    monkeypatch.setattr(compiled, "MADE", tmp_path / "reading")
    monkeypatch.delenv(compiled.PLAIN, raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return compiled.MADE


def test_only_what_was_made_of_these_files_is_used(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (made / "0123456789").mkdir(parents=True)
    path = ["here"]
    compiled.use(path)
    assert path == ["here"]
    compiled.folder().mkdir()
    compiled.use(path)
    assert path == [str(compiled.folder() / "bot" / "reading"), "here"]
    monkeypatch.setenv(compiled.PLAIN, "1")
    path = ["here"]
    compiled.use(path)
    assert path == ["here"]


def test_a_changed_file_is_another_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, model = tmp_path / "bot" / "reading", tmp_path / "bot" / "model.py"
    here.mkdir(parents=True)
    model.write_text("A = 1\n")
    (here / "who.py").write_text("B = 1\n")
    monkeypatch.setattr(compiled, "HERE", here)
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    first = compiled.folder()
    assert compiled.folder() == first
    (here / "who.py").write_text("B = 2\n")
    second = compiled.folder()
    model.write_text("A = 2\n")
    assert len({first, second, compiled.folder()}) == 3


def test_without_a_compiler_it_says_so_and_leaves_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    said = compiling.make()
    assert "stays in plain Python" in said
    assert list(made.iterdir()) == []


def test_what_is_there_is_not_made_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled.folder().mkdir(parents=True)
    monkeypatch.setenv("CC", "false")
    assert compiling.make() == "the compiled reading is up to date"


def test_every_module_that_is_to_be_compiled_is_there() -> None:
    assert [m for m in compiled.MODULES if not (compiled.HERE / f"{m}.py").is_file()] == []
