"""What a message is: something its sender says, something passed on, or nothing that a person sent."""

from __future__ import annotations

from typing import Any

from bot.model import Brought, MessageType
from bot.wechat import compat, files
from bot.wechat.wording import brought, described

compat.prepare()

from wechaty_puppet import MessageType as Wire  # noqa: E402

_TYPES: dict[Any, MessageType] = {
    Wire.MESSAGE_TYPE_TEXT: "text",
    Wire.MESSAGE_TYPE_IMAGE: "image",
    Wire.MESSAGE_TYPE_VIDEO: "video",
    Wire.MESSAGE_TYPE_AUDIO: "audio",
    Wire.MESSAGE_TYPE_EMOTICON: "emoticon",
    Wire.MESSAGE_TYPE_LOCATION: "location",
    Wire.MESSAGE_TYPE_RECALLED: "recalled",
}
WITH_FILE: frozenset[str] = frozenset({"image", "video", "audio", "file"})
_BRINGS: dict[Any, Brought] = {
    Wire.MESSAGE_TYPE_ATTACHMENT: "file",
    Wire.MESSAGE_TYPE_CONTACT: "card",
    Wire.MESSAGE_TYPE_CHAT_HISTORY: "forwarded",
    Wire.MESSAGE_TYPE_MINI_PROGRAM: "program",
    Wire.MESSAGE_TYPE_URL: "link",
    Wire.MESSAGE_TYPE_TRANSFER: "money",
    Wire.MESSAGE_TYPE_RED_ENVELOPE: "money",
}


def sort_of(msg: Any) -> tuple[MessageType, Brought] | None:
    """What a message is, and what it passes on ("" when its sender says it); None for what no person sent."""
    text, wire_type = msg.text() or "", msg.type()
    passed_on = _BRINGS.get(wire_type)
    if passed_on == "file" and (kind := files.kind_of(msg.payload.filename or "")):
        return kind, ""
    if passed_on:
        return "text", brought(text) or passed_on
    kind = _TYPES.get(wire_type)
    if kind not in ("text", None):
        return kind, ""
    found = brought(text)  # some gateways hand WeChat's XML on under whatever type
    if found is None:
        return ("text", "") if kind else None
    if told := described(text):
        return told, ""
    return ("text", found) if found else None
