"""The alerts: opened, announced level by level, claimed, closed with an outcome.

Their life stands in data/alert_life.py as a table; every function here that changes one takes its step by that table.
`next_step_at` carries the next announcement, so a wake-up costs what is due.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from data import alert_life
from data.moments import text_of
from data.store import Store

NOT_ANNOUNCED = -1


def _step(store: Store, alert_id: int, event: alert_life.Event, changes: str, *args: Any) -> bool:
    """Take one step of an alert's life; False when it comes too late. Raises UnknownStep when the table has none such."""
    row = get(store, alert_id)
    if row is None:
        return False
    new = alert_life.after(alert_life.state_of(row), event)
    if new is None:
        return False
    store.run(f"UPDATE alerts SET {changes} WHERE community = ? AND id = ?", *args, store.community, alert_id)
    row = get(store, alert_id)
    if row is None or alert_life.state_of(row) != new:
        raise alert_life.UnknownStep(f"alert {alert_id} should be {new} after {event}")
    return True


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
    found = get(store, row["id"])
    if found is None or (found["level"], found["next_step_at"]) != (row["level"], row["next_step_at"]):
        return False
    if held:
        return _step(store, row["id"], "hold", "level = ?, next_step_at = ?", level, text_of(next_step_at))
    return _step(
        store, row["id"], "announce", "level = ?, next_step_at = ?, claim_until = NULL", level, text_of(next_step_at)
    )


def put_off(store: Store, alert_id: int, moment: dt.datetime) -> None:
    """Move the next step of an alert (open, or ended and not told yet)."""
    _step(store, alert_id, "put_off", "next_step_at = ?", text_of(moment))


def step_back(store: Store, alert_id: int, level: int) -> bool:
    """What was announced above `level` never left: these steps are taken again when the next one is due."""
    row = get(store, alert_id)
    if row is None or row["level"] <= level:
        return False
    return _step(store, alert_id, "unsay" if level == NOT_ANNOUNCED else "step_back", "level = ?", level)


def claim(store: Store, alert_id: int, person: str, name: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Somebody goes: the next step waits until the claim runs out. A later claim takes over. False when it is closed.

    What has not been announced yet is announced all the same: the others must hear of it.
    """
    return _step(
        store,
        alert_id,
        "claim",
        "claimed_by = ?, claimed_name = ?, claimed_at = ?, claim_until = ?,"
        " next_step_at = CASE WHEN level < 0 THEN next_step_at ELSE ? END",
        person,
        name,
        text_of(now),
        text_of(until),
        text_of(until),
    )


def release(store: Store, alert_id: int, person: str, next_step_at: dt.datetime) -> bool:
    """This person's claim was taken back: the alert is nobody's again. False when it is not theirs (any more)."""
    row = get(store, alert_id)
    if row is None or row["claimed_by"] != person:
        return False
    return _step(
        store,
        alert_id,
        "release",
        "claimed_by = NULL, claimed_name = NULL, claimed_at = NULL, claim_until = NULL, next_step_at = ?",
        text_of(next_step_at),
    )


def climb_now(store: Store, alert_id: int, now: dt.datetime) -> None:
    """The one who went could not reach the elder: the next level is due at once."""
    _step(store, alert_id, "climb", "claim_until = NULL, next_step_at = ?", text_of(now))


def name_elder(store: Store, alert_id: int, elder: str, now: dt.datetime) -> bool:
    """It is clear now who is meant: the alert becomes that elder's and is announced again. False if that elder has one."""
    row = get(store, alert_id)
    if row is None or row["elder"] is not None or any(a["kind"] == row["kind"] for a in open_of(store, elder)):
        return False
    return _step(store, alert_id, "name", "elder = ?, level = ?, next_step_at = ?", elder, NOT_ANNOUNCED, text_of(now))


def close(
    store: Store, alert_id: int, outcome: str, now: dt.datetime, tell_at: dt.datetime, *, person: str | None, name: str
) -> bool:
    """End an alert; its end is announced at `tell_at`. False when it was closed before."""
    return _step(
        store,
        alert_id,
        "close",
        "closed_at = ?, outcome = ?, closed_by = ?, closed_name = ?, next_step_at = ?, claim_until = NULL",
        text_of(now),
        outcome,
        person,
        name,
        text_of(tell_at),
    )


def set_told(store: Store, alert_id: int) -> bool:
    """The end of the alert has been announced (or needs no word)."""
    return _step(store, alert_id, "tell", "told = 1, next_step_at = NULL")


def set_checked(store: Store, alert_id: int) -> bool:
    """Once an alert: the group was asked to confirm an elder's own all-clear."""
    cursor = store.run("UPDATE alerts SET checked = 1 WHERE id = ? AND checked = 0", alert_id)
    return cursor.rowcount == 1
