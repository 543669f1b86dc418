"""After the clock was set back: the moments that were written down by the wrong time, brought back to the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from data import meta
from data.hearing import DEAF_SINCE, HEARD_AT
from data.moments import moment_of, text_of
from data.store import Store


def pull_back(store: Store, now: dt.datetime, by: dt.timedelta, today: dt.date, planned: Iterable[str]) -> int:
    """Move what waits for a moment ahead nearer by as much as the clock went back, never before `now`; how many rows.

    Timers of the kinds in `planned` hang on the time of day: they are dropped, for the caller to plan anew.
    """
    c, at = store.community, text_of(now)
    count = 0
    for kind in planned:
        store.run("DELETE FROM timers WHERE community = ? AND kind = ?", c, kind)
    for table, column, where in (
        ("alerts", "next_step_at", ""),
        ("alerts", "claim_until", ""),
        ("outbox", "not_before", "state IN ('pending', 'sending')"),
        ("outbox", "echo_by", ""),
        ("outbox", "expires_at", "state = 'pending' AND made_at > :now"),
        ("questions", "expires_at", "answered_at IS NULL AND asked_at > :now"),
        ("notices", "not_before", ""),
        ("timers", "due_at", ""),
    ):
        count += _shift(store, now, by, table, column, where)
    # What went out seems to lie ahead: the pace would wait for it.
    store.run("UPDATE outbox SET sent_at = ? WHERE community = ? AND sent_at > ?", at, c, at)
    store.run("UPDATE outbox SET made_at = ? WHERE community = ? AND made_at > ?", at, c, at)
    day = today.isoformat()
    store.run("UPDATE alerts SET day = ? WHERE community = ? AND day > ?", day, c, day)
    # Days that have not come yet were never watched.
    store.run("DELETE FROM days WHERE community = ? AND day > ?", c, day)
    store.run("DELETE FROM opened_days WHERE community = ? AND day > ?", c, day)
    store.run(
        "UPDATE days SET state = earlier, earlier = NULL, round_from = NULL, next_step_at = NULL"
        " WHERE community = ? AND day = ? AND round_from > ? AND state = 'waiting'",
        c,
        day,
        at,
    )
    for key in (HEARD_AT, DEAF_SINCE):
        if (meta.get(store, key) or "") > at:
            meta.put(store, key, at)
    return count


def _shift(store: Store, now: dt.datetime, by: dt.timedelta, table: str, column: str, where: str) -> int:
    """Text order is time order, and julian days would lose the microseconds: row by row, for the few there are."""
    condition = f"community = :c AND {column} > :now" + (f" AND {where}" if where else "")
    rows = store.conn.execute(
        f"SELECT rowid AS number, {column} AS moment FROM {table} WHERE {condition} ORDER BY rowid",
        {"c": store.community, "now": text_of(now)},
    ).fetchall()
    for row in rows:
        moved = max(moment_of(row["moment"]) - by, now)
        store.run(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", text_of(moved), row["number"])
    return len(rows)
