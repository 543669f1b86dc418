"""ChatLab's exchange format, which several exporters write: one JSON object, or a line for each message."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry
from bot.model import Brought, MessageType

_KINDS: Mapping[int, MessageType] = {
    0: "text", 1: "image", 2: "audio", 3: "video", 5: "emoticon", 8: "location", 25: "text",
}  # fmt: skip
_BRINGS: Mapping[int, Brought] = {
    4: "file", 7: "link", 20: "money", 21: "money", 24: "link", 26: "forwarded", 27: "card",
}  # fmt: skip
_SYSTEM = (80, 81)


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when it is no such record. Raises ChatError naming the line that cannot be read."""
    if text.lstrip()[:1] != "{" or '"chatlab"' not in text[:4000]:
        return None
    return [entry for number, row in _rows(text) if (entry := _entry(row, about, number))]


def _rows(text: str) -> Iterator[tuple[int, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    raise ChatError("不是一条完整的 JSON", "重新导出一次", number) from None
                if isinstance(row, dict) and row.get("_type") == "message":
                    yield number, row
        return
    rows = whole.get("messages") if isinstance(whole, dict) else None
    if not isinstance(rows, list):
        raise ChatError("JSON 里找不到消息", "重新导出一次")
    yield from enumerate(rows, 1)


def _entry(row: Any, about: About, number: int) -> Entry | None:
    try:
        at = dt.datetime.fromtimestamp(float(row["timestamp"]), about.zone)
        kind, content = int(row.get("type", 0)), str(row.get("content") or "").strip()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise ChatError("这一条的时间或类型看不懂", "重新导出一次", number) from None
    if kind in _SYSTEM:
        return Entry(number, "", content, at, True) if content else None
    sender = next((str(row[k]).strip() for k in ("groupNickname", "accountName", "sender") if row.get(k)), "")
    if not sender:
        raise ChatError("没有写是谁说的", "重新导出一次", number)
    if kind in _BRINGS:
        return Entry(number, sender, "", at, True, brings=_BRINGS[kind])
    if kind not in _KINDS:
        return None  # a call, a nudge, and what is unknown: nobody's words
    text = content if _KINDS[kind] == "text" else ""
    return Entry(number, sender, text, at, True, _KINDS[kind])
