"""A record with pictures, a clip and voice notes: stopped at any point, it comes out the same."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import Settings
from bot.model import Message
from bot.replay import Replay, message_of
from tests.media.drawing import jpeg, scene, stamped
from tests.media_store import making
from tests.world import community

pytest.importorskip("av", reason="PyAV is not installed (extra media)")

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 10)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    folder = tmp_path_factory.mktemp("sent")
    made = {
        "today.jpg": jpeg(stamped(scene(1, 600, 800), ["姓名：周玉梅", "时间：2026-03-10 07:10"], 30)),
        "unclear.jpg": jpeg(scene(2, 600, 800)),
        "own.jpg": jpeg(scene(3, 600, 800)),
        "again.jpg": jpeg(scene(2, 600, 800), 60),
        "bad.jpg": b"\xff\xd8\xff\xe0" + b"x" * 300,
        "own.silk": making.silk(3.0),
        "family.amr": making.amr(2.0),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    clip = making.clip(folder / "clip.mp4")
    rows = [
        ("07:12", "林小满", "image", folder / "today.jpg", ""),
        ("07:20", "周强", "image", folder / "unclear.jpg", ""),
        ("07:31", "国栋", "audio", folder / "own.silk", ""),
        ("07:32", "吴军", "audio", folder / "family.amr", ""),
        ("07:40", "长青树", "image", folder / "own.jpg", ""),
        ("07:45", "小洁", "video", clip, ""),
        ("08:00", "田芳", "image", folder / "bad.jpg", ""),
        ("08:10", "周强", "text", None, "今天好着呢"),
        ("31:20", "周强", "image", folder / "again.jpg", ""),
    ]
    found = []
    for n, (clock, sender, kind, file, text) in enumerate(rows):
        hours, minutes = map(int, clock.split(":"))
        at = dt.datetime.combine(DAY, dt.time(0), tzinfo=ZONE) + dt.timedelta(hours=hours, minutes=minutes)
        row = {"id": f"m{n}", "at": at.isoformat(), "sender": sender, "type": kind, "text": text}
        found.append(message_of(row | ({"file": str(file)} if file else {})))
    return found


def play(events: list[Message], seed: int | None, files: Path) -> tuple[list[dict[str, Any]], int]:
    start = dt.datetime.combine(DAY, dt.time(5), tzinfo=ZONE)
    replay = Replay(Settings(), community(), crash_seed=seed, files=files / "files")
    lines = asyncio.run(replay.play(events, start, start + dt.timedelta(hours=28)))
    return lines, replay.crasher.crashes


@pytest.fixture(scope="module")
def calm(events: list[Message], tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Path]:
    folder = tmp_path_factory.mktemp("calm")
    return play(events, None, folder)[0], folder


def test_what_was_sent_is_decided_by_what_was_seen(calm: tuple[list[dict[str, Any]], Path]) -> None:
    *sent, end = calm[0]
    first = end["days"]["2026-03-10"]
    assert {e for e, state in first.items() if state == "safe"} == {"E03", "E05", "E07", "E14"}
    assert end["days"]["2026-03-11"]["E03"] == "waiting"
    asked = [(m["at"][5:16], m["mentions"], m["text"][:9]) for m in sent if m["kind"] == "question"]
    assert asked == [
        ("03-10T07:25", ["周强"], "照片收到了，谢谢！"),
        ("03-10T07:50", ["小洁"], "视频收到了，谢谢！"),
        ("03-10T08:01", ["田芳"], "刚才的照片小安没打"),
        ("03-11T07:21", ["周强"], "这张照片以前发过了"),
    ]


def test_voice_notes_reach_the_coordinators_in_a_form_that_plays(calm: tuple[list[dict[str, Any]], Path]) -> None:
    lines, folder = calm
    heard = [m for m in lines[:-1] if m["kind"] == "notice" and "请听一听" in m["text"]]
    assert {m["to"] for m in heard} == {"社区-马晓云", "丁立（协调员）"}
    assert len({m["file"] for m in heard}) == 2
    for message in heard:
        assert (folder / message["file"]).read_bytes().startswith(b"RIFF")


def test_the_days_board_goes_with_the_summary(calm: tuple[list[dict[str, Any]], Path]) -> None:
    lines, folder = calm
    boards = {m["to"]: m["file"] for m in lines[:-1] if m["kind"] == "summary" and m["file"]}
    assert boards["room"] == "files/board-2026-03-10-group.png"
    assert boards["社区-马晓云"] == boards["丁立（协调员）"] == "files/board-2026-03-10-coordinator.png"
    for name in boards.values():
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("seed", range(1, 3))
def test_stopped_at_any_point_it_comes_out_the_same(
    events: list[Message], calm: tuple[list[dict[str, Any]], Path], seed: int, tmp_path: Path
) -> None:
    lines, crashes = play(events, seed, tmp_path)
    assert crashes > 0
    assert lines == calm[0]
