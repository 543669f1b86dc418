"""A puppet without WeChat: wechaty on the near side, a LocalWorld on the far side."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from bot.wechat import compat, files
from bot.wechat.wording import QUOTE_LINE
from bot.wechat.world import LocalWorld, WorldContact, WorldError, WorldMessage

compat.prepare()

from wechaty_puppet import (  # noqa: E402
    ContactPayload,
    ContactType,
    EventLoginPayload,
    EventMessagePayload,
    FileBox,
    MessagePayload,
    MessageType,
    Puppet,
    PuppetOptions,
    RoomMemberPayload,
    RoomPayload,
    WechatyPuppetPayloadError,
)

ROOM_ID = "room@local"
AFTER_MENTION = "\u2005"  # WeChat ends a mention with a four-per-em space
CATCH_UP = 200  # how many of the last messages are looked through at start

# The outbox key of what is being sent, for the world to recognise a message that it already has.
sending_key: ContextVar[str] = ContextVar("sending_key", default="")

_TYPES = {
    "text": MessageType.MESSAGE_TYPE_TEXT,
    "image": MessageType.MESSAGE_TYPE_IMAGE,
    "video": MessageType.MESSAGE_TYPE_VIDEO,
    "audio": MessageType.MESSAGE_TYPE_AUDIO,
    "emoticon": MessageType.MESSAGE_TYPE_EMOTICON,
    "location": MessageType.MESSAGE_TYPE_LOCATION,
    "recalled": MessageType.MESSAGE_TYPE_RECALLED,
}
_SHOWN = {"image": "[图片]", "video": "[视频]", "audio": "[语音]", "emoticon": "[表情]", "location": "[位置]"}


class LocalPuppet(Puppet):  # type: ignore[misc]
    """The bot's account in a LocalWorld.

    `heard` tells whether a message was dealt with before: at start, the last messages that were not are delivered,
    so that a stop at the wrong moment loses nothing. Without it, nothing old is delivered.
    `files_dir` takes what the bot sends; by default a folder beside the world's file.
    """

    def __init__(
        self, world: LocalWorld, *, files_dir: Path | None = None, heard: Callable[[str], bool] | None = None
    ) -> None:
        super().__init__(PuppetOptions(), name="local")
        self.world = world
        self._files_dir = files_dir or world.path.parent / "sent"
        self._was_heard = heard
        self._listeners: dict[str, list[Callable[[Any], Any]]] = {}
        self._echoes: set[asyncio.Future[None]] = set()

    # Life and events

    def on(self, event_name: str, caller: Callable[[Any], Any]) -> None:
        self._listeners.setdefault(event_name, []).append(caller)

    def listener_count(self, event_name: str) -> int:
        return len(self._listeners.get(event_name, ()))

    async def start(self) -> None:
        seq = self.world.last_seq() - (CATCH_UP if self._was_heard else 0)
        await self._emit("login", EventLoginPayload(contact_id=LocalWorld.BOT))
        while missed := self.world.since(seq):
            seq = missed[-1].seq
            for message in missed:
                if message.sender != LocalWorld.BOT and not (self._was_heard and self._was_heard(message.id)):
                    await self._emit("message", EventMessagePayload(message_id=message.id))
        self.world.subscribe(self._hear)  # nothing can be said between the last look and this

    async def stop(self) -> None:
        self.world.unsubscribe(self._hear)

    def self_id(self) -> str:
        return LocalWorld.BOT

    async def _emit(self, event: str, payload: Any) -> None:
        for listener in self._listeners.get(event, ()):
            result = listener(payload)
            if inspect.isawaitable(result):
                await result

    def _hear(self, message: WorldMessage) -> Awaitable[None] | None:
        event = EventMessagePayload(message_id=message.id)
        if message.sender != LocalWorld.BOT:
            return self._emit("message", event)  # whoever speaks may wait until the bot has dealt with it
        # The bot must not wait for its own echo: it may be speaking while it deals with a message.
        for listener in self._listeners.get("message", ()):
            result = listener(event)
            if inspect.isawaitable(result):
                task = asyncio.ensure_future(result)
                self._echoes.add(task)
                task.add_done_callback(self._echoes.discard)
        return None

    # Messages

    async def message_payload(self, message_id: str) -> MessagePayload:
        m = self._message(message_id)
        private = m.chat != "room"
        return MessagePayload(
            id=m.id,
            text=self._text(m),
            timestamp=int(m.at.timestamp() * 1000),
            type=MessageType.MESSAGE_TYPE_ATTACHMENT if m.file and m.type == "text" else _TYPES[m.type],
            filename=Path(m.file).name if m.file else "",
            from_id=m.sender,
            room_id="" if private else ROOM_ID,
            to_id=(m.chat if m.sender == LocalWorld.BOT else LocalWorld.BOT) if private else "",
            mention_ids=list(m.mentions),
        )

    async def message_file(self, message_id: str) -> FileBox:
        m = self._message(message_id)
        if m.file is None:
            raise WechatyPuppetPayloadError(f"message {message_id} carries no file")
        path = Path(m.file)
        return FileBox.from_buffer(await asyncio.to_thread(path.read_bytes), path.name)

    async def message_image(self, message_id: str, image_type: Any = None) -> FileBox:
        return await self.message_file(message_id)

    async def message_send_text(self, conversation_id: str, message: str, mention_ids: list[str] | None = None) -> str:
        sent = await self.world.say(
            LocalWorld.BOT,
            message,
            chat=_chat(conversation_id),
            mentions=tuple(mention_ids or ()),
            key=sending_key.get(),
        )
        return sent.id

    async def message_send_file(self, conversation_id: str, file: FileBox) -> str:
        data = files.content(file)
        try:
            path = await asyncio.to_thread(files.keep, self._files_dir, file.name, data)
        except OSError as error:
            raise WorldError(f"the file cannot be kept ({error.strerror}); is the disk full?") from None
        except files.Unreadable as error:
            raise WorldError(str(error)) from None
        kind = files.kind_of(file.name)
        sent = await self.world.say(
            LocalWorld.BOT,
            "" if kind else f"[文件] {file.name}",
            chat=_chat(conversation_id),
            type=kind or "text",
            file=str(path),
            key=sending_key.get(),
        )
        return sent.id

    def arrived(self, key: str) -> bool:
        """Whether the world has the bot's message with this outbox key."""
        return self.world.find_key(key) is not None

    def _message(self, message_id: str) -> WorldMessage:
        found = self.world.message(message_id)
        if found is None:
            raise WechatyPuppetPayloadError(f"no message {message_id}")
        return found

    def _text(self, m: WorldMessage) -> str:
        text = m.text if m.type == "recalled" else self._mentioning(m)
        quoted = self.world.message(m.quote) if m.quote else None
        if quoted is None:
            return text
        words = quoted.text if quoted.type == "text" else _SHOWN.get(quoted.type, "")
        return f"「{self._shown(quoted.sender)}：{words}」{QUOTE_LINE}{text}"

    def _mentioning(self, m: WorldMessage) -> str:
        """The text with every mention in it, as WeChat writes it: @alias and a four-per-em space."""
        text, missing = m.text, ""
        for contact_id in m.mentions:
            at = "@" + self._shown(contact_id)
            text, changed = re.subn(re.escape(at) + r"(?:\s|$)", lambda _, at=at: at + AFTER_MENTION, text)  # type: ignore[misc]
            if not changed and at not in text:
                missing += at + AFTER_MENTION
        return missing + text

    def _shown(self, contact_id: str) -> str:
        contact = self.world.contact(contact_id)
        return contact.shown if contact else contact_id

    # People

    async def contact_payload(self, contact_id: str) -> ContactPayload:
        c = self._contact(contact_id)
        return ContactPayload(id=c.id, name=c.name, type=ContactType.CONTACT_TYPE_PERSONAL, friend=True)

    async def contact_list(self) -> list[str]:
        return [c.id for c in self.world.contacts()]

    async def room_search(self, query: Any = None) -> list[str]:
        return [ROOM_ID]

    async def room_payload(self, room_id: str) -> RoomPayload:
        return RoomPayload(id=room_id, topic=self.world.topic, member_ids=await self.room_members(room_id))

    async def room_members(self, room_id: str) -> list[str]:
        return [LocalWorld.BOT, *(c.id for c in self.world.contacts())]

    async def room_member_payload(self, room_id: str, contact_id: str) -> RoomMemberPayload:
        c = self._contact(contact_id)
        return RoomMemberPayload(id=c.id, name=c.name, room_alias=c.alias)

    def _contact(self, contact_id: str) -> WorldContact:
        found = self.world.contact(contact_id)
        if found is None:
            raise WechatyPuppetPayloadError("no such contact")
        return found


def _chat(conversation_id: str) -> str:
    return "room" if conversation_id == ROOM_ID else conversation_id
