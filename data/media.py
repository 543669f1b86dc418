"""What pictures, clips and voice notes came with which message, what was found in them, and when they were erased.

Rows outlive their files: that a picture was sent, and what it proved, stays explainable after the picture is gone.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Sequence

from bot.model import Message
from bot.ports import Seen
from data import journal
from data.moments import text_of
from data.store import Store

PICTURES, VOICES = ("image", "video"), ("audio",)
TYPES = PICTURES + VOICES

# `type`: image, video or audio. `album`: the id of the first row of a series that one person sent in one go. `state`:
# waiting (nobody has looked yet), open (the words that come with it may still say more) or done. `mentioned`: the elders
# whom the message mentions; `elders`: whom it is taken to be about, `candidates`: who may be
# meant where that is not known; `ask`: what the sender is to be asked (who, again,
# old, unclear, refused, heard), "" nothing. `verdict`: today, old, again, unclear, refused or heard; NULL: not looked at.
# `found`: JSON of what was read in it (date, time, name, place) and whether a person was seen, emptied when the file is erased. `fingerprint`: the
# perceptual hash, which stays longer: an old picture sent again after its file is gone is still an old picture.


def add(
    store: Store,
    message: Message,
    at: dt.datetime,
    *,
    person: str | None = None,
    mentioned: Iterable[str] = (),
    album: int | None = None,
) -> int:
    """Keep that a message brought a file that nobody has looked at yet; its row's id. `album` None: it begins one."""
    cursor = store.run(
        "INSERT INTO media (community, message, type, at, contact, chat, person, album, state, tries, mentioned, found,"
        " elders, candidates, ask, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?, '{}', '[]', '[]', '', '')",
        store.community,
        message.id,
        message.type,
        text_of(at),
        message.contact or message.sender,
        message.to,
        person,
        album or 0,
        json.dumps(list(mentioned)),
    )
    number = cursor.lastrowid or 0
    if album is None:
        store.run("UPDATE media SET album = id WHERE id = ?", number)
    return number


def get(store: Store, media_id: int) -> sqlite3.Row | None:
    return store.one("SELECT * FROM media WHERE community = ? AND id = ?", store.community, media_id)


def of_message(store: Store, message_id: str) -> sqlite3.Row | None:
    return store.one("SELECT * FROM media WHERE community = ? AND message = ?", store.community, message_id)


def next_waiting(store: Store, types: Sequence[str] = TYPES) -> sqlite3.Row | None:
    """The oldest of these types that nobody has looked at, with the file of its message."""
    return store.one(
        "SELECT m.*, s.file AS file FROM media m JOIN messages s ON s.community = m.community AND s.id = m.message"
        f" WHERE m.community = ? AND m.state = 'waiting' AND m.type IN ({', '.join('?' * len(types))})"
        " ORDER BY m.id LIMIT 1",
        store.community,
        *types,
    )


def tried(store: Store, media_id: int) -> None:
    """A look at it broke off."""
    store.run("UPDATE media SET tries = tries + 1 WHERE community = ? AND id = ?", store.community, media_id)


def waits_for(store: Store, since: dt.datetime, people: Iterable[str]) -> bool:
    """Whether something that one of these people sent since then has not been looked at."""
    wanted = set(people)
    rows = store.all(
        "SELECT person FROM media WHERE community = ? AND state = 'waiting' AND at >= ?",
        store.community,
        text_of(since),
    )
    return any(row["person"] in wanted for row in rows)


def judged(store: Store, media_id: int, seen: Seen, verdict: str) -> bool:
    """Keep what was found, once; False when somebody was faster. `verdict` may be milder than what was seen."""
    found: dict[str, object] = {"date": seen.date, "time": seen.time, "name": seen.name, "place": seen.place}
    found |= {"words": seen.words, "person": seen.person}  # only a yes is kept: a no counts for nothing
    cursor = store.run(
        "UPDATE media SET state = 'open', sha256 = ?, kind = ?, size = ?, seconds = ?, shown = ?, verdict = ?,"
        " found = ?, fingerprint = ?, same_as = ?, why = ? WHERE community = ? AND id = ? AND state = 'waiting'",
        seen.digest,
        seen.kind,
        seen.size,
        seen.seconds,
        seen.shown,
        verdict,
        json.dumps({k: v for k, v in found.items() if v}, ensure_ascii=False, default=str),
        seen.fingerprint,
        seen.same_as,
        seen.why,
        store.community,
        media_id,
    )
    return cursor.rowcount == 1


def settle(
    store: Store,
    media_id: int,
    *,
    state: str = "done",
    elders: Iterable[str] = (),
    candidates: Iterable[str] = (),
    ask: str = "",
    by: str | None = None,
) -> None:
    """What came of it: whom it is taken to be about, what is still to be asked, and which words said so."""
    store.run(
        "UPDATE media SET state = ?, elders = ?, candidates = ?, ask = ?, named_by = COALESCE(?, named_by)"
        " WHERE community = ? AND id = ?",
        state,
        json.dumps(list(elders)),
        json.dumps(list(dict.fromkeys(candidates))),
        ask,
        by,
        store.community,
        media_id,
    )


def drop_of_message(store: Store, message_id: str) -> None:
    """The message was taken back: nothing is asked about its picture any more."""
    store.run(
        "UPDATE media SET state = 'done', ask = '' WHERE community = ? AND message = ? AND state <> 'waiting'",
        store.community,
        message_id,
    )


def recent(store: Store, contact: str, chat: str, since: dt.datetime, until: dt.datetime) -> list[sqlite3.Row]:
    """What one contact sent in one chat in [since, until], oldest first."""
    return store.all(
        "SELECT * FROM media WHERE community = ? AND contact = ? AND chat = ? AND at >= ? AND at <= ? ORDER BY at, id",
        store.community,
        contact,
        chat,
        text_of(since),
        text_of(until),
    )


def of_sender(store: Store, name: str, chat: str, since: dt.datetime) -> list[sqlite3.Row]:
    """What the one with this WeChat name sent in one chat since then, oldest first."""
    return store.all(
        "SELECT m.* FROM media m JOIN messages s ON s.community = m.community AND s.id = m.message"
        " WHERE m.community = ? AND s.sender = ? AND m.chat = ? AND m.at >= ? ORDER BY m.at, m.id",
        store.community,
        name,
        chat,
        text_of(since),
    )


def album(store: Store, number: int) -> list[sqlite3.Row]:
    """All of one series, oldest first."""
    return store.all("SELECT * FROM media WHERE community = ? AND album = ? ORDER BY at, id", store.community, number)


def same_content(store: Store, digest: str, before: int) -> sqlite3.Row | None:
    """The first time this very file was sent, among the rows before this one."""
    return store.one(
        "SELECT * FROM media WHERE community = ? AND sha256 = ? AND id < ? ORDER BY id LIMIT 1",
        store.community,
        digest,
        before,
    )


def to_hear(store: Store) -> list[sqlite3.Row]:
    """Voice notes that the coordinators have not been told of, oldest first."""
    return store.all(
        "SELECT * FROM media WHERE community = ? AND type = 'audio' AND state = 'open' AND ask = 'heard' ORDER BY at, id",
        store.community,
    )


def between(store: Store, kind: str, start: dt.datetime, end: dt.datetime) -> list[sqlite3.Row]:
    """Those of one type heard in [start, end) and looked at, oldest first."""
    return store.all(
        "SELECT * FROM media WHERE community = ? AND type = ? AND at >= ? AND at < ? AND verdict IS NOT NULL ORDER BY at, id",
        store.community,
        kind,
        text_of(start),
        text_of(end),
    )


def prints_after(store: Store, last: int, before: int, since: dt.datetime) -> list[sqlite3.Row]:
    """id and fingerprint of the pictures with last < id < before that came since then, in order of id."""
    return store.all(
        "SELECT id, fingerprint FROM media WHERE community = ? AND fingerprint IS NOT NULL AND id > ? AND id < ? AND at >= ?"
        " ORDER BY id",
        store.community,
        last,
        before,
        text_of(since),
    )


def forget_fingerprints(store: Store, before: dt.datetime) -> int:
    """Drop the fingerprints (some 4 kB each) of pictures sent before; returns how many."""
    return store.run(
        "UPDATE media SET fingerprint = NULL WHERE community = ? AND fingerprint IS NOT NULL AND at < ?",
        store.community,
        text_of(before),
    ).rowcount


def forget(store: Store, now: dt.datetime, before: dt.datetime) -> int:
    """The files of what came before are gone (data/retention.py): keep the fact, drop what was read in them."""
    rows = store.all(
        "UPDATE media SET erased_at = ?, found = '{}', shown = NULL, state = 'done' WHERE community = ? AND at < ?"
        " AND erased_at IS NULL RETURNING id, message, type, verdict",
        text_of(now),
        store.community,
        text_of(before),
    )
    for row in sorted(rows, key=lambda r: r["id"]):
        journal.note(store, now, "media-erased", message=row["message"], kind=row["type"], verdict=row["verdict"])
    return len(rows)


def elders_of(row: sqlite3.Row) -> tuple[str, ...]:
    """Whom a row is taken to be about."""
    return tuple(json.loads(row["elders"]))


def candidates_of(row: sqlite3.Row) -> tuple[str, ...]:
    """Who may be meant, where nobody knows."""
    return tuple(json.loads(row["candidates"]))


def shows_somebody(row: sqlite3.Row) -> bool:
    """Whether a person was seen in it."""
    return bool(json.loads(row["found"]).get("person"))


def mentioned_of(row: sqlite3.Row) -> tuple[str, ...]:
    """The elders whom its message mentions."""
    return tuple(json.loads(row["mentioned"]))
