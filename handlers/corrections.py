"""A message is taken back, in words or by WeChat's recall: undo what it did, and wait again for those it cleared."""

from __future__ import annotations

import datetime as dt

from bot.model import Message
from data import absences, alerts, days, journal, messages, outbox, promises, questions, receipts
from data.phrases import names, say
from handlers import contact
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
    undone = undo(ctx, original)
    journal.note(ctx.store, ctx.now, "recalled", message=original.id, undone=undone)


def _take_back(ctx: Context, elder: str) -> list[str]:
    person = ctx.person.id if ctx.person else None
    found = days.reports_by_sender(ctx.store, ctx.day, ctx.message.sender, person, elder)
    sources = {row["message"] for row in found}
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
        elif elder:
            contact.ask_to_confirm(ctx, elder, alert)
    if only is None:
        touched += absences.cancel_message(ctx.store, source.id, ctx.now)
        for elder in touched:
            _end_of_absence(ctx, elder)
        promises.drop_requests_of_message(ctx.store, source.id, ctx.now)
        questions.drop_of_message(ctx.store, source.id, ctx.now)
        outbox.drop_for_message(ctx.store, source.id)
    return list(dict.fromkeys(touched))


def recompute(ctx: Context, elder: str, day: dt.date) -> None:
    """An elder's day from the reports that still stand; with none, waiting again (past the deadline: due at once)."""
    if elder not in ctx.roster.elders:
        return
    standing = days.reports_of(ctx.store, day, elder)
    deadline = ctx.deadline(elder, day)
    if standing:
        state = "concern" if any(r["intent"] == "concern" for r in standing) else "safe"
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
