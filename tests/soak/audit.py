"""After a day: was anything lost, doubled, late or torn?"""

from __future__ import annotations

import datetime as dt
import sqlite3

from bot.config import Settings
from data.moments import end_of_span, moment_of
from tests.soak.life import Life

CALLS = ("alert", "escalation")
# An emergency or a call goes out within this, once it can: pace, one retry and the next wake-up.
IN_TIME = 180.0


def audit(life: Life) -> None:
    """Count into life.result, with a line for each thing that must not be."""
    _heard(life)
    _sent(life)
    _late(life)


def _heard(life: Life) -> None:
    result = life.result
    result.heard = len(life.heard)
    kept = {r["id"]: r["state"] for r in life.store.all("SELECT id, state FROM messages")}
    for message_id in life.heard:
        if message_id not in kept:
            result.lost += 1
            result.problems.append(f"lost: message {message_id} was taken in and is not there")


def _sent(life: Life) -> None:
    result, far_end = life.result, life.far_end
    result.sent = sum(far_end.shown.values())
    rows = {r["key"]: r for r in life.store.all("SELECT * FROM outbox")}
    for key, times in far_end.shown.items():
        if key not in rows:
            result.torn += 1
            result.problems.append(f"torn: {key} was shown and nobody had promised it")
        elif times > 1 and rows[key]["kind"] in CALLS and key in far_end.doubted:
            result.repeated += times - 1
        elif times > 1:
            result.doubled += 1
            result.problems.append(f"doubled: {key} ({rows[key]['kind']}) was shown {times} times")
    for key, row in rows.items():
        shown, state = far_end.shown[key], row["state"]
        if state == "doubt" and key in far_end.doubted:
            result.in_doubt += 1
        elif state == "sent" and not shown and key not in far_end.doubted:
            result.lost += 1
            result.problems.append(f"lost: {key} is marked sent and nobody was shown it")
        elif state in ("pending", "sending") and not _waits_for_its_share(life, row):
            result.lost += 1
            result.problems.append(f"lost: {key} ({row['kind']}) is still {state}: {row['error']}")
        elif state in ("dropped", "failed", "doubt") and shown and key not in far_end.doubted:
            result.torn += 1
            result.problems.append(f"torn: {key} is {state} and was shown")
        elif state == "failed":
            result.lost += 1
            result.problems.append(f"lost: {key} ({row['kind']}) was given up: {row['error']}")


def _waits_for_its_share(life: Life, row: sqlite3.Row) -> bool:
    """Thanks and answers of a day on which the bot has said much wait for the next day, or run out of use."""
    assert life.engine is not None
    waits_until = life.engine.outbox._allowed(row["urgency"], life.engine.outbox._sent(life.now), life.now)
    return row["state"] == "pending" and waits_until - life.now > dt.timedelta(minutes=5)


def _late(life: Life) -> None:
    """Calls for help, from the moment they were promised to the moment they were shown, less what nobody could help."""
    rows = {r["key"]: r for r in life.store.all("SELECT * FROM outbox")}
    first: dict[str, float] = {}
    for at, out in life.far_end.order:
        first.setdefault(out.key, at)
    for key, at in first.items():
        row = rows.get(key)
        if row is None or row["kind"] not in CALLS or row["urgency"] > 1 or row["id"] not in life.made:
            continue
        made = life.made[row["id"]]
        late = at - made - life.overlap(made, at)
        if late > IN_TIME and not _quiet(row["made_at"], row["sent_at"] or row["made_at"], life.settings):
            life.result.late += 1
            life.result.worst_late = max(life.result.worst_late, late)
            life.result.problems.append(f"late: {key} ({row['kind']}) by {late:.0f} s")


def _quiet(made: str, sent: str, settings: Settings) -> bool:
    """Whether the quiet hours lay in between, by the bot's clock (calls that are no emergencies wait for their end)."""
    moment, last = moment_of(made), moment_of(sent)
    while moment <= last:
        if end_of_span(moment, settings.day.quiet, settings.zone) > moment:
            return True
        moment += dt.timedelta(minutes=10)
    return False
