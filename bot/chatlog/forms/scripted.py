"""A page that draws itself: its messages stand as data in a script. 留痕 (WeChatMsg), WeFlow, and PyWxDump's data.js."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping
from typing import Any

import chompjs

from bot.chatlog import fields, pages
from bot.chatlog.about import About
from bot.chatlog.bodies import QUOTE
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.plain import plain
from bot.model import Brought, MessageType

_BEGINS_A_SCRIPT = re.compile(r"\s*(?:localStorage|const|let|var|window)\b")
_DATA = re.compile(
    r"\b(?:(?P<liuhen>chatMessages)|(?P<weflow>WEFLOW_DATA)|(?P<wxdump>local_msg_list))\s*=\s*(?=\[|null\b)"
)
_USERS = re.compile(r"\blocal_user_list\s*=\s*(?=\{)")
_BROKEN = ChatError("网页里的消息数据不完整", "重新导出一次，或者导出成 TXT、CSV")

_KINDS: Mapping[int, MessageType] = {1: "text", 3: "image", 34: "audio", 43: "video", 47: "emoticon", 48: "location"}
_APPS: Mapping[int, Brought] = {6: "file", 19: "forwarded", 33: "program", 36: "program", 2000: "money", 2001: "money"}
_CARD, _APP, _QUOTE, _NOTE = 42, 49, 57, 53
_SYSTEM = (0, 10000)


def read(text: str, about: About) -> list[Entry] | None:
    """The entries, or None when no such data stands in the text. Raises ChatError for data that cannot be read."""
    if not pages.is_page(text) and not _BEGINS_A_SCRIPT.match(text):
        return None
    found = next((m for m in _DATA.finditer(text) if text[m.end() : m.end() + 1] == "["), None) or _DATA.search(text)
    if found is None:
        return None
    if text.startswith("null", found.end()):
        raise ChatError("消息不在这个网页里，在它旁边的文件夹里", "导出时把时间范围选小一点，或者导出成 TXT、CSV")
    rows = _value(text, found.end())
    if found["wxdump"]:
        users = _USERS.search(text)
        entries = _wxdump(rows, _value(text, users.end()) if users else {}, about)
    elif found["weflow"]:
        entries = [_weflow(row, about) for row in rows]
    else:
        entries = [e for row in rows if (e := _liuhen(row, about))]
    return entries


def _value(text: str, at: int) -> Any:
    try:
        value = chompjs.parse_js_object(text[at:])
    except (ValueError, RecursionError):
        raise _BROKEN from None
    if isinstance(value, list) and not all(isinstance(row, dict) for row in value):
        raise _BROKEN
    return value


def _moment(row: Mapping[str, Any], key: str, about: About) -> dt.datetime:
    try:
        seconds = float(row[key])
        return dt.datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, about.zone)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise ChatError("有一条消息的时间看不懂", "重新导出一次，或者导出成 TXT、CSV") from None


def _words(row: Mapping[str, Any], *keys: str) -> str:
    """The first of these fields that holds something; they are escaped for a page."""
    found = next((str(row[k]) for k in keys if row.get(k) not in (None, "", "None", "undefined")), "")
    return plain(html.unescape(found)).strip()


def _number(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _liuhen(row: Mapping[str, Any], about: About) -> Entry | None:
    """One of 留痕's. Of WeChat 4, type and sub_type come as one number, the sub_type in its upper half."""
    number, sub = _number(row.get("type")), _number(row.get("sub_type"))
    if number > 0xFFFFFFFF:
        number, sub = number & 0xFFFFFFFF, number >> 32
    at, sender, text = _moment(row, "timestamp", about), _words(row, "displayname"), _words(row, "text")
    if number in _SYSTEM:
        return Entry(0, "", text, at, True) if text else None
    if not sender:
        raise ChatError("有的消息没有写是谁说的", "导出群聊的记录；私聊的请导出成 TXT")
    if number == _APP and sub in (_QUOTE, _NOTE):
        quoted = _words(row, "refer_text")
        return Entry(0, sender, QUOTE.format(quoted=quoted, words=text) if quoted else text, at, True)
    if number in (_APP, _CARD):
        return Entry(0, sender, "", at, True, brings=_APPS.get(sub, "link") if number == _APP else "card")
    kind = _KINDS.get(number)
    if kind is None:
        return None  # a call, and what later versions bring: nobody's words
    if kind == "image" and text.startswith(("http://", "https://")):
        kind = "emoticon"  # stickers are written as pictures of the web
    if kind == "audio":
        text = _words(row, "voice_to_text")
    return Entry(0, sender, text if kind in ("text", "audio") else "", at, True, kind)


def _weflow(row: Mapping[str, Any], about: About) -> Entry:
    """One of WeFlow's: a moment, and the piece of the page that shows it."""
    at = _moment(row, "t", about)
    body = pages.parsed(f"<div>{row.get('b') or ''}</div>")
    sender, told = pages.words(pages.first(body, "sender-name")), pages.first(body, "message-text")
    if not sender:
        raise ChatError("有的消息没有写是谁说的", "导出群聊的记录；私聊的请导出成 TXT")
    if body.xpath(".//a[contains(@class, 'message-link-card')]"):
        return Entry(0, sender, "", at, True, brings="link")
    text = pages.words(told)
    for kind, tag, name in _SHOWN:
        if not text and body.xpath(f".//{tag}[contains(@class, 'message-media') and contains(@class, '{name}')]"):
            return Entry(0, sender, "", at, True, kind)
    if (quoted := pages.words(pages.first(body, "quoted-text"))) and text:
        who = pages.words(pages.first(body, "quoted-sender"))
        text = QUOTE.format(quoted=f"{who}：{quoted}" if who else quoted, words=text)
    voiced = bool(body.xpath(".//audio"))
    return Entry(0, sender, text, at, True, "audio" if voiced else "text")


_SHOWN: tuple[tuple[MessageType, str, str], ...] = (
    ("image", "img", "image"),
    ("emoticon", "img", "emoji"),
    ("audio", "audio", "audio"),
    ("video", "video", "video"),
)


def _wxdump(rows: Any, users: Any, about: About) -> list[Entry]:
    """PyWxDump's data.js names people by their accounts, and gives the names beside them."""
    named: list[Mapping[str, Any]] = []
    for row in rows:
        user = users.get(row.get("talker")) if isinstance(users, dict) else None
        name = (user.get("nickname") or user.get("remark")) if isinstance(user, dict) else None
        named.append({**row, "talker": name or row.get("talker")})
    found = (fields.entry(row, fields.place_of(list(row)), about, number) for number, row in enumerate(named, 1))
    return [entry for entry in found if entry]
