"""A call or a request was given up: WeChat does not take it for this person. The coordinators are asked to pass it on."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

from data import alerts, outbox, timers
from data.phrases import LIMIT, card, in_parts, names, say
from schedules.context import Moment

# Later than this it says nothing that is of use.
OF_USE = dt.timedelta(hours=4)


def run(at: Moment) -> None:
    """One private notice to each coordinator for all messages to one person that were given up at the same time."""
    given_up: dict[str, list[sqlite3.Row]] = {}
    for key, _ in timers.take(at.store, outbox.GIVEN_UP, at.now):
        row = outbox.get(at.store, int(key))
        if row is not None and row["state"] == "failed" and _matters(at, row):
            given_up.setdefault(row["recipient"], []).append(row)
    for recipient, rows in given_up.items():
        _tell(at, recipient, rows)


def _matters(at: Moment, row: sqlite3.Row) -> bool:
    """What called for help with an alert that has ended since need not be passed on."""
    if row["kind"] not in ("alert", "escalation"):
        return True
    elders = json.loads(row["elders"])
    return not elders or any(alerts.open_of(at.store, e) for e in elders)


def _tell(at: Moment, recipient: str, rows: list[sqlite3.Row]) -> None:
    elders = [e for e in dict.fromkeys(e for r in rows for e in json.loads(r["elders"])) if e in at.roster.elders]
    told = "、".join(names(at.roster, elders)) or "一位老人"
    if recipient == "room":
        head = say("notice_undelivered_room", names=told)
    else:
        person = at.roster.people.get(recipient)
        head = say("notice_undelivered", who=person.name if person else "发消息的人", names=told)
    cards = in_parts([card(at.roster.elders[e]) for e in elders], limit=LIMIT - 300, gap="\n\n") or [[]]
    for coordinator in at.roster.with_role("coordinator"):
        if coordinator.id == recipient or not coordinator.wechat:
            continue
        for i, part in enumerate(cards):
            outbox.put(
                at.store,
                at.now,
                f"undelivered:{rows[0]['id']}:{coordinator.id}:{i}",
                "notice",
                coordinator.id,
                "\n".join([head, *part]),
                elders=elders,
                emergency=any(r["urgency"] == 0 for r in rows),
                expires=at.now + OF_USE,
            )
