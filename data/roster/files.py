"""A file on disk → sheets of text cells, whatever its encoding and whatever its name says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.roster import columns
from data.roster.report import Problem

LARGEST = 200 * 1024 * 1024  # bytes on disk; unpacked, five times that
HEADER_WITHIN = 10  # a title or two may stand above the header
Rows = Iterator[tuple[int, Sequence[str]]]
_AGAIN = "用 WPS 或 Excel 打开后另存为 .xlsx 或 CSV UTF-8"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its header row and the rows under it, as (row number, cells). `rows` can be walked once."""

    file: str
    name: str
    header_row: int
    header: tuple[str, ...]
    rows: Rows


def sheets(path: Path, problems: list[Problem]) -> list[Sheet]:
    """The tables of a CSV or .xlsx file. What is wrong with the file goes to `problems`, now or while rows are read."""
    file = str(path)

    def wrong(what: str, mend: str, row: int | None = None) -> None:
        problems.append(Problem(file, row, None, what, mend))

    try:
        if path.is_dir():
            wrong("是一个文件夹", "写出里面的文件名")
            return []
        if path.exists() and not path.is_file():
            wrong("不是普通文件", "写一个 .csv 或 .xlsx 文件")
            return []
        if path.stat().st_size > LARGEST:
            wrong("文件太大", "确认是不是名册；名册应小于 200 MB")
            return []
        data = path.read_bytes()
    except FileNotFoundError:
        wrong("没有这个文件", "检查文件名和所在的文件夹")
        return []
    except (OSError, ValueError) as error:
        wrong(f"打不开（{getattr(error, 'strerror', None) or error}）", "检查这个文件的权限，或者重新拷贝一份")
        return []
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        wrong("是空文件", "重新导出名册，第一行是表头：编号,姓名,……")
        return []
    named = path.suffix.lower()
    if data.startswith(b"PK\x03\x04"):
        if named not in (".xlsx", ".xlsm"):
            wrong(f"文件名是 {named or '没有后缀'}，内容却是 Excel 工作簿", "把文件名的后缀改成 .xlsx")
        return _workbook(file, data, wrong)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        wrong("是旧式 .xls 或设了打开密码的文件", "去掉密码，另存为 .xlsx")
        return []
    if named in (".xlsx", ".xlsm", ".xls"):
        wrong(f"文件名是 {named}，内容却不是 Excel 工作簿", "如果是 CSV，把后缀改成 .csv；如果文件坏了，" + _AGAIN)
    return _text(file, data, wrong)


Wrong = Callable[..., None]


def _text(file: str, data: bytes, wrong: Wrong) -> list[Sheet]:
    for text in _decoded(data):
        lines = text.splitlines()[: HEADER_WITHIN * 2]
        for line in lines:
            delimiter = max(",\t;|", key=line.count)
            if columns.is_header([c.strip().strip('"') for c in line.split(delimiter)]):
                break
        else:
            continue
        records = _records(text, delimiter, wrong)
        for number, row in records:
            if columns.is_header(row):
                return [Sheet(file, "", number, _trimmed(row), records)]
            if number > HEADER_WITHIN:
                break
    wrong("不是名册：找不到有 编号 和 姓名 的表头", "第一行写表头（编号,姓名,……）；" + _AGAIN)
    return []


def _decoded(data: bytes) -> Iterator[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield data.decode("utf-16", "replace")
        return
    body = data.removeprefix(b"\xef\xbb\xbf")
    for encoding, errors in (("utf-8", "strict"), ("gb18030", "strict"), ("utf-8", "replace"), ("gb18030", "replace")):
        try:
            yield body.decode(encoding, errors)
        except UnicodeDecodeError:
            continue


def _records(text: str, delimiter: str, wrong: Wrong) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            wrong("从这一行起读不下去：引号不成对，或者一格太长", '检查这一行的英文双引号 "，成对写或者删掉', number)
            return
        # A forgotten quotation mark swallows whole lines into one cell: people would vanish without a word.
        if any("\n" in cell and any(line.count(delimiter) > 2 for line in cell.splitlines()[1:]) for cell in row):
            wrong("有一格里夹着后面好几行：引号没有关上", '检查这一行的英文双引号 "，成对写或者删掉', number)
        yield number, row


def _workbook(file: str, data: bytes, wrong: Wrong) -> list[Sheet]:
    import openpyxl  # here, since the bot itself starts without it

    damaged = ("打不开：文件损坏，或者不是 .xlsx", _AGAIN)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 5 * LARGEST:
                wrong("解开后太大", "确认是不是名册；删掉图片和多余的工作表")
                return []
            if "xl/workbook.xml" not in archive.namelist():
                wrong(*damaged)
                return []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles it does not know
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception:  # openpyxl raises whatever the broken part happens to trigger
        wrong(*damaged)
        return []
    found = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        records = _cells(sheet, data, lambda: wrong(*damaged))
        for number, row in records:
            if columns.is_header(row):
                found.append(Sheet(file, str(sheet.title), number, _trimmed(row), records))
                break
            if number > HEADER_WITHIN:
                break
    if not found:
        wrong("不是名册：没有一张工作表有 编号 和 姓名 的表头", "第一行写表头：编号、姓名、……")
    return found


def _cells(sheet: Any, data: bytes, damaged: Callable[[], None]) -> Rows:
    merged = _merged(data, str(getattr(sheet, "_worksheet_path", "")))
    held: dict[tuple[int, int], str] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheet.reset_dimensions()  # files from other programs state the wrong size
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                row = [_shown(value) for value in values]
                if number in merged:
                    for column, anchor in merged[number]:
                        row += [""] * (column - len(row))
                        if anchor == (number, column):
                            held[anchor] = row[column - 1]
                        else:
                            row[column - 1] = held.get(anchor, "")
                yield number, row
    except Exception:  # as above: a damaged sheet shows only when its rows are read
        damaged()


_MERGE = re.compile(rb'<mergeCell [^>]*ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


def _merged(data: bytes, part: str) -> dict[int, list[tuple[int, tuple[int, int]]]]:
    """Row → (column, the merged range's first cell): a couple's address is often one cell over two rows."""
    found: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    total, tail = 0, b""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(part.lstrip("/")) as xml:
            while block := xml.read(1 << 20):
                block = tail + block
                tail = block[-100:]
                for left, top, right, bottom in _MERGE.findall(block):
                    first, last = _column(left), _column(right)
                    total += (int(bottom) - int(top) + 1) * (last - first + 1)
                    if total > 500_000:
                        return found
                    for row in range(int(top), int(bottom) + 1):
                        for column in range(first, last + 1):
                            found.setdefault(row, []).append((column, (int(top), first)))
    except (KeyError, OSError, zipfile.BadZipFile):
        pass
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _shown(value: Any) -> str:
    """A workbook's value as the person sees it: 1944.0 is 1944, a phone number has all its digits, a time is 10:30."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer() and abs(value) < 1e17:
            return str(int(value))
        case dt.datetime() if value.year < 1901:
            return value.strftime("%H:%M")
        case dt.datetime():
            return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")
        case dt.time():
            return value.strftime("%H:%M")
        case dt.timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value)


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
