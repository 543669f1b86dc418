"""What must hold in the database at every quiet moment, whatever was said, lost, repeated or cut off. One line a breach."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

from bot.model import Roster
from data import alert_life
from data.moments import day_of, text_of
from data.store import Store

# A step that is due is done within this; a second apart, so that a row that could not move is no hot loop.
PUT_OFF = dt.timedelta(hours=12)  # the longest a step is put off
SLACK = dt.timedelta(seconds=2)


def breaches(store: Store, people: Roster, now: dt.datetime, opens: dt.time, zone: dt.tzinfo) -> list[str]:
    """Everything that does not hold, at a moment at which nothing is due."""
    return [
        *nobody_is_out_of_sight(store, now),
        *states_have_reasons(store, now, opens, zone),
        *emergencies_are_ended_by_people(store, people),
        *state_and_outbox_agree(store, people),
        *the_room_hears_nothing_private(store, people),
    ]


def nobody_is_out_of_sight(store: Store, now: dt.datetime) -> Iterator[str]:
    """Every waiting elder and every open alert has its next step ahead."""
    past = text_of(now - SLACK)
    for row in store.all(
        "SELECT * FROM days WHERE state = 'waiting' AND (next_step_at IS NULL OR next_step_at < ?)", past
    ):
        yield f"{row['elder']} waits on {row['day']} for nothing (next step {row['next_step_at']})"
    for row in store.all("SELECT * FROM alerts WHERE told = 0 AND (next_step_at IS NULL OR next_step_at < ?)", past):
        yield f"alert {row['id']} ({alert_life.state_of(row)}) has no next step ahead ({row['next_step_at']})"
    for row in store.all("SELECT * FROM alerts WHERE told = 1 AND (closed_at IS NULL OR next_step_at IS NOT NULL)"):
        yield f"alert {row['id']} is told and not over"
    # A claim that has run out may stand while its step is put off (a night, a silence, an emergency of the same elder), no longer.
    for row in store.all(
        "SELECT * FROM alerts WHERE closed_at IS NULL AND claim_until < ? AND level >= 0 AND next_step_at > ?",
        past,
        text_of(now + PUT_OFF),
    ):
        yield f"alert {row['id']} is held by a claim that has run out"


def states_have_reasons(store: Store, now: dt.datetime, opens: dt.time, zone: dt.tzinfo) -> Iterator[str]:
    """Past the deadline without a word: an open alert or a recorded reason; in contact: a report that stands."""
    for row in store.all("SELECT id, text FROM messages WHERE state = 'failed'"):
        yield f"message {row['id']} could not be handled"
    day = day_of(now, opens, zone).isoformat()  # type: ignore[arg-type]
    for row in store.all(
        "SELECT elder FROM days d WHERE day = ? AND state = 'missed' AND NOT EXISTS (SELECT 1 FROM alerts a"
        " WHERE a.elder = d.elder AND (a.closed_at IS NULL OR (a.day = d.day AND a.outcome IN ('false_alarm', 'away'))))"
        " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.elder = d.elder AND e.what = 'missed'"
        " AND json_extract(e.detail, '$.day') = d.day)",
        day,
    ):
        yield f"{row['elder']} is missed on {day} and nobody looks"
    for row in store.all(
        "SELECT elder, day, state FROM days d WHERE state IN ('safe', 'concern') AND NOT EXISTS (SELECT 1 FROM reports r"
        " WHERE r.elder = d.elder AND r.day = d.day AND r.retracted_at IS NULL)"
    ):
        yield f"{row['elder']} is {row['state']} on {row['day']} by nobody's word"


def emergencies_are_ended_by_people(store: Store, people: Roster) -> Iterator[str]:
    """A distress ends by the word of the team or the family, never by a picture, a list, a bare check-in or the clock."""
    bare = re.compile(r"^(都|大家)?(平安|早上好|早|好着呢|1|2|都平安|祝大家平安)[。！!]?$")
    rows = store.all(
        "SELECT a.id, a.elder, a.claimed_by, a.closed_by, m.text, m.type, m.sender, m.people FROM alerts a"
        " LEFT JOIN events e ON e.what = 'alert-closed' AND e.alert = a.id"
        " LEFT JOIN messages m ON m.id = e.message"
        " WHERE a.kind = 'distress' AND a.closed_at IS NOT NULL"
    )
    for row in rows:
        if row["text"] is None:
            yield f"distress {row['id']} was closed by no message"
            continue
        found = json.loads(row["people"])
        who = [people.people[p] for p in found] if found is not None else people.by_wechat(row["sender"])
        entitled = bool(who) and all(
            p.role in ("volunteer", "clinic", "coordinator") or (p.role == "family" and row["elder"] in p.elders)
            for p in who
        )
        if row["elder"] is not None and not entitled:
            yield f"distress {row['id']} was closed by {row['sender']}, who may not"
        # What is written under a picture is words like any.
        if (row["type"] not in ("text", "recalled") and not row["text"].strip()) or "接龙" in row["text"]:
            yield f"distress {row['id']} was closed by a {row['type']}"
        if bare.match(row["text"]) and row["claimed_by"] != row["closed_by"]:
            yield f"distress {row['id']} was closed by a bare check-in: {row['text']}"


def state_and_outbox_agree(store: Store, people: Roster) -> Iterator[str]:
    """No state without its outgoing row, and no row without its state."""
    outbox = {row["key"]: row for row in store.all("SELECT * FROM outbox")}
    yield from _calls(store, outbox)
    ends = [k.split(":")[1].split(",") for k in outbox if k.startswith("end:")]
    told = {int(a) for ids in ends for a in ids}
    for row in store.all("SELECT * FROM alerts WHERE told = 1 AND level >= 0"):
        alone = row["elder"] is not None and row["elder"] not in people.elders
        if row["id"] not in told and not alone and not _part_of_another(store, row["id"]):
            yield f"nobody was told of the end of alert {row['id']}"
    for number in told:
        row = store.one("SELECT told FROM alerts WHERE id = ?", number)
        if row is None or not row["told"]:
            yield f"the end of alert {number} is told and it goes on"
    for row in store.all("SELECT * FROM requests"):
        if not any(k.startswith(f"request:{row['message']}:{row['elder']}:") for k in outbox):
            yield f"nobody was asked for request {row['id']}"
    known = {(r["message"], r["elder"]) for r in store.all("SELECT message, elder FROM requests")}
    for key in outbox:
        if key.startswith("request:") and tuple(key.split(":")[1:3]) not in known:
            yield f"{key} asks for no request"
    for row in store.all("SELECT id FROM questions"):
        if f"question:{row['id']}" not in outbox:
            yield f"question {row['id']} was never asked"
    for key in outbox:
        if key.startswith("question:") and not store.one("SELECT 1 FROM questions WHERE id = ?", key.split(":")[1]):
            yield f"{key} is no question"


def _part_of_another(store: Store, alert: int) -> bool:
    """What turned out to be part of an emergency that is known ends without a word of its own."""
    return store.one("SELECT 1 FROM events WHERE what IN ('named', 'taken-over') AND alert = ?", alert) is not None


def _calls(store: Store, outbox: dict[str, object]) -> Iterator[str]:
    announced = store.all(
        "SELECT id, alert, message, detail, at FROM events WHERE what IN ('announced', 'unsaid') ORDER BY id"
    )
    said = {key.rsplit(":", 2)[0] for key in outbox if key.startswith("step:")}
    noted = {row["message"] for row in announced}
    levels: dict[int, int] = {}
    for row in announced:
        levels[int(row["alert"])] = json.loads(row["detail"])["level"]
        if row["message"] and row["message"] not in said and not _first_call_waited(store, row):
            yield f"alert {row['alert']} went up a level and nobody was called ({row['message']})"
    for key in said - noted:
        yield f"{key} calls for no alert"
    for row in store.all("SELECT * FROM alerts WHERE level >= 0"):
        if levels.get(row["id"]) != row["level"]:
            yield f"alert {row['id']} stands at {row['level']}, announced was {levels.get(row['id'])}"


def _first_call_waited(store: Store, event: object) -> bool:
    """A repeat of an emergency whose first call still waited to be sent then needs no message of its own."""
    alert, at = event["alert"], event["at"]  # type: ignore[index]
    row = store.one(
        "SELECT 1 FROM outbox WHERE alert = ? AND kind = 'alert' AND urgency = 0 AND made_at <= ?"
        " AND (sent_at IS NULL OR sent_at >= ?)",
        f"A{alert}",
        at,
        at,
    )
    return row is not None


def the_room_hears_nothing_private(store: Store, people: Roster) -> Iterator[str]:
    private = {
        text: elder.id
        for elder in people.elders.values()
        for text in (elder.phone, elder.address, elder.health, *(r.phone for r in elder.relatives))
        if text
    }
    private |= {p.phone: p.id for p in people.people.values() if p.phone}
    for row in store.all("SELECT key, text FROM outbox WHERE recipient = 'room'"):
        for text, whose in private.items():
            if text in row["text"]:
                yield f"{row['key']} says something private of {whose} in the room"


def is_deaf(store: Store) -> bool:
    row = store.one("SELECT value FROM meta WHERE key = 'deaf-since'")
    return bool(row and row["value"])
