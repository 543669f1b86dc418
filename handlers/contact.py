"""An elder was in contact: keep it, and end what only waited for that."""

from __future__ import annotations

import datetime as dt
import sqlite3

from bot.model import Outcome
from data import alerts, days, journal, outbox, receipts
from data.moments import moment_of
from data.phrases import names, say
from handlers.context import Context, said_at

# Ends of missed check-ins wait this long, so that several go into one message.
GATHER = dt.timedelta(seconds=10)


def record(ctx: Context, elder: str, intent: str) -> None:
    """One elder's contact of this message's day. intent: checkin or concern."""
    person = ctx.person.id if ctx.person else None
    before = days.report(
        ctx.store,
        ctx.day,
        elder,
        intent,
        ctx.message,
        said_at(ctx.message, ctx.now),
        ctx.deadline(elder),
        person=person,
        role=ctx.role,
    )
    journal.note(ctx.store, ctx.now, intent, elder=elder, person=person, message=ctx.message.id, before=before)
    ended = False
    for alert in alerts.open_of(ctx.store, elder):
        if alert["message"] == ctx.message.id:
            continue
        if alert["kind"] != "distress" or ends_distress(ctx, elder, alert):
            end(ctx, alert, outcome_of(ctx, alert))
            ended = True
        else:
            ask_to_confirm(ctx, elder, alert)
            ended = True
    if not ended and before in ("", "waiting") and intent == "checkin" and ctx.from_room:
        receipts.owe(ctx.store, elder, ctx.now)


def ends_distress(ctx: Context, elder: str, alert: sqlite3.Row) -> bool:
    """Whether this message reports, by someone who may, that the elder was reached or is in care.

    Never a list, never a picture, never an elder's own word; a relative's bare "平安" may be routine and says too little,
    unless it was the relative who went.
    """
    if ctx.is_chain or ctx.message.type != "text" or elder not in (*ctx.reading.elders, *_named_contacts(ctx)):
        return False
    if ctx.is_team:
        return True
    if not ctx.is_family_of(elder):
        return False
    told = ctx.reading.outcome is not None or ctx.reading.intent in ("concern", "elder_away")
    return told or (ctx.person is not None and alert["claimed_by"] == ctx.person.id)


def _named_contacts(ctx: Context) -> tuple[str, ...]:
    return tuple(ctx.reading.contacts())


def outcome_of(ctx: Context, alert: sqlite3.Row) -> Outcome:
    """What the text tells of the end; without a word on it: helped after an emergency, else safe."""
    if ctx.reading.outcome:
        return ctx.reading.outcome
    return "helped" if alert["kind"] == "distress" else "safe"


def end(ctx: Context, alert: sqlite3.Row, outcome: Outcome) -> bool:
    """Close an alert in the sender's name; its end is told soon (an emergency's at once)."""
    tell_at = ctx.now if alert["kind"] == "distress" else ctx.now + GATHER
    person = ctx.person
    name = person.name if person and person.role != "elder" else ""
    closed = alerts.close(
        ctx.store, alert["id"], outcome, ctx.now, tell_at, person=person.id if person else None, name=name
    )
    if closed:
        journal.note(
            ctx.store,
            ctx.now,
            "alert-closed",
            elder=alert["elder"],
            alert=alert["id"],
            person=person.id if person else None,
            message=ctx.message.id,
            outcome=outcome,
        )
    return closed


def ask_to_confirm(ctx: Context, elder: str, alert: sqlite3.Row) -> None:
    """The elder (or somebody who may not end an emergency) says all is well: once, ask those who may."""
    if moment_of(alert["opened_at"]) >= ctx.now or not alerts.set_checked(ctx.store, alert["id"]):
        return
    record_of = ctx.roster.elders[elder]
    goes = alert["claimed_by"] or record_of.volunteer
    family = [p.id for p in ctx.roster.family([elder]) if p.wechat]
    outbox.put(
        ctx.store,
        ctx.now,
        f"confirm:{alert['id']}",
        "question",
        "room",
        say("check_own_all_clear", names="、".join(names(ctx.roster, [elder]))),
        mentions=[p for p in (goes, *family) if p],
        elders=[elder],
        alert=alert["id"],
        emergency=True,
    )
