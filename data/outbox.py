"""The rows that wait to be sent. Writing one is a promise; only bot/outbox.py keeps it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable

from bot.ports import Kind, Outgoing
from data.moments import text_of
from data.store import Store

# Who goes first when several wait. 0 is for emergencies: no pace, no quiet hours.
URGENCY: dict[str, int] = {
    "alert": 1,
    "escalation": 1,
    "resolved": 2,
    "summary": 2,
    "notice": 2,
    "question": 3,
    "reminder": 3,
    "request": 3,
    "coverage": 3,
    "reply": 4,
    "receipt": 5,
    "matter": 5,
    "activity": 5,
}

REPEATED = 3
# The timer (data/timers.py) of a row that was given up; its key is the row's id.
GIVEN_UP = "given-up"


def put(
    store: Store,
    now: dt.datetime,
    key: str,
    kind: Kind,
    to: str,
    text: str,
    *,
    mentions: Iterable[str] = (),
    elders: Iterable[str] = (),
    alert: int | None = None,
    emergency: bool = False,
    expires: dt.datetime | None = None,
    repeat: bool = False,
    file: str | None = None,
) -> bool:
    """Promise one message; False when the key is known (it was promised before). `to`: "room" or a person id.

    `file`: a name in the media folder, of what goes with it.

    `emergency`: outside all pace. `repeat`: said before, so it must not use up what first calls need.
    """
    cursor = store.run(
        "INSERT INTO outbox (community, key, kind, urgency, recipient, mentions, elders, alert, text, file, made_at, not_before,"
        " expires_at, state, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0)"
        " ON CONFLICT (community, key) DO NOTHING",
        store.community,
        key,
        kind,
        0 if emergency else max(URGENCY[kind], REPEATED) if repeat else URGENCY[kind],
        to,
        json.dumps(list(dict.fromkeys(mentions))),
        json.dumps(list(dict.fromkeys(elders))),
        f"A{alert}" if alert is not None else None,
        text,
        file,
        text_of(now),
        text_of(now),
        text_of(expires) if expires else None,
    )
    return cursor.rowcount > 0


def interrupted(store: Store, now: dt.datetime) -> list[sqlite3.Row]:
    """Rows whose sending was begun and not seen to end, and that have been given their time."""
    return store.all(
        "SELECT * FROM outbox WHERE community = ? AND state = 'sending' AND not_before <= ? ORDER BY urgency, id",
        store.community,
        text_of(now),
    )


def soonest_interrupted(store: Store) -> str | None:
    """When the first of the rows that are in doubt is to be settled."""
    row = store.one(
        "SELECT min(not_before) AS soonest FROM outbox WHERE community = ? AND state = 'sending'", store.community
    )
    return row["soonest"] if row else None


def next_pending(store: Store, urgency: int, now: dt.datetime) -> sqlite3.Row | None:
    """The row of one urgency that has waited longest, among those that may go."""
    return store.one(
        "SELECT * FROM outbox WHERE community = ? AND state = 'pending' AND urgency = ? AND not_before <= ?"
        " ORDER BY not_before, id LIMIT 1",
        store.community,
        urgency,
        text_of(now),
    )


def calls_waiting(store: Store, recipient: str) -> list[sqlite3.Row]:
    """Calls for help that wait to be sent to one recipient, oldest first."""
    return store.all(
        "SELECT * FROM outbox WHERE community = ? AND state = 'pending' AND kind IN ('alert', 'escalation')"
        " AND substr(key, 1, 5) = 'step:' AND recipient = ? ORDER BY id",
        store.community,
        recipient,
    )


def waiting_of_calls(store: Store, calls: Iterable[str]) -> list[sqlite3.Row]:
    """What waits to be sent of these calls (the beginnings of their rows' keys, up to the last two colons), oldest first."""
    rows: list[sqlite3.Row] = []
    for call in calls:
        rows += store.all(
            "SELECT * FROM outbox WHERE community = ? AND state = 'pending' AND kind IN ('alert', 'escalation')"
            " AND key >= ? AND key < ?",
            store.community,
            f"{call}:",
            f"{call};",  # what comes after the colon
        )
    return sorted(rows, key=lambda row: int(row["id"]))


def soonest_pending(store: Store) -> dict[int, str]:
    """Urgency → the earliest `not_before` of its rows that wait."""
    rows = store.all(
        "SELECT urgency, min(not_before) AS soonest FROM outbox WHERE community = ? AND state = 'pending'"
        " GROUP BY urgency ORDER BY urgency",
        store.community,
    )
    return {row["urgency"]: row["soonest"] for row in rows}


def waiting(store: Store) -> list[sqlite3.Row]:
    """Rows that were promised and wait, without emergencies; oldest first."""
    return store.all(
        "SELECT * FROM outbox WHERE community = ? AND state = 'pending' AND urgency > 0 ORDER BY id", store.community
    )


def drop(store: Store, row_id: int, why: str) -> bool:
    """Take one promise back; False when it was no longer waiting."""
    return mark(store, row_id, "pending", "dropped", error=why)


def everything(store: Store) -> list[sqlite3.Row]:
    """Every row there ever was, oldest first."""
    return store.all("SELECT * FROM outbox WHERE community = ? ORDER BY id", store.community)


def paced(store: Store, now: dt.datetime, midnight: dt.datetime, nth: int) -> tuple[str | None, str | None, int]:
    """What the pace counts, emergencies left out: when the last message went out, the nth last, how many since `midnight`.

    What seems to have been sent later than `now` was sent before the clock was set back: it holds up nobody.
    """
    sent = "FROM outbox WHERE community = ? AND urgency > 0 AND sent_at <= ?"
    newest = f"SELECT sent_at {sent} ORDER BY sent_at DESC LIMIT 1 OFFSET ?"
    row = store.one(
        f"SELECT ({newest}) AS last, ({newest}) AS nth, (SELECT count(*) {sent} AND sent_at >= ?) AS today",
        *(store.community, text_of(now), 0),
        *(store.community, text_of(now), nth - 1),
        *(store.community, text_of(now), text_of(midnight)),
    )
    assert row is not None
    return row["last"], row["nth"], row["today"]


def last_sent(store: Store, kind: str, to: str = "room") -> str | None:
    """When a message of this kind was last promised to `to` (its making, not its sending)."""
    row = store.one(
        "SELECT max(made_at) AS at FROM outbox WHERE community = ? AND kind = ? AND recipient = ? AND state <> 'dropped'",
        store.community,
        kind,
        to,
    )
    return row["at"] if row else None


def mark(
    store: Store,
    row_id: int,
    old: str,
    new: str,
    *,
    at: dt.datetime | None = None,
    far_id: str | None = None,
    retry_at: dt.datetime | None = None,
    error: str | None = None,
    counted: bool = True,
    echo_by: dt.datetime | None = None,
) -> bool:
    """Compare-and-swap a row's state; False when it was no longer `old`.

    `retry_at` counts an attempt that failed (not `counted`: nothing was tried). `echo_by`: sent, and to be seen by then.
    """
    cursor = store.run(
        "UPDATE outbox SET state = ?, sent_at = COALESCE(?, sent_at), far_id = COALESCE(?, far_id),"
        " not_before = COALESCE(?, not_before), attempts = attempts + ?, error = ?, echo_by = ? WHERE id = ? AND state = ?",
        new,
        text_of(at) if at else None,
        far_id,
        text_of(retry_at) if retry_at else None,
        1 if retry_at and counted else 0,
        error,
        text_of(echo_by) if echo_by else None,
        row_id,
        old,
    )
    return cursor.rowcount == 1


def get(store: Store, row_id: int) -> sqlite3.Row | None:
    return store.one("SELECT * FROM outbox WHERE community = ? AND id = ?", store.community, row_id)


def not_seen(store: Store) -> list[sqlite3.Row]:
    """Rows that were sent and not seen in their chat so far."""
    return store.all(
        "SELECT * FROM outbox WHERE community = ? AND echo_by IS NOT NULL ORDER BY echo_by, id", store.community
    )


def soonest_echo(store: Store) -> str | None:
    """By when the first of the rows that are not seen yet must be."""
    row = store.one(
        "SELECT min(echo_by) AS soonest FROM outbox WHERE community = ? AND echo_by IS NOT NULL", store.community
    )
    return row["soonest"] if row else None


def seen(store: Store, row_id: int) -> None:
    """The row was seen in its chat."""
    store.run("UPDATE outbox SET echo_by = NULL WHERE id = ?", row_id)


def forget_unseen(store: Store) -> None:
    """Nobody can know any more what was seen in its chat and what was not."""
    store.run("UPDATE outbox SET echo_by = NULL WHERE community = ? AND echo_by IS NOT NULL", store.community)


def drop_for_alert(store: Store, alert: int, kinds: tuple[str, ...]) -> int:
    """Take back promises about one alert that are not sent yet; how many there were."""
    marks = ", ".join("?" * len(kinds))
    cursor = store.run(
        f"UPDATE outbox SET state = 'dropped' WHERE community = ? AND alert = ? AND state = 'pending' AND kind IN ({marks})",
        store.community,
        f"A{alert}",
        *kinds,
    )
    return cursor.rowcount


def outgoing(row: sqlite3.Row) -> Outgoing:
    return Outgoing(
        id=row["id"],
        key=row["key"],
        kind=row["kind"],
        to=row["recipient"],
        mentions=tuple(json.loads(row["mentions"])),
        text=row["text"],
        file=row["file"],
    )


def drop_for_message(store: Store, message_id: str) -> int:
    """Take back requests and coverages about a message that was itself taken back, where they are not sent yet."""
    cursor = store.run(
        "UPDATE outbox SET state = 'dropped' WHERE community = ? AND state = 'pending'"
        " AND (substr(key, 1, ?) = ? OR substr(key, 1, ?) = ?)",
        store.community,
        len(f"request:{message_id}:"),
        f"request:{message_id}:",
        len(f"coverage:{message_id}:"),
        f"coverage:{message_id}:",
    )
    return cursor.rowcount


def in_doubt(store: Store, since: dt.datetime) -> list[sqlite3.Row]:
    """Rows promised since then of which nobody knows whether they arrived, oldest first.

    Being sent, given up as doubtful, or waiting to be sent once more.
    """
    states = ("state = 'sending'", "state = 'doubt'", "state = 'pending' AND (attempts > 0 OR error IS NOT NULL)")
    rows: list[sqlite3.Row] = []
    for state in states:  # one after the other: each has an index of its own
        rows += store.all(
            f"SELECT * FROM outbox WHERE community = ? AND {state} AND made_at >= ?", store.community, text_of(since)
        )
    return sorted(rows, key=lambda row: row["id"])


def with_far_id(store: Store, far_id: str, since: dt.datetime) -> sqlite3.Row | None:
    """The message sent since then that the far end knows under this id."""
    return store.one(
        "SELECT * FROM outbox WHERE community = ? AND sent_at >= ? AND far_id = ?",
        store.community,
        text_of(since),
        far_id,
    )


def revive(store: Store, recipients: Iterable[str], error: str, since: dt.datetime, now: dt.datetime) -> int:
    """Private messages given up for this reason since then wait again, where they are still of use; how many."""
    found = 0
    for recipient in recipients:
        found += store.run(
            "UPDATE outbox SET state = 'pending', attempts = 0, error = NULL, not_before = ? WHERE community = ?"
            " AND recipient = ? AND state = 'failed' AND error = ? AND made_at >= ?"
            " AND kind NOT IN ('reply', 'receipt') AND (expires_at IS NULL OR expires_at > ?)"
            " AND (alert IS NULL OR EXISTS (SELECT 1 FROM alerts a WHERE a.community = outbox.community"
            " AND 'A' || a.id = outbox.alert AND a.closed_at IS NULL))",
            text_of(now),
            store.community,
            recipient,
            error,
            text_of(since),
            text_of(now),
        ).rowcount
    return found
