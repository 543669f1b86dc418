from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.roster import Problem, RosterError, check, load
from tests.roster.tables import VOLUNTEERS, as_csv, elder, pair, put


def problems(
    folder: Path, elders: list[dict[str, Any]], volunteers: list[dict[str, str]] = VOLUNTEERS
) -> list[Problem]:
    return list(check(pair(folder, elders, volunteers)).problems)


def test_every_problem_is_listed_at_once_with_file_row_column_and_mend(tmp_path: Path) -> None:
    elders, volunteers = pair(
        tmp_path,
        [
            elder(编号="E1", 责任志愿者="姚明日"),
            elder(编号="E1", 出生年="2044"),
            elder(编号="E3", 姓名="", 报平安时限="25:00"),
            elder(编号="", 性别="?", 电话="100O"),
        ],
        [*VOLUNTEERS, {**VOLUNTEERS[0], "编号": "V3", "角色": "路人"}],
    )
    with pytest.raises(RosterError) as caught:
        load(elders, volunteers)
    found = [(Path(p.file).name, p.row, p.column) for p in caught.value.problems]
    assert sorted(found, key=str) == sorted(
        [
            ("elders.csv", 2, "责任志愿者"),
            ("elders.csv", 3, "编号"),
            ("elders.csv", 3, "出生年"),
            ("elders.csv", 4, "姓名"),
            ("elders.csv", 4, "报平安时限"),
            ("elders.csv", 5, "编号"),
            ("elders.csv", 5, "性别"),
            ("elders.csv", 5, "电话"),
            ("volunteers.csv", 4, "姓名"),
            ("volunteers.csv", 4, "角色"),
        ],
        key=str,
    )
    assert all(p.mend for p in caught.value.problems)
    assert [p.row for p in caught.value.problems if "elders" in p.file] == sorted(
        r for f, r, _ in found if f == "elders.csv"
    )


def test_a_double_id_names_the_other_row(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, [elder(), elder(编号="E2"), elder(编号="e1 ")])
    assert problem.row == 4
    assert "第2行" in problem.what


def test_a_double_id_across_two_files_names_the_other_file(tmp_path: Path) -> None:
    first, second = (put(tmp_path, name, as_csv([elder()])) for name in ("a.csv", "b.csv"))
    (problem,) = check([first, second]).problems
    assert problem.file == str(second)
    assert str(first) in problem.what


def test_an_unknown_volunteer_comes_with_the_names_that_are_close(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, [elder(责任志愿者="姚月明", 后备志愿者="常春")])
    assert "姚明月" in problem.mend


def test_a_volunteer_may_be_named_with_spaces_or_by_id(tmp_path: Path) -> None:
    roster = load(*pair(tmp_path, [elder(责任志愿者="姚 明月 ", 后备志愿者="V2")]))
    assert (roster.elders["E1"].volunteer, roster.elders["E1"].backup) == ("V1", "V2")


def test_two_volunteers_of_one_name_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, [elder()], [*VOLUNTEERS, {**VOLUNTEERS[0], "编号": "V9"}])
    assert (problem.row, problem.column) == (4, "姓名")


def test_an_elder_and_a_volunteer_may_not_share_an_id(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, [elder(编号="V1")])
    assert "volunteers" in problem.file and problem.row == 2


def test_an_id_that_stands_for_the_room_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, [elder(编号="room")])[0].column == "编号"


def test_swapped_files_are_recognised(tmp_path: Path) -> None:
    elders, volunteers = pair(tmp_path, [elder()])
    with pytest.raises(RosterError) as caught:
        load(volunteers, elders)
    assert "写反" in str(caught.value)


def test_a_slip_in_a_header_is_a_problem_and_not_a_silent_unknown_column(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, [elder(责任志愿着="姚明月")])
    assert problem.column == "责任志愿着"
    assert "责任志愿者" in problem.mend


def test_a_header_that_stands_twice_is_a_problem(tmp_path: Path) -> None:
    path = put(tmp_path, "e.csv", "编号,姓名,小区,电话,电话\nE1,郝桂花,东院,,\n".encode())
    (problem,) = check([path]).problems
    assert (problem.row, problem.column) == (1, "电话")


def test_control_characters_are_refused_in_any_column_known_or_not(tmp_path: Path) -> None:
    found = problems(tmp_path, [elder(姓名="郝\x00花", 备注="a\x1bb")])
    assert [p.column for p in found] == ["姓名", "备注"]


def test_an_error_value_of_the_spreadsheet_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, [elder(小区="#REF!")])[0].column == "小区"


def test_a_cell_like_a_novel_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, [elder(健康备注="长" * 5000)])[0].column == "健康备注"


def test_no_problem_repeats_a_phone_number_an_address_or_a_health_note(tmp_path: Path) -> None:
    secrets = ["10098765432x", "机密路9号楼909", "机密的病情"]
    rows = [elder(电话=secrets[0], 住址=secrets[1], 健康备注=secrets[2])]
    # A row that slipped by a column puts private cells where names and times are expected.
    for column in ("性别", "出生年", "报平安时限", "责任志愿者", "后备志愿者", "家属1电话"):
        rows += [elder(编号=f"S{column}{i}", **{column: secret}) for i, secret in enumerate(secrets)]
    volunteers = [
        *VOLUNTEERS,
        *({**VOLUNTEERS[0], "编号": f"X{i}", "姓名": f"某{i}", "角色": s} for i, s in enumerate(secrets)),
    ]
    report = check(pair(tmp_path, rows, volunteers))
    words = "\n".join(map(str, (*report.problems, *report.notes)))
    assert len(report.problems) >= 20
    assert not [s for s in (*secrets, "10098765432", "机密") if s in words]


def test_columns_come_in_any_order_and_unknown_ones_are_kept(tmp_path: Path) -> None:
    row = {
        "备注": "爱听秦腔",
        "姓名": "郝桂花",
        "微信": "桂花",
        "家属1姓名": "郝亮",
        "编号": "E1",
        "小区": "东院",
        "出生日期": "1940-05-03",
    }
    found = load(*pair(tmp_path, [row])).elders["E1"]
    assert found.extra == (("出生日期", "1940-05-03"), ("备注", "爱听秦腔"))
    assert (found.born, found.wechat, found.relatives[0].name) == (1940, "桂花", "郝亮")


def test_headers_may_carry_spaces_stars_and_remarks(tmp_path: Path) -> None:
    row = {" 编 号 *": "E1", "姓名：": "郝桂花", "电话（手机）": "10012345678", "小区": "东院"}
    found = load(*pair(tmp_path, [row])).elders["E1"]
    assert (found.name, found.phone, found.extra) == ("郝桂花", "10012345678", ())


def test_only_id_and_name_are_needed_and_blank_rows_mean_nothing(tmp_path: Path) -> None:
    blank = dict.fromkeys(elder(), "")
    roster = load(
        *pair(
            tmp_path,
            [{"编号": "E1", "姓名": "郝桂花", "小区": ""}, blank, {"编号": "E2", "姓名": "穆大山"}, {"编号": " "}],
        )
    )
    assert list(roster.elders) == ["E1", "E2"]


def test_a_relative_without_a_name_is_still_somebody(tmp_path: Path) -> None:
    (relative,) = load(*pair(tmp_path, [elder(家属1关系="女儿", 家属1电话="10012345678")])).elders["E1"].relatives
    assert relative.name == "郝桂花女儿"


def test_one_relative_of_two_elders_is_one_person(tmp_path: Path) -> None:
    family = {"家属1姓名": "郝亮", "家属1关系": "儿子", "家属1微信": "亮", "家属1电话": "100 1234 5678"}
    roster = load(*pair(tmp_path, [elder(**family), elder(编号="E2", **{**family, "家属1电话": "10012345678"})]))
    (person,) = roster.by_wechat("亮")
    assert person.elders == ("E1", "E2")


def test_more_than_two_relatives_are_kept(tmp_path: Path) -> None:
    row = elder(**{f"家属{n}姓名": f"亲{n}" for n in (1, 2, 3)})
    assert [r.name for r in load(*pair(tmp_path, [row])).elders["E1"].relatives] == ["亲1", "亲2", "亲3"]


def test_what_is_allowed_but_odd_is_noted(tmp_path: Path) -> None:
    rows = [elder(责任志愿者="姚明月", 后备志愿者="姚明月"), elder(编号="E2", 报平安时限="03:00", 责任志愿者="")]
    report = check(pair(tmp_path, rows, VOLUNTEERS[:1]))
    assert not report.problems
    words = "\n".join(map(str, report.notes))
    for expected in ("同一个人", "五点以前", "没有责任志愿者", "没有协调员", "同名同住址"):
        assert expected in words


def test_elders_alone_are_checked_against_the_roster_in_use(tmp_path: Path) -> None:
    elders, volunteers = pair(tmp_path, [elder(责任志愿者="姚明月")])
    known = load(elders, volunteers)
    assert check([elders], known).roster == known
    assert check([volunteers], known).roster == known


def test_a_volunteer_who_answers_for_somebody_cannot_vanish(tmp_path: Path) -> None:
    elders, volunteers = pair(tmp_path, [elder(责任志愿者="姚明月")])
    known = load(elders, volunteers)
    (problem,) = check([put(tmp_path, "v.csv", as_csv(VOLUNTEERS[1:]))], known).problems
    assert "姚明月" in problem.what
