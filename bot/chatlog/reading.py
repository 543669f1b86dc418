"""A copied or exported chat, whatever its form → its messages in order. Pure: nothing is looked up, nothing written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.chatlog import pages
from bot.chatlog.about import About
from bot.chatlog.bodies import understood
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.forms import chatlab, dumped, exported, page, pc, phone, records, scripted, spoken, table
from bot.chatlog.plain import plain

FORMS = ("scripted", "page", "chatlab", "records", "table", "dumped", "phone", "exported", "pc", "spoken")
_BY_STRUCTURE: tuple[tuple[str, Callable[[str, About], list[Entry] | None]], ...] = (
    ("chatlab", chatlab.read),
    ("records", records.read),
    ("table", table.read),
    ("dumped", dumped.read),
    ("phone", phone.read),
)
# These look for header lines: the one that finds more of them is the form.
_BY_COUNT: tuple[tuple[str, Callable[[str, About], list[Entry] | None]], ...] = (
    ("exported", exported.read),
    ("pc", pc.read),
)
_WITH_WXID = re.compile(r"\s*\((?:wxid|gh)_[\w-]+\)$")
_WITH_ACCOUNT = re.compile(r"\s*\((?:(?:wxid|gh)_[\w-]+|[A-Za-z][\w-]{5,19})\)$")
_ACCOUNT = re.compile(r"(?:wxid|gh)_[\w-]+|[\w-]+@(?:chatroom|openim)")
_HOW = "要像这样：“名字 2026/11/20 8:12:33”一行，内容在下一行；别的写法见 README.zh.md"


@dataclass(frozen=True, slots=True)
class Chat:
    """What was read. `form` is one of FORMS; `entries` are in the order of the text."""

    form: str
    entries: tuple[Entry, ...]

    @property
    def timed(self) -> bool:
        """Whether every message has a time."""
        return all(e.at is not None for e in self.entries)


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GBK. Raises ChatError for anything else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ChatError("不是文字文件", "复制聊天文字，或者导出成 HTML、TXT、CSV、JSON")


def read(data: bytes | str, about: About) -> Chat:
    """The chat in its form. Raises ChatError naming the line and the mend."""
    text = decoded(data) if isinstance(data, bytes) else data
    if (found := scripted.read(text, about)) is not None:
        return _chat("scripted", found)
    if pages.is_page(text):
        root = pages.parsed(text)
        if (found := page.read(root, about)) is not None:
            return _chat("page", found)
        text = pages.as_text(root)  # a chat that was pasted into a page, or a mail
        if not text.strip():
            raise ChatError("这个网页里找不到聊天", "导出成 TXT、CSV，或者复制聊天文字")
    text = plain(text)
    if not text.strip():
        raise ChatError("是空的", "先把聊天记录复制进来")
    for form, reads in _BY_STRUCTURE:
        if (found := reads(text, about)) is not None:
            return _chat(form, found)
    best: tuple[str, list[Entry]] | None = None
    trouble: ChatError | None = None
    for form, reads in _BY_COUNT:
        try:
            entries = reads(text, about)
        except ChatError as error:
            trouble = trouble or error
            continue
        if entries and (best is None or len(entries) > len(best[1])):
            best = form, entries
    if best is not None:
        return _chat(*best)
    try:
        found = spoken.read(text, about)
    except ChatError as error:
        raise trouble or error from None
    if trouble is not None:
        raise trouble
    if not found:
        first = next(i for i, line in enumerate(text.split("\n"), 1) if line.strip())
        raise ChatError("看不出是谁说的", _HOW, first)
    return _chat("spoken", found)


def _chat(form: str, entries: list[Entry]) -> Chat:
    named = [e.sender for e in entries if e.sender not in ("", "我", "未知", "系统")]
    if named and all(_ACCOUNT.fullmatch(name) for name in named):
        raise ChatError(
            "发送人写的都是微信内部的号（像 wxid_…），看不出是谁",
            "导出成带昵称的，比如 HTML（PyWxDump 的用 data.js）或 TXT",
        )
    found = tuple(e for entry in _by_name(entries) for e in understood(entry))
    if not found:
        raise ChatError("没有读到一条消息", _HOW)
    return Chat(form, found)


def _by_name(entries: list[Entry]) -> list[Entry]:
    """Some exporters write "name(account)": the roster knows the name. Where all are so, it is no part of anybody's name."""
    all_so = all(_WITH_ACCOUNT.search(e.sender) for e in entries if e.sender)
    pattern = _WITH_ACCOUNT if all_so else _WITH_WXID
    return [replace(e, sender=pattern.sub("", e.sender) or e.sender) for e in entries]
