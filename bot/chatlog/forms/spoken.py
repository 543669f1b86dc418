"""名字：内容, as people write a chat down or copy it from a screen: without times, or with a line that holds one alone."""

from __future__ import annotations

import re

from bot.chatlog.about import About
from bot.chatlog.blocks import Block, Header, cut, entry, stamp_on
from bot.chatlog.entry import Entry
from bot.chatlog.stamps import STAMP, Stamp

_HEADER = re.compile(
    r"\s{0,3}(?P<name>[^\s:：，。！？!?、；;「」“”\[\]【】#][^:：，。！？!?；;「」“”\n]{0,29}?)\s{0,2}[:：](?!//)(?P<rest>.*)"
)
_TIME_LINE = re.compile(rf"\s*[—\-─=]{{0,12}}\s*(?P<stamp>{STAMP})\s*[—\-─=]{{0,12}}\s*")
# Lines that begin like this are words of a message, not somebody's name.
_LABEL = re.compile(
    r"(?:温馨|友情|特别)?(?:注意|提醒|提示|通知|备注|说明)(?:事项)?|地址|住址|电话|手机|联系电话|时间|地点|姓名|日期|例|例如|PS|P\.S\.|主题"
    r"|内容|链接|https?|问|答|原因|结果|另外|其他|报名方式|截止时间|集合地点|集合时间|时限|\d+(?:[.、)）].*)?|.*\d{1,2}",
    re.IGNORECASE,
)


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when no line begins with a name and a colon. Entries without a time line above have no time."""
    lines = text.split("\n")

    def names_someone(line: str) -> re.Match[str] | None:
        match = _HEADER.fullmatch(line)
        if match is None:
            return None
        return match if match["name"].strip() in about.names or not _LABEL.fullmatch(match["name"].strip()) else None

    if not any(names_someone(line) for line in lines):
        return None
    times: dict[int, Stamp] = {}
    for index, line in enumerate(lines):
        alone = (
            not index
            or not lines[index - 1].strip()
            or index + 1 == len(lines)
            or bool(names_someone(lines[index + 1]))
        )
        if alone and (match := _TIME_LINE.fullmatch(line)) and (stamp := stamp_on(match["stamp"], about, index + 1)):
            times[index] = stamp
    plain = ["" if index in times else line for index, line in enumerate(lines)]
    day = about.day

    def header(index: int) -> Header | None:
        match = names_someone(plain[index])
        return Header(match["name"], None, match["rest"].strip()) if match else None

    found: list[Entry] = []
    for block in cut(plain, header):
        above = [index for index in times if index < block.line]
        stamp = times[max(above)] if above else None
        dated = [times[index].date for index in above if times[index].date]
        timed = Block(block.line, Header(block.header.sender, stamp, block.header.rest), block.body)
        found.append(entry(timed, about, dated[-1] if dated else day))
    return found
