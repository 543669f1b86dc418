from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.roster import RosterError, check, load
from tests.roster.tables import VOLUNTEERS, as_csv, as_xlsx, elder, pair, put


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_wps_and_excel_write(tmp_path: Path, encoding: str) -> None:
    elders = put(tmp_path, "elders.csv", as_csv([elder(责任志愿者="姚明月")], encoding))
    volunteers = put(tmp_path, "volunteers.csv", as_csv(VOLUNTEERS, encoding))
    roster = load(elders, volunteers)
    assert roster.elders["E1"].name == "郝桂花"
    assert roster.elders["E1"].volunteer == "V1"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_tabs_and_semicolons_part_columns_too(tmp_path: Path, delimiter: str) -> None:
    _, volunteers = pair(tmp_path, [])
    elders = put(tmp_path, "e.csv", as_csv([elder()], delimiter=delimiter))
    assert load(elders, volunteers).elders["E1"].compound == "东院"


def test_a_workbook_gives_numbers_dates_and_times_as_a_person_sees_them(tmp_path: Path) -> None:
    # A workbook knows no time zones.
    birthday, clock = dt.datetime(1944, 5, 3), dt.datetime(1899, 12, 30, 10, 30)  # noqa: DTZ001
    rows = [
        elder(编号="E1", 出生年=1944.0, 电话=10012345678, 报平安时限=dt.time(10, 30)),
        elder(编号=2, 出生年=birthday, 电话=10012345678.0, 报平安时限=0.4375),
        elder(编号="E3", 出生年="1944", 电话="10012345678", 报平安时限=clock),
    ]
    _, volunteers = pair(tmp_path, [])
    found = load(put(tmp_path, "e.xlsx", as_xlsx(rows)), volunteers).elders
    assert list(found) == ["E1", "2", "E3"]
    assert {(e.born, e.phone, e.deadline) for e in found.values()} == {(1944, "10012345678", dt.time(10, 30))}


def test_a_duration_beyond_a_day_is_no_deadline(tmp_path: Path) -> None:
    path = put(tmp_path, "e.xlsx", as_xlsx([elder(报平安时限=dt.timedelta(hours=25))]))
    (problem,) = check([path]).problems
    assert (problem.row, problem.column) == (2, "报平安时限")


def test_a_title_above_the_header_shifts_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, "e.xlsx", as_xlsx([elder(), elder(编号="")], above=["东院老人名册", "2026年"]))
    (problem,) = check([path]).problems
    assert (problem.row, problem.column) == (5, "编号")


def test_a_couples_merged_address_belongs_to_both(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["编号", "姓名", "住址"], ["E1", "郝桂花", "1号楼101"], ["E2", "穆大山", None]):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "e.xlsx")
    _, volunteers = pair(tmp_path, [])
    assert load(tmp_path / "e.xlsx", volunteers).elders["E2"].address == "1号楼101"


def test_both_tables_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["说明：请社区填写"])
    for title, rows in (("老人", [elder(责任志愿者="姚明月")]), ("志愿者", VOLUNTEERS)):
        sheet = book.create_sheet(title)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    book.save(tmp_path / "r.xlsx")
    report = check([tmp_path / "r.xlsx"])
    assert (report.problems, report.elders, report.volunteers) == ((), 1, 2)
    assert load(tmp_path / "r.xlsx", tmp_path / "r.xlsx").elders["E1"].volunteer == "V1"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("leer.csv", b"", "空文件"),
        ("bom.csv", b"\xef\xbb\xbf\r\n", "空文件"),
        ("letter.csv", "敬爱的社区：\n你们好\n".encode(), "不是名册"),
        ("binary.csv", bytes(range(256)) * 50, "不是名册"),
        ("zeros.csv", b"\x00" * 5000, "空文件"),
        ("broken.xlsx", b"PK\x03\x04" + b"rubbish" * 40, "打不开"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "旧式"),
        ("page.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "不是 Excel"),
        ("header.csv", "编号,姓名,小区\n".encode(), "一个人也没有"),
    ],
)
def test_what_is_no_roster_is_said_so(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    report = check([put(tmp_path, name, content)])
    assert report.roster is None
    assert any(word in p.what for p in report.problems)
    assert all(name in p.file and p.mend for p in report.problems)


def test_a_file_that_lies_about_its_type_is_told_and_read_all_the_same(tmp_path: Path) -> None:
    text = put(tmp_path, "e.xlsx", as_csv([elder(编号="")]))
    book = put(tmp_path, "f.csv", as_xlsx([elder(出生年=1700)]))
    report = check([text, book])
    assert [(p.file, p.row, p.column) for p in report.problems] == [
        (str(text), None, None),
        (str(text), 2, "编号"),
        (str(book), None, None),
        (str(book), 2, "出生年"),
    ]


def test_a_missing_file_a_folder_and_a_pipe_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    paths = [tmp_path / "none.csv", tmp_path, tmp_path / "pipe.csv"]
    assert [p.file for p in check(paths).problems] == [str(p) for p in paths]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", as_csv([elder()]))
    path.chmod(0)
    assert "打不开" in check([path]).problems[0].what


def test_a_quotation_mark_that_is_not_closed_swallows_nobody_in_silence(tmp_path: Path) -> None:
    lines = ["编号,姓名,小区,住址,电话", 'E1,郝桂花,"东院,1号楼,', "E2,穆大山,东院,2号楼,", 'E3,时雨,东院",3号楼,']
    assert any(
        p.row == 2 and "引号" in p.what for p in check([put(tmp_path, "e.csv", "\n".join(lines).encode())]).problems
    )
    lines[3] = "E3,时雨,东院,3号楼,"
    assert any(
        p.row == 2 and "引号" in p.what for p in check([put(tmp_path, "e.csv", "\n".join(lines).encode())]).problems
    )


def test_a_comma_too_many_is_told_before_it_shifts_the_columns(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "编号,姓名,小区\nE1,郝桂花,东院,1号楼\n".encode())
    (problem,) = check([path]).problems
    assert problem.row == 2 and "逗号" in problem.what


def test_a_line_break_inside_a_cell_does_not_move_the_row_numbers(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", as_csv([elder(健康备注="一\n二\n三"), elder(编号="E2", 出生年="1700")]))
    assert [p.row for p in check([path]).problems] == [3]


def test_lost_characters_are_found_in_their_cell(tmp_path: Path) -> None:
    content = as_csv([elder(), elder(编号="E2", 姓名="穆大山")], "utf-8").replace("穆".encode(), b"\xe7\xa9")
    (problem,) = check([put(tmp_path, "e.csv", content)]).problems
    assert (problem.row, problem.column) == (3, "姓名")


def test_a_large_file_is_no_trouble(tmp_path: Path) -> None:
    elders, volunteers = pair(tmp_path, [elder(编号=f"E{i}", 住址=f"{i}号") for i in range(20_000)])
    assert len(load(elders, volunteers).elders) == 20_000


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["e.csv", "e.xlsx", "e.txt"]), st.booleans())
def test_no_bytes_whatever_raise_anything_but_a_roster_error(
    tmp_path_factory: pytest.TempPathFactory, rubbish: bytes, name: str, header: bool
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    path = put(folder, name, ("编号,姓名,小区\n".encode() if header else b"") + rubbish)
    report = check([path])
    assert report.roster is not None or report.problems
    try:
        load(path, path)
    except RosterError as error:
        assert error.problems
