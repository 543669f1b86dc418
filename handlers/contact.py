"""An elder was in contact: keep it, and end what only waited for that."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3

from bot.model import Outcome
from data import absences, alerts, days, journal, outbox, receipts
from data.moments import moment_of
from data.phrases import names, one_line, say
from handlers.context import Context, said_at

# Ends of missed check-ins wait this long, so that several go into one message.
GATHER = dt.timedelta(seconds=10)
# Words that tell that somebody is or was with the elder, or spoke with them.
_REACHED = re.compile(
    r"联系上|打通|接通|接了|接的|接电话|回电话|通了?电话|通过话|视频|说上话|问过|问了|见到|见着|见了|看到|看见|看了|看过|"
    r"到家|我到|到了?[他她].{0,2}家|到现场|在现场|进门|开了?门|上门|去了|去过|身边|跟前|陪着|守着|扶|抬|安顿|照看|照顾|"
    r"找到|找着|接回|处理好|处理了|量了|包扎|虚惊"
)
# The ambulance is called or has come: that is the middle of an emergency, not its end.
_HELP_ON_ITS_WAY = re.compile(r"120|救护车|急救|119|110")


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
    row = days.get(ctx.store, ctx.day, elder)
    if days.is_of_the_morning(row, said_at(ctx.message, ctx.now)):
        return  # the evening's check-in, and what follows from it, wait for news of the evening
    ended = False
    for alert in alerts.open_of(ctx.store, elder):
        # News that was heard late says nothing about an alert of a later day.
        if alert["message"] == ctx.message.id or alert["day"] > ctx.day.isoformat():
            continue
        if alert["kind"] == "distress" and ctx.reading.intent == "distress":
            ended = True  # more about the same emergency: handlers/distress.py
        elif may_end(ctx, elder, alert):
            if end(ctx, alert, outcome_of(ctx, alert)) and not ctx.people:
                _strangers_word(ctx, alert)
            ended = True
        else:
            ask_to_confirm(ctx, alert)
            ended = True
    if not ended and before in ("", "waiting") and intent == "checkin" and ctx.from_room:
        receipts.owe(ctx.store, elder, ctx.now)


def _strangers_word(ctx: Context, alert: sqlite3.Row) -> None:
    """Somebody off the roster ended a search: the coordinators hear at once on whose word, unless one of them sent that person."""
    if alert["claimed_by"] == ctx.sender_address:
        return
    elder = alert["elder"]
    text = say("notice_closed_stranger", sender=one_line(ctx.message.sender, 20), names=names(ctx.roster, [elder])[0])
    for person in ctx.roster.with_role("coordinator"):
        key = f"closed?:{alert['id']}:{person.id}"
        outbox.put(ctx.store, ctx.now, key, "notice", person.id, text, elders=[elder], alert=alert["id"])


def may_end(ctx: Context, elder: str, alert: sqlite3.Row) -> bool:
    """Whether this message ends an alert: a search by anyone entitled, an emergency only by what `ends_distress` asks for."""
    if alert["kind"] == "distress":
        return ends_distress(ctx, elder, alert)
    return ctx.may("end_search", elder)


def ends_distress(ctx: Context, elder: str, alert: sqlite3.Row) -> bool:
    """Whether this message reports, by someone who may, that the elder was reached or is in care.

    Never a list, never a picture, never an elder's own word. A bare "平安" may be routine or hearsay and says too little,
    unless it comes from the one who went.
    """
    if ctx.is_chain or ctx.message.type != "text" or elder not in (*ctx.reading.elders, *_named_contacts(ctx)):
        return False
    if not ctx.may("end_distress", elder):
        return False
    if alert["alarm"] == "selfharm" and "correct" in (ctx.reading.intent, *ctx.reading.also):
        return False  # words of despair are not taken back by words
    if ctx.reading.outcome in ("helped", "hospital"):
        return True
    if _HELP_ON_ITS_WAY.search(ctx.message.text):
        return False
    went = alert["claimed_by"] == ctx.sender_address
    told = ctx.reading.outcome == "false_alarm" or ctx.reading.intent in ("concern", "elder_away")
    return went or told or _REACHED.search(ctx.message.text) is not None


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
        if alert["elder"]:
            receipts.forget(ctx.store, alert["elder"], notes=True)  # "X goes" after "X was there" only confuses
            if outcome == "hospital":
                _in_hospital(ctx, alert["elder"])
    return closed


def _in_hospital(ctx: Context, elder: str) -> None:
    """Who is in hospital need not report from the next day on, until somebody says that the elder is home."""
    first = ctx.day + dt.timedelta(days=1)
    if absences.of(ctx.store, elder, first) is None:
        person = ctx.person.id if ctx.person else None
        absences.add(ctx.store, elder, first, None, "hospital", person=person, message=ctx.message.id, now=ctx.now)
        journal.note(ctx.store, ctx.now, "away", elder=elder, message=ctx.message.id, first=first, last=None)


def ask_to_confirm(ctx: Context, alert: sqlite3.Row) -> None:
    """The elder (or somebody who may not end an emergency) says all is well: once, ask those who may."""
    if moment_of(alert["opened_at"]) >= ctx.now or not alerts.set_checked(ctx.store, alert["id"]):
        return
    elder = ctx.roster.elders.get(alert["elder"])
    if elder is None:
        text = say("check_unnamed")
        asked = [p.id for p in ctx.roster.with_role("coordinator")]
    else:
        by_itself = ctx.person is not None and ctx.person.id == elder.id
        key = "check_own_all_clear" if by_itself else "check_all_clear"
        text = say(key, names="、".join(names(ctx.roster, [elder.id])))
        asked = [p for p in (alert["claimed_by"] or elder.volunteer, *(r.person for r in elder.relatives)) if p]
    outbox.put(
        ctx.store,
        ctx.now,
        f"confirm:{alert['id']}",
        "question",
        "room",
        text,
        mentions=[p for p in asked if p in ctx.roster.people and ctx.roster.people[p].wechat],
        elders=[elder.id] if elder else (),
        alert=alert["id"],
        emergency=True,
    )
