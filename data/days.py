"""One row an elder and day: waiting, safe, concern, missed or away; and the reports that made it so."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping

from bot.model import Message
from data.moments import text_of
from data.store import Store

IN_CONTACT = ("safe", "concern")


def is_open(store: Store, day: dt.date) -> bool:
    row = store.one("SELECT 1 FROM opened_days WHERE community = ? AND day = ?", store.community, day.isoformat())
    return row is not None


def last_opened(store: Store) -> dt.date | None:
    row = store.one("SELECT max(day) AS day FROM opened_days WHERE community = ?", store.community)
    return dt.date.fromisoformat(row["day"]) if row and row["day"] else None


def open_day(
    store: Store, day: dt.date, now: dt.datetime, deadlines: Mapping[str, dt.datetime], away: Iterable[str]
) -> None:
    """Begin watching `day`: each elder waits until the deadline, or is away. Rows that exist (an early report) stay."""
    absent = set(away)
    texts: dict[dt.datetime, str] = {}
    for moment in deadlines.values():
        texts.setdefault(moment, text_of(moment))
    store.run(
        "INSERT INTO opened_days (community, day, opened_at) VALUES (?, ?, ?) ON CONFLICT (community, day) DO NOTHING",
        store.community,
        day.isoformat(),
        text_of(now),
    )
    store.run_many(
        "INSERT INTO days (community, day, elder, state, deadline_at, next_step_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (community, day, elder) DO NOTHING",
        [
            (store.community, day.isoformat(), elder, "away", texts[due], None)
            if elder in absent
            else (store.community, day.isoformat(), elder, "waiting", texts[due], texts[due])
            for elder, due in deadlines.items()
        ],
    )


def get(store: Store, day: dt.date, elder: str) -> sqlite3.Row | None:
    return store.one(
        "SELECT * FROM days WHERE community = ? AND day = ? AND elder = ?", store.community, day.isoformat(), elder
    )


def states(store: Store, day: dt.date) -> dict[str, str]:
    """Elder id → state, for everyone who is watched on that day."""
    rows = store.all(
        "SELECT elder, state FROM days WHERE community = ? AND day = ? ORDER BY elder", store.community, day.isoformat()
    )
    return {row["elder"]: row["state"] for row in rows}


def in_state(store: Store, day: dt.date, *wanted: str) -> list[sqlite3.Row]:
    """The rows in these states, in the elders' order."""
    marks = ", ".join("?" * len(wanted))
    return store.all(
        f"SELECT * FROM days WHERE community = ? AND day = ? AND state IN ({marks}) ORDER BY elder",
        store.community,
        day.isoformat(),
        *wanted,
    )


def waiting_before(store: Store, day: dt.date) -> list[sqlite3.Row]:
    """The rows of earlier days whose deadline never had its step, oldest first."""
    return store.all(
        "SELECT * FROM days WHERE community = ? AND next_step_at IS NOT NULL AND day < ? AND state = 'waiting'"
        " ORDER BY day, elder",
        store.community,
        day.isoformat(),
    )


def count(store: Store, day: dt.date) -> dict[str, int]:
    """How many elders are in each state."""
    rows = store.all(
        "SELECT state, count(*) AS n FROM days WHERE community = ? AND day = ? GROUP BY state ORDER BY state",
        store.community,
        day.isoformat(),
    )
    return {row["state"]: row["n"] for row in rows}


def due(store: Store, now: dt.datetime) -> list[sqlite3.Row]:
    """The elders whose deadline has come with no word."""
    return store.all(
        "SELECT * FROM days WHERE community = ? AND next_step_at <= ? ORDER BY next_step_at, elder",
        store.community,
        text_of(now),
    )


def next_due(store: Store) -> str | None:
    row = store.one(
        "SELECT min(next_step_at) AS due FROM days WHERE community = ? AND next_step_at IS NOT NULL", store.community
    )
    return row["due"] if row else None


def step(store: Store, row: sqlite3.Row, new: str) -> bool:
    """Compare-and-swap: the row goes to `new` and has no next step; False when somebody was faster."""
    cursor = store.run(
        "UPDATE days SET state = ?, next_step_at = NULL WHERE community = ? AND day = ? AND elder = ? AND state = ?",
        new,
        store.community,
        row["day"],
        row["elder"],
        row["state"],
    )
    return cursor.rowcount == 1


def put_off(store: Store, row: sqlite3.Row, moment: dt.datetime) -> None:
    """The step of one row could not be taken: it is tried again at `moment`."""
    store.run(
        "UPDATE days SET next_step_at = ? WHERE community = ? AND day = ? AND elder = ? AND next_step_at IS NOT NULL",
        text_of(moment),
        store.community,
        row["day"],
        row["elder"],
    )


def set_deadline(store: Store, day: dt.date, elder: str, deadline: dt.datetime) -> None:
    """Move today's deadline of an elder who is still waiting."""
    store.run(
        "UPDATE days SET deadline_at = ?, next_step_at = ? WHERE community = ? AND day = ? AND elder = ? AND state = 'waiting'",
        text_of(deadline),
        text_of(deadline),
        store.community,
        day.isoformat(),
        elder,
    )


def wait_for_evening(store: Store, day: dt.date, elder: str, begins: dt.datetime, deadline: dt.datetime) -> int:
    """The evening's check-in begins for an elder whose morning is over: 1, or 0 when it is not (or there was word since)."""
    return store.run(
        "UPDATE days SET earlier = state, state = 'waiting', round_from = ?, deadline_at = ?, next_step_at = ?"
        " WHERE community = ? AND day = ? AND elder = ? AND round_from IS NULL AND (state = 'missed'"
        " OR (state IN ('safe', 'concern') AND COALESCE(contact_at, '') < ?))",
        text_of(begins),
        text_of(deadline),
        text_of(deadline),
        store.community,
        day.isoformat(),
        elder,
        text_of(begins),
    ).rowcount


def is_of_the_morning(row: sqlite3.Row | None, at: dt.datetime) -> bool:
    """Whether something said at that moment belongs to the part of the day that is over since the evening's began."""
    return row is not None and row["round_from"] is not None and text_of(at) < row["round_from"]


def set_state(store: Store, day: dt.date, elder: str, state: str, deadline: dt.datetime) -> None:
    """Put an elder's day into a state that has no next step (away, safe, concern, missed), making the row if need be."""
    store.run(
        "INSERT INTO days (community, day, elder, state, deadline_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (community, day, elder) DO UPDATE SET state = excluded.state, next_step_at = NULL",
        store.community,
        day.isoformat(),
        elder,
        state,
        text_of(deadline),
    )


def wait_again(store: Store, day: dt.date, elder: str, deadline: dt.datetime, step_at: dt.datetime) -> None:
    """Back to waiting, with the deadline's step due at `step_at`."""
    store.run(
        "INSERT INTO days (community, day, elder, state, deadline_at, next_step_at) VALUES (?, ?, ?, 'waiting', ?, ?)"
        " ON CONFLICT (community, day, elder) DO UPDATE SET state = 'waiting', next_step_at = excluded.next_step_at,"
        " contact_at = NULL, contact_by = NULL",
        store.community,
        day.isoformat(),
        elder,
        text_of(deadline),
        text_of(step_at),
    )


def report(
    store: Store,
    day: dt.date,
    elder: str,
    intent: str,
    message: Message,
    at: dt.datetime,
    deadline: dt.datetime,
    *,
    person: str | None,
    role: str,
) -> str:
    """Keep that the elder was in contact, and return the state before ("" if there was no row).

    A concern stays for the day: a later "fine" by somebody who has not heard of it must not wipe it out. What was said in
    the morning and is heard only now does not stand for the evening.
    """
    store.run(
        "INSERT INTO reports (community, day, elder, intent, at, person, role, sender, message, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (community, message, elder, intent) DO NOTHING",
        store.community,
        day.isoformat(),
        elder,
        intent,
        text_of(at),
        person,
        role,
        message.sender,
        message.id,
        message.text[:200],
    )
    before = get(store, day, elder)
    if before is not None and is_of_the_morning(before, at):
        if intent == "concern":
            store.run(
                "UPDATE days SET earlier = 'concern' WHERE community = ? AND day = ? AND elder = ?",
                store.community,
                day.isoformat(),
                elder,
            )
        return str(before["state"])
    state = (
        "concern" if intent == "concern" or (before and "concern" in (before["state"], before["earlier"])) else "safe"
    )
    store.run(
        "INSERT INTO days (community, day, elder, state, deadline_at, contact_at, contact_by) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (community, day, elder) DO UPDATE SET state = excluded.state, next_step_at = NULL,"
        " contact_at = excluded.contact_at, contact_by = excluded.contact_by",
        store.community,
        day.isoformat(),
        elder,
        state,
        text_of(deadline),
        text_of(at),
        person,
    )
    return before["state"] if before else ""


def reports_of(store: Store, day: dt.date, elder: str) -> list[sqlite3.Row]:
    """An elder's reports of the day that stand, oldest first."""
    return store.all(
        "SELECT * FROM reports WHERE community = ? AND elder = ? AND day = ? AND retracted_at IS NULL ORDER BY at, id",
        store.community,
        elder,
        day.isoformat(),
    )


def concerns(store: Store, day: dt.date) -> list[sqlite3.Row]:
    """The day's concerns that stand, oldest first."""
    return store.all(
        "SELECT * FROM reports WHERE community = ? AND day = ? AND intent = 'concern' AND retracted_at IS NULL ORDER BY at, id",
        store.community,
        day.isoformat(),
    )


def reports_by_message(store: Store, message_id: str) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM reports WHERE community = ? AND message = ? AND retracted_at IS NULL ORDER BY id",
        store.community,
        message_id,
    )


def retract(store: Store, report_id: int, now: dt.datetime, by: str) -> bool:
    """Take one report back; False when it was taken back before."""
    cursor = store.run(
        "UPDATE reports SET retracted_at = ?, retracted_by = ? WHERE id = ? AND retracted_at IS NULL",
        text_of(now),
        by,
        report_id,
    )
    return cursor.rowcount == 1
