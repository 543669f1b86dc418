"""The elder is away or back; the family is away and asks others to look in."""

from __future__ import annotations

import datetime as dt
import re

from data import absences, alerts, days, journal, outbox, receipts
from data.phrases import card, names, one_line, say, span
from handlers import contact, questions
from handlers.context import Context
from handlers.registry import handles

_HOME = re.compile(r"(?<![没不未才再等])(?:回来了|回家了|到家了|接回)")


@handles("elder_away")
def elder_away(ctx: Context) -> None:
    if ctx.reading.ambiguous:
        questions.ask(ctx)
        return
    for elder in ctx.reading.elders:
        if not ctx.may("pause", elder):
            _put_to_coordinators(ctx, elder)
        elif _is_back(ctx):
            back(ctx, elder)
        else:
            away(ctx, elder, ctx.reading.start or ctx.today, ctx.reading.end)


def _is_back(ctx: Context) -> bool:
    reading = ctx.reading
    if reading.back or (reading.end and reading.end < ctx.today):
        return True
    # A pause that is made by mistake would let an elder out of sight: "回来了" without a day never makes one.
    return reading.start is None and reading.end is None and _HOME.search(ctx.message.text) is not None


def _put_to_coordinators(ctx: Context, elder: str) -> None:
    text = say("notice_away_stranger", sender=one_line(ctx.message.sender), names="、".join(names(ctx.roster, [elder])))
    for person in ctx.roster.with_role("coordinator"):
        outbox.put(
            ctx.store, ctx.now, f"away?:{ctx.message.id}:{elder}:{person.id}", "notice", person.id, text, elders=[elder]
        )


def away(ctx: Context, elder: str, first: dt.date, last: dt.date | None) -> None:
    """Pause the check-ins from `first` to `last` (None: until somebody says that the elder is back)."""
    running = absences.of(ctx.store, elder, ctx.today)
    if running is not None and ctx.reading.start is None and last is not None:
        absences.end_on(ctx.store, elder, last, ctx.today)
    elif running is None or ctx.reading.start is not None or last is not None:
        person = ctx.person.id if ctx.person else None
        reason = "hospital" if ctx.reading.outcome == "hospital" else "away"
        absences.add(ctx.store, elder, first, last, reason, person=person, message=ctx.message.id, now=ctx.now)
    journal.note(ctx.store, ctx.now, "away", elder=elder, message=ctx.message.id, first=first, last=last)
    settle_today(ctx, elder)
    if ctx.from_room:
        told = say("receipt_away", names="、".join(names(ctx.roster, [elder])), span=span(first, last, ctx.today))
        receipts.owe(ctx.store, elder, ctx.now, told)


def settle_today(ctx: Context, elder: str) -> None:
    """An absence that covers today: the day is `away`, unless the elder reported before; what only waited is over."""
    if absences.of(ctx.store, elder, ctx.day) is None and absences.of(ctx.store, elder, ctx.today) is None:
        return
    earlier = [r for r in days.reports_of(ctx.store, ctx.day, elder) if r["message"] != ctx.message.id]
    if not earlier and ctx.day == ctx.today:
        days.set_state(ctx.store, ctx.day, elder, "away", ctx.deadline(elder))
    for alert in alerts.open_of(ctx.store, elder):
        if alert["message"] == ctx.message.id:
            continue
        if contact.may_end(ctx, elder, alert):
            contact.end(ctx, alert, ctx.reading.outcome or "away")


def back(ctx: Context, elder: str) -> None:
    """The elder is home: today needs no more word, from tomorrow on the check-ins go on as always."""
    tomorrow = ctx.day + dt.timedelta(days=1)
    ended = absences.cancel(ctx.store, elder, tomorrow, ctx.now, until=tomorrow)
    journal.note(ctx.store, ctx.now, "back", elder=elder, message=ctx.message.id, ended=ended)
    for alert in alerts.open_of(ctx.store, elder):
        if contact.may_end(ctx, elder, alert):
            contact.end(ctx, alert, "helped" if alert["kind"] == "distress" else "safe")
    # Coming home is contact: somebody who says it has seen the elder today.
    if not days.reports_of(ctx.store, ctx.day, elder):
        contact.record(ctx, elder, "checkin")
    if ctx.from_room:
        receipts.owe(ctx.store, elder, ctx.now, say("receipt_back", names="、".join(names(ctx.roster, [elder]))))


def home_again(ctx: Context, elder: str) -> None:
    """ "我妈回来了" reads as a check-in; of somebody who is known to be away it means that the absence is over."""
    if absences.of(ctx.store, elder, ctx.today) is None or not ctx.may("pause", elder):
        return
    if _HOME.search(ctx.message.text):
        tomorrow = ctx.day + dt.timedelta(days=1)
        absences.cancel(ctx.store, elder, tomorrow, ctx.now, until=tomorrow)
        journal.note(ctx.store, ctx.now, "back", elder=elder, message=ctx.message.id)
        if ctx.from_room:
            receipts.owe(ctx.store, elder, ctx.now, say("receipt_back", names="、".join(names(ctx.roster, [elder]))))


@handles("family_away")
def family_away(ctx: Context) -> None:
    """Keep it, and ask the elder's volunteers to look in."""
    if ctx.reading.ambiguous:
        questions.ask(ctx)
        return
    first = ctx.reading.start or ctx.today
    last = ctx.reading.end
    person = ctx.person.id if ctx.person else None
    elders = [e for e in ctx.reading.elders if ctx.may("cover", e)]
    for elder in elders:
        absences.add_coverage(ctx.store, elder, first, last, person=person, message=ctx.message.id, now=ctx.now)
        journal.note(ctx.store, ctx.now, "coverage", elder=elder, message=ctx.message.id, first=first, last=last)
    if not elders:
        return
    when = span(first, last, ctx.today)
    helpers = list(
        dict.fromkeys(p for e in elders for p in (ctx.roster.elders[e].volunteer, ctx.roster.elders[e].backup) if p)
    ) or [p.id for p in ctx.roster.with_role("coordinator")]
    told = "、".join(names(ctx.roster, elders))
    if ctx.from_room:
        text = say("coverage_room", names=told, span=when)
        key = f"coverage:{ctx.message.id}:room"
        outbox.put(ctx.store, ctx.now, key, "coverage", "room", text, mentions=helpers, elders=elders)
    cards = "\n".join(card(ctx.roster.elders[e]) for e in elders)
    for helper in helpers:
        text = say("coverage_private", names=told, span=when, cards=cards)
        outbox.put(ctx.store, ctx.now, f"coverage:{ctx.message.id}:{helper}", "coverage", helper, text, elders=elders)
