"""Files → one roster: every sheet read, people matched to each other, everything that is wrong listed at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
from collections.abc import Sequence
from pathlib import Path

from bot.model import Elder, Roster, Volunteer
from data.roster import files
from data.roster.columns import HEADERS, KIND_NAMES, Kind, kind_of
from data.roster.report import Problem, Report, RosterError
from data.roster.rows import Placed, people

_SUGGEST_UP_TO = 200  # different unknown names for which close ones are looked up
_EARLY = dt.time(5)


def load(elders: Path, volunteers: Path) -> Roster:
    """The roster in two files (CSV or .xlsx). Raises RosterError with every problem in both."""
    report = _examine([(elders, "elders"), (volunteers, "volunteers")], None)
    if report.roster is None:
        raise RosterError(report.problems)
    return report.roster


def check(paths: Sequence[Path], known: Roster | None = None) -> Report:
    """Examine any files of a roster; the header tells which holds elders and which volunteers.

    `known` is the roster in use: it stands in for the half that is not among the files. Raises and writes nothing.
    """
    return _examine([(path, None) for path in paths], known)


def _examine(paths: Sequence[tuple[Path, Kind | None]], known: Roster | None) -> Report:
    problems: list[Problem] = []
    notes: list[Problem] = []
    found: dict[Kind, list[Placed]] = {"elders": [], "volunteers": []}
    for path, expected in paths:
        sheets = files.sheets(path, problems)
        kinds = [_guess(sheet, path) for sheet in sheets]
        if expected and sheets and expected not in kinds:
            other: Kind = "volunteers" if expected == "elders" else "elders"
            if other in kinds:
                what, mend = f"是{KIND_NAMES[other]}，这里要的是{KIND_NAMES[expected]}", "两个文件可能写反了"
                problems.append(Problem(str(path), None, None, what, mend))
                continue
            kinds = [expected, *kinds[1:]]
        for sheet, kind in zip(sheets, kinds, strict=True):
            if kind and expected in (None, kind):
                found[kind] += people(sheet, kind, problems, notes)
            elif kind is None and expected is None:
                what = "看不出是老人名册还是志愿者名册"
                problems.append(
                    Problem(
                        sheet.file, sheet.header_row, None, what, "志愿者名册要有“角色”一列，老人名册要有“小区”一列"
                    )
                )
    volunteers = {v.id: v for v in _unique("volunteers", found["volunteers"], problems) if isinstance(v, Volunteer)}
    if not found["volunteers"] and known:
        volunteers = dict(known.volunteers)
    elders = {e.id: e for e in _unique("elders", found["elders"], problems) if isinstance(e, Elder)}
    _same_id_twice(found, elders, volunteers, known, problems)
    _same_volunteer_name(found["volunteers"], problems)
    if volunteers or not elders:
        elders = _matched(found["elders"], elders, volunteers, problems, notes)
    else:
        place = found["elders"][0].file
        notes.append(Problem(place, None, None, "没有志愿者名册，责任志愿者没有核对", "两个文件一起检查"))
    if not found["elders"] and known and not problems:
        elders = dict(known.elders)
        _still_there(found["volunteers"], elders, volunteers, known, problems)
    _look_twice(found, volunteers, notes)
    order = {str(path): i for i, (path, _) in enumerate(paths)}
    problems.sort(key=lambda p: (order.get(p.file, 0), p.row or 0))
    return Report(
        problems=tuple(problems),
        notes=tuple(notes),
        elders=len(elders),
        volunteers=len(volunteers),
        roster=None if problems else Roster(elders, volunteers),
    )


def _guess(sheet: files.Sheet, path: Path) -> Kind | None:
    kind = kind_of(sheet.header)
    if kind is None:
        hints: tuple[tuple[str, Kind], ...] = (
            ("volunteer", "volunteers"),
            ("志愿", "volunteers"),
            ("elder", "elders"),
            ("老人", "elders"),
        )
        kind = next((hinted for word, hinted in hints if word in (sheet.name + path.stem).lower()), None)
    return kind


def _unique(kind: Kind, rows: Sequence[Placed], problems: list[Problem]) -> list[Elder | Volunteer]:
    """The people, each id once; a double id is a problem that names the other row."""
    first: dict[str, Placed] = {}
    for placed in rows:
        key = placed.person.id.casefold()
        if key in first:
            other = first[key]
            where = f"第{other.row}行" if other.file == placed.file else f"{other.file} 第{other.row}行"
            what = f"编号和{where}重复"
            problems.append(
                Problem(
                    placed.file, placed.row, HEADERS[kind]["id"], what, "给其中一位换一个没用过的编号，或者删掉重复的行"
                )
            )
        else:
            first[key] = placed
    return [placed.person for placed in first.values()]


def _same_id_twice(
    found: dict[Kind, list[Placed]],
    elders: dict[str, Elder],
    volunteers: dict[str, Volunteer],
    known: Roster | None,
    problems: list[Problem],
) -> None:
    if not elders and known:
        elders = dict(known.elders)
    for placed in found["volunteers"]:
        if placed.person.id in elders:
            what = "这个编号已经是一位老人的"
            problems.append(Problem(placed.file, placed.row, "编号", what, "志愿者换一个编号，比如 V01"))
    if not found["volunteers"]:
        for placed in found["elders"]:
            if placed.person.id in volunteers:
                what = "这个编号已经是一位志愿者的"
                problems.append(Problem(placed.file, placed.row, "编号", what, "换一个没用过的编号"))


def _same_volunteer_name(rows: Sequence[Placed], problems: list[Problem]) -> None:
    first: dict[str, Placed] = {}
    for placed in rows:
        name = placed.person.name
        if name and name in first:
            what = f"和第{first[name].row}行同名，老人名册里就分不清是谁"
            problems.append(
                Problem(placed.file, placed.row, "姓名", what, "名字后面加字区分（比如 大、小），老人名册里也照着写")
            )
        first.setdefault(name, placed)


def _matched(
    rows: Sequence[Placed],
    elders: dict[str, Elder],
    volunteers: dict[str, Volunteer],
    problems: list[Problem],
    notes: list[Problem],
) -> dict[str, Elder]:
    """The elders with volunteers' ids in place of their names (an id in the cell will do too)."""
    ids = {v.name: v.id for v in volunteers.values() if v.name}
    asked: dict[str, str] = {}
    matched = dict(elders)
    for placed in rows:
        elder = placed.person
        if not isinstance(elder, Elder):
            continue
        linked: dict[str, str | None] = {}
        for field in ("volunteer", "backup"):
            name = getattr(elder, field)
            linked[field] = ids.get(name) or (name if name in volunteers else None) if name else None
            if name and not linked[field]:
                what, mend = _unknown(name, ids, asked)
                problems.append(Problem(placed.file, placed.row, HEADERS["elders"][field], what, mend))
        if linked["volunteer"] and linked["volunteer"] == linked["backup"]:
            what = "后备志愿者和责任志愿者是同一个人"
            notes.append(Problem(placed.file, placed.row, HEADERS["elders"]["backup"], what, "换一位，才有人接替"))
        if elders.get(elder.id) is elder:
            matched[elder.id] = dataclasses.replace(elder, volunteer=linked["volunteer"], backup=linked["backup"])
    return matched


def _unknown(name: str, ids: dict[str, str], asked: dict[str, str]) -> tuple[str, str]:
    if name not in asked and len(asked) < _SUGGEST_UP_TO:
        asked[name] = "、".join(difflib.get_close_matches(name, ids, n=3, cutoff=0.5))
    close = asked.get(name)
    # Without a name like it, the cell may hold anything (a shifted column's phone number): it is not repeated.
    if close:
        return f"志愿者名册里没有“{name}”", f"相近的有：{close}；写法要和志愿者名册一样"
    return "志愿者名册里没有这个人", "写法要和志愿者名册一样，或者先把人加进志愿者名册"


def _still_there(
    rows: Sequence[Placed],
    elders: dict[str, Elder],
    volunteers: dict[str, Volunteer],
    known: Roster,
    problems: list[Problem],
) -> None:
    """Volunteers alone are imported: nobody who answers for an elder may be gone."""
    counts: dict[str, int] = {}
    for elder in elders.values():
        for person in {elder.volunteer, elder.backup} - {None}:
            counts[str(person)] = counts.get(str(person), 0) + 1
    file = rows[0].file if rows else ""
    for person, count in counts.items():
        if person not in volunteers:
            what = f"少了{known.volunteers[person].name}，还有 {count} 位老人由这个人负责"
            problems.append(Problem(file, None, "姓名", what, "把老人名册改好，两个文件一起导入"))


def _look_twice(found: dict[Kind, list[Placed]], volunteers: dict[str, Volunteer], notes: list[Problem]) -> None:
    """What is allowed but likely a slip."""
    if found["volunteers"] and not any(v.role == "coordinator" for v in volunteers.values()):
        what = "没有协调员：没人应声的提醒就到不了最后一级"
        notes.append(Problem(found["volunteers"][0].file, None, "角色", what, "至少写一位 协调员"))
    homes: dict[tuple[str, str, str], int] = {}
    alone: dict[str, int] = {}
    for placed in found["elders"]:
        elder = placed.person
        if not isinstance(elder, Elder):
            continue
        home = (elder.name, elder.compound, elder.address)
        if elder.name and elder.address and home in homes:
            what = f"和第{homes[home]}行同名同住址，可能写了两遍"
            notes.append(Problem(placed.file, placed.row, "姓名", what, "是同一个人就删掉一行"))
        homes.setdefault(home, placed.row)
        if elder.deadline and elder.deadline < _EARLY:
            notes.append(Problem(placed.file, placed.row, "报平安时限", "时限在清早五点以前", "确认没有写错"))
        if not elder.volunteer:
            alone[placed.file] = alone.get(placed.file, 0) + 1
    for file, count in alone.items():
        what = f"有 {count} 位老人没有责任志愿者，提醒会直接找后备、家属和协调员"
        notes.append(Problem(file, None, "责任志愿者", what, "有人就写上"))
