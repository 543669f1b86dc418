"""Cards, posters, pages of news and screenshots carry dates, times and places; they are no photographs of today."""

from __future__ import annotations

import datetime as dt
import io
import random
from typing import Any

import pytest

from bot.media import look, ocr, sheet
from tests.media import drawing
from tests.media.drawing import jpeg, scene, stamped

pytest.importorskip("PIL", reason="Pillow is not installed (extra media)")
reads = pytest.mark.skipif(not ocr.available(), reason="the text reader is not installed (extra media)")
TODAY = dt.date(2026, 3, 10)
BODY = [
    "社区志愿者上门看望高龄老人",
    "送去米面油等慰问物资大家围坐",
    "在一起拉家常现场气氛温馨热闹",
    "居民纷纷表示感谢",
]
SHEETS = {
    "news": ["本市开展春季慰问", "2026年3月10日 07:30 星期二", "地点：兰州市城关区和平路12号", *BODY],
    "poster": ["健康讲堂", "时间：2026年3月10日 09:00", "地点：兰州市城关区和平路12号", "主讲：周玉梅", *BODY],
    "notice": ["通知", *BODY, "地点：兰州市城关区和平路12号", "社区居委会", "2026年3月10日 07:30"],
    "weather": ["兰州市城关区", "13°", "多云 星期二", "2026-03-10 07:30 更新", "周三 晴 1° / 12°", "周四 晴 2° / 13°"],
    "calendar": ["2026年3月", "1 2 3 4 5 6 7", "8 9 10 11 12 13 14", "今天 2026年3月10日 星期二", "07:30"],
    "receipt": ["取药单", "姓名：周玉梅", "打印时间：2026-03-10 07:30", "地点：市第一人民医院", "科室：内科"],
}
GROUNDS = [("#ffffff", "#222222"), ("#b41414", "#ffffff"), ("#143c8c", "#ffffff"), ("#faf6ec", "#333333")]


def proves(data: bytes) -> bool:
    found = look.look_at(data, TODAY, person=False)
    return found.verdict.word == "today"


@reads
@pytest.mark.parametrize("what", SHEETS)
def test_a_sheet_with_date_time_and_place_proves_nothing(what: str) -> None:
    for i, (ground, ink) in enumerate(random.Random(what).sample(GROUNDS, 2)):
        page = drawing.sheet(SHEETS[what], height=(1440, 1920)[i], ground=ground, ink=ink)
        found = look.look_at(jpeg(page, (60, 85)[i]), TODAY, person=False)
        assert (found.verdict.word, found.person) == ("unclear", None), (ground, found.verdict)


@reads
def test_a_page_with_a_photograph_in_it_is_still_a_page() -> None:
    page = drawing.sheet(SHEETS["news"], height=1700)
    page.paste(scene(4, 900, 500), (90, 1000))
    assert not proves(jpeg(page, 80))


def test_where_the_date_stands_on_the_ground_less_of_the_writing_is_enough() -> None:
    page = drawing.sheet(["快讯"], height=1440)
    page.paste(scene(6, 1080, 700), (0, 600))
    on, off = (60.0, 220.0, 600.0, 260.0), [(100.0, 650.0 + 90 * i, 700.0, 690.0 + 90 * i) for i in range(3)]
    assert sheet.is_sheet(page, [on, *off], [on])
    assert not sheet.is_sheet(page, [on, *off], off[:1])
    assert not sheet.is_sheet(page, off, off[:1])


@reads
def test_a_chat_pictured_off_the_screen_proves_nothing() -> None:
    from PIL import ImageDraw

    page = drawing.sheet(["平安里互助群", "2026年3月10日 07:30"], ground="#ededed")
    draw = ImageDraw.Draw(page)
    for i, said in enumerate(("我妈今天挺好的", "收到", "早上好", "地点在和平路12号")):
        y = 400 + 150 * i
        draw.rounded_rectangle((160, y, 260 + 44 * len(said), y + 100), 16, fill="#95ec69" if i % 2 else "#ffffff")
        draw.text((200, y + 24), said, font=drawing.font(42), fill="#111111")
    assert not proves(jpeg(page, 80))


def at_the_side(picture: Any, rows: list[str]) -> Any:
    """Rows without a panel at the lower right, each with a dark edge, as many cameras stamp them."""
    from PIL import ImageDraw

    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    for i, row in enumerate(reversed(rows)):
        at = (picture.width - 30, picture.height - 40 - 56 * i)
        draw.text(at, row, font=drawing.font(38), fill="#ffdc3c", anchor="rb", stroke_width=3, stroke_fill="#101010")
    return picture


def below(picture: Any, rows: list[str]) -> Any:
    """A white strip under the picture with the rows on it, as makers of phones do."""
    from PIL import Image, ImageDraw

    taller = Image.new("RGB", (picture.width, picture.height + 70 * len(rows) + 30), "white")
    taller.paste(picture)
    draw = ImageDraw.Draw(taller)
    for i, row in enumerate(rows):
        draw.text((40, picture.height + 20 + 70 * i), row, font=drawing.font(38), fill="#222222")
    return taller


def on_light(picture: Any, rows: list[str]) -> Any:
    """Dark rows on an opaque white panel at the upper left."""
    from PIL import ImageDraw

    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 780, 50 + 60 * len(rows)), fill="white")
    for i, row in enumerate(rows):
        draw.text((40, 36 + 60 * i), row, font=drawing.font(36), fill="#1e1e1e")
    return picture


@reads
@pytest.mark.parametrize("style", [stamped, at_the_side, below, on_light])
@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_stamp_over_a_photograph_still_proves_its_day(style: Any, seed: int) -> None:
    rows = ["2026-03-10 07:10", "兰州市城关区和平路12号", "姓名：周玉梅"]
    picture = style(scene(seed, 1080, 1440), rows)
    if seed == 23:
        picture = picture.resize((720, round(picture.height / 1.5)))
    found = look.look_at(jpeg(picture, (50, 70, 85)[seed % 3]), TODAY, person=False)
    assert (found.verdict.word, found.stamp.time, found.stamp.name) == ("today", dt.time(7, 10), "周玉梅")


def wall(seed: int) -> Any:
    """A white wall as a camera sees it: light that falls off, and noise."""
    from PIL import Image

    chance = random.Random(seed)
    falls = chance.uniform(18, 40)
    grey = Image.frombytes("L", (90, 120), bytes(round(225 - falls * (x / 90 + y / 240)) for y in range(120) for x in range(90)))  # fmt: skip
    noise = Image.effect_noise((1080, 1440), 6)
    blend = Image.blend(grey.resize((1080, 1440), Image.Resampling.BICUBIC), noise, 0.04)
    return Image.merge("RGB", (blend, blend, blend))


@pytest.mark.parametrize("seed", range(4))
def test_a_white_wall_is_no_sheet(seed: int) -> None:
    from PIL import Image

    picture = Image.open(io.BytesIO(jpeg(wall(seed), 60))).convert("RGB")
    boxes = [(60.0, 100.0 + 90 * i, 700.0, 150.0 + 90 * i) for i in range(6)]
    assert not sheet.is_sheet(picture, boxes)
    assert sheet.is_sheet(drawing.sheet(["一"] * 6), boxes) and not sheet.is_sheet(drawing.sheet([]), [])


def test_a_dark_night_with_a_stamp_is_no_sheet() -> None:
    picture = scene(5, 1080, 1440).point(lambda v: max(0, v - 180))
    boxes = [(40.0, 1250.0, 600.0, 1290.0), (40.0, 1310.0, 600.0, 1350.0)]
    assert not sheet.is_sheet(stamped(picture, ["2026-03-10 07:10", "兰州市"]), boxes)
