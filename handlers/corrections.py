"""A message is taken back, in words or by WeChat's recall: undo what it did, and wait again for those it cleared."""

from __future__ import annotations

import datetime as dt
import json

from bot.model import Message
from data import absences, alerts, days, journal, media, messages, outbox, promises, questions, receipts
from data.moments import at_local, moment_of
from data.phrases import names, say
from handlers import claims, contact
from handlers.context import Context
from handlers.registry import handles

# "发错了" means something said not long ago.
RECENT = dt.timedelta(hours=6)


@handles("correct")
def correct(ctx: Context) -> None:
    """Undo what the sender said about these elders today; with nobody named, the sender's newest message that did anything."""
    elders = ctx.reading.elders
    undone: list[str] = []
    if elders and not ctx.reading.ambiguous:
        for elder in elders:
            undone += _take_back(ctx, elder)
    else:
        undone += _newest(ctx)
    journal.note(ctx.store, ctx.now, "corrected", message=ctx.message.id, undone=undone)
    if not ctx.from_room:
        return
    if undone:
        told = say("receipt_correct", names="、".join(names(ctx.roster, undone)))
        receipts.owe(ctx.store, undone[0], ctx.now, told)


def recalled(ctx: Context) -> None:
    """WeChat's own "撤回": only the one who wrote a message can take it back."""
    original = messages.get(ctx.store, ctx.message.text.strip())
    if original is None or (original.contact or original.sender) != (ctx.message.contact or ctx.message.sender):
        journal.note(ctx.store, ctx.now, "recall-ignored", message=ctx.message.id)
        return
    take_back(ctx, original)


def take_back(ctx: Context, original: Message) -> None:
    """The writer has recalled this message."""
    messages.set_recalled(ctx.store, original.id)
    undone = undo(ctx, original)
    journal.note(ctx.store, ctx.now, "recalled", message=original.id, undone=undone)


def _take_back(ctx: Context, elder: str) -> list[str]:
    opened = at_local(ctx.day, ctx.settings.day.opens, ctx.settings.zone)
    who = ctx.message.contact or ctx.message.sender
    sources = set(journal.messages_about(ctx.store, elder, who, min(opened, ctx.now - RECENT)))
    if not sources and ctx.may("take_back_others", elder):
        # A volunteer or coordinator who names the elder may take back what somebody else took for granted.
        sources = {row["message"] for row in days.reports_of(ctx.store, ctx.day, elder)}
    sources |= {
        a["message"]
        for a in alerts.opened_by_sender(ctx.store, ctx.message.sender, ctx.now - RECENT)
        if a["elder"] == elder or a["elder"] is None
    }
    undone: list[str] = []
    for source in sorted(s for s in sources if s and s != ctx.message.id):
        original = messages.get(ctx.store, source)
        if original is not None:
            undone += undo(ctx, original, only=elder)
            journal.note(ctx.store, ctx.now, journal.TAKEN_BACK, message=source, elder=elder)
    return undone


def _newest(ctx: Context) -> list[str]:
    source = messages.newest_that_acted(ctx.store, ctx.message, ctx.now - RECENT)
    return undo(ctx, source) if source else []


def undo(ctx: Context, source: Message, only: str | None = None) -> list[str]:
    """Undo what one message did (for one elder or for all); the elders concerned.

    An emergency is never ended by this: those who may are asked to look.
    """
    touched: list[str] = []
    for row in days.reports_by_message(ctx.store, source.id):
        if (only is None or row["elder"] == only) and days.retract(ctx.store, row["id"], ctx.now, ctx.message.id):
            recompute(ctx, row["elder"], dt.date.fromisoformat(row["day"]))
            receipts.forget(ctx.store, row["elder"], notes=False)
            touched.append(row["elder"])
    for alert in alerts.opened_by_message(ctx.store, source.id):
        elder = alert["elder"]
        if only is not None and elder not in (only, None):
            continue
        touched += [elder] if elder else []
        if alert["kind"] != "distress" or (
            elder and elder in ctx.reading.contacts() and contact.ends_distress(ctx, elder, alert)
        ):
            contact.end(ctx, alert, "false_alarm")
        else:
            contact.ask_to_confirm(ctx, alert)
    touched += _release_claims(ctx, source, only)
    for elder in touched:
        look_again(ctx, elder)
    touched += absences.cancel_message(ctx.store, source.id, ctx.now, only)
    for elder in touched:
        _end_of_absence(ctx, elder)
    touched += promises.drop_requests_of_message(ctx.store, source.id, ctx.now, only)
    if only is None:
        questions.drop_of_message(ctx.store, source.id, ctx.now)
        media.drop_of_message(ctx.store, source.id)
        outbox.drop_for_message(ctx.store, source.id)
    return list(dict.fromkeys(touched))


def _release_claims(ctx: Context, source: Message, only: str | None) -> list[str]:
    """ "我去" was taken back: the alert climbs on, at the time at which it would have without the claim."""
    released: list[str] = []
    for event in journal.by_message(ctx.store, "claimed", source.id, ctx.now - RECENT):
        alert = alerts.get(ctx.store, int(event["alert"])) if event["alert"] else None
        if alert is None or (only is not None and alert["elder"] != only):
            continue
        if claims.give_back(ctx, alert, event["person"]):
            released += [alert["elder"]] if alert["elder"] else []
    for event in journal.by_message(ctx.store, "request-claimed", source.id, ctx.now - RECENT):
        if only is None or event["elder"] == only:
            promises.release_request(ctx.store, json.loads(event["detail"])["request"], event["person"])
            receipts.forget(ctx.store, event["elder"], notes=True)
    return released


def look_again(ctx: Context, elder: str) -> None:
    """An elder who is missed and for whom nobody looks any more is looked for anew."""
    row = days.get(ctx.store, ctx.day, elder)
    if row is not None and row["state"] == "missed" and not alerts.open_of(ctx.store, elder):
        recompute(ctx, elder, ctx.day)


def recompute(ctx: Context, elder: str, day: dt.date) -> None:
    """An elder's day from the reports that still stand; with none, waiting again (past the deadline: due at once)."""
    if elder not in ctx.roster.elders:
        return
    reports = days.reports_of(ctx.store, day, elder)
    deadline = ctx.deadline(elder, day)
    standing = reports
    row = days.get(ctx.store, day, elder)
    if row is not None and row["round_from"]:
        # In the evening only the evening's word counts.
        deadline = moment_of(row["deadline_at"])
        standing = [r for r in reports if r["at"] >= row["round_from"]]
    if standing:
        state = "concern" if any(r["intent"] == "concern" for r in reports) else "safe"
        days.set_state(ctx.store, day, elder, state, deadline)
    elif absences.of(ctx.store, elder, day):
        days.set_state(ctx.store, day, elder, "away", deadline)
    elif day == ctx.day:
        days.wait_again(ctx.store, day, elder, deadline, max(deadline, ctx.now))
    else:
        days.set_state(ctx.store, day, elder, "missed", deadline)


def _end_of_absence(ctx: Context, elder: str) -> None:
    row = days.get(ctx.store, ctx.day, elder)
    if row is not None and row["state"] == "away":
        recompute(ctx, elder, ctx.day)
