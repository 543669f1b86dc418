"""Whether somebody is in a picture: a yes is said, a no counts for nothing, and nobody is ever told from anybody else."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.photo import photo
from bot.media import look, ocr, presence
from tests.media.drawing import jpeg, scene, somebody, stamped

pytest.importorskip("PIL", reason="Pillow is not installed (extra media)")
looks = pytest.mark.skipif(not presence.available(), reason="the model's runner is not installed (extra person)")
TODAY = dt.date(2026, 3, 10)
STAMP = ["2026-03-10 07:10", "兰州市城关区"]


def visit(seed: int = 3, size: float = 150) -> Any:
    return somebody(scene(seed, 900, 1200), 450, 430, size)


@looks
@pytest.mark.parametrize("size", [60, 100, 150, 220])
@pytest.mark.parametrize("seed", [1, 3, 8])
def test_somebody_is_seen_near_and_far(seed: int, size: float) -> None:
    assert presence.somebody(visit(seed, size)) is True


@looks
@pytest.mark.parametrize("turn", [90, 270])
def test_somebody_who_lies_across_the_picture_is_seen(turn: int) -> None:
    assert presence.somebody(visit().rotate(turn, expand=True)) is True


@looks
def test_nobody_is_seen_where_nobody_is() -> None:
    assert [presence.somebody(scene(seed, 720, 960)) for seed in range(12)] == [False] * 12


@looks
def test_in_the_dark_nobody_can_say() -> None:
    assert presence.somebody(visit().point(lambda v: v // 16)) is None


@looks
def test_a_face_of_any_shape_of_picture_makes_no_stumble() -> None:
    for width, height in ((32, 32), (40, 1500), (1500, 40), (481, 480)):
        assert presence.somebody(scene(2, width, height)) in (True, False)


def test_without_the_runner_nobody_can_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "available", lambda: False)
    assert presence.somebody(visit()) is None
    found = look.look_at(jpeg(visit()), TODAY)
    assert (found.person, found.verdict.word) == (None, "unclear")


@looks
def test_switched_off_nobody_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert look.look_at(jpeg(visit()), TODAY, person=False).person is None
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(visit()))
    seen = [json.loads(CliRunner().invoke(photo, [str(path)]).stdout)["person"]]
    monkeypatch.setenv("BAOANNIAO_MEDIA__PERSON", "false")
    seen.append(json.loads(CliRunner().invoke(photo, [str(path)]).stdout)["person"])
    assert seen == [True, None]


@looks
@pytest.mark.skipif(not ocr.available(), reason="the text reader is not installed (extra media)")
def test_a_yes_is_said_beside_the_stamp_and_a_no_takes_nothing_away() -> None:
    person = look.look_at(jpeg(stamped(visit(), STAMP)), TODAY)
    nobody = look.look_at(jpeg(stamped(scene(3), STAMP)), TODAY)
    assert (person.person, nobody.person) == (True, False)
    assert (person.verdict.word, nobody.verdict.word) == ("today", "today")
    assert "看得到人" in person.verdict.why and "人" not in nobody.verdict.why


@looks
def test_a_yes_proves_no_day() -> None:
    assert look.look_at(jpeg(visit()), TODAY).verdict.word == "unclear"


@looks
def test_a_face_in_an_animation_is_nobody_who_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    visit().save(path, save_all=True, append_images=[visit(4)], duration=100)
    assert look.look_at(path.read_bytes(), TODAY).person is None


def test_the_models_runner_is_loaded_with_the_first_picture_only() -> None:
    import subprocess

    code = "import sys, bot.looking.job, bot.media.look; print('ai_edge_litert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
