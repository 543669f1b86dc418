"""The rows of one sheet → people, with every problem of every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.model import Elder, Relative, Volunteer, relative_id
from data.roster import cells
from data.roster.cells import CellError
from data.roster.columns import HEADERS, KIND_NAMES, Column, Kind, columns_of, doubles, slips
from data.roster.files import Sheet
from data.roster.report import Problem

_READERS: dict[str, Callable[[str], Any]] = {
    "id": cells.identity,
    "name": cells.name,
    "sex": cells.sex,
    "born": cells.born,
    "phone": cells.phone,
    "deadline": cells.clock,
    "twice": cells.twice,
    "wechat": cells.known,
    "volunteer": lambda value: cells.name(cells.known(value)),
    "backup": lambda value: cells.name(cells.known(value)),
    "aliases": cells.aliases,
    "role": cells.role,
}
_RELATIVE_READERS: dict[str, Callable[[str], Any]] = {
    "name": lambda value: cells.name(cells.known(value)),
    "relation": cells.known,
    "wechat": cells.known,
    "phone": cells.phone,
}
_RESERVED = frozenset(("room", "bot"))
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Placed:
    """A person and where the row stands. `volunteer` and `backup` of an elder are still names here, as written."""

    file: str
    row: int
    person: Elder | Volunteer


def people(sheet: Sheet, kind: Kind, problems: list[Problem], notes: list[Problem]) -> list[Placed]:
    """Everyone on the sheet, with what could be read; what could not is added to `problems`."""
    header = [_header(cell) for cell in sheet.header]
    columns = columns_of(kind, header)
    for name in doubles(kind, header):
        problems.append(Problem(sheet.file, sheet.header_row, name, "这一列出现了两次", "只留一列，另一列改名或删掉"))
    for column, meant in slips(kind, columns):
        problems.append(Problem(sheet.file, sheet.header_row, column.header, f"像是“{meant}”写错了", f"改成 {meant}"))
    unknown = [c.header for c in columns if header[c.index] and not c.field]
    if unknown:
        notes.append(
            Problem(sheet.file, sheet.header_row, None, f"这些列会保存，但小安用不到：{'、'.join(unknown)}", "不用改")
        )
    build = _elder if kind == "elders" else _volunteer
    labels = {c.field: c.header for c in columns if c.field}
    found: list[Placed] = []
    seen = False
    for number, row in sheet.rows:
        if not any(row):
            continue
        values: dict[str, Any] = {}
        extra: list[tuple[str, str]] = []
        wrong: list[tuple[str | None, CellError]] = []
        for index, cell in enumerate(row):
            if not cell:
                continue
            if index < len(columns):
                _take(columns[index], cell, values, extra, wrong)
            elif cell.strip():
                wrong.append((None, CellError(*_too_wide(len(row), len(columns)))))
                break
        if not (values or extra or wrong):
            continue  # only spaces
        seen = True
        for field in ("id", "name"):
            if not values.get(field) and not any(column == labels[field] for column, _ in wrong):
                wrong.append(
                    (labels[field], CellError("是空的", f"每一行都要有{HEADERS[kind][field]}；多余的行就整行删掉"))
                )
        problem = _bad_id(values.get("id", ""))
        if problem:
            wrong.append((labels["id"], problem))
        for place, error in wrong:
            problems.append(Problem(sheet.file, number, place, error.what, error.mend))
        if values.get("id"):
            found.append(Placed(sheet.file, number, build(values, tuple(sorted(extra, key=lambda pair: pair[0])))))
    if not seen and kind == "elders":
        problems.append(Problem(sheet.file, None, None, f"{KIND_NAMES[kind]}里一个人也没有", "表头下面每位老人写一行"))
    return found


def _take(
    column: Column,
    cell: str,
    values: dict[str, Any],
    extra: list[tuple[str, str]],
    wrong: list[tuple[str | None, CellError]],
) -> None:
    try:
        value = cells.text(cell)
        if not value:
            return
        if column.whole:
            extra.append((column.header, value))
        if not column.field:
            return
        relative, dot, part = column.field.partition(".")
        if dot:
            read = _RELATIVE_READERS[part](value)
            if read:
                values.setdefault("relatives", {}).setdefault(int(relative[8:]), {})[part] = read
        else:
            reader = _READERS.get(column.field)
            values[column.field] = reader(value) if reader else value
    except CellError as error:
        wrong.append((column.header, error))


def _elder(values: dict[str, Any], extra: tuple[tuple[str, str], ...]) -> Elder:
    name = values.get("name", "")
    relatives: dict[str, Relative] = {}
    for _, parts in sorted(values.pop("relatives", {}).items()):
        relation, wechat, phone = parts.get("relation", ""), parts.get("wechat", ""), parts.get("phone", "")
        called = parts.get("name") or wechat or f"{name}{relation or '家属'}"
        person = relative_id(called, wechat, phone)
        relatives.setdefault(person, Relative(person, called, relation, wechat, phone))
    values["volunteer"] = values.get("volunteer") or None
    values["backup"] = values.get("backup") or None
    return Elder(**{"name": "", **values}, relatives=tuple(relatives.values()), extra=extra)


def _volunteer(values: dict[str, Any], extra: tuple[tuple[str, str], ...]) -> Volunteer:
    return Volunteer(**{"name": "", **values}, extra=extra)


def _bad_id(value: str) -> CellError | None:
    if value in _RESERVED or len(value) > _LONGEST_ID:
        return CellError("这个编号不能用", f"换成短一些的编号（不超过 {_LONGEST_ID} 个字符），比如 E001")
    return None


def _header(cell: str) -> str:
    try:
        return cells.text(cell)
    except CellError:
        return cell


def _too_wide(cells_found: int, headers: int) -> tuple[str, str]:
    return (
        f"这一行有 {cells_found} 格，表头只有 {headers} 列：可能有多余的逗号",
        "有逗号的内容用英文双引号括起来，或者把逗号改成 、",
    )
