"""JSON: our own record (one message a line), or an exporter's list of messages."""

from __future__ import annotations

import json
from typing import Any

from bot.chatlog import fields
from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry

_LISTS = ("messages", "message", "data", "list", "records", "items", "chat", "msgs", "消息", "聊天记录")


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when it is no JSON at all. Raises ChatError naming the line that cannot be read."""
    begin = text.lstrip()[:1]
    if begin not in ("{", "["):
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if begin == "{":
            return _lines(text, about)
        if text.lstrip()[1:].lstrip()[:1] not in ("{", "]"):
            return None  # "[2026-11-20 08:12] …" and "[图片]" begin so as well
        raise ChatError("不是完整的 JSON", "重新导出一次", getattr(error, "lineno", None)) from None
    rows = whole if isinstance(whole, list) else [whole] if _is_message(whole) else _list_in(whole)
    if rows is None:
        raise ChatError("JSON 里找不到消息", "要有一列消息，每条写着时间、发送人、内容")
    found = (_entry(row, about, number) for number, row in enumerate(rows, 1))
    return [entry for entry in found if entry]


def _lines(text: str, about: About) -> list[Entry]:
    found: list[Entry] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise ChatError("不是一条完整的 JSON", "每行写一条，或者删掉这一行", number) from None
        if entry := _entry(row, about, number):
            found.append(entry)
    return found


def _entry(row: Any, about: About, number: int) -> Entry | None:
    if not isinstance(row, dict):
        raise ChatError("不是一条消息", "每条要写着时间、发送人、内容", number)
    return fields.entry(row, fields.place_of(list(row)), about, number)


def _is_message(row: Any) -> bool:
    places = fields.place_of(list(row)) if isinstance(row, dict) else {}
    return bool(places and places["at"] and places["sender"])


def _list_in(whole: Any) -> list[Any] | None:
    if isinstance(whole, dict):
        for key in (*_LISTS, *whole):
            if isinstance(whole.get(key), list) and all(isinstance(row, dict) for row in whole[key]):
                found: list[Any] = whole[key]
                return found
    return None
