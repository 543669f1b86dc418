"""The headers of the two files: their names, what else people call them, and which file a header row belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["elders", "volunteers"]
KIND_NAMES: dict[Kind, str] = {"elders": "老人名册", "volunteers": "志愿者名册"}

RELATIVE_PARTS = {"name": "姓名", "relation": "关系", "wechat": "微信", "phone": "电话"}

# field → the header of the format, then other names for it
_ELDER: dict[str, tuple[str, ...]] = {
    "id": ("编号", "老人编号", "ID"),
    "name": ("姓名", "老人姓名", "名字"),
    "sex": ("性别",),
    "born": ("出生年", "出生年份", "出生日期", "出生年月", "生日"),
    "compound": ("小区", "小区名称", "院落", "家属院"),
    "address": ("住址", "地址", "家庭住址", "详细地址", "门牌", "门牌号"),
    "phone": ("电话", "手机", "手机号", "电话号码", "联系电话", "本人电话"),
    "living": ("居住情况", "居住状况"),
    "health": ("健康备注", "健康情况", "健康状况"),
    "deadline": ("报平安时限", "报平安截止", "报平安时间", "时限"),
    "relatives": (),
    "wechat": ("本人微信", "本人微信名", "老人微信", "微信", "微信名", "微信昵称"),
    "volunteer": ("责任志愿者", "负责志愿者"),
    "backup": ("后备志愿者", "备用志愿者"),
    "aliases": ("别名", "昵称", "小名"),
    "twice": ("报平安次数", "每日次数", "每天次数", "每天几次"),
}
_VOLUNTEER: dict[str, tuple[str, ...]] = {
    "id": ("编号", "志愿者编号", "ID"),
    "name": ("姓名", "志愿者姓名", "名字"),
    "wechat": ("微信", "微信名", "微信昵称", "本人微信"),
    "phone": ("电话", "手机", "手机号", "电话号码", "联系电话"),
    "unit": ("单位", "所属单位"),
    "role": ("角色", "身份"),
}
_FIELDS: dict[Kind, dict[str, tuple[str, ...]]] = {"elders": _ELDER, "volunteers": _VOLUNTEER}
HEADERS: dict[Kind, dict[str, str]] = {
    kind: {field: names[0] for field, names in fields.items() if names} for kind, fields in _FIELDS.items()
}
_KEEP_WHOLE = ("出生日期", "出生年月", "生日")
_RELATIVE = re.compile(r"家属([1-9一二三四五])?(姓名|名字|关系|微信|微信名|电话|手机|手机号)?")
_RELATIVE_FIELDS = {"名字": "name", "微信名": "wechat", "手机": "phone", "手机号": "phone", "": "name"} | {
    header: field for field, header in RELATIVE_PARTS.items()
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `index` from 0, `header` as in the file, `field` of the format ("" for an unknown column).

    `whole`: the cell is kept as it stands too, since it says more than its field (a date of birth).
    """

    index: int
    header: str
    field: str
    whole: bool


def relative_header(number: int, part: str) -> str:
    """家属1姓名 for (1, "name")."""
    return f"家属{number}{RELATIVE_PARTS[part]}"


def plain(header: str) -> str:
    """A header without spaces, stars, colons and width: ` 编号 *` → 编号."""
    return re.sub(r"[\s*:：]", "", unicodedata.normalize("NFKC", header)).upper()


def is_header(row: Sequence[str]) -> bool:
    """Whether this row names the columns: it has an 编号 and a 姓名."""
    names = {_bare(cell) for cell in row if cell}
    return any(
        names & set(map(plain, fields["id"])) and names & set(map(plain, fields["name"])) for fields in _FIELDS.values()
    )


def kind_of(row: Sequence[str]) -> Kind | None:
    """Which file a header row belongs to; None where it could be either."""
    fits = {kind: sum(1 for c in columns_of(kind, row) if c.field) for kind in _FIELDS}
    if fits["elders"] == fits["volunteers"]:
        return None
    return "elders" if fits["elders"] > fits["volunteers"] else "volunteers"


def columns_of(kind: Kind, row: Sequence[str]) -> list[Column]:
    """The columns under a header row. The format's own header wins over another name for it; a field is taken once."""
    fields = _FIELDS[kind]
    official = {names[0]: field for field, names in fields.items() if names}
    others = {plain(name): field for field, names in fields.items() for name in names[1:]}
    taken: dict[int, str] = {}
    for index, cell in enumerate(row):
        field = official.get(plain(cell)) or official.get(_bare(cell))
        if kind == "elders" and not field:
            field = _relative(_bare(cell), numbered=True)
        if field and field not in taken.values():
            taken[index] = field
    for index, cell in enumerate(row):
        field = others.get(plain(cell)) or others.get(_bare(cell))
        if kind == "elders" and not field:
            field = _relative(_bare(cell), numbered=False)
        if index not in taken and field and field not in taken.values():
            taken[index] = field
    return [
        Column(i, cell or f"第{i + 1}列", taken.get(i, ""), i not in taken or _bare(cell) in _KEEP_WHOLE)
        for i, cell in enumerate(row)
    ]


def doubles(kind: Kind, row: Sequence[str]) -> list[str]:
    """The format's headers that stand over more than one column."""
    official = set(HEADERS[kind].values())
    names = [plain(cell) for cell in row if cell]
    if kind == "elders":
        official |= {n for n in names if _relative(n, numbered=True)}
    return sorted({n for n in names if n in official and names.count(n) > 1})


def slips(kind: Kind, columns: Sequence[Column]) -> list[tuple[Column, str]]:
    """Unknown columns that look like a slip of the pen for a header that is missing (责任志愿着)."""
    have = {c.field for c in columns}
    missing = [header for field, header in HEADERS[kind].items() if field not in have and len(header) >= 4]
    found = []
    for column in columns:
        name = plain(column.header)
        for header in missing:
            if (
                not column.field
                and len(name) == len(header)
                and sum(a != b for a, b in zip(name, header, strict=True)) == 1
            ):
                found.append((column, header))
    return found


def _bare(header: str) -> str:
    return re.sub(r"\([^()]*\)$", "", plain(header))


def _relative(name: str, *, numbered: bool) -> str | None:
    match = _RELATIVE.fullmatch(name)
    if not match or bool(match[1]) != numbered:
        return None
    number = "一二三四五".find(match[1]) + 1 or int(match[1]) if match[1] else 1
    return f"relative{number}.{_RELATIVE_FIELDS[match[2] or '']}"
