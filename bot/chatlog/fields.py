"""One message out of named fields, for tables and JSON: the many names that exporters give to time, sender and words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.stamps import BadStamp, parse
from bot.model import Brought, MessageType

NAMES: Mapping[str, tuple[str, ...]] = {
    "at": (
        "时间", "发送时间", "消息时间", "日期时间", "时间戳", "at", "time", "strtime", "datetime", "timestamp", "date_time",
        "sendtime", "send_time", "msgtime", "formattedtime", "createtime", "create_time",
    ),
    "date": ("日期", "date"),
    "clock": ("时刻", "钟点", "clock"),
    "sender": (
        "群昵称", "发送人", "发送者", "发言人", "发信人", "姓名", "昵称", "备注", "人物", "sender_name", "sendername",
        "senderdisplayname", "from_nickname", "fromnickname", "remark", "nickname", "displayname", "sender", "from", "talker", "user", "name",
    ),
    "text": (
        "内容", "消息内容", "消息", "正文", "文本", "text", "content", "strcontent", "message", "msg", "body",
    ),
    "kind": ("类型", "消息类型", "type", "msgtype", "msg_type", "type_name", "content_type", "typename"),
    "id": ("id", "msgid", "msg_id", "消息id"),
    "to": ("to",),
    "file": ("file", "文件"),
}  # fmt: skip
_KINDS: Mapping[str, MessageType | None] = {
    "text": "text", "文本": "text", "文字": "text", "1": "text", "文本消息": "text", "引用": "text", "引用消息": "text",
    "image": "image", "图片": "image", "图片消息": "image", "3": "image", "picture": "image",
    "audio": "audio", "voice": "audio", "语音": "audio", "语音消息": "audio", "34": "audio",
    "video": "video", "视频": "video", "视频消息": "video", "43": "video", "小视频": "video",
    "emoticon": "emoticon", "动画表情": "emoticon", "表情": "emoticon", "表情包": "emoticon", "47": "emoticon", "sticker": "emoticon",
    "location": "location", "位置": "location", "位置消息": "location", "48": "location",
    "recalled": "recalled",
    "system": None, "系统": None, "系统消息": None, "系统通知": None, "拍一拍": None, "邀请加群": None, "添加好友": None,
    "10000": None, "10002": None,
}  # fmt: skip
# What people pass on, by the sort that exporters write; a title there is nobody's word. Text that was pasted, replies that
# quote, lists and announcements are words.
_BRINGS: tuple[tuple[str, Brought], ...] = (
    (r"文件.*|file", "file"),
    (r".*名片.*|推荐公众号|card|contact|42", "card"),
    (r".*小程序.*|mini ?program|applet", "program"),
    (r".*聊天记录.*|chat ?history|record", "forwarded"),
    (r".*(?:转账|红包|收款).*|transfer|red ?packet|hongbao", "money"),
    (r".*(?:链接|分享|音乐|视频号|收藏|笔记).*|link|url|share|music", "link"),
)
_CALL = re.compile(r".*通话.*|call|voip|50", re.IGNORECASE)
_RECALL = re.compile(r"消息撤回\d*|撤回消息|revoke")
_ACCOUNT = re.compile(r"(?:wxid|gh)_[\w-]+|[\w-]+@(?:chatroom|openim)")
OUR_KINDS = ("text", "image", "video", "audio", "emoticon", "location", "recalled")


def place_of(names: list[str]) -> dict[str, list[str]]:
    """Field → the columns that may hold it, the best first. `names` are the columns as written."""
    plain = {re.sub(r"\s|[(（].*", "", name).lower(): name for name in reversed(names)}
    return {field: [plain[name] for name in known if name in plain] for field, known in NAMES.items()}


def entry(row: Mapping[str, Any], places: Mapping[str, list[str]], about: About, line: int) -> Entry | None:
    """The entry of one row; None for one of the program's own lines without words. Raises ChatError naming the line."""
    at, exact = _at(row, places, about, line)
    sender, text = _sender(row, places["sender"]), _first(row, places["text"])
    written = _first(row, places["kind"])
    brings = _brings(written)
    kind = "text" if brings else _kind(written, line)
    # Only our own record's ids (beside its "at") are for good: exporters count from one each time.
    given = (_first(row, places["id"]) or None) if "at" in row else None
    if kind is None:
        return Entry(line, "", text, at, exact) if text else None
    if _CALL.fullmatch(written):
        return None
    if not sender:
        if kind == "text" and not text:
            return None
        if kind != "text" or "撤回" not in text:
            raise ChatError("没有写是谁说的", "补上发送人", line)
    to = _first(row, places["to"]) or "room"
    if to not in ("room", "bot"):
        raise ChatError("to 不认识", "群里写 room，私聊小安写 bot", line)
    file = _first(row, places["file"]) or None
    if brings or kind not in ("text", "recalled", "location", "audio") or text.lstrip().startswith("<"):
        text = ""
    return Entry(line, sender, text.strip(), at, exact, kind, given, "bot" if to == "bot" else "room", file, brings)


def _first(row: Mapping[str, Any], columns: list[str]) -> str:
    for column in columns:
        value = row.get(column)
        if value is not None and not isinstance(value, (dict, list)) and str(value).strip():
            return str(value).strip()
    return ""


def _sender(row: Mapping[str, Any], columns: list[str]) -> str:
    """A name rather than an account's number, where both are given: the roster knows people by their names."""
    for column in columns:
        value = _first(row, [column])
        if value and not _ACCOUNT.fullmatch(value):
            return value
    return _first(row, columns)


def _brings(written: str) -> Brought:
    return next((b for words, b in _BRINGS if re.fullmatch(words, written, re.IGNORECASE)), "")


def _kind(written: str, line: int) -> MessageType | None:
    if not written:
        return "text"
    if _RECALL.match(written):
        return None
    if written.lower() not in _KINDS:
        # Exporters have sorts of their own (a list, an announcement): their words are read as words.
        if re.fullmatch(r"[a-z]+", written):
            raise ChatError("类型不认识", f"类型写 {'、'.join(OUR_KINDS)} 之一", line)
        return "text"
    return _KINDS[written.lower()]


def _at(
    row: Mapping[str, Any], places: Mapping[str, list[str]], about: About, line: int
) -> tuple[dt.datetime | None, bool]:
    written = _first(row, places["at"])
    if places["date"] and not re.search(r"\d[:：]\d", written or "") and not re.fullmatch(r"\d{9,}(?:\.\d+)?", written):
        written = f"{_first(row, places['date'])} {written or _first(row, places['clock'])}".strip()
    if not written:
        raise ChatError("没有写时间", "补上像 2026-11-20 08:12:33 这样的时间", line)
    wrong = ChatError("时间看不懂", "改成像 2026-11-20 08:12:33 这样的", line)
    if re.fullmatch(r"\d{9,16}(?:\.\d+)?", written):
        seconds = float(written)
        while seconds > 1e11:
            seconds /= 1000
        return dt.datetime.fromtimestamp(seconds, about.zone), True
    try:
        if stamp := parse(written, about.day):
            return stamp.at(about.day).replace(tzinfo=about.zone), stamp.exact
        moment = dt.datetime.fromisoformat(written)
    except (BadStamp, ValueError):
        raise wrong from None
    if len(written) < len("2026-11-20T08:12"):
        raise wrong
    local = moment if moment.tzinfo else moment.replace(tzinfo=about.zone)
    return local.astimezone(about.zone), True
