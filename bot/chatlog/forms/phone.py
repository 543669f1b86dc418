"""A chat that a phone sent by mail: "————— 2026-11-20 —————", then "名字  08:12", a blank line, the words."""

from __future__ import annotations

import datetime as dt
import re

from bot.chatlog.about import About
from bot.chatlog.blocks import LONGEST_NAME, Header, cut, entry, stamp_on
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.stamps import STAMP, BadStamp, parse_day

_DAY_LINE = re.compile(r"\s*[—–\-─=_]{2,}\s*(?P<day>[^—–─=_\s][^—–─=_]{0,40}?)\s*[—–\-─=_]{2,}\s*")
_HEADER = re.compile(rf"\s{{0,3}}(?P<name>\S(?:.{{0,{LONGEST_NAME - 1}}}?))[ \t\u3000]+(?P<stamp>{STAMP})\s*")


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when no line parts the days. Raises ChatError naming the line that cannot be read."""
    lines = text.split("\n")
    days: dict[int, dt.date] = {}
    for index, line in enumerate(lines):
        match = _DAY_LINE.fullmatch(line)
        if match is None:
            continue
        try:
            day = parse_day(match["day"], about.day)
        except BadStamp:
            raise ChatError("这个日期不存在", "改成像 2026-11-20 这样的", index + 1) from None
        if day is not None:
            days[index] = day
    if not days:
        return None
    first = min(days)
    # A line that parts two days ends the message above it.
    plain = ["" if index in days else line for index, line in enumerate(lines)]

    likely = {i: m for i, line in enumerate(plain) if i > first and (m := _HEADER.fullmatch(line))}
    # "起床 7:30" may stand inside a message: where blank lines part the messages, a header follows one.
    parted = any(i - 1 not in days and not lines[i - 1].strip() for i in likely)

    def header(index: int) -> Header | None:
        match = likely.get(index)
        if parted and plain[index - 1].strip():
            return None
        return Header(match["name"], stamp_on(match["stamp"], about, index + 1)) if match else None

    def day_at(line: int) -> dt.date:
        return days[max(index for index in days if index < line)]

    head = [""] * first  # the mail's own greeting
    blocks = cut([*head, *plain[first:]], header)
    return [entry(block, about, day_at(block.line)) for block in blocks]
