"""The bot's words, from phrases_zh.yaml: one place for every sentence that people read."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.model import Elder, Roster

# WeChat cuts a text somewhere past this; a list longer than that goes out as several messages.
LIMIT = 1800


@cache
def _phrases() -> Mapping[str, str]:
    loaded: dict[str, str] = yaml.safe_load((Path(__file__).with_name("phrases_zh.yaml")).read_text(encoding="utf-8"))
    return loaded


def say(key: str, **values: Any) -> str:
    """The sentence `key` with its blanks filled. Raises KeyError for a sentence or a blank that is missing."""
    return _phrases()[key].rstrip("\n").format(**values)


def one_line(text: str, limit: int = 60) -> str:
    """Somebody's own words, for quoting: without control characters and line breaks, cut after `limit` characters."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text[: 20 * limit])
    flat = " ".join(plain.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def names(roster: Roster, elder_ids: Iterable[str]) -> list[str]:
    """李玉兰奶奶, …; where two in the list are called alike, the compound (and the year of birth) stands behind the name."""
    elders = [roster.elders[i] for i in dict.fromkeys(elder_ids) if i in roster.elders]
    titles = Counter(e.title for e in elders)
    placed = Counter((e.title, e.compound) for e in elders)
    return [_told_apart(e, titles[e.title], placed[e.title, e.compound]) for e in elders]


def _told_apart(elder: Elder, alike: int, neighbours: int) -> str:
    marks = [elder.compound] if alike > 1 and elder.compound else []
    if neighbours > 1 and elder.born:
        marks.append(f"{elder.born}年生")
    return f"{elder.title}（{'，'.join(marks)}）" if marks else elder.title


def listing(items: Sequence[str]) -> str:
    """A、B和C: the way a list is said."""
    return "、".join(items[:-1]) + "和" + items[-1] if 1 < len(items) <= 4 else "、".join(items)


def in_parts(items: Sequence[str], limit: int = LIMIT, gap: str = "、") -> list[list[str]]:
    """Split a long list so that each part, joined by `gap`, stays within `limit` characters."""
    parts: list[list[str]] = []
    size = limit + 1
    for item in items:
        if size + len(item) + len(gap) > limit or not parts:
            parts.append([])
            size = 0
        parts[-1].append(item)
        size += len(item) + len(gap)
    return parts


def card(elder: Elder) -> str:
    """Who, where and how to reach: for private messages to the people who go there. Never for the room."""
    lines = [say("card_who", name=elder.title, compound=elder.compound, address=elder.address).strip()]
    if elder.phone:
        lines.append(say("card_phone", phone=elder.phone))
    for relative in elder.relatives:
        if relative.phone:
            lines.append(
                say("card_family", relation=relative.relation or "家人", name=relative.name, phone=relative.phone)
            )
    notes = "，".join(part for part in (elder.living, elder.health) if part)
    if notes:
        lines.append(say("card_notes", notes=notes))
    return "\n".join(lines)


def clock(moment: dt.datetime, zone: ZoneInfo) -> str:
    """9:05, by the community's clocks."""
    local = moment.astimezone(zone)
    return f"{local.hour}:{local.minute:02d}"


def date(day: dt.date) -> str:
    """11月20日."""
    return f"{day.month}月{day.day}日"


def span(first: dt.date, last: dt.date | None, today: dt.date) -> str:
    """今天到11月24日, 11月24日, 从明天起, …"""
    start = {0: "今天", 1: "明天", 2: "后天"}.get((first - today).days, date(first))
    if last is None:
        return f"从{start}起"
    return start if last == first else f"{start}到{date(last)}"
