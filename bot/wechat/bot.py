"""小安 in WeChat: a wechaty.Wechaty that hears one room and its private chats, each message once and in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.model import Message
from bot.ports import Echo
from bot.wechat import compat, files, wire
from bot.wechat.causes import Cause
from bot.wechat.errors import GatewayError, describe
from bot.wechat.rooms import Directory, Seen
from bot.wechat.sorts import WITH_FILE, sort_of
from bot.wechat.state import OnState, StateKind, WechatState
from bot.wechat.wording import beside, is_pat, readable, shown_name
from data import meta
from data.store import is_passing

compat.prepare()

import wechaty  # noqa: E402
from wechaty_puppet import MessageType as Wire  # noqa: E402
from wechaty_puppet import Puppet, PuppetOptions, ScanStatus  # noqa: E402

log = logging.getLogger(__name__)

Hear = Callable[[Message], Awaitable[None] | None]
Together = Callable[[int], AbstractContextManager[None]]
Heard = Echo | tuple[Message, Seen]
Echoed = Callable[[Echo], None]
Lost = Callable[[str], None]

FILE_SECONDS = 60.0
DRAIN_SECONDS = 10.0
REFRESH_SECONDS = 60.0
TROUBLES_SECONDS = 60.0
NAMES_SECONDS = 10.0
MANY = 5  # messages that wait
AT_ONCE = 32  # messages that are taken up together
MEETING = 8  # members looked at side by side
ROOM = "wechat-room"  # the key in meta under which the room's id is kept
_REMEMBERED = 10_000
_ECHOES = 500

_T = TypeVar("_T")


class StartError(Exception):
    """The bot could not begin; the text says why."""


@runtime_checkable
class Reconnects(Protocol):
    """A puppet that keeps its connection by itself."""

    def again(self, why: str) -> None: ...

    async def stop(self) -> None: ...


class XiaoAn(wechaty.Wechaty):  # type: ignore[misc]
    """The bot's end of WeChat.

    puppet: which WeChat. topic: the room's exact name. hear: gets each message for the bot, one call at a time.
    together: given how many messages wait, entered around what is heard in one go, echoes too; what it raises (the database
    cannot be written) leaves nothing of it heard, and all of it comes again. Only with a `hear` that returns at once.
    directory: who is who. now: the moment, aware. media_dir: where pictures, clips, voice notes and documents are kept
    (None: they are not fetched). echoed: gets each own message that came back. on_state: hears of every change in what the bot can hear
    (see state.py). on_friend: gets the contact id of everybody who can be written to from now on. on_lost: gets the id of
    each message that came and could not be had. These four must return at once. scheduler: wechaty's own, never started
    here.
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
        together: Together | None = None,
        media_dir: Path | None = None,
        echoed: Echoed | None = None,
        on_state: OnState | None = None,
        on_friend: Callable[[str], None] | None = None,
        on_lost: Lost | None = None,
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
        self.state = WechatState("offline", "not connected yet")
        self._hear, self._echoed, self._now, self._media_dir = hear, echoed, now, media_dir
        self._together = together
        self._inbox: asyncio.Queue[tuple[str, asyncio.Future[None]]] = asyncio.Queue()
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._names: dict[str, tuple[float, Seen]] = {}  # when a contact was looked up, and what was seen
        self._taken_up = 0  # messages that are being dealt with
        self._turns: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._is_online = asyncio.Event()
        self._ended: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._met_at: float | None = None
        self._stopping = False
        self._turn = 0
        self._troubles = 0
        self._troubles_told: float | None = None
        self._on_state, self._on_friend, self._on_lost = on_state, on_friend, on_lost
        self._echoes: deque[tuple[str, str, str]] = deque(maxlen=_ECHOES)

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
        self._stopping = True
        puppet, self._puppet = self._puppet, None
        if puppet is not None:
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    self._puppet = puppet  # what is still in the inbox needs it
                    if isinstance(puppet, Reconnects):
                        await self._settled()  # once it is stopped, nothing can be asked of it
                    else:
                        await puppet.stop()
                        await self._settled()
            except Exception as error:
                log.warning("stopping WeChat: %s", describe(error))
            finally:
                self._puppet = None
                if isinstance(puppet, Reconnects):
                    await puppet.stop()
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
        puppet.on("room-leave", self._left)
        puppet.on("room-topic", self._renamed)
        puppet.on("room-invite", self._invited)
        puppet.on("friendship", self._friendship)
        puppet.on("scan", self._scan)
        puppet.on("offline", self._offline)
        puppet.on("waiting", self._no_account)
        puppet.on("error", self._trouble)

    async def _logged_in(self, payload: Any) -> None:
        self._turn += 1
        turn = self._turn
        try:
            self.contact_id = payload.contact_id
            self.Room._pool.clear()
            await self._find_room()
            await self.meet_members()
            if turn != self._turn:
                return  # lost or logged out meanwhile, or a later login does the same
            self.online = True
            self._is_online.set()
            self._tell("online", room=self.room_id or "")
            await self.on_login(self.ContactSelf.load(payload.contact_id))
        except Exception as error:
            log.error("login: %s", describe(error))
            if isinstance(self._puppet, Reconnects):
                self._puppet.again("the first look around after the login failed")
            else:
                self._end(StartError(f"logged in, but could not begin ({type(error).__name__}: {error})"))

    def _deaf(self, kind: StateKind, why: str, *, qrcode: str = "", cause: Cause = "") -> None:
        self._turn += 1
        self.online = False
        self._is_online.clear()
        self._tell(kind, why, qrcode=qrcode, cause=cause)

    async def _logged_out(self, payload: Any) -> None:
        log.error("WeChat logged the bot out; it hears nothing until it is logged in again")
        self._deaf("logged-out", "WeChat logged the account out")

    def _offline(self, problem: GatewayError) -> None:
        self._deaf("offline", str(problem), cause=problem.cause)

    def _no_account(self, why: str) -> None:
        if self.state.kind not in ("scan", "scan-expired"):
            self._deaf("logged-out", why)

    def _scan(self, payload: Any) -> None:
        if payload.status == ScanStatus.Waiting and payload.qrcode:
            self._deaf("scan", "the QR code must be scanned with the bot's phone", qrcode=payload.qrcode)
        elif payload.status in (ScanStatus.Timeout, ScanStatus.Cancel):
            self._deaf("scan-expired", "the QR code was not scanned in time")

    def _tell(
        self,
        kind: StateKind,
        why: str = "",
        *,
        qrcode: str = "",
        room: str = "",
        detail: str = "",
        cause: Cause = "",
    ) -> None:
        state = WechatState(kind, why, qrcode, room, detail, cause)
        if kind in ("offline", "logged-out", "scan", "scan-expired", "online"):
            if state == self.state:
                return
            self.state = state
        if self._on_state is not None:
            self._safely(self._on_state, state)

    def _safely(self, hear: Callable[[Any], None], what: Any) -> None:
        """A listener of ours that fails must not end what it listens to."""
        try:
            hear(what)
        except Exception as error:
            log.error("%s: %s", getattr(hear, "__name__", "a listener"), describe(error))

    async def _joined(self, payload: Any) -> None:
        try:
            if payload.room_id == self.room_id:
                await self._meet(payload.invited_ids)
            elif self.room_id is None and await self._find_room():
                await self.meet_members()
        except Exception as error:
            log.error("somebody joined: %s", describe(error))

    def _left(self, payload: Any) -> None:
        if payload.room_id == self.room_id and self.contact_id in payload.removed_ids:
            self.room_id = None
            log.error("the bot was taken out of its group; somebody must invite it again")
            self._tell("room-lost", "the bot was taken out of its group", room=payload.room_id)

    async def _renamed(self, payload: Any) -> None:
        try:
            if payload.room_id == self.room_id and payload.new_topic != self.topic:
                log.warning("the group is named %r now; room.topic says %r", payload.new_topic, self.topic)
                self._tell("room-renamed", payload.new_topic, room=payload.room_id)
            elif self.room_id is None and payload.new_topic == self.topic and await self._find_room():
                await self.meet_members()
        except Exception as error:
            log.error("a group was renamed: %s", describe(error))

    async def _invited(self, payload: Any) -> None:
        """A coordinator's invitation into our group is accepted, any other is only told."""
        try:
            found = await self.puppet.room_invitation_payload(payload.room_invitation_id)
            if not await self._is_coordinator(found.inviter_id):
                self._tell("invite-refused", "an invitation into a group is no coordinator's", detail=found.topic)
            elif self.room_id is not None or found.topic not in ("", self.topic):
                self._tell("invite-refused", "an invitation is not into the group of room.topic", detail=found.topic)
            else:
                await self.puppet.room_invitation_accept(payload.room_invitation_id)
                self._tell("invited", "a coordinator's invitation into the group was accepted")
                if await self._find_room():
                    await self.meet_members()
        except Exception as error:
            log.error("an invitation: %s", describe(error))

    async def _is_coordinator(self, contact_id: str) -> bool:
        seen = await self._seen(contact_id)
        people = self.directory.people_of(seen.id, seen.name, seen.alias, self._now())
        person = self.directory.person(people[0]) if len(people) == 1 else None
        return person is not None and person.role == "coordinator"

    async def _friendship(self, payload: Any) -> None:
        """Who is in our group, or a coordinator, may become a friend, since only friends can be written to in private."""
        try:
            found = await self.puppet.friendship_payload(payload.friendship_id)
            if found.type == wire.FRIEND_ASKS:
                ours = self.room_id is not None and found.contact_id in await self.puppet.room_members(self.room_id)
                if not ours and not await self._is_coordinator(found.contact_id):
                    self._tell("friend-refused", "somebody who is not in the group asks to be a friend")
                    return
                await self.puppet.friendship_accept(payload.friendship_id)
                self._tell("befriended", "a request to be a friend was accepted")
            if found.type in (wire.FRIEND_ASKS, wire.FRIEND_NOW) and self._on_friend is not None:
                self._safely(self._on_friend, found.contact_id)
        except Exception as error:
            log.error("a request to be a friend: %s", describe(error))

    def _trouble(self, payload: Any) -> None:
        """A gateway that cannot reach WeChat reports dozens of errors a second: they are counted, and told once a minute."""
        self._troubles += 1
        now = asyncio.get_running_loop().time()
        if self._troubles_told is None or now - self._troubles_told >= TROUBLES_SECONDS:
            log.error("the gateway reports trouble with WeChat (%d times); its own log says more", self._troubles)
            self._troubles, self._troubles_told = 0, now

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
        """Our room: the one whose id was kept, else the only one with exactly our topic; None, and told, without one."""
        kept = self._kept_room()
        found, topics = [], {}
        for room_id in sorted(await self.puppet.room_search()):
            try:
                topics[room_id] = (await self.puppet.room_payload(room_id)).topic
                if (topics[room_id] == self.topic or room_id == kept) and await self._is_member(room_id):
                    found.append(room_id)
            except GatewayError as error:
                if error.lost:
                    raise
                log.warning("a room cannot be looked at: %s", error)  # not ours, as far as can be seen
        if kept in found:
            found = [kept]
        before, self.room_id = self.room_id, found[0] if len(found) == 1 else None
        if len(found) != 1:
            why = f"{len(found)} groups are named {self.topic!r}; the bot must be in exactly one (room.topic)"
            log.error("%s", why)
            self._tell("room-missing", why)
            return None
        meta.put(self.directory.store, ROOM, json.dumps([self.topic, found[0]], ensure_ascii=False))
        if topics[found[0]] != self.topic:
            self._tell("room-renamed", topics[found[0]], room=found[0])
        elif found[0] != before:
            self._tell("room-found", room=found[0])
        return self.room_id

    @property
    def known_room(self) -> str | None:
        """The room's id as it is known without asking: the one found, else the one kept."""
        return self.room_id or self._kept_room()

    def _kept_room(self) -> str | None:
        """The id found before under the topic of today's settings; the group may have been renamed since."""
        topic, room_id = json.loads(meta.get(self.directory.store, ROOM) or "[null, null]")
        return room_id if topic == self.topic else None

    async def _is_member(self, room_id: str) -> bool:
        # Some gateways go on listing a room that the account was taken out of.
        return self.contact_id in await self.puppet.room_members(room_id)

    async def room_found(self) -> str | None:
        """The room's id, looked for again when it is not known yet."""
        return self.room_id or await self._find_room()

    async def _is_ours(self, room_id: str) -> bool:
        if self.room_id is None:
            ours = room_id == self._kept_room() or (await self.puppet.room_payload(room_id)).topic == self.topic
            if ours and await self._find_room():
                await self.meet_members()
        return room_id == self.room_id

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
        seen: list[Seen] = []
        others = [contact_id for contact_id in contact_ids if contact_id != self.contact_id]
        for first in range(0, len(others), MEETING):
            seen += await asyncio.gather(*(self._seen(c) for c in others[first : first + MEETING]))
        self.directory.meet([s for s in seen if s.name or s.alias], self._now())

    async def _seen(self, contact_id: str) -> Seen:
        """A contact's names as they are now: wechaty's own copies are never renewed.

        While many messages wait, as after an outage, they are asked for once in NAMES_SECONDS.
        """
        now = asyncio.get_running_loop().time()
        asked, seen = self._names.get(contact_id, (now - 2 * NAMES_SECONDS, None))
        if seen is not None and self._inbox.qsize() + self._taken_up > MANY and now - asked < NAMES_SECONDS:
            return seen
        seen = await self._look_up(contact_id)
        self._names[contact_id] = now, seen
        return seen

    async def _look_up(self, contact_id: str) -> Seen:
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
            heap = [await self._inbox.get()]
            while len(heap) < AT_ONCE and not self._inbox.empty():
                heap.append(self._inbox.get_nowait())
            turns: dict[str, asyncio.Task[None]] = {}
            self._taken_up = len(heap)
            try:
                await self._take([message_id for message_id, _ in heap], turns)
            finally:
                self._taken_up = 0
                for message_id, done in heap:
                    self._inbox.task_done()
                    if message_id in turns:
                        turns[message_id].add_done_callback(lambda _, done=done: _finish(done))  # type: ignore[misc]
                    else:
                        _finish(done)

    async def _take(self, message_ids: Sequence[str], turns: dict[str, asyncio.Task[None]]) -> None:
        """Deal with messages now, or in a task of its sender (noted in `turns`) where a file must be fetched: nobody else waits."""
        asked = [self._patiently(i, self._payload, i) for i in message_ids]
        payloads = await asyncio.gather(*asked) if len(asked) > 1 else [await asked[0]]
        ready: list[Any] = []
        for message_id, payload in zip(message_ids, payloads, strict=True):
            if payload is None or not await self._patiently(message_id, self._concerns_us, payload):
                continue
            try:
                msg = self.Message.load(message_id)
                msg.payload = payload  # not ready(): that fails for all of it when one contact cannot be looked at
                waits = self._media_dir is not None and bool(WITH_FILE.intersection(sort_of(msg) or ()))
            except Exception as error:
                self._lose(message_id, error)
                continue
            if not waits and payload.from_id not in self._turns:
                ready.append(msg)
                continue
            await self._handle(ready)  # what the same person said before comes before
            ready = []
            turns[message_id] = self._begin_turn(msg)
        await self._handle(ready)

    async def _patiently(self, message_id: str, ask: Callable[[Any], Awaitable[_T]], about: Any) -> _T | None:
        """The answer, with patience while the connection is gone: the gateway keeps a message for a while. None: it is lost."""
        for pause in (*self.retry_after, None):
            try:
                return await ask(about)
            except Exception as error:
                lost = isinstance(error, GatewayError) and error.lost
                if pause is None or self._stopping or not lost:
                    self._lose(message_id, error)
                    return None
                await asyncio.sleep(pause)
        return None

    def _lose(self, message_id: str, error: Exception) -> None:
        self._recent.pop(message_id, None)  # should it come again, it is new
        log.error("message %s was lost: %s", message_id, describe(error))
        if self._on_lost is not None:
            self._safely(self._on_lost, message_id)

    async def _payload(self, message_id: str) -> Any:
        """What the gateway says of a message; None for one that was seen before."""
        if message_id in self._recent:
            return None
        self._recent[message_id] = None
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        try:
            return await self.puppet.message_payload(message_id)
        except Exception:
            self._recent.pop(message_id, None)
            raise

    async def _concerns_us(self, payload: Any) -> bool:
        """Whether it was said in private or in our room."""
        return not payload.room_id or await self._is_ours(payload.room_id)

    def _begin_turn(self, msg: Any) -> asyncio.Task[None]:
        """Handle a message in a task, after what its sender said before."""
        sender = msg.payload.from_id
        turn = asyncio.create_task(self._handle([msg], self._turns.get(sender)))
        self._turns[sender] = turn
        turn.add_done_callback(lambda t: self._turns.pop(sender) if self._turns.get(sender) is t else None)
        return turn

    async def _handle(self, msgs: Sequence[Any], before: asyncio.Task[None] | None = None) -> None:
        """Hand wechaty messages on: own ones as echoes, the others as bot.model.Message."""
        if before is not None:
            await asyncio.wait([before])
        heard: deque[Heard] = deque()
        for msg in msgs:
            try:
                if (one := await self._understand(msg)) is not None:
                    heard.append(one)
            except Exception as error:
                log.error("message %s could not be handled: %s", msg.message_id, describe(error))
        # What was heard is not let go of while the database cannot be written: nobody would say it again.
        for pause in chain(self.retry_after, repeat((1.0, *self.retry_after)[-1])):
            try:
                await self._deal(heard)
                return
            except Exception as error:
                log.error("%d messages wait for the database: %s", len(heard), describe(error))
                await asyncio.sleep(pause)

    async def _deal(self, heard: deque[Heard]) -> None:
        """Take out of `heard` what is dealt with. Raises only what may pass (data.store.is_passing)."""
        if self._together is not None and len(heard) > 1:
            try:
                self._deliver_together(heard)
                heard.clear()
            except Exception as error:
                if is_passing(error):
                    raise
                log.error("%d messages are taken one by one: %s", len(heard), describe(error))
        while heard:
            try:
                if self._together is not None:
                    self._deliver_together([heard[0]])
                else:
                    async with self._one_at_a_time:
                        await (self._deliver(heard[0]) or _nothing())
            except Exception as error:
                self._told_of(error, heard[0])
            heard.popleft()

    def _deliver_together(self, heard: Collection[Heard]) -> None:
        assert self._together is not None
        with self._together(self._inbox.qsize() + len(heard)):
            for one in heard:
                try:
                    if self._deliver(one) is not None:
                        raise TypeError("hear must return at once where messages are heard together")
                except Exception as error:
                    self._told_of(error, one)

    def _told_of(self, error: Exception, one: Heard) -> None:
        """What breaks at one message keeps nobody from hearing the next; what may pass is raised, so that it comes again."""
        if is_passing(error):
            raise error
        message_id = one.far_id if isinstance(one, Echo) else one[0].id
        log.error("message %s could not be handled: %s", message_id, describe(error))

    def _deliver(self, one: Heard) -> Awaitable[None] | None:
        if isinstance(one, Echo):
            if self._echoed is not None:
                self._echoed(one)  # while the database cannot be written, the echo waits as any message does
            self._echoes.append((one.where, _plain(one.text), one.far_id))
            return None
        message, seen = one
        # Who it is is decided last: the message before may have been a coordinator's word on that.
        return self._hear(replace(message, people=self.directory.people_of(seen.id, seen.name, seen.alias, message.at)))

    def echo_of(self, where: str, text: str) -> str | None:
        """The id of an own message with this text (or file name) that came back from this conversation."""
        wanted = (where, _plain(text))
        return next((far_id for *found, far_id in self._echoes if tuple(found) == wanted), None)

    async def _understand(self, msg: Any) -> Heard | None:
        """An own message, or one with its sender as it is seen now; None for what says nothing."""
        if msg.payload.from_id == self.contact_id:
            payload = msg.payload
            where = payload.room_id or payload.to_id
            return Echo(msg.message_id, where, msg.text() or payload.filename or "", self._moment(payload.timestamp))
        text, name = msg.text() or "", msg.payload.filename or ""
        sort = sort_of(msg)
        if sort is None or (sort == ("text", "") and is_pat(text)):
            return None
        kind, brings = sort
        seen = await self._seen(msg.talker().contact_id)
        at = self._moment(msg.payload.timestamp)
        file = await self._file(msg) if WITH_FILE.intersection(sort) else None
        # Some gateways name a file only with its content.
        if brings == "file" and file and (found := files.kind_of(file)):
            kind, brings = found, ""
        if msg.type() == Wire.MESSAGE_TYPE_ATTACHMENT or brings == "file":
            words = beside(text, name)
        else:
            words = "" if brings else readable(text, kind)
        message = Message(
            id=msg.message_id,
            at=at,
            sender=seen.alias or seen.name or seen.id,
            type=kind,
            text=words,
            file=file,
            to="bot" if msg.room() is None else "room",
            mentions=await self._mentions(msg),
            contact=seen.id,
            brings=brings,
            name=shown_name(name) if brings else "",
        )
        return message, seen

    def _moment(self, timestamp: float | None) -> dt.datetime:
        seconds = _seconds(timestamp or 0)
        return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds > 0 else self._now()

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
            why = str(error) if isinstance(error, files.Unreadable) else describe(error)
            log.error("the file of message %s cannot be had: %s", msg.message_id, why)
            return None
        return str(path)


async def _nothing() -> None:
    """What there is to wait for where a listener returned at once."""


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _seconds(timestamp: float) -> float:
    # Gateways give seconds or milliseconds; as seconds, milliseconds would lie far beyond the year 5000.
    return timestamp / 1000 if timestamp > 100_000_000_000 else float(timestamp)


def _plain(text: str) -> str:
    """The words, whatever spaces WeChat puts between them."""
    return " ".join(text.split())
