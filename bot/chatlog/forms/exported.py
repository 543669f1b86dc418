"""What common exporters write as text: "2026-11-20 08:12:33 名字", the words below or behind a colon."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chatlog.about import About
from bot.chatlog.blocks import LONGEST_NAME, Block, Header, cut, entry, stamp_on
from bot.chatlog.bodies import is_own_line
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.stamps import STAMP

_HEADER = re.compile(
    rf"\s{{0,3}}[\[(（【]?(?P<stamp>{STAMP})[\])）】]?(?:[ \t\u3000]*[,，|]|[ \t\u3000]+[-–—|])?[ \t\u3000]*"
    rf"(?P<name>[^\s:：,，|\t][^:：\t]{{0,{LONGEST_NAME}}}?)\s*(?:(?P<colon>[:：]|\t)[ \t]?(?P<rest>.*))?"
)


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when no line is such a header. Raises ChatError naming the line that cannot be read."""
    lines = text.split("\n")
    matches = {i: m for i, line in enumerate(lines) if (m := _HEADER.fullmatch(line))}
    likely = {i: m for i, m in matches.items() if m["year"] or m["month2"] or m["word"]}
    first = next(i for i, line in enumerate(lines) if line.strip())
    if not likely and first in matches:
        # "08:12 名字：内容" all along, of one day.
        likely = {i: m for i, m in matches.items() if m["rest"]}
    if not likely:
        return None
    seconds = any(m["second"] for m in likely.values())
    parted = any(i and not lines[i - 1].strip() for i in likely)

    def header(index: int) -> Header | None:
        match = likely.get(index)
        if match is None:
            return None
        # "11-25 9:30 体检" may stand inside a message.
        certain = match["second"] is not None or not (seconds or parted)
        if not (certain or index == 0 or not lines[index - 1].strip()):
            return None
        return Header(_bare(match["name"]), stamp_on(match["stamp"], about, index + 1), match["rest"] or "")

    blocks = list(cut(lines, header))
    if not any(block.text for block in blocks):
        blocks = [_split(block) for block in blocks]
    return [_entry(block, about) for block in blocks]


def _entry(block: Block, about: About) -> Entry:
    """留痕 writes WeChat's own lines behind the time, where a name stands otherwise."""
    found = entry(block, about)
    if not found.text and is_own_line(found.sender):
        return replace(found, sender="", text=found.sender)
    return found


def _split(block: Block) -> Block:
    """Name and words on one line, with nothing but a space between them."""
    name, _, words = block.header.sender.partition(" ")
    if not words.strip():
        raise ChatError(
            "有时间，但看不出哪里是名字、哪里是内容",
            "时间和名字写一行，内容写在下一行，或者写在“名字：”后面",
            block.line,
        )
    return Block(block.line, Header(name, block.header.stamp, words.strip()), ())


def _bare(name: str) -> str:
    """A name without the quotes or the account that some exporters put around it."""
    name = name.strip()
    quoted = re.fullmatch(r"(['\"])(.+)\1", name)
    return quoted[2] if quoted else name
