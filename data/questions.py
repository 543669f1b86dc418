"""Questions that the bot has asked back, until they are answered or run out."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence

from bot.model import Message, Reading
from data.messages import pack
from data.moments import text_of
from data.store import Store


def ask(
    store: Store,
    message: Message,
    reading: Reading,
    candidates: Sequence[str],
    now: dt.datetime,
    expires: dt.datetime,
    alert: int | None = None,
) -> int:
    cursor = store.run(
        "INSERT INTO questions (community, contact, chat, message, candidates, reading, alert, asked_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        store.community,
        message.contact or message.sender,
        message.to,
        message.id,
        json.dumps(list(candidates)),
        pack(reading),
        alert,
        text_of(now),
        text_of(expires),
    )
    return cursor.lastrowid or 0


def open_for(store: Store, contact: str, chat: str, now: dt.datetime) -> sqlite3.Row | None:
    """The newest question to this contact in this chat that still waits for its answer."""
    return store.one(
        "SELECT * FROM questions WHERE community = ? AND contact = ? AND chat = ? AND answered_at IS NULL AND expires_at > ?"
        " ORDER BY id DESC LIMIT 1",
        store.community,
        contact,
        chat,
        text_of(now),
    )


def answered(store: Store, question_id: int, answer: Sequence[str], now: dt.datetime) -> bool:
    cursor = store.run(
        "UPDATE questions SET answered_at = ?, answer = ? WHERE id = ? AND answered_at IS NULL",
        text_of(now),
        json.dumps(list(answer)),
        question_id,
    )
    return cursor.rowcount == 1


def drop_of_message(store: Store, message_id: str, now: dt.datetime) -> None:
    """The message was taken back: its question needs no answer."""
    store.run(
        "UPDATE questions SET answered_at = ?, answer = '[]' WHERE community = ? AND message = ? AND answered_at IS NULL",
        text_of(now),
        store.community,
        message_id,
    )


def unanswered(store: Store, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    """Questions asked in [start, end) that nobody has answered."""
    return store.all(
        "SELECT * FROM questions WHERE community = ? AND answered_at IS NULL AND asked_at >= ? AND asked_at < ? ORDER BY id",
        store.community,
        text_of(start),
        text_of(end),
    )


def get(store: Store, question_id: int) -> sqlite3.Row | None:
    return store.one("SELECT * FROM questions WHERE community = ? AND id = ?", store.community, question_id)


def candidates_of(row: sqlite3.Row) -> list[str]:
    """The elders who may be meant, of a question or of an alert without a name."""
    found: list[str] = json.loads(row["candidates"])
    return found
