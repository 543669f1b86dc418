"""What was heard: every message once, with what was read in it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

from bot.model import Message, Reading
from data.moments import moment_of, text_of
from data.store import Store


def known(store: Store, message_id: str) -> bool:
    return store.one("SELECT 1 FROM messages WHERE community = ? AND id = ?", store.community, message_id) is not None


def add(store: Store, message: Message, reading: Reading | None, state: str) -> None:
    """Keep one message. state: read, failed (handling broke; to be looked at), recalled (by its writer)."""
    store.run(
        "INSERT INTO messages (community, id, at, chat, contact, sender, people, type, text, file, intent, reading, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        store.community,
        message.id,
        text_of(message.at),
        message.to,
        message.contact or message.sender,
        message.sender,
        json.dumps(message.people),
        message.type,
        message.text,
        message.file,
        reading.intent if reading else None,
        pack(reading) if reading else None,
        state,
    )


def get(store: Store, message_id: str) -> Message | None:
    row = store.one("SELECT * FROM messages WHERE community = ? AND id = ?", store.community, message_id)
    return _message(row) if row else None


def lists_since(store: Store, since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, str]]:
    """The 接龙 lists heard in [since, until] that were not recalled: when, and the whole text."""
    rows = store.all(
        "SELECT at, text FROM messages WHERE community = ? AND at >= ? AND at <= ? AND type = 'text' AND state <> 'recalled'"
        " AND (text LIKE '%接龙%' OR lower(text) LIKE '%group note%') ORDER BY at, id",
        store.community,
        text_of(since),
        text_of(until),
    )
    return [(moment_of(row["at"]), row["text"]) for row in rows]


def set_recalled(store: Store, message_id: str) -> None:
    store.run("UPDATE messages SET state = 'recalled' WHERE community = ? AND id = ?", store.community, message_id)


def recalled_before(store: Store, message: Message) -> bool:
    """Whether its writer's recall of this message was heard before the message itself."""
    row = store.one(
        "SELECT 1 FROM messages WHERE community = ? AND contact = ? AND at >= ? AND type = 'recalled' AND text = ?",
        store.community,
        message.contact or message.sender,
        text_of(message.at),
        message.id,
    )
    return row is not None


def with_state(store: Store, state: str, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    """The messages of [start, end) in one state, in order of time."""
    return store.all(
        "SELECT * FROM messages WHERE community = ? AND state = ? AND at >= ? AND at < ? ORDER BY at, id",
        store.community,
        state,
        text_of(start),
        text_of(end),
    )


def words_near(store: Store, message: Message, since: dt.datetime, until: dt.datetime) -> list[tuple[Message, Reading]]:
    """What the sender of `message` wrote in the same chat in [since, until] and did not take back, oldest first."""
    rows = store.all(
        "SELECT * FROM messages WHERE community = ? AND contact = ? AND chat = ? AND at >= ? AND at <= ? AND type = 'text'"
        " AND text <> '' AND state = 'read' AND reading IS NOT NULL ORDER BY at, id",
        store.community,
        message.contact or message.sender,
        message.to,
        text_of(since),
        text_of(until),
    )
    return [(_message(row), unpack(row["reading"])) for row in rows]


def reading_of(store: Store, message_id: str) -> Reading | None:
    """What was read in a message; None where nothing could be, or it was taken back."""
    row = store.one(
        "SELECT reading FROM messages WHERE community = ? AND id = ? AND state <> 'recalled'",
        store.community,
        message_id,
    )
    return unpack(row["reading"]) if row and row["reading"] else None


def set_reading(store: Store, message_id: str, reading: Reading, text: str | None = None) -> None:
    """What turned out to be meant, once its picture was looked at (or its voice understood: `text`)."""
    store.run(
        "UPDATE messages SET intent = ?, reading = ?, text = COALESCE(?, text) WHERE community = ? AND id = ?",
        reading.intent,
        pack(reading),
        text,
        store.community,
        message_id,
    )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        at=moment_of(row["at"]),
        sender=row["sender"],
        type=row["type"],
        text=row["text"],
        file=row["file"],
        to=row["chat"],
        people=_people(row["people"]),
        contact=row["contact"],
    )


def _people(text: str) -> tuple[str, ...] | None:
    """None stays None: nobody looked who the sender is, so it is matched by name again."""
    found = json.loads(text)
    return None if found is None else tuple(found)


def pack(reading: Reading) -> str:
    """A reading as JSON text, for the database."""
    return json.dumps(
        {
            "id": reading.id,
            "intent": reading.intent,
            "elders": reading.elders,
            "also": reading.also,
            "also_elders": dict(reading.also_elders),
            "ambiguous": reading.ambiguous,
            "start": reading.start.isoformat() if reading.start else None,
            "end": reading.end.isoformat() if reading.end else None,
            "why": reading.why,
            "back": reading.back,
            "outcome": reading.outcome,
            "alarm": reading.alarm,
            "addressed": reading.addressed,
        },
        ensure_ascii=False,
    )


def unpack(text: str) -> Reading:
    """The reverse of `pack`."""
    value: dict[str, Any] = json.loads(text)
    for key in ("start", "end"):
        value[key] = dt.date.fromisoformat(value[key]) if value[key] else None
    value["elders"] = tuple(value["elders"])
    value["also"] = tuple(value["also"])
    value["also_elders"] = {intent: tuple(ids) for intent, ids in value["also_elders"].items()}
    return Reading(**value)


def newest_that_acted(store: Store, message: Message, since: dt.datetime) -> Message | None:
    """The newest earlier message of the same sender that said more than talk."""
    row = store.one(
        "SELECT * FROM messages WHERE community = ? AND contact = ? AND at >= ? AND id <> ?"
        " AND intent NOT IN ('chat', 'query', 'correct', 'activity') ORDER BY at DESC, id DESC LIMIT 1",
        store.community,
        message.contact or message.sender,
        text_of(since),
        message.id,
    )
    return _message(row) if row else None


def last_at(store: Store) -> dt.datetime | None:
    """When the newest message was said."""
    row = store.one("SELECT max(at) AS at FROM messages WHERE community = ?", store.community)
    return moment_of(row["at"]) if row and row["at"] else None
