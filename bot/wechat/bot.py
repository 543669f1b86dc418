"""小安 in WeChat: a wechaty.Wechaty that hears one room and its private chats, each message once and in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
import sqlite3
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.model import Message, MessageType
from bot.wechat import compat, files
from bot.wechat.rooms import Directory, Seen

compat.prepare()

import wechaty  # noqa: E402
from wechaty_puppet import MessageType as Wire  # noqa: E402
from wechaty_puppet import Puppet, PuppetOptions  # noqa: E402

log = logging.getLogger(__name__)

Hear = Callable[[Message], Awaitable[None]]
Echoed = Callable[[str, str], Awaitable[None] | None]

FILE_SECONDS = 60.0
DRAIN_SECONDS = 10.0
REFRESH_SECONDS = 60.0
_REMEMBERED = 10_000

_TYPES: dict[Any, MessageType] = {
    Wire.MESSAGE_TYPE_TEXT: "text",
    Wire.MESSAGE_TYPE_IMAGE: "image",
    Wire.MESSAGE_TYPE_VIDEO: "video",
    Wire.MESSAGE_TYPE_AUDIO: "audio",
    Wire.MESSAGE_TYPE_EMOTICON: "emoticon",
    Wire.MESSAGE_TYPE_LOCATION: "location",
    Wire.MESSAGE_TYPE_RECALLED: "recalled",
}
_WITH_FILE: frozenset[str] = frozenset({"image", "video", "audio"})


class StartError(Exception):
    """The bot could not begin; the text says why."""


class XiaoAn(wechaty.Wechaty):  # type: ignore[misc]
    """The bot's end of WeChat.

    puppet: which WeChat. topic: the room's exact name. hear: gets each message for the bot, one call at a time.
    directory: who is who. now: the moment, aware. media_dir: where pictures, clips and voice notes are kept (None: they
    are not fetched). echoed: gets id and text of each own message that came back. scheduler: wechaty's own, never
    started here.
    """

    retry_after: tuple[float, ...] = (1.0, 5.0, 30.0)  # seconds, while the database cannot be written
    _puppet: Any

    def __init__(
        self,
        puppet: Puppet,
        topic: str,
        hear: Hear,
        directory: Directory,
        *,
        now: Callable[[], dt.datetime],
        media_dir: Path | None = None,
        echoed: Echoed | None = None,
        scheduler: AsyncIOScheduler | None = None,
    ) -> None:
        super().__init__(
            wechaty.WechatyOptions(
                name="xiaoan",
                puppet=puppet,
                puppet_options=PuppetOptions(),  # the default is one object shared by all bots
                scheduler=scheduler or AsyncIOScheduler(),
            )
        )
        self.topic = topic
        self.directory = directory
        self.online = False
        self.room_id: str | None = None
        self._hear, self._echoed, self._now, self._media_dir = hear, echoed, now, media_dir
        self._inbox: asyncio.Queue[tuple[str, asyncio.Future[None]]] = asyncio.Queue()
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._turns: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._is_online = asyncio.Event()
        self._ended: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._met_at: float | None = None

    # Life

    async def run(self) -> None:
        """Start, and return only when stopped. Raises StartError when it cannot begin, else what ended the bot."""
        try:
            await self.start()
            assert self._ended is not None
            await self._ended
        finally:
            await self.stop()

    async def start(self) -> None:
        """Begin to hear. Raises StartError."""
        if self._ended is not None:
            raise StartError("the bot was started before; make a new one")
        self._ended = asyncio.get_running_loop().create_future()
        self._worker = asyncio.create_task(self._work())
        self._worker.add_done_callback(self._worker_ended)
        try:
            await super().start()
        except StartError:
            raise
        except Exception as error:
            raise StartError(f"WeChat could not be reached ({type(error).__name__}: {error})") from error
        if self._ended.done() and (failed := self._ended.exception()):
            raise failed

    async def stop(self) -> None:
        """Finish what was heard, let go of WeChat. Doing it again changes nothing."""
        self.online = False
        self._is_online.clear()
        puppet, self._puppet = self._puppet, None
        if puppet is not None:
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    await puppet.stop()
                    self._puppet = puppet  # what is still in the inbox needs it
                    await self._settled()
            except Exception as error:
                log.warning("stopping WeChat: %s", describe(error))
            finally:
                self._puppet = None
        self.started = False
        for task in [self._worker, *self._turns.values()]:
            if task is not None:
                task.cancel()
        while not self._inbox.empty():  # nobody may wait for what will not be dealt with any more
            _finish(self._inbox.get_nowait()[1])
        self._end(None)

    async def wait_online(self) -> None:
        """Return once the account is logged in and the room was looked for."""
        await self._is_online.wait()

    async def init_puppet(self) -> None:
        await super().init_puppet()
        # wechaty keeps one pool of contacts and rooms for all bots of a process, with the first bot's puppet in them.
        for kind in (self.Contact, self.ContactSelf, self.Room):
            kind._pool = {}

    async def init_puppet_event_bridge(self, puppet: Puppet) -> None:
        """In place of wechaty's own, which loses order, a second login, and every error in a handler."""
        puppet.on("login", self._logged_in)
        puppet.on("logout", self._logged_out)
        puppet.on("message", self._queue)
        puppet.on("room-join", self._joined)
        puppet.on("error", self._trouble)

    async def _logged_in(self, payload: Any) -> None:
        try:
            self.contact_id = payload.contact_id
            self.Room._pool.clear()
            await self._find_room()
            await self.meet_members()
            self.online = True
            self._is_online.set()
            await self.on_login(self.ContactSelf.load(payload.contact_id))
        except Exception as error:
            log.error("login: %s", describe(error))
            self._end(StartError(f"logged in, but could not begin ({type(error).__name__}: {error})"))

    async def _logged_out(self, payload: Any) -> None:
        self.online = False
        self._is_online.clear()
        log.error("WeChat logged the bot out; it hears nothing until it is logged in again")

    async def _joined(self, payload: Any) -> None:
        try:
            if payload.room_id == self.room_id:
                await self._meet(payload.invited_ids)
        except Exception as error:
            log.error("somebody joined: %s", describe(error))

    def _trouble(self, payload: Any) -> None:
        log.error("WeChat reports an error (%s)", type(payload).__name__)

    def _end(self, error: BaseException | None) -> None:
        if self._ended is not None and not self._ended.done():
            if error is None:
                self._ended.set_result(None)
            else:
                self._ended.set_exception(error)

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._end(error)

    # The room and its people

    async def _find_room(self) -> str | None:
        """The one room with exactly our topic; None, said in the log, when there is none or more than one."""
        found = []
        for room_id in sorted(await self.puppet.room_search()):
            payload = await self.puppet.room_payload(room_id)
            if payload.topic == self.topic:
                found.append(room_id)
        if len(found) != 1:
            log.error("%d groups are named %r; the bot must be in exactly one (room.topic)", len(found), self.topic)
            return None
        self.room_id = found[0]
        return self.room_id

    async def room_found(self) -> str | None:
        """The room's id, looked for again when it is not known yet."""
        return self.room_id or await self._find_room()

    async def meet_members(self) -> None:
        """Tell the directory who is in the room now."""
        if self.room_id is not None:
            self._met_at = asyncio.get_running_loop().time()
            await self._meet(await self.puppet.room_members(self.room_id))

    async def meet_again(self) -> bool:
        """Ask the room for its members once more, unless that was done a moment ago; whether it was asked."""
        if self._met_at is not None and asyncio.get_running_loop().time() - self._met_at < REFRESH_SECONDS:
            return False
        await self.meet_members()
        return True

    async def _meet(self, contact_ids: list[str]) -> None:
        seen = []
        for contact_id in contact_ids:
            if contact_id != self.contact_id:
                seen.append(await self._seen(contact_id))
        self.directory.meet([s for s in seen if s.name or s.alias], self._now())

    async def _seen(self, contact_id: str) -> Seen:
        """A contact's names as they are now: wechaty's own copies are never renewed."""
        if self.room_id is not None:
            try:
                member = await self.puppet.room_member_payload(self.room_id, contact_id)
                if member.name:
                    return Seen(contact_id, member.name, member.room_alias or "")
            except Exception as error:
                # A private chat with somebody who is not in the room.
                log.debug("no member of the room: %s", describe(error))
        try:
            payload = await self.puppet.contact_payload(contact_id)
            return Seen(contact_id, payload.name, "")
        except Exception as error:
            log.warning("a contact cannot be looked at: %s", describe(error))
            return self.directory.known(contact_id) or Seen(contact_id, "", "")

    # Messages

    async def _queue(self, payload: Any) -> None:
        """Returns when the message was dealt with."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((payload.message_id, done))
        await done

    async def _settled(self) -> None:
        await self._inbox.join()
        await asyncio.gather(*self._turns.values(), return_exceptions=True)

    async def _work(self) -> None:
        while True:
            message_id, done = await self._inbox.get()
            turn: asyncio.Task[None] | None = None
            try:
                turn = await self._take(message_id)
            except Exception as error:
                log.error("message %s was lost: %s", message_id, describe(error))
            finally:
                self._inbox.task_done()
                if turn is None:
                    _finish(done)
                else:
                    turn.add_done_callback(lambda _, done=done: _finish(done))  # type: ignore[misc]

    async def _take(self, message_id: str) -> asyncio.Task[None] | None:
        """Deal with one message now, or in a task of its sender where a file must be fetched: nobody else waits."""
        if message_id in self._recent:
            return None
        self._recent[message_id] = None
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        payload = await self.puppet.message_payload(message_id)
        if payload.room_id and payload.room_id != await self.room_found():
            return None
        msg = self.Message.load(message_id)
        msg.payload = payload  # not ready(): that fails for all of it when one contact cannot be looked at
        before = self._turns.get(payload.from_id)
        if before is None and not (self._media_dir and self._type(msg) in _WITH_FILE):
            await self._handle(msg)
            return None
        turn = asyncio.create_task(self._handle(msg, before))
        self._turns[payload.from_id] = turn
        turn.add_done_callback(
            lambda t: self._turns.pop(payload.from_id) if self._turns.get(payload.from_id) is t else None
        )
        return turn

    async def _handle(self, msg: Any, before: asyncio.Task[None] | None = None) -> None:
        if before is not None:
            await asyncio.wait([before])
        for pause in (*self.retry_after, None):
            try:
                await self.on_message(msg)
                return
            except sqlite3.OperationalError as error:  # a full disk, a locked database: may pass
                log.error("message %s could not be handled: %s", msg.message_id, describe(error))
                if pause is not None:
                    await asyncio.sleep(pause)
            except Exception as error:
                log.error("message %s could not be handled: %s", msg.message_id, describe(error))
                return

    async def on_message(self, msg: Any) -> None:
        """Hand one wechaty message on: an own one as echo, the others as bot.model.Message."""
        if msg.payload.from_id == self.contact_id:
            if self._echoed is not None:
                result = self._echoed(msg.message_id, msg.text())
                if result is not None:
                    await result
            return
        message = await self._understand(msg)
        if message is not None:
            async with self._one_at_a_time:
                await self._hear(message)

    async def _understand(self, msg: Any) -> Message | None:
        kind = self._type(msg)
        if kind is None:
            return None
        seen = await self._seen(msg.talker().contact_id)
        at = dt.datetime.fromtimestamp(_seconds(msg.payload.timestamp), dt.UTC)
        return Message(
            id=msg.message_id,
            at=at,
            sender=seen.alias or seen.name or seen.id,
            type=kind,
            text=_readable(msg.text(), kind),
            file=await self._file(msg) if kind in _WITH_FILE else None,
            to="bot" if msg.room() is None else "room",
            people=self.directory.people_of(seen.id, seen.name, seen.alias, at),
            mentions=await self._mentions(msg),
            contact=seen.id,
        )

    def _type(self, msg: Any) -> MessageType | None:
        """None for what is not said by a person, or says nothing (system notes, links, money)."""
        if msg.type() == Wire.MESSAGE_TYPE_ATTACHMENT:
            return files.kind_of(msg.payload.filename or "")
        return _TYPES.get(msg.type())

    async def _mentions(self, msg: Any) -> tuple[str, ...]:
        names = []
        for contact_id in msg.payload.mention_ids or ():
            seen = await self._seen(contact_id)
            names.append(seen.alias or seen.name)
        return tuple(dict.fromkeys(name for name in names if name))

    async def _file(self, msg: Any) -> str | None:
        if self._media_dir is None:
            return None
        try:
            async with asyncio.timeout(FILE_SECONDS):
                box = await msg.to_file_box()
                path = await asyncio.to_thread(lambda: files.keep(self._media_dir, box.name, files.content(box)))  # type: ignore[arg-type]
        except Exception as error:
            log.error("the file of message %s cannot be had: %s", msg.message_id, describe(error))
            return None
        return str(path)


def describe(error: BaseException) -> str:
    """Where and what kind an error is, without its text, which may hold people's words."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
    return f"{type(error).__name__} at {places or 'unknown place'}"


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _seconds(timestamp: float) -> float:
    # Gateways give seconds or milliseconds; as seconds, milliseconds would lie far beyond the year 5000.
    return timestamp / 1000 if timestamp > 100_000_000_000 else float(timestamp)


def _readable(text: str, kind: MessageType) -> str:
    if kind != "text" and re.match(r"\s*<", text):
        return ""  # WeChat's XML about a picture or place
    return text.replace("\u2005", " ")
