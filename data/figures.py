"""Numbers about the bot's work, all of them counted from the database, so that a restart loses none."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from data import hearing
from data.moments import moment_of, text_of
from data.store import Store


@dataclass(frozen=True)
class Figures:
    """Counts since the beginning (heard, understood, sent) and as things stand (the rest). Keys are the stored words."""

    heard: Mapping[str, int]
    understood: Mapping[str, int]
    failed_messages: int
    sent: Mapping[str, int]
    given_up: int
    waiting: Mapping[int, int]
    oldest_waiting: dt.datetime | None
    open_alerts: Mapping[str, int]
    day_states: Mapping[str, int]
    notices_waiting: int


def count(path: Path, community: str) -> Figures:
    """Read all figures over a connection of their own: counting long tables must not hold up the bot. Raises sqlite3.Error."""
    with closing(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
    ) as conn:
        conn.execute("BEGIN")  # one moment for all of them

        def by(sql: str) -> dict[str, int]:
            return {str(key): n for key, n in conn.execute(sql, {"c": community})}

        def one(sql: str) -> int:
            return int(conn.execute(sql, {"c": community}).fetchone()[0])

        oldest = conn.execute(
            "SELECT min(made_at) FROM outbox WHERE community = :c AND state IN ('pending', 'sending')", {"c": community}
        ).fetchone()[0]
        return Figures(
            heard=by("SELECT type, count(*) FROM messages WHERE community = :c GROUP BY type ORDER BY type"),
            understood=by(
                "SELECT intent, count(*) FROM messages WHERE community = :c AND intent IS NOT NULL GROUP BY intent"
                " ORDER BY intent"
            ),
            failed_messages=one("SELECT count(*) FROM messages WHERE community = :c AND state = 'failed'"),
            sent=by(
                "SELECT kind, count(*) FROM outbox WHERE community = :c AND state = 'sent' GROUP BY kind ORDER BY kind"
            ),
            given_up=one("SELECT count(*) FROM outbox WHERE community = :c AND state = 'failed'"),
            waiting={
                int(k): n
                for k, n in by(
                    "SELECT urgency, count(*) FROM outbox WHERE community = :c AND state IN ('pending', 'sending')"
                    " GROUP BY urgency ORDER BY urgency"
                ).items()
            },
            oldest_waiting=moment_of(oldest) if oldest else None,
            open_alerts=by(
                "SELECT kind, count(*) FROM alerts WHERE community = :c AND closed_at IS NULL GROUP BY kind ORDER BY kind"
            ),
            day_states=by(
                "SELECT state, count(*) FROM days WHERE community = :c AND day ="
                " (SELECT max(day) FROM opened_days WHERE community = :c) GROUP BY state ORDER BY state"
            ),
            notices_waiting=one("SELECT count(*) FROM notices WHERE community = :c AND state = 'pending'"),
        )


def last_heard(path: Path, community: str) -> dt.datetime | None:
    """When the bot was last known to hear, by a database that may be in use; None where there is none or it cannot tell."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as conn:
            row = conn.execute(
                "SELECT value FROM meta WHERE community = ? AND key = ?", (community, hearing.HEARD_AT)
            ).fetchone()
        return moment_of(row[0]) if row else None
    except (sqlite3.Error, ValueError):
        return None


def sending_fails(store: Store, since: dt.datetime) -> bool:
    """Whether a message was given up since then, or one that waits has failed several times."""
    row = store.one(
        "SELECT (SELECT count(*) FROM events WHERE community = ? AND what IN ('send-failed', 'send-refused') AND at >= ?)"
        " + (SELECT count(*) FROM outbox WHERE community = ? AND state = 'pending' AND attempts >= 3) AS n",
        store.community,
        text_of(since),
        store.community,
    )
    return row is not None and row["n"] > 0


def open_emergencies(store: Store) -> list[tuple[int, dt.datetime]]:
    """Number and opening of each emergency that is open, oldest first."""
    rows = store.all(
        "SELECT id, opened_at FROM alerts WHERE community = ? AND closed_at IS NULL AND kind = 'distress' ORDER BY id",
        store.community,
    )
    return [(row["id"], moment_of(row["opened_at"])) for row in rows]
