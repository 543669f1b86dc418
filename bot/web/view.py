"""What one person of the group sees, as JSON: people, messages, chats. Another's private chat is never in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.wechat.world import ROOM, LocalWorld, WorldContact, WorldMessage

ROLES = {
    "elder": "老人",
    "family": "家人",
    "volunteer": "志愿者",
    "clinic": "卫生站",
    "coordinator": "协调员",
    "neighbour": "邻居",
    "bot": "机器人",
}
QUOTE_LENGTH = 120


def person(contact: WorldContact) -> dict[str, Any]:
    """A contact as the page shows it."""
    return {
        "id": contact.id,
        "name": contact.shown,
        "wechat": contact.name,
        "role": contact.role,
        "role_name": ROLES.get(contact.role, ""),
        "about": contact.about,
    }


def visible(message: WorldMessage, viewer: str) -> bool:
    """Whether this person sees the chat that the message is in. "" is nobody, who sees the room."""
    return message.chat == ROOM or (viewer != "" and message.chat == viewer)


def chat_of(message: WorldMessage) -> str:
    """The chat by the page's words: "room" or "bot"."""
    return "room" if message.chat == ROOM else "bot"


def shown(world: LocalWorld, message: WorldMessage, viewer: str, zone: dt.tzinfo) -> dict[str, Any]:
    """One message for the page; the words of one taken back are left out."""
    sender = world.contact(message.sender)
    gone = message.recalled
    return {
        "seq": message.seq,
        "id": message.id,
        "at": message.at.astimezone(zone).isoformat(timespec="milliseconds"),
        "sender": message.sender,
        "name": sender.shown if sender else message.sender,
        "role": sender.role if sender else "",
        "chat": chat_of(message),
        "type": message.type,
        "text": "" if gone else message.text,
        "mentions": [] if gone else [_mention(world, m) for m in message.mentions],
        "mentions_me": not gone and viewer in message.mentions,
        "quote": None if gone or message.quote is None else _quote(world, message.quote),
        "file": f"api/media/{message.id}" if message.file and not gone else None,
        "recalled": gone,
        "mine": message.sender == viewer,
    }


def _mention(world: LocalWorld, contact_id: str) -> dict[str, str]:
    contact = world.contact(contact_id)
    return {"id": contact_id, "name": contact.shown if contact else contact_id}


def _quote(world: LocalWorld, message_id: str) -> dict[str, Any] | None:
    quoted = world.message(message_id)
    if quoted is None:
        return None
    sender = world.contact(quoted.sender)
    text = "" if quoted.recalled else quoted.text
    return {
        "id": quoted.id,
        "name": sender.shown if sender else quoted.sender,
        "type": quoted.type,
        "text": text if len(text) <= QUOTE_LENGTH else text[:QUOTE_LENGTH] + "…",
        "recalled": quoted.recalled,
    }
