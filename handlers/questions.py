"""Asking back who is meant, and understanding the answer."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data import outbox, questions, timers
from data.phrases import say
from handlers.context import Context

ANSWER_WITHIN = dt.timedelta(minutes=60)
# Somebody who cannot be reached should not wait for the answer to a question.
URGENT_WITHIN = dt.timedelta(minutes=10)
MOST_CHOICES = 9


def ask(ctx: Context, *, alert: int | None = None, emergency: bool = False) -> None:
    """Ask the sender, once, which of the candidates is meant."""
    candidates = [e for e in ctx.reading.elders if e in ctx.roster.elders]
    if not candidates:
        return
    number = questions.ask(
        ctx.store, ctx.message, ctx.reading, candidates, ctx.now, ctx.now + ANSWER_WITHIN, alert=alert
    )
    if ctx.reading.intent == "unreachable":
        timers.arm(ctx.store, "question", ctx.now + URGENT_WITHIN, str(number))
    itself = len(ctx.people) > 1 and {p.id for p in ctx.people} == set(candidates)
    key = "question_distress" if emergency else "question_self" if itself else "question_who"
    choices = "\n".join(
        say("choice", number=i, name=ctx.roster.elders[e].title, compound=ctx.roster.elders[e].compound or "住处未填")
        for i, e in enumerate(candidates[:MOST_CHOICES], 1)
    )
    outbox.put(
        ctx.store,
        ctx.now,
        f"question:{number}",
        "question",
        "room" if ctx.from_room else ctx.sender_address,
        say(key, choices=choices),
        mentions=[ctx.sender_address] if ctx.from_room else (),
        elders=candidates,
        alert=alert,
        emergency=emergency,
    )


def open_for(ctx: Context) -> sqlite3.Row | None:
    """The question that this sender still owes an answer to."""
    return questions.open_for(ctx.store, ctx.message.contact or ctx.message.sender, ctx.message.to, ctx.now)
