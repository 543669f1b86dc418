"""The command `photo` from end to end, on pictures that the test draws."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.photo import photo
from bot.media import ocr
from tests.media.drawing import jpeg, scene, stamped

pytest.importorskip("PIL", reason="Pillow is not installed (dependency group media)")
KEYS = {"file", "date", "time", "name", "place", "same_as", "person", "verdict", "why"}
reads = pytest.mark.skipif(not ocr.available(), reason="the text reader is not installed (dependency group media)")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(photo, [str(a) for a in arguments])


def lines(*arguments: object) -> list[dict[str, Any]]:
    result = run("--today", "2026-11-20", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def save(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@reads
@pytest.mark.parametrize(
    "rows",
    [
        ["拍摄时间：2026-11-20 08:12:33 星期五", "地点：安康社区3栋2单元501室", "姓名：汪德海"],
        ["2026年11月20日 08:12 星期五", "安康社区3栋2单元501室", "汪德海"],
        ["11月20日 周五 08:12", "安康社区3栋2单元501室 汪德海"],
        ["2026.11.20 上午8:12", "老人姓名：汪德海", "安康社区3栋2单元501室"],
        ["2026/11/20 08:12", "地址：安康社区3栋2单元501室", "探访对象：汪德海"],
    ],
)
@pytest.mark.parametrize("top", [False, True])
def test_a_stamp_of_today_is_read_in_every_usual_form(tmp_path: Path, rows: list[str], top: bool) -> None:
    file = save(tmp_path / "a.jpg", jpeg(stamped(scene(len(rows[0])), rows, top=top), 70))
    (found,) = lines(file)
    assert set(found) == KEYS
    assert (found["date"], found["time"], found["name"]) == ("2026-11-20", "08:12", "汪德海")
    assert found["place"].replace(" ", "") == "安康社区3栋2单元501室"
    assert (found["verdict"], found["same_as"]) == ("today", None)
    assert not found["person"]


@reads
def test_yesterdays_stamp_is_old(tmp_path: Path) -> None:
    file = save(tmp_path / "a.jpg", jpeg(stamped(scene(5), ["2026-11-19 17:40 星期四", "姓名：汪德海"])))
    assert lines(file)[0]["verdict"] == "old"


@reads
def test_an_old_picture_freshly_stamped_is_told_as_the_same_picture_again(tmp_path: Path) -> None:
    old = save(tmp_path / "old.jpg", jpeg(stamped(scene(6), ["2026-11-02 09:30 星期一", "姓名：汪德海"])))
    new = save(tmp_path / "new.jpg", jpeg(stamped(scene(6), ["2026-11-20 08:12 星期五", "姓名：汪德海"]), 60))
    first, second = lines(old, new)
    assert (first["verdict"], first["same_as"]) == ("old", None)
    assert (second["verdict"], second["same_as"], second["date"]) == ("again", str(old), "2026-11-20")


@reads
def test_a_box_of_pills_in_the_picture_is_no_stamp(tmp_path: Path) -> None:
    picture = stamped(scene(7), ["复方丹参滴丸", "生产日期：2026/11/20", "有效期至：2028/11", "批号20261120"])
    (found,) = lines(save(tmp_path / "a.jpg", jpeg(picture)))
    assert (found["date"], found["verdict"]) == (None, "unclear")


@pytest.mark.parametrize(
    "rows",
    [
        ["早安！一切安好", "2026年3月10日 07:30"],
        ["微信支付凭证", "2026-03-10 07:28:15"],
        ["2026-03-10 07:28", "祝您平安健康"],
    ],
)
def test_a_greeting_or_a_receipt_of_today_proves_nothing(tmp_path: Path, rows: list[str]) -> None:
    path = save(tmp_path / "card.jpg", jpeg(stamped(scene(5), rows)))
    (found,) = lines("--today", "2026-03-10", path)
    assert found["verdict"] == "unclear" and "祝福" in found["why"]


def test_without_a_stamp_the_cameras_own_moment_counts(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 07:15:00"
    today = save(tmp_path / "today.jpg", jpeg(scene(8), exif=exif.tobytes()))
    exif.get_ifd(0x8769)[0x9003] = "2026:11:01 07:15:00"
    old = save(tmp_path / "old.jpg", jpeg(scene(9), exif=exif.tobytes()))
    plain = save(tmp_path / "plain.jpg", jpeg(scene(10)))
    assert [found["verdict"] for found in lines(today, old, plain)] == ["today", "old", "unclear"]


def test_files_that_are_no_photos_are_refused_calmly_and_in_order(tmp_path: Path) -> None:
    bad = [
        save(tmp_path / "a.jpg", b"<svg xmlns='x'/>"),
        save(tmp_path / "b.jpg", b"\0\0\0\x18ftypisom\0\0\0\0"),
        save(tmp_path / "c.jpg", b""),
        save(tmp_path / "d.jpg", jpeg(scene(1))[:300]),
        tmp_path / "missing.jpg",
        tmp_path,
    ]
    found = lines(*bad)
    assert [line["file"] for line in found] == [str(path) for path in bad]
    assert {line["verdict"] for line in found} == {"refused"}
    assert all(line["why"] and line["date"] is None for line in found)


def test_bad_usage_ends_with_status_two(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert run("--today", "yesterday", tmp_path).exit_code == 2
    assert run("--elders", tmp_path / "none.csv", tmp_path).exit_code == 2


def test_the_moment_of_the_command_is_today_by_default(tmp_path: Path) -> None:
    from PIL import Image

    # Half a year ahead or back is never today, whatever the machine's clock says of the hour.
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{dt.date.today() - dt.timedelta(days=180):%Y:%m:%d} 07:15:00"  # noqa: DTZ011
    result = run(save(tmp_path / "a.jpg", jpeg(scene(11), exif=exif.tobytes())))
    assert json.loads(result.stdout)["verdict"] == "old"
