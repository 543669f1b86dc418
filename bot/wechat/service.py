"""WeChat through a wechaty gateway (puppet service): a connection that looks after itself.

connect ─► Version (is it there, does it take the token) ─► event stream ─► Start ─► heartbeat … ─► broken ─► wait ─┐
   ▲                                                                                                              │
   └──────────────────────────── backoff with jitter, for ever; Stop is never called ─────────────────────────────┘
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import logging
import random
from collections.abc import Callable
from typing import Any

from bot.wechat import compat, files, wire
from bot.wechat.errors import GatewayError, describe
from bot.wechat.gateway import Gateway
from bot.wechat.link import Link
from bot.wechat.transfer import fetch
from bot.wechat.wording import app_text, note_text

compat.prepare()

from wechaty_grpc.wechaty import puppet as pb  # noqa: E402
from wechaty_puppet import (  # noqa: E402
    ContactPayload,
    FileBox,
    MessagePayload,
    MessageType,
    Puppet,
    PuppetOptions,
    RoomInvitationPayload,
    RoomMemberPayload,
    RoomPayload,
)

log = logging.getLogger(__name__)

FILE_SECONDS = 60.0
START_SECONDS = 60.0  # some gateways answer only when somebody has logged in
INLINE_BYTES = 256 * 1024  # larger files are uploaded first: the gateway takes messages up to 4 MB
ARTWORK = 3  # the picture as it was taken
_BASE64, _URL, _UUID = 1, 2, 7


class ServicePuppet(Puppet):  # type: ignore[misc]
    """The bot's account behind a gateway. Beside wechaty's events it emits "offline" (the GatewayError) and "waiting" (no account).

    `jitter` gives numbers in [0, 1). `beat`: seconds between two heartbeats, each of which must be answered in as many:
    a dead connection is noticed within two of them, a deaf one within three.
    """

    beat = 8.0
    login_grace = 5.0  # how long after connecting a login may take before the account counts as logged out
    settled_after = 60.0  # a connection that held this long was a good one: the next wait is short again
    first_wait, longest_wait = 1.0, 60.0
    stream_seconds = 10.0  # for the old way to fetch a file, which never answers where there is none

    def __init__(self, link: Link, *, jitter: Callable[[], float] = random.random) -> None:
        super().__init__(PuppetOptions(), name="service")
        self.link = link
        self._jitter = jitter
        self._listeners: dict[str, list[Callable[[Any], Any]]] = {}
        self._tasks: set[asyncio.Future[Any]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._gateway: Gateway | None = None
        self._broken: asyncio.Future[None] | None = None
        self._account = ""
        self._logged_in = False
        self._last_dong: float | None = None
        self._last_problem = ""

    # Life

    def on(self, event_name: str, caller: Callable[[Any], Any]) -> None:
        self._listeners.setdefault(event_name, []).append(caller)

    def listener_count(self, event_name: str) -> int:
        return len(self._listeners.get(event_name, ()))

    async def start(self) -> None:
        """Begin to keep a connection; returns at once. Raises LinkError where trying would be useless."""
        self.link.tls_context()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Let go of the gateway. The account stays logged in there."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    def again(self, why: str) -> None:
        """Give this connection up and make a new one."""
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(GatewayError(why, lost=True))

    def self_id(self) -> str:
        """The account's id, also while it is logged out. Raises GatewayError before the first login."""
        if not self._account:
            raise GatewayError("the account was not logged in yet")
        return self._account

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            try:
                await self._session()
                problem = GatewayError("the gateway ended the connection", lost=True, cause="lost")
            except GatewayError as error:
                problem = error
            except Exception as error:
                log.error("gateway: %s", describe(error))
                problem = GatewayError(f"the connection failed ({type(error).__name__})", lost=True)
            self._logged_in = False
            failures = 0 if loop.time() - began > self.settled_after else failures + 1
            wait = pause_after(failures, self.first_wait, self.longest_wait, self._jitter())
            if str(problem) != self._last_problem:
                self._last_problem = str(problem)
                log.error("WeChat gateway: %s; trying again for as long as it takes", str(problem))
            self._emit("offline", problem)
            await asyncio.sleep(wait)

    async def _session(self) -> None:
        """One connection, from its beginning to its end. Returns or raises when it is over."""
        host, port = await asyncio.to_thread(self.link.look_up)
        gateway = Gateway(self.link, host, port)
        self._broken = asyncio.get_running_loop().create_future()
        self._last_dong = None
        parts: list[asyncio.Future[Any]] = [self._broken]
        try:
            await gateway.version(self.beat)
            self._gateway = gateway
            parts.append(asyncio.create_task(self._listen(gateway)))
            parts.append(asyncio.create_task(self._beat(gateway)))
            parts += [asyncio.create_task(self._begin(gateway)), asyncio.create_task(self._await_login())]
            await asyncio.wait(parts[:3], return_when=asyncio.FIRST_COMPLETED)
            for part in parts[:3]:
                if part.done():
                    part.result()
        finally:
            self._gateway = None
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            gateway.close()

    async def _begin(self, gateway: Gateway) -> None:
        """Start the account where the gateway has not; where it runs already this changes nothing."""
        try:
            await gateway.call("Start", pb.StartRequest(), pb.StartResponse, START_SECONDS)
        except GatewayError as error:
            log.info("WeChat gateway: %s", error)

    async def _await_login(self) -> None:
        await asyncio.sleep(self.login_grace)
        if not self._logged_in:
            self._emit("waiting", "the gateway is there, but no account is logged in")

    async def _beat(self, gateway: Gateway) -> None:
        """Prove again and again that both ways are open: a question answered, and a ding that comes back as an event.

        A gateway that never gave a dong is judged by its answers alone.
        """
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.beat)
            await gateway.version(self.beat)
            if self._last_dong is not None and loop.time() - self._last_dong > 2.5 * self.beat:
                raise GatewayError("the gateway answers, but its events do not arrive", lost=True, cause="deaf")
            try:
                await gateway.call("Ding", pb.DingRequest(data="heartbeat"), pb.DingResponse, self.beat)
            except GatewayError as error:
                if error.lost:
                    raise

    async def _listen(self, gateway: Gateway) -> None:
        async for number, text in gateway.events():
            try:
                self._happened(number, text)
            except Exception as error:
                # One event that cannot be understood must not end the stream.
                log.error("gateway event %d: %s", number, describe(error))

    def _happened(self, number: int, text: str) -> None:
        event = wire.event_of(number, text)
        if event is None:
            return
        name, payload = event
        if name == "dong":
            self._last_dong = asyncio.get_running_loop().time()
        elif name == "login":
            self._account, self._logged_in = payload.contact_id, True
            if self._last_problem:
                log.warning("WeChat gateway: connected again")
                self._last_problem = ""
        elif name == "logout":
            self._logged_in = False
        if name not in ("dong", "heartbeat"):
            self._emit(name, payload)

    def _emit(self, event: str, payload: Any) -> None:
        """Tasks begin in the order in which they were made, so listeners see events in order without being waited for."""
        for listener in self._listeners.get(event, ()):
            try:
                result = listener(payload)
            except Exception as error:
                log.error("gateway event %s: %s", event, describe(error))
                continue
            if inspect.isawaitable(result):
                task = asyncio.ensure_future(result)
                self._tasks.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("gateway event: %s", describe(error))

    @property
    def _open(self) -> Gateway:
        if self._gateway is None:
            raise GatewayError("the gateway is not connected", lost=True)
        return self._gateway

    # Messages

    async def message_payload(self, message_id: str) -> MessagePayload:
        request = pb.MessagePayloadRequest(id=message_id)
        found = await self._open.call("MessagePayload", request, pb.MessagePayloadResponse)
        number, text = int(found.type), found.text
        if (words := app_text(text)) is not None:  # some gateways hand WeChat's XML on, under whatever type
            number, text = wire.TEXT, words
        elif number == wire.GROUP_NOTE:
            text = note_text(text)
        return MessagePayload(
            id=found.id or message_id,
            text=text,
            timestamp=found.timestamp,
            type=wire.TYPES.get(number, MessageType.MESSAGE_TYPE_UNSPECIFIED),
            filename=found.filename,
            from_id=found.from_id,
            room_id=found.room_id,
            to_id=found.to_id,
            mention_ids=list(found.mention_ids),
        )

    async def message_file(self, message_id: str) -> FileBox:
        gateway = self._open
        try:
            request = pb.MessageFileRequest(id=message_id)
            found = await gateway.call("MessageFile", request, pb.MessageFileResponse, FILE_SECONDS)
        except GatewayError as error:
            if error.lost:
                raise
            # The gateway cannot put a small buffer into JSON; its old way can.
            name = (await self.message_payload(message_id)).filename or f"{message_id}.bin"
            return FileBox.from_buffer(await gateway.file_stream(message_id, self.stream_seconds), name)
        return await self._unpack(found.filebox)

    async def message_image(self, message_id: str, image_type: int = ARTWORK) -> FileBox:
        try:
            request = pb.MessageImageRequest(id=message_id, type=image_type)
            found = await self._open.call("MessageImage", request, pb.MessageImageResponse, FILE_SECONDS)
        except GatewayError as error:
            if error.lost:
                raise
            return await self.message_file(message_id)
        return await self._unpack(found.filebox)

    async def _unpack(self, text: str) -> FileBox:
        """The content of the file that the gateway describes in JSON. Raises GatewayError."""
        try:
            box = json.loads(text)
            name, kind = str(box.get("name") or "file"), int(box.get("type") or box["boxType"])
            if kind == _BASE64:
                data = base64.b64decode(box["base64"])
            elif kind == _UUID:
                data = await self._open.download(str(box["uuid"]), FILE_SECONDS)
            elif kind == _URL:
                data = await asyncio.to_thread(fetch, str(box["url"]), box.get("headers") or {}, FILE_SECONDS)
            else:
                raise GatewayError(f"the gateway gives a file of kind {kind}, which carries no content")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise GatewayError("the gateway describes a file in a way that cannot be understood") from None
        return FileBox.from_buffer(data, name)

    async def message_send_text(self, conversation_id: str, message: str, mention_ids: list[str] | None = None) -> str:
        request = pb.MessageSendTextRequest(conversation_id=conversation_id, text=message)
        request.mentonal_ids = list(mention_ids or ())
        return _sent_id(await self._open.call("MessageSendText", request, wire.SentResponse))

    async def message_send_file(self, conversation_id: str, file: FileBox) -> str:
        data = files.content(file)
        box: dict[str, Any] = {"name": file.name, "size": len(data)}
        if len(data) <= INLINE_BYTES:
            box |= {"type": _BASE64, "boxType": _BASE64, "base64": base64.b64encode(data).decode()}
        else:
            uuid = await self._open.upload(data, FILE_SECONDS)
            box |= {"type": _UUID, "boxType": _UUID, "uuid": uuid}
        request = pb.MessageSendFileRequest(conversation_id=conversation_id, filebox=json.dumps(box))
        return _sent_id(await self._open.call("MessageSendFile", request, wire.SentResponse, FILE_SECONDS))

    # People and rooms

    async def contact_payload(self, contact_id: str) -> ContactPayload:
        request = pb.ContactPayloadRequest(id=contact_id)
        return await self._open.call("ContactPayload", request, pb.ContactPayloadResponse)

    async def contact_list(self) -> list[str]:
        found = await self._open.call("ContactList", pb.ContactListRequest(), pb.ContactListResponse)
        return list(found.ids)

    async def contact_alias(self, contact_id: str, alias: str | None = None) -> str:
        """Set the bot's own note on a contact, or with None ask for it."""
        if alias is None:
            return str((await self.contact_payload(contact_id)).alias)
        await self._open.call("ContactAlias", wire.SetAliasRequest(id=contact_id, alias=alias), wire.SetAliasResponse)
        return alias

    async def room_search(self, query: Any = None) -> list[str]:
        found = await self._open.call("RoomList", pb.RoomListRequest(), pb.RoomListResponse)
        return list(found.ids)

    async def room_payload(self, room_id: str) -> RoomPayload:
        return await self._open.call("RoomPayload", pb.RoomPayloadRequest(id=room_id), pb.RoomPayloadResponse)

    async def room_members(self, room_id: str) -> list[str]:
        request = pb.RoomMemberListRequest(id=room_id)
        found = await self._open.call("RoomMemberList", request, pb.RoomMemberListResponse)
        return list(found.member_ids)

    async def room_member_payload(self, room_id: str, contact_id: str) -> RoomMemberPayload:
        request = pb.RoomMemberPayloadRequest(id=room_id, member_id=contact_id)
        return await self._open.call("RoomMemberPayload", request, pb.RoomMemberPayloadResponse)

    async def room_topic(self, room_id: str, new_topic: str) -> None:
        await self._open.call("RoomTopic", wire.SetTopicRequest(id=room_id, topic=new_topic), wire.SetTopicResponse)

    async def room_invitation_payload(self, room_invitation_id: str, payload: Any = None) -> RoomInvitationPayload:
        request = wire.InvitationRequest(id=room_invitation_id)
        return await self._open.call("RoomInvitationPayload", request, wire.InvitationResponse)

    async def room_invitation_accept(self, room_invitation_id: str) -> None:
        request = pb.RoomInvitationAcceptRequest(id=room_invitation_id)
        await self._open.call("RoomInvitationAccept", request, pb.RoomInvitationAcceptResponse, FILE_SECONDS)

    async def friendship_payload(self, friendship_id: str, payload: Any = None) -> Any:
        """contact_id, and type as in wire.FRIEND_NOW and FRIEND_ASKS."""
        request = pb.FriendshipPayloadRequest(id=friendship_id)
        return await self._open.call("FriendshipPayload", request, pb.FriendshipPayloadResponse)

    async def friendship_accept(self, friendship_id: str) -> None:
        request = pb.FriendshipAcceptRequest(id=friendship_id)
        await self._open.call("FriendshipAccept", request, pb.FriendshipAcceptResponse, FILE_SECONDS)


def pause_after(failures: int, first: float, longest: float, jitter: float) -> float:
    """Seconds until the next try: doubled with each failure in a row up to `longest`, and spread by half either way.

    `jitter` in [0, 1): several bots that lost one gateway at the same moment do not come back at the same moment.
    """
    return min(longest, first * 2.0 ** min(max(failures - 1, 0), 30)) * (0.5 + jitter)


def _sent_id(answer: Any) -> str:
    return str(answer.id or answer.wrapped or "")
