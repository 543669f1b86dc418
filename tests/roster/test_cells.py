from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.roster import cells
from data.roster.cells import CellError


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("10:00", 10, 0),
        ("10：30", 10, 30),
        ("１０：３０", 10, 30),
        ("9:05", 9, 5),
        ("09:05:00", 9, 5),
        ("10点", 10, 0),
        ("10点半", 10, 30),
        ("十点半", 10, 30),
        ("十一点", 11, 0),
        ("10时30分", 10, 30),
        ("10点20", 10, 20),
        ("上午10点", 10, 0),
        ("上午 10 点", 10, 0),
        ("早上9点一刻", 9, 15),
        ("九点三刻", 9, 45),
        ("下午2点", 14, 0),
        ("下午14点", 14, 0),
        ("晚上八点半", 20, 30),
        ("中午12点", 12, 0),
        ("中午1点", 13, 0),
        ("每天10点前", 10, 0),
        ("10点钟", 10, 0),
        ("二十点", 20, 0),
        ("1030", 10, 30),
        ("10.30", 10, 30),
        ("10", 10, 0),
        ("10am", 10, 0),
        ("2:30 PM", 14, 30),
        ("0.4375", 10, 30),
        ("2026-11-20 09:30", 9, 30),
    ],
)
def test_a_deadline_is_understood_however_it_is_written(written: str, hour: int, minute: int) -> None:
    assert cells.clock(written) == dt.time(hour, minute)


@pytest.mark.parametrize("written", ["", "无", "-", "默认"])
def test_an_empty_deadline_is_the_communitys(written: str) -> None:
    assert cells.clock(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "25:00",
        "24:00",
        "10:60",
        "10点75分",
        "上午14点",
        "晚上12点",
        "随便",
        "10-30",
        "10:5",
        "早",
        "三十点",
        "1.5",
        "99",
    ],
)
def test_a_time_that_does_not_exist_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        cells.clock(written)


@pytest.mark.parametrize(
    "written",
    [
        "1944",
        "1944.0",
        "1944年",
        "１９４４",
        "1944-05-03",
        "1944/5/3",
        "1944.5",
        "1944年5月3日",
        "1944年5月",
        "19440503",
    ],
)
def test_a_year_of_birth_is_understood_also_from_a_date(written: str) -> None:
    assert cells.born(written) == 1944


@pytest.mark.parametrize("written", ["44", "2044", "1844", "1944-02-30", "1944年13月", "八十", "19445", "1905"])
def test_an_impossible_year_or_date_of_birth_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        cells.born(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("10012345678", "10012345678"),
        ("100 1234 5678", "10012345678"),
        ("100-1234-5678", "10012345678"),
        ("１００１２３４５６７８", "10012345678"),
        ("10012345678.0", "10012345678"),
        ("0931-1234567", "0931-1234567"),
        ("0931-1234567转12", "0931-1234567转12"),
        ("10012345678/10087654321", "10012345678、10087654321"),
        ("10012345678 10087654321", "10012345678、10087654321"),
        ("+86 100 1234 5678", "+8610012345678"),
        ("无", ""),
    ],
)
def test_a_phone_number_loses_only_its_spacing(written: str, kept: str) -> None:
    assert cells.phone(written) == kept
    assert cells.phone(kept) == kept


@pytest.mark.parametrize(
    "written", ["1001234567O", "同上", "12", "1.00123E+10", "100123456781234567", "1001234#5678901"]
)
def test_a_phone_number_with_odd_characters_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(CellError) as caught:
        cells.phone(written)
    assert written not in caught.value.what + caught.value.mend


def test_invisible_marks_from_an_address_book_are_dropped_and_control_characters_refused() -> None:
    assert cells.text("\u202d10012345678\u202c") == "10012345678"
    assert cells.text("\u3000李 花\u00a0\n") == "李 花"
    for odd in ("李\x00花", "李\x1b[31m花", "李\x7f"):
        with pytest.raises(CellError):
            cells.text(odd)


def test_a_name_loses_the_spaces_that_line_it_up() -> None:
    assert cells.name("李  花") == "李花"
    assert cells.name("Anna Li") == "Anna Li"


def test_nicknames_are_parted_at_any_mark() -> None:
    assert cells.aliases("老郝、郝师傅，老郝 / 郝叔") == ("老郝", "郝师傅", "郝叔")


@given(st.text(max_size=40))
def test_no_cell_ends_in_anything_but_a_value_or_a_reason(cell: str) -> None:
    for read in (
        cells.text,
        cells.born,
        cells.clock,
        cells.phone,
        cells.name,
        cells.aliases,
        cells.identity,
        cells.role,
    ):
        try:
            read(cell)
        except CellError as error:
            assert error.what and error.mend


@given(st.text(st.sampled_from("=+-@'＝ab1\t"), max_size=8).map(str.strip))
def test_a_formula_is_made_harmless_and_comes_back_as_it_was(value: str) -> None:
    value = " ".join(value.split())
    assert cells.harmless(value)[:1] not in tuple("=+-@＝")
    assert cells.text(cells.harmless(value)) == value


@pytest.mark.parametrize(
    ("written", "twice"), [("2", True), ("早晚各一次", True), ("２", True), ("1", False), ("", False)]
)
def test_how_often_somebody_reports_is_understood(written: str, twice: bool) -> None:
    assert cells.twice(written) is twice


def test_three_times_a_day_is_refused_with_the_mend() -> None:
    with pytest.raises(CellError, match="报平安次数") as error:
        cells.twice("3")
    assert "写 1 或 2" in error.value.mend
