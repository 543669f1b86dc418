"""The alerts: opened, announced level by level, claimed, closed with an outcome.

The life of an alert (the events are the functions below):

    open ──announce──► level 0 ──announce──► 1 ──announce──► 2 ──announce──► repeats …
      │                  claim: the next step waits until the claim runs out; then it climbs on from where it stood
      └── close(outcome) from anywhere ends it; `told` says whether the group has heard of the end

`next_step_at` carries the next announcement, so a wake-up costs what is due.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable

from data.moments import text_of
from data.store import Store

NOT_ANNOUNCED = -1


def open_alert(
    store: Store,
    kind: str,
    elder: str | None,
    day: dt.date,
    now: dt.datetime,
    *,
    candidates: Iterable[str] = (),
    alarm: str | None = None,
    person: str | None = None,
    message: str | None = None,
) -> int | None:
    """Open an alert whose first announcement is due now; None when this elder has one of this kind open already."""
    cursor = store.run(
        "INSERT INTO alerts (community, kind, elder, candidates, day, alarm, opened_at, opened_by, message, level, next_step_at,"
        " told, checked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING",
        store.community,
        kind,
        elder,
        json.dumps(list(candidates)),
        day.isoformat(),
        alarm,
        text_of(now),
        person,
        message,
        NOT_ANNOUNCED,
        text_of(now),
    )
    return cursor.lastrowid if cursor.rowcount else None


def get(store: Store, alert_id: int) -> sqlite3.Row | None:
    return store.one("SELECT * FROM alerts WHERE community = ? AND id = ?", store.community, alert_id)


def open_of(store: Store, elder: str) -> list[sqlite3.Row]:
    """An elder's open alerts, the emergency first."""
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND elder = ? AND closed_at IS NULL"
        " ORDER BY CASE kind WHEN 'distress' THEN 0 ELSE 1 END, id",
        store.community,
        elder,
    )


def open_all(store: Store) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND closed_at IS NULL"
        " ORDER BY CASE kind WHEN 'distress' THEN 0 ELSE 1 END, id",
        store.community,
    )


def unnamed(store: Store) -> list[sqlite3.Row]:
    """Open alerts of which nobody could say yet who is meant."""
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND closed_at IS NULL AND elder IS NULL ORDER BY id", store.community
    )


def opened_by_message(store: Store, message_id: str) -> list[sqlite3.Row]:
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND message = ? AND closed_at IS NULL ORDER BY id",
        store.community,
        message_id,
    )


def opened_by_sender(store: Store, sender: str, since: dt.datetime) -> list[sqlite3.Row]:
    """Open alerts that this person's messages raised since then, newest first."""
    return store.all(
        "SELECT a.* FROM alerts a JOIN messages m ON m.community = a.community AND m.id = a.message"
        " WHERE a.community = ? AND a.closed_at IS NULL AND m.sender = ? AND a.opened_at >= ? ORDER BY a.id DESC",
        store.community,
        sender,
        text_of(since),
    )


def of_day(store: Store, day: dt.date) -> list[sqlite3.Row]:
    """The alerts that were opened on that day or were still open then."""
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND (day = ? OR (day < ? AND closed_at IS NULL)) ORDER BY id",
        store.community,
        day.isoformat(),
        day.isoformat(),
    )


def everything(store: Store) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM alerts WHERE community = ? ORDER BY id", store.community)


def closed_recently(store: Store, elder: str, kind: str, since: dt.datetime) -> sqlite3.Row | None:
    return store.one(
        "SELECT * FROM alerts WHERE community = ? AND elder = ? AND kind = ? AND closed_at >= ? ORDER BY id DESC LIMIT 1",
        store.community,
        elder,
        kind,
        text_of(since),
    )


def due(store: Store, now: dt.datetime) -> list[sqlite3.Row]:
    """The alerts whose next step has come, the emergencies first."""
    return store.all(
        "SELECT * FROM alerts WHERE community = ? AND next_step_at <= ?"
        " ORDER BY CASE kind WHEN 'distress' THEN 0 ELSE 1 END, next_step_at, id",
        store.community,
        text_of(now),
    )


def repeats_after(store: Store, now: dt.datetime, level: int) -> list[str]:
    """When the alerts that stand at `level` or above (no emergencies, nobody on the way) are next repeated."""
    rows = store.all(
        "SELECT DISTINCT next_step_at FROM alerts WHERE community = ? AND next_step_at > ? AND level >= ?"
        " AND closed_at IS NULL AND claim_until IS NULL AND kind <> 'distress' ORDER BY next_step_at",
        store.community,
        text_of(now),
        level,
    )
    return [row["next_step_at"] for row in rows]


def next_due(store: Store) -> str | None:
    row = store.one(
        "SELECT min(next_step_at) AS due FROM alerts WHERE community = ? AND next_step_at IS NOT NULL", store.community
    )
    return row["due"] if row else None


def advance(store: Store, row: sqlite3.Row, level: int, next_step_at: dt.datetime, *, held: bool) -> bool:
    """Compare-and-swap: the alert stands at `level` now; False when it moved or closed meanwhile.

    A claim that ran out ends; `held`: one that still runs stays.
    """
    cursor = store.run(
        "UPDATE alerts SET level = ?, next_step_at = ?, claim_until = CASE WHEN ? THEN claim_until END"
        " WHERE id = ? AND closed_at IS NULL AND level = ? AND next_step_at = ?",
        level,
        text_of(next_step_at),
        held,
        row["id"],
        row["level"],
        row["next_step_at"],
    )
    return cursor.rowcount == 1


def put_off(store: Store, alert_id: int, moment: dt.datetime) -> None:
    """Move the next step of an alert (open, or ended and not told yet)."""
    store.run(
        "UPDATE alerts SET next_step_at = ? WHERE id = ? AND next_step_at IS NOT NULL",
        text_of(moment),
        alert_id,
    )


def step_back(store: Store, alert_id: int) -> None:
    """The announcement of the level it stands at never left: that step is taken again when the next one is due."""
    store.run(
        "UPDATE alerts SET level = level - 1 WHERE id = ? AND closed_at IS NULL AND level > ?", alert_id, NOT_ANNOUNCED
    )


def claim(store: Store, alert_id: int, person: str, name: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Somebody goes: the next step waits until the claim runs out. A later claim takes over. False when it is closed.

    What has not been announced yet is announced all the same: the others must hear of it.
    """
    cursor = store.run(
        "UPDATE alerts SET claimed_by = ?, claimed_name = ?, claimed_at = ?, claim_until = ?,"
        " next_step_at = CASE WHEN level < 0 THEN next_step_at ELSE ? END WHERE id = ? AND closed_at IS NULL",
        person,
        name,
        text_of(now),
        text_of(until),
        text_of(until),
        alert_id,
    )
    return cursor.rowcount == 1


def release(store: Store, alert_id: int, person: str, next_step_at: dt.datetime) -> bool:
    """This person's claim was taken back: the alert is nobody's again. False when it is not theirs (any more)."""
    cursor = store.run(
        "UPDATE alerts SET claimed_by = NULL, claimed_name = NULL, claimed_at = NULL, claim_until = NULL, next_step_at = ?"
        " WHERE id = ? AND closed_at IS NULL AND claimed_by = ? AND claim_until IS NOT NULL",
        text_of(next_step_at),
        alert_id,
        person,
    )
    return cursor.rowcount == 1


def climb_now(store: Store, alert_id: int, now: dt.datetime) -> None:
    """The one who went could not reach the elder: the next level is due at once."""
    store.run(
        "UPDATE alerts SET claim_until = NULL, next_step_at = ? WHERE id = ? AND closed_at IS NULL",
        text_of(now),
        alert_id,
    )


def name_elder(store: Store, alert_id: int, elder: str, now: dt.datetime) -> bool:
    """It is clear now who is meant: the alert becomes that elder's and is announced again. False if that elder has one."""
    cursor = store.run(
        "UPDATE alerts SET elder = ?, level = ?, next_step_at = ? WHERE id = ? AND closed_at IS NULL AND elder IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM alerts b WHERE b.community = alerts.community AND b.elder = ? AND b.kind = alerts.kind"
        " AND b.closed_at IS NULL)",
        elder,
        NOT_ANNOUNCED,
        text_of(now),
        alert_id,
        elder,
    )
    return cursor.rowcount == 1


def close(
    store: Store, alert_id: int, outcome: str, now: dt.datetime, tell_at: dt.datetime, *, person: str | None, name: str
) -> bool:
    """End an alert; its end is announced at `tell_at`. False when it was closed before."""
    cursor = store.run(
        "UPDATE alerts SET closed_at = ?, outcome = ?, closed_by = ?, closed_name = ?, next_step_at = ?, claim_until = NULL"
        " WHERE id = ? AND closed_at IS NULL",
        text_of(now),
        outcome,
        person,
        name,
        text_of(tell_at),
        alert_id,
    )
    return cursor.rowcount == 1


def set_told(store: Store, alert_id: int) -> bool:
    """The end of the alert has been announced (or needs no word)."""
    cursor = store.run("UPDATE alerts SET told = 1, next_step_at = NULL WHERE id = ? AND told = 0", alert_id)
    return cursor.rowcount == 1


def set_checked(store: Store, alert_id: int) -> bool:
    """Once an alert: the group was asked to confirm an elder's own all-clear."""
    cursor = store.run("UPDATE alerts SET checked = 1 WHERE id = ? AND checked = 0", alert_id)
    return cursor.rowcount == 1
