"""Cutting a text at its header lines, for every form in which a line names the writer of the lines below."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.stamps import BadStamp, Stamp, parse

LONGEST_NAME = 60
# What mail programs and exporters put above the first message.
_PREAMBLE = re.compile(
    r"聊天记录|群聊|导出|chat history|Dear|export|成员|时间范围|消息总数|共\s?\d+\s?条|^[\s=\-—─*#_~·.。:：]*$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\s*(?:[-—]{2,}\s*)?(?:发自我的|来自我的|Sent from my)\s?\S{0,30}(?:\s\S{1,20})?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Header:
    """A line that names a writer. `stamp` None: no time is written; `rest`: words that begin on this very line."""

    sender: str
    stamp: Stamp | None
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A header with the lines below it, up to the next one. `line` counts from 1."""

    line: int
    header: Header
    body: tuple[str, ...]

    @property
    def text(self) -> str:
        lines = [*([self.header.rest] if self.header.rest else []), *self.body]
        return "\n".join(lines).strip("\n \t\r\u3000")


def stamp_on(text: str, about: About, line: int) -> Stamp | None:
    """The stamp that `text` is; a date or time that cannot be is an error of this line."""
    try:
        return parse(text, about.day)
    except BadStamp:
        raise ChatError("这个日期或时间不存在", "改成像 2026/11/20 8:12:33 这样的", line) from None


def cut(lines: Sequence[str], header: Callable[[int], Header | None]) -> Iterator[Block]:
    """The blocks of a text. `header(index)` tells what a line is. Raises ChatError for words that nobody is named for."""
    current: tuple[int, Header] | None = None
    body: list[str] = []
    for index, line in enumerate(lines):
        found = header(index)
        if found is not None:
            if current is not None:
                yield Block(current[0], current[1], tuple(body))
            current, body = (index + 1, found), []
        elif current is not None:
            body.append(line)
        elif line.strip() and not _PREAMBLE.search(line):
            raise ChatError(
                "这一行前面没有写是谁、什么时候说的", "从一条消息的开头（有名字和时间的那一行）复制", index + 1
            )
    if current is not None:
        while body and (not body[-1].strip() or _FOOTER.fullmatch(body[-1])):
            body.pop()
        yield Block(current[0], current[1], tuple(body))


def entry(block: Block, about: About, day: dt.date | None = None) -> Entry:
    """The entry of a block; a stamp without a date belongs to `day`, else to the day asked for."""
    stamp = block.header.stamp
    at = stamp.at(day or about.day).replace(tzinfo=about.zone) if stamp else None
    return Entry(block.line, block.header.sender.strip(), block.text, at, stamp is not None and stamp.exact)
