"""An emergency: an alert to everyone who can help, at once. Later messages about the same one never raise a second."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data import alerts, days, journal, messages, outbox
from data import questions as questions_of
from data.moments import moment_of
from handlers import claims, contact, questions
from handlers.context import Context, said_at
from handlers.registry import handles

# News of a hospital that comes after the end was told belongs to the emergency that ended, not to a new one.
AFTERMATH = dt.timedelta(hours=12)
# A second cry without a name within this time is about the same emergency: longer when the same person writes.
SAME = dt.timedelta(hours=2)
SAME_FROM_OTHERS = dt.timedelta(minutes=15)
# Emergencies in which nobody need have seen the elder.
UNSEEN = frozenset({"lost", "gas", "fire"})


@handles("distress")
def raise_alarm(ctx: Context) -> None:
    reading = ctx.reading
    if len(reading.elders) == 1 and not reading.ambiguous:
        _about(ctx, reading.elders[0])
    elif reading.elders and not reading.ambiguous:
        for elder in reading.elders:
            _about(ctx, elder)
    else:
        _unnamed(ctx)


def _about(ctx: Context, elder: str) -> None:
    in_care = ctx.reading.outcome == "hospital"
    recent = alerts.closed_recently(ctx.store, elder, "distress", ctx.now - AFTERMATH)
    current = next((a for a in alerts.open_of(ctx.store, elder) if a["kind"] == "distress"), None)
    if current is None and in_care and recent is not None and recent["outcome"] == "hospital":
        journal.note(ctx.store, ctx.now, "aftermath", elder=elder, alert=recent["id"], message=ctx.message.id)
        return
    if current is None:
        opened = alerts.open_alert(
            ctx.store,
            "distress",
            elder,
            ctx.day,
            ctx.now,
            alarm=ctx.reading.alarm,
            person=ctx.person.id if ctx.person else None,
            message=ctx.message.id,
        )
        journal.note(
            ctx.store, ctx.now, "alert-opened", elder=elder, alert=opened, message=ctx.message.id, kind="distress"
        )
        current = alerts.get(ctx.store, opened) if opened else None
    else:
        journal.note(ctx.store, ctx.now, "distress-more", elder=elder, alert=current["id"], message=ctx.message.id)
        if in_care and ctx.may("end_distress", elder) and not ctx.is_chain:
            for alert in alerts.open_of(ctx.store, elder):
                contact.end(ctx, alert, "hospital")
            return
    if (ctx.reading.alarm or "") not in UNSEEN:
        _keep_contact(ctx, elder)
        _take_over(ctx, elder)
    if current is not None and "claim" in ctx.reading.also:
        claims.take(ctx, current)


def _keep_contact(ctx: Context, elder: str) -> None:
    """Somebody is with the elder or the elder wrote: the day is no longer "no word", but far from safe."""
    days.report(
        ctx.store,
        ctx.day,
        elder,
        "concern",
        ctx.message,
        said_at(ctx.message, ctx.now),
        ctx.deadline(elder),
        person=ctx.person.id if ctx.person else None,
        role=ctx.role,
    )


def _take_over(ctx: Context, elder: str) -> None:
    """Whoever was missed has been found, in distress: one alarm goes on, the greater one."""
    for alert in alerts.open_of(ctx.store, elder):
        if alert["kind"] != "distress" and contact.end(ctx, alert, "helped"):
            outbox.drop_for_alert(ctx.store, alert["id"], ("alert", "escalation"))
            alerts.set_told(ctx.store, alert["id"])
            journal.note(ctx.store, ctx.now, "taken-over", elder=elder, alert=alert["id"], message=ctx.message.id)


def _unnamed(ctx: Context) -> None:
    """Nobody knows yet who it is: call those who can find out, ask the sender, and lose no time over it."""
    same = next((a for a in alerts.open_all(ctx.store) if a["kind"] == "distress" and _is_same(ctx, a)), None)
    if same is not None:
        journal.note(ctx.store, ctx.now, "distress-more", alert=same["id"], message=ctx.message.id)
        return
    opened = alerts.open_alert(
        ctx.store,
        "distress",
        None,
        ctx.day,
        ctx.now,
        candidates=ctx.reading.elders,
        alarm=ctx.reading.alarm,
        person=ctx.person.id if ctx.person else None,
        message=ctx.message.id,
    )
    journal.note(ctx.store, ctx.now, "alert-opened", alert=opened, message=ctx.message.id, kind="distress")
    if ctx.reading.elders:
        questions.ask(ctx, alert=opened, emergency=True)


def _is_same(ctx: Context, alert: sqlite3.Row) -> bool:
    """Whether a cry without a name ("快打120！") belongs to this open emergency, and is no second one."""
    concerned = {alert["elder"]} if alert["elder"] else set(questions_of.candidates_of(alert))
    if ctx.reading.elders and concerned and not concerned & set(ctx.reading.elders):
        return False
    source = messages.get(ctx.store, alert["message"]) if alert["message"] else None
    same_sender = source is not None and source.contact == (ctx.message.contact or ctx.message.sender)
    within = SAME if same_sender else SAME_FROM_OTHERS
    return moment_of(alert["opened_at"]) >= ctx.now - within
