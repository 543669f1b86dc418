"""A table with a header (CSV, or copied out of WPS with tabs): 时间, 发送人, 内容, or the names that exporters use."""

from __future__ import annotations

import csv
import io

from bot.chatlog import fields
from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry

_SEPARATORS = (",", "\t", ";", "，")
_LONGEST_HEAD = 4000


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when the first line is no such header. Raises ChatError naming the line that cannot be read."""
    head = next((line for line in text.split("\n") if line.strip()), "")
    if len(head) > _LONGEST_HEAD:
        return None
    for separator in _SEPARATORS:
        names = next(iter(csv.reader([head], delimiter=separator)), [])
        places = fields.place_of([name.strip() for name in names])
        if places["sender"] and places["text"] and (places["at"] or places["date"]):
            return _rows(text, separator, [name.strip() for name in names], places, about)
    return None


def _rows(text: str, separator: str, names: list[str], places: dict[str, list[str]], about: About) -> list[Entry]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Entry] = []
    begun, line = False, 1
    try:
        for row in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not begun:
                begun = True
                continue
            if len(row) < len(names) and not all(
                any(c in names[: len(row)] for c in places[f]) for f in ("sender", "text")
            ):
                raise ChatError("这一行的格子比表头少", "补齐时间、发送人、内容", start)
            if entry := fields.entry(dict(zip(names, row, strict=False)), places, about, start):
                found.append(entry)
    except csv.Error:
        raise ChatError("从这一行起读不下去：引号不成对，或者一格太长", "检查这一行的英文双引号", line) from None
    return found
