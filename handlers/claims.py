"""Somebody takes a task on: an alert first, else a request."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data import alerts, journal, promises, receipts
from data.phrases import names, say
from handlers.context import Context
from handlers.registry import handles


@handles("claim")
def claim(ctx: Context) -> None:
    if ctx.person is None:
        journal.note(ctx.store, ctx.now, "claim-by-stranger", message=ctx.message.id)
        return
    elders = ctx.reading.elders
    if elders:
        taken = [a for e in elders for a in alerts.open_of(ctx.store, e) if take(ctx, a)]
        if not taken:
            _take_requests(ctx, [r for e in elders for r in promises.open_requests(ctx.store, e)[:1]])
        return
    alert = _meant(ctx)
    if alert is not None:
        take(ctx, alert)
    else:
        _take_requests(ctx, promises.open_requests(ctx.store)[:1])


def take(ctx: Context, alert: sqlite3.Row) -> bool:
    """The sender goes; False when the alert has ended or nobody knows the sender."""
    if ctx.person is None:
        return False
    until = ctx.now + dt.timedelta(minutes=ctx.settings.escalation.claim_holds)
    if not alerts.claim(ctx.store, alert["id"], ctx.person.id, ctx.person.name, ctx.now, until):
        return False
    journal.note(
        ctx.store,
        ctx.now,
        "claimed",
        elder=alert["elder"],
        alert=alert["id"],
        person=ctx.person.id,
        message=ctx.message.id,
    )
    if alert["elder"]:
        told = say("receipt_claim", who=ctx.person.name, names="、".join(names(ctx.roster, [alert["elder"]])))
        receipts.owe(ctx.store, alert["elder"], ctx.now, told)
    return True


def _meant(ctx: Context) -> sqlite3.Row | None:
    """ "我去" without a name: the emergency, else the one the sender is responsible for, else the only or newest one."""
    current = alerts.open_all(ctx.store)
    assert ctx.person is not None
    free = [a for a in current if a["claim_until"] is None] or current
    distress = [a for a in free if a["kind"] == "distress"]
    own = [a for a in free if a["elder"] and ctx.person.id in _responsible(ctx, a["elder"])]
    for choice in (distress, own, free):
        if choice:
            return choice[-1]
    return None


def _responsible(ctx: Context, elder: str) -> tuple[str | None, ...]:
    record = ctx.roster.elders.get(elder)
    return (record.volunteer, record.backup, *(r.person for r in record.relatives)) if record else ()


def _take_requests(ctx: Context, rows: list[sqlite3.Row]) -> None:
    assert ctx.person is not None
    for row in rows:
        if promises.claim_request(ctx.store, row["id"], ctx.person.id, ctx.person.name, ctx.now):
            journal.note(ctx.store, ctx.now, "request-claimed", elder=row["elder"], person=ctx.person.id)
            told = say("receipt_claim_request", who=ctx.person.name, names="、".join(names(ctx.roster, [row["elder"]])))
            receipts.owe(ctx.store, row["elder"], ctx.now, told)
