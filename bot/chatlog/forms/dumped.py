"""wechat-dump's text: "1|名字:2026-11-20 08:12:33:内容", the number being WeChat's own for the sort of message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.chatlog.about import About
from bot.chatlog.blocks import LONGEST_NAME, Block, Header, cut, entry, stamp_on
from bot.chatlog.entry import Entry
from bot.model import Brought, MessageType

_HEADER = re.compile(
    rf"(?P<sort>-?\d{{1,10}})\|(?P<name>\S(?:.{{0,{LONGEST_NAME - 1}}}?)):(?P<stamp>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d):(?P<rest>.*)"
)
_IMAGE_PATH = re.compile(r"\|img:\S*\s*$")
_KINDS: Mapping[str, MessageType] = {
    "3": "image", "34": "audio", "43": "video", "62": "video", "47": "emoticon", "1048625": "emoticon", "48": "location",
    "-1879048186": "location",
}  # fmt: skip
_BRINGS: Mapping[str, Brought] = {
    "49": "link", "16777265": "link", "1040187441": "link", "1090519089": "file", "42": "card", "436207665": "money",
    "419430449": "money",
}  # fmt: skip
_CALL, _SYSTEM = "50", "10000"


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when the first line is no such header. Raises ChatError naming the line that cannot be read."""
    lines = text.split("\n")
    if not _HEADER.fullmatch(next((line for line in lines if line.strip()), "")):
        return None

    def header(index: int) -> Header | None:
        match = _HEADER.fullmatch(lines[index])
        return Header(match["name"], stamp_on(match["stamp"], about, index + 1), match["rest"]) if match else None

    return [found for block in cut(lines, header) if (found := _entry(block, lines[block.line - 1], about))]


def _entry(block: Block, first: str, about: About) -> Entry | None:
    sort, plain = first.partition("|")[0], entry(block, about)
    if sort == _CALL:
        return None
    if sort == _SYSTEM:
        return replace(plain, sender="")
    if sort in _BRINGS:
        return replace(plain, text="", brings=_BRINGS[sort])
    if sort in _KINDS:
        return replace(plain, text="", kind=_KINDS[sort])
    return replace(plain, text=_IMAGE_PATH.sub("", plain.text))
