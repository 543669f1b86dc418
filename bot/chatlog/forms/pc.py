"""Messages marked and copied in WeChat for PC: "名字 2026/11/20 8:12:33", the words below, a blank line."""

from __future__ import annotations

import re

from bot.chatlog.about import About
from bot.chatlog.blocks import LONGEST_NAME, Header, cut, entry, stamp_on
from bot.chatlog.entry import Entry
from bot.chatlog.stamps import DAY, STAMP

_HEADER = re.compile(
    rf"\s{{0,3}}(?P<name>\S(?:.{{0,{LONGEST_NAME - 1}}}?))(?:(?P<colon>[:：])[ \t\u3000]{{0,3}}|[ \t\u3000]+)"
    rf"(?P<stamp>[\[(（【]?{STAMP}[\])）】]?)(?:(?:[:：]|[:：]?[ \t\u3000]+)(?P<rest>\S.*)|[:：]?\s*)"
)
# Something that begins with a time of its own is no name.
_NO_NAME = re.compile(rf"[\[(（【]?\d{{4}}[-/.年]\d{{1,2}}|{DAY}\s*$|[—\-─=]{{3,}}|.*[:：]\s*$|\d{{1,3}}[.、)）]")
_A_DAY = re.compile(DAY)


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when no line is such a header. Raises ChatError naming the line that cannot be read."""
    lines = text.split("\n")
    likely = {i: m for i, line in enumerate(lines) if (m := _HEADER.fullmatch(line)) and _may_be(m)}
    if not likely:
        return None
    # "复查 11月20日 8:30" may stand inside a message: where blank lines part the messages, a header follows one.
    parted = any(i and not lines[i - 1].strip() for i in likely)

    def header(index: int) -> Header | None:
        match = likely.get(index)
        if match is None:
            return None
        if not (_certain(match) or index == 0 or not parted or not lines[index - 1].strip()):
            return None
        return Header(match["name"], stamp_on(match["stamp"], about, index + 1), match["rest"] or "")

    return [entry(block, about) for block in cut(lines, header)]


def _certain(match: re.Match[str]) -> bool:
    """Nobody writes a date with seconds by hand."""
    return match["year"] is not None and match["second"] is not None


def _may_be(match: re.Match[str]) -> bool:
    if (match["colon"] or match["rest"]) and not _certain(match):
        return False
    # Somebody may call himself 今天: before a whole date it is a name.
    return not _NO_NAME.match(match["name"]) or (_certain(match) and _A_DAY.fullmatch(match["name"]) is not None)
