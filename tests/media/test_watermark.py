from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import names, watermark
from bot.media.ocr import Line
from bot.media.watermark import Stamp

TODAY = dt.date(2026, 11, 20)
WIDTH, HEIGHT = 1080, 1440


def block(left: float, top: float, *rows: str, size: float = 36) -> list[Line]:
    return [
        Line(text, (left, top + i * size * 1.4, left + len(text) * size * 0.7, top + i * size * 1.4 + size))
        for i, text in enumerate(rows)
    ]


def read(*lines: Line, roster: frozenset[str] = frozenset()) -> Stamp:
    return watermark.read(lines, WIDTH, HEIGHT, TODAY, roster)


def test_a_panel_with_labels_is_read_whole() -> None:
    stamp = read(
        *block(40, 1150, "探访记录", "时间：2026年11月20日08:25", "地点：和平路12号", "姓名：褚遂芳", "备注：今日平安")
    )
    assert (stamp.date, stamp.time) == (TODAY, dt.time(8, 25))
    assert (stamp.name, stamp.place, stamp.certain) == ("褚遂芳", "和平路12号", True)


def test_a_large_clock_with_the_date_beside_it_is_one_stamp() -> None:
    clock = Line("08:12", (40, 1150, 240, 1230))
    stamp = read(
        clock,
        Line("2026.11.20", (270, 1155, 450, 1187)),
        Line("星期五", (270, 1195, 360, 1227)),
        *block(40, 1250, "安康社区3栋2单元", "欧阳慧兰"),
    )
    assert (stamp.date, stamp.time, stamp.name) == (TODAY, dt.time(8, 12), "欧阳慧兰")


def test_a_name_behind_an_address_on_the_same_line_is_found() -> None:
    stamp = read(*block(40, 1250, "11月20日 周五 08:12", "安康社区3栋2单元501室汪德海"))
    assert (stamp.name, stamp.place) == ("汪德海", "安康社区3栋2单元501室")


def test_the_elder_named_goes_before_the_one_who_took_the_picture() -> None:
    assert read(*block(40, 1150, "2026-11-20 08:12", "拍摄人：马占海", "探访对象：蒲月娥")).name == "蒲月娥"


@pytest.mark.parametrize(
    "rows",
    [
        ("2026年11月", "日一二三四五六", "15 16 17 18 19 20 21"),
        ("复方丹参滴丸", "生产日期：2026/03/18", "有效期至：2028/02", "批号20260318"),
        ("生产日期", "2026.03.18"),
        ("重阳节敬老活动", "时间：2026年10月18日", "上午9:00-11:00", "地点：社区活动室"),
        ("血压记录", "3月2日 135/80", "3月9日 128/76"),
    ],
)
def test_a_date_on_something_in_the_picture_is_no_stamp(rows: tuple[str, ...]) -> None:
    paper = block(400, 500, *rows, size=24)
    assert read(*paper).date is None
    stamp = read(*paper, *block(40, 1300, "2026-11-20 08:12"))
    assert (stamp.date, stamp.time, stamp.certain) == (TODAY, dt.time(8, 12), True)


def test_a_film_camera_stamp_in_the_corner_is_read() -> None:
    stamp = read(Line("'26 11 20  08:12", (720, 1360, 1050, 1400)))
    assert (stamp.date, stamp.time) == (TODAY, dt.time(8, 12))


def test_a_weekday_that_contradicts_its_date_makes_the_stamp_doubtful() -> None:
    stamp = read(*block(40, 1300, "2026-11-20 08:12 星期三"))
    assert (stamp.date, stamp.certain) == (TODAY, False)


def test_two_stamps_of_different_days_are_both_told() -> None:
    stamp = read(*block(40, 1300, "2026-11-20 08:12 星期五"), *block(40, 60, "2026-11-02 09:30 星期一"))
    assert {stamp.date, stamp.other} == {TODAY, dt.date(2026, 11, 2)}
    assert not stamp.certain


def test_a_proper_name_is_never_bent_to_the_roster() -> None:
    lines = block(40, 1200, "2026-11-20 08:12", "姓名：王秀兰")
    assert read(*lines, roster=frozenset({"王秀英"})).name == "王秀兰"


def test_a_name_with_a_misread_character_is_known_by_the_roster() -> None:
    lines = block(40, 1200, "2026-11-20 08:12", "姓名：佘住芝")
    assert read(*lines, roster=frozenset({"佘桂芝"})).name in ("佘住芝", "佘桂芝")
    assert names.known("余0芝", frozenset({"余桂芝"})) == "余桂芝"


@pytest.mark.parametrize("name", ["王建国", "司马青", "欧阳慧兰", "赵长河", "逯玉英", "闫雯", "张平安"])
def test_a_persons_name_is_plausible(name: str) -> None:
    assert names.plausible(name)


@pytest.mark.parametrize(
    "text", ["平安打卡", "今日平安", "多云", "晴", "星期五", "工作记录", "幸福里社区", "王", "马路街", "abc"]
)
def test_other_words_of_a_stamp_are_no_names(text: str) -> None:
    assert not names.plausible(text)


@given(
    st.lists(
        st.tuples(st.text(max_size=30), st.integers(-50, 1200), st.integers(-50, 1600), st.integers(-5, 400)),
        max_size=25,
    )
)
def test_no_text_anywhere_makes_the_reading_fail(found: list[tuple[str, int, int, int]]) -> None:
    stamp = read(*(Line(text, (x, y, x + w, y + w // 3), 0.7) for text, x, y, w in found))
    assert stamp.time is None or stamp.date is not None
