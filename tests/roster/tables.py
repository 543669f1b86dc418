"""Small rosters for the tests, written as people write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

ELDER = {"编号": "E1", "姓名": "郝桂花", "性别": "女", "出生年": "1940", "小区": "东院", "住址": "1号楼101"}
VOLUNTEERS = [
    {"编号": "V1", "姓名": "姚明月", "微信": "明月", "电话": "10011112222", "单位": "青志队", "角色": "志愿者"},
    {"编号": "V2", "姓名": "常春", "微信": "常春", "电话": "10011113333", "单位": "社区", "角色": "协调员"},
]


def elder(**cells: Any) -> dict[str, Any]:
    return {**ELDER, **cells}


def as_csv(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    headers = list(dict.fromkeys(h for row in rows for h in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerows([row.get(h, "") for h in headers] for row in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Mapping[str, Any]], above: Sequence[str] = ()) -> bytes:
    headers = list(dict.fromkeys(h for row in rows for h in row))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for title in above:
        sheet.append([title])
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(h) for h in headers])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def pair(
    folder: Path, elders: Sequence[Mapping[str, Any]], volunteers: Sequence[Mapping[str, Any]] = VOLUNTEERS
) -> tuple[Path, Path]:
    """elders.csv and volunteers.csv with these rows."""
    return put(folder, "elders.csv", as_csv(elders)), put(folder, "volunteers.csv", as_csv(volunteers))
