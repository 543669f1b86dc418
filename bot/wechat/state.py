"""What the bot's end of WeChat tells the rest about itself: whether it hears, must be logged in, and has its room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.wechat.causes import Cause

StateKind = Literal[
    "offline",  # the gateway cannot be reached or refuses us: nothing is heard
    "logged-out",  # the gateway is there, the account is not logged in: nothing is heard
    "scan",  # somebody must scan `qrcode` with the bot's phone
    "scan-expired",  # the code was not scanned in time; a new one follows
    "online",  # logged in and listening
    "room-found",  # the bot is in its room (`room`)
    "room-missing",  # logged in, but in no room of that name, or in several: `why`
    "room-lost",  # the bot was taken out of its room
    "room-renamed",  # the room carries another topic now (`why`); the bot stays with it
    "invited",  # a coordinator's invitation was accepted
    "invite-refused",  # somebody's invitation was not accepted; `detail` is the room's topic
    "befriended",  # somebody's request to be a friend was accepted
    "friend-refused",  # the request of somebody who is not in the room waits for a person
]


@dataclass(frozen=True, slots=True)
class WechatState:
    """One change. `why` is for a person; `qrcode` is the text to show as a QR code (kind "scan").

    `detail` belongs to the kind, `cause` to "offline" (causes.py).
    """

    kind: StateKind
    why: str = ""
    qrcode: str = ""
    room: str = ""
    detail: str = ""
    cause: Cause = ""


OnState = Callable[[WechatState], None]
