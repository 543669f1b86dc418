"""The far end of a WeChat without WeChat: one group, its people and their messages, kept in a file of its own.

The local puppet and the local page both talk to this; neither knows the other. Nothing here imports wechaty.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import inspect
import json
import logging
import os
import re
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from bot.model import MessageType, Roster

log = logging.getLogger(__name__)

ROOM = "room"
RECALL_WITHIN = dt.timedelta(minutes=2)

Listener = Callable[["WorldMessage"], Awaitable[None] | None]


class WorldError(Exception):
    """The world's file cannot be used; the text says where and how to mend it."""


class Refused(WorldError):
    """The group would not take this (an empty message, a late recall). The text is Chinese, for the person."""


@dataclass(frozen=True, slots=True)
class WorldContact:
    """Someone in the group. `alias`: the name carried in this room, "" for none; `about`: who it is, in a few words."""

    id: str
    name: str
    alias: str = ""
    role: str = ""
    about: str = ""

    @property
    def shown(self) -> str:
        """The name others see in the room."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class WorldMessage:
    """One message. `chat` is "room" or, in a private chat with the bot, the other person's contact id.

    A recall is a message of its own, of type "recalled", whose text is the id taken back; the one taken back then has
    `recalled` set. `key` is the outbox key of the bot's own messages, "" for everyone else's.
    """

    seq: int
    id: str
    at: dt.datetime
    sender: str
    chat: str
    type: MessageType
    text: str
    mentions: tuple[str, ...] = ()
    quote: str | None = None
    file: str | None = None
    recalled: bool = False
    key: str = ""


_SCHEMA = """
CREATE TABLE IF NOT EXISTS contacts (
    id TEXT PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL, role TEXT NOT NULL,
    about TEXT NOT NULL, here INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, sender TEXT NOT NULL,
    chat TEXT NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, mentions TEXT NOT NULL, quote TEXT, file TEXT,
    recalled INTEGER NOT NULL DEFAULT 0, key TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS messages_chat ON messages (chat, seq);
CREATE UNIQUE INDEX IF NOT EXISTS messages_key ON messages (key) WHERE key <> '';
"""


class LocalWorld:
    """One group and the private chats with the bot. Belongs to one event loop.

    `now` gives the group's time (aware). Raises WorldError when the file cannot be opened.
    """

    BOT = "xiaoan"

    def __init__(self, path: Path, now: Callable[[], dt.datetime], *, topic: str = "报安鸟") -> None:
        self.topic = topic
        self.path = path
        self.now = now
        self._listeners: list[Listener] = []
        self._deliveries: set[asyncio.Task[None]] = set()
        self._contacts: dict[str, WorldContact] = {}
        self._here: tuple[str, ...] = ()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # private words: readable by the owner only
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(_SCHEMA)
            self._load_contacts()
        except OSError as error:
            raise WorldError(f"{path}: cannot be opened ({error.strerror or error})") from None
        except sqlite3.Error as error:
            raise WorldError(
                f"{path}: the local group's file is unusable ({error}); move it away to start anew"
            ) from None

    def close(self) -> None:
        """Let go of the file; the world is not used after this."""
        self._db.close()

    # People

    def contacts(self) -> tuple[WorldContact, ...]:
        """Everyone in the group but the bot, in the order given."""
        return tuple(self._contacts[i] for i in self._here)

    def contact(self, contact_id: str) -> WorldContact | None:
        """The bot, someone in the group, or someone who once was."""
        if contact_id == self.BOT:
            return WorldContact(self.BOT, "小安", "", "bot", "报安鸟的小助手")
        return self._contacts.get(contact_id)

    def set_contacts(self, contacts: Sequence[WorldContact]) -> None:
        """Make these the people of the group. Who is left out leaves the group; what they said stays."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("UPDATE contacts SET here = 0")
            self._db.executemany(
                "INSERT INTO contacts (id, place, name, alias, role, about, here) VALUES (?, ?, ?, ?, ?, ?, 1) "
                "ON CONFLICT (id) DO UPDATE SET place = excluded.place, name = excluded.name, alias = excluded.alias, "
                "role = excluded.role, about = excluded.about, here = 1",
                [(c.id, n, c.name, c.alias, c.role, c.about) for n, c in enumerate(contacts) if c.id != self.BOT],
            )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._load_contacts()

    def join(self, contact: WorldContact) -> None:
        """Someone more comes into the group."""
        if contact not in self.contacts():
            self.set_contacts([*(c for c in self.contacts() if c.id != contact.id), contact])

    def _load_contacts(self) -> None:
        rows = self._db.execute("SELECT * FROM contacts ORDER BY place, id").fetchall()
        self._contacts = {r["id"]: WorldContact(r["id"], r["name"], r["alias"], r["role"], r["about"]) for r in rows}
        self._here = tuple(r["id"] for r in rows if r["here"])

    # Messages

    async def say(
        self,
        sender: str,
        text: str,
        *,
        chat: str = ROOM,
        type: str = "text",
        mentions: Iterable[str] = (),
        quote: str | None = None,
        file: str | None = None,
        key: str = "",
    ) -> WorldMessage:
        """Put a message into a chat; returns when every listener has dealt with it.

        A `key` already used says nothing new: the message that carries it is returned. Raises Refused.
        """
        if key and (known := self.find_key(key)):
            return known
        wanted = tuple(dict.fromkeys(mentions))
        self._check(sender, text, chat, type, wanted, quote, file)
        return await self._put(sender, chat, type, _storable(text), wanted, quote, file, key)

    async def recall(self, sender: str, message_id: str) -> WorldMessage:
        """Take an own message back; returns the recall, a message of type "recalled". Raises Refused."""
        found = self.message(message_id)
        if found is None or found.type == "recalled" or found.sender != sender:
            raise Refused("这条消息撤不回：只能撤回自己发的消息。")
        if found.recalled:
            raise Refused("这条消息已经撤回了。")
        if self.now() - found.at > RECALL_WITHIN:
            raise Refused("发出超过两分钟的消息，撤不回了。")
        return await self._put(sender, found.chat, "recalled", found.id, (), None, None, "")

    def message(self, message_id: str) -> WorldMessage | None:
        return self._one("SELECT * FROM messages WHERE id = ?", message_id)

    def find_key(self, key: str) -> WorldMessage | None:
        """The bot's message with this outbox key, if it arrived."""
        return self._one("SELECT * FROM messages WHERE key = ?", key) if key else None

    def history(self, chat: str, before: int | None = None, limit: int = 200) -> tuple[WorldMessage, ...]:
        """The last `limit` messages of a chat (before a `seq`), oldest first; recalls are among them."""
        sql = "SELECT * FROM messages WHERE chat = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
        rows = self._db.execute(sql, (chat, 2**62 if before is None else before, limit)).fetchall()
        return tuple(_message(row) for row in reversed(rows))

    def since(self, seq: int, limit: int = 1000) -> tuple[WorldMessage, ...]:
        """The first `limit` messages of all chats after `seq`, oldest first."""
        sql = "SELECT * FROM messages WHERE seq > ? ORDER BY seq LIMIT ?"
        return tuple(_message(row) for row in self._db.execute(sql, (seq, limit)))

    def last_seq(self) -> int:
        """The `seq` of the newest message, 0 when nothing was said yet."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM messages").fetchone()[0])

    def last_at(self) -> dt.datetime | None:
        """The moment of the newest message: a clock that starts again must not start before it."""
        row = self._db.execute("SELECT max(at) AS at FROM messages").fetchone()
        return dt.datetime.fromisoformat(row["at"]) if row["at"] else None

    def written_to(self, limit: int = 20) -> tuple[tuple[str, int], ...]:
        """Whom the bot wrote to in private, with the `seq` of its newest message there, the newest first."""
        sql = (
            "SELECT chat, max(seq) AS seq FROM messages WHERE sender = ? AND chat <> 'room' "
            "GROUP BY chat ORDER BY seq DESC LIMIT ?"
        )
        return tuple((row["chat"], row["seq"]) for row in self._db.execute(sql, (self.BOT, limit)))

    # Listeners

    def subscribe(self, callback: Listener) -> None:
        """Call back with each message of every chat, the bot's own too, in order."""
        self._listeners.append(callback)

    def unsubscribe(self, callback: Listener) -> None:
        if callback in self._listeners:
            self._listeners.remove(callback)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def _check(
        self,
        sender: str,
        text: str,
        chat: str,
        kind: str,
        mentions: tuple[str, ...],
        quote: str | None,
        file: str | None,
    ) -> None:
        if self.contact(sender) is None or (sender != self.BOT and sender not in self._here):
            raise Refused("这个人不在群里，发不了消息。")
        if chat != ROOM and (chat not in self._contacts or sender not in (self.BOT, chat)):
            raise Refused("这个聊天里发不了消息。")
        if kind not in get_args(MessageType) or kind == "recalled":
            raise Refused("这种消息发不了。")
        if kind == "text" and not re.sub(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]", "", text):
            raise Refused("写点什么再发吧，空消息发不出去。")
        if any(self.contact(m) is None for m in mentions):
            raise Refused("@的人不在群里。")
        if quote is not None and ((quoted := self.message(quote)) is None or quoted.chat != chat or quoted.recalled):
            raise Refused("引用的消息已经不在了。")

    async def _put(
        self,
        sender: str,
        chat: str,
        kind: str,
        text: str,
        mentions: tuple[str, ...],
        quote: str | None,
        file: str | None,
        key: str,
    ) -> WorldMessage:
        message_id, at = uuid.uuid4().hex, self.now().astimezone(dt.UTC)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            if kind == "recalled":
                self._db.execute("UPDATE messages SET recalled = 1 WHERE id = ?", (text,))
            seq = self._db.execute(
                "INSERT INTO messages (id, at, sender, chat, type, text, mentions, quote, file, key) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (message_id, at.isoformat(), sender, chat, kind, text, json.dumps(mentions), quote, file, key),
            ).lastrowid
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise WorldError(f"{self.path}: the message could not be stored ({error}); is the disk full?") from None
        message = self.message(message_id)
        assert message is not None and message.seq == seq
        # A sender who walks away (a closed page) must not stop the listeners half-way.
        delivery = asyncio.create_task(self._deliver(message))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)
        await asyncio.shield(delivery)
        return message

    async def _deliver(self, message: WorldMessage) -> None:
        waiting: list[Awaitable[None]] = []
        for listener in tuple(self._listeners):
            try:
                result = listener(message)
            except Exception:
                log.exception("a listener failed on message %s", message.id)
            else:
                if inspect.isawaitable(result):
                    waiting.append(result)
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a listener failed on message %s", message.id, exc_info=outcome)

    def _one(self, sql: str, arg: str) -> WorldMessage | None:
        row = self._db.execute(sql, (arg,)).fetchone()
        return None if row is None else _message(row)


def _message(row: sqlite3.Row) -> WorldMessage:
    return WorldMessage(
        row["seq"],
        row["id"],
        dt.datetime.fromisoformat(row["at"]),
        row["sender"],
        row["chat"],
        cast(MessageType, row["type"]),
        row["text"],
        tuple(json.loads(row["mentions"])),
        row["quote"],
        row["file"],
        bool(row["recalled"]),
        row["key"],
    )


def _storable(text: str) -> str:
    # Half of a surrogate pair has no UTF-8 form; SQLite would refuse the whole message.
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def contact_id(person_id: str) -> str:
    """The contact id of a roster person, always the same."""
    return "wx-" + hashlib.sha256(person_id.encode()).hexdigest()[:10]


_OTHERS = (
    WorldContact("wx-neighbour-1", "巷口的小马", "", "neighbour", "邻居，不在名册里"),
    WorldContact("wx-neighbour-2", "平安是福", "", "neighbour", "邻居，不在名册里"),
)


def contacts_from_roster(roster: Roster) -> list[WorldContact]:
    """One contact for each person with a WeChat name, and two neighbours whom the roster does not know.

    Two people who share a WeChat name are two contacts. `about` holds names and relations only, nothing private.
    """
    relation = {(r.person, e.id): r.relation for e in roster.elders.values() for r in e.relatives}
    cares: dict[str, list[str]] = {}
    for e in roster.elders.values():
        if e.volunteer:
            cares.setdefault(e.volunteer, []).append(e.name)
    found: list[WorldContact] = []
    for person in roster.people.values():
        if not person.wechat:
            continue
        if person.role == "elder":
            about = " · ".join(part for part in (person.name, roster.elders[person.id].compound) if part)
        elif person.role == "family":
            about = "、".join(
                f"{roster.elders[i].name}的{relation.get((person.id, i)) or '家人'}" for i in person.elders
            )
        else:
            names = cares.get(person.id, [])
            about = f"{person.name}，照看{'、'.join(names)}" if names else person.name
        found.append(WorldContact(contact_id(person.id), person.wechat, "", person.role, about))
    return found + list(_OTHERS)
