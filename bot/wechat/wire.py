"""What goes over the wire to today's gateway and differs from what wechaty 0.10.7 knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Optional

import betterproto

from bot.wechat import compat

compat.prepare()

from wechaty_puppet import (  # noqa: E402
    EventLoginPayload,
    EventLogoutPayload,
    EventMessagePayload,
    EventRoomInvitePayload,
    EventRoomJoinPayload,
    EventRoomLeavePayload,
    EventRoomTopicPayload,
    EventScanPayload,
    MessageType,
    ScanStatus,
)

SERVICE = "/wechaty.Puppet/"


@dataclass(eq=False, repr=False)
class UploadRequest(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)


@dataclass(eq=False, repr=False)
class UploadResponse(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class DownloadRequest(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class DownloadResponse(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)


# In the 1.x protocol the plain string moved to another number; the gateway ignores the old one.
@dataclass(eq=False, repr=False)
class SetTopicRequest(betterproto.Message):
    id: str = betterproto.string_field(1)
    topic: str = betterproto.string_field(3)


@dataclass(eq=False, repr=False)
class SetTopicResponse(betterproto.Message):
    topic: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class SetAliasRequest(betterproto.Message):
    id: str = betterproto.string_field(1)
    alias: str = betterproto.string_field(3)


@dataclass(eq=False, repr=False)
class SetAliasResponse(betterproto.Message):
    alias: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class SentResponse(betterproto.Message):
    """The id of what was sent; some gateways give none, older ones wrap it."""

    wrapped: Optional[str] = betterproto.message_field(1, wraps=betterproto.TYPE_STRING)  # noqa: UP045 - betterproto reads it
    id: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class InvitationRequest(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class InvitationResponse(betterproto.Message):
    id: str = betterproto.string_field(1)
    inviter_id: str = betterproto.string_field(2)
    topic: str = betterproto.string_field(3)


@dataclass(frozen=True, slots=True)
class FriendshipEvent:
    """Somebody asked to be a friend, or became one; `friendship_id` is the gateway's name for it."""

    friendship_id: str


FRIEND_NOW, FRIEND_ASKS = 1, 2  # the gateway's kinds of friendship; 3: the other side wants to be asked first

TEXT, GROUP_NOTE = 7, 10  # GROUP_NOTE: 接龙
# The gateway sends the numbers of wechaty's own enum, not of the protocol's. 10 is read as text; 16 is Post.
TYPES: Mapping[int, Any] = {
    1: MessageType.MESSAGE_TYPE_ATTACHMENT,
    2: MessageType.MESSAGE_TYPE_AUDIO,
    3: MessageType.MESSAGE_TYPE_CONTACT,
    4: MessageType.MESSAGE_TYPE_CHAT_HISTORY,
    5: MessageType.MESSAGE_TYPE_EMOTICON,
    6: MessageType.MESSAGE_TYPE_IMAGE,
    TEXT: MessageType.MESSAGE_TYPE_TEXT,
    8: MessageType.MESSAGE_TYPE_LOCATION,
    9: MessageType.MESSAGE_TYPE_MINI_PROGRAM,
    GROUP_NOTE: MessageType.MESSAGE_TYPE_TEXT,
    11: MessageType.MESSAGE_TYPE_TRANSFER,
    12: MessageType.MESSAGE_TYPE_RED_ENVELOPE,
    13: MessageType.MESSAGE_TYPE_RECALLED,
    14: MessageType.MESSAGE_TYPE_URL,
    15: MessageType.MESSAGE_TYPE_VIDEO,
}

EventName = Literal[
    "heartbeat",
    "message",
    "dong",
    "error",
    "friendship",
    "room-invite",
    "room-join",
    "room-leave",
    "room-topic",
    "scan",
    "login",
    "logout",
]
_EVENTS: Mapping[int, EventName] = {
    1: "heartbeat",
    2: "message",
    3: "dong",
    16: "error",
    17: "friendship",
    18: "room-invite",
    19: "room-join",
    20: "room-leave",
    21: "room-topic",
    22: "scan",
    25: "login",
    26: "logout",
}


def event_of(number: int, text: str) -> tuple[EventName, Any] | None:
    """An event's name and wechaty payload (for dong its data, for heartbeat and error None); None for what nobody needs.

    Raises ValueError or KeyError where a payload cannot be understood.
    """
    name = _EVENTS.get(number)
    if name is None or name in ("heartbeat", "error"):
        return (name, None) if name else None
    data = json.loads(text) if text else {}
    if not isinstance(data, dict):
        raise ValueError("an event's payload is no object")
    return name, _payload(name, data)


def _payload(name: EventName, data: Mapping[str, Any]) -> Any:
    when = data.get("timestamp") or 0
    room = data.get("roomId") or ""
    if name == "message":
        return EventMessagePayload(message_id=_text(data["messageId"]))
    if name == "dong":
        return _text(data.get("data") or "")
    if name == "login":
        return EventLoginPayload(contact_id=_text(data["contactId"]))
    if name == "logout":
        return EventLogoutPayload(contact_id=data.get("contactId") or "", data=data.get("data") or "")
    if name == "scan":
        return EventScanPayload(
            status=_scan_status(data.get("status")), qrcode=data.get("qrcode") or "", data=data.get("data")
        )
    if name == "friendship":
        return FriendshipEvent(_text(data["friendshipId"]))
    if name == "room-invite":
        return EventRoomInvitePayload(room_invitation_id=_text(data["roomInvitationId"]))
    if name == "room-join":
        return EventRoomJoinPayload(
            invited_ids=list(data.get("inviteeIdList") or ()),
            inviter_id=data.get("inviterId") or "",
            room_id=room,
            timestamp=when,
        )
    if name == "room-leave":
        return EventRoomLeavePayload(
            removed_ids=list(data.get("removeeIdList") or ()),
            remover_id=data.get("removerId") or "",
            room_id=room,
            timestamp=when,
        )
    return EventRoomTopicPayload(
        changer_id=data.get("changerId") or "",
        new_topic=data.get("newTopic") or "",
        old_topic=data.get("oldTopic") or "",
        room_id=room,
        timestamp=when,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("an event's payload holds no text where one belongs")
    return value


def _scan_status(number: Any) -> Any:
    try:
        return ScanStatus(number)
    except ValueError:
        return ScanStatus(0)
