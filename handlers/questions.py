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
    """Ask the sender, once, which of the candidates is meant; where there are none, for the name."""
    candidates = [e for e in ctx.reading.elders if e in ctx.roster.elders]
    number = questions.ask(
        ctx.store, ctx.message, ctx.reading, candidates, ctx.now, ctx.now + ANSWER_WITHIN, alert=alert
    )
    if ctx.reading.intent == "unreachable":
        timers.arm(ctx.store, "question", ctx.now + URGENT_WITHIN, str(number))
    itself = len(ctx.people) > 1 and {p.id for p in ctx.people} == set(candidates)
    key = "question_distress" if emergency else "question_self" if itself else "question_who"
    shown = _choices(ctx, candidates[:MOST_CHOICES])
    choices = "\n".join(f"{i}. {choice}" for i, choice in enumerate(shown, 1))
    outbox.put(
        ctx.store,
        ctx.now,
        f"question:{number}",
        "question",
        "room" if ctx.from_room else ctx.sender_address,
        say(key, choices=choices) if candidates else say("question_name"),
        mentions=[ctx.sender_address] if ctx.from_room else (),
        elders=candidates,
        alert=alert,
        emergency=emergency,
        expires=None if emergency else ctx.now + ANSWER_WITHIN,
    )


def _choices(ctx: Context, candidates: list[str]) -> list[str]:
    """How each candidate is called in the question: by compound, and by age where that does not tell them apart."""
    elders = [ctx.roster.elders[e] for e in candidates]
    plain = [f"{e.title}（{e.compound or '住处未填'}）" for e in elders]
    year = ctx.today.year
    return [
        f"{e.title}（{e.compound or '住处未填'}，{year - e.born}岁）" if plain.count(said) > 1 and e.born else said
        for e, said in zip(elders, plain, strict=True)
    ]


def settled_otherwise(ctx: Context) -> None:
    """The sender said it again, clearly this time: the question needs no other answer."""
    question = open_for(ctx)
    if question is None or ctx.reading.ambiguous or not ctx.reading.elders or ctx.message.id == question["message"]:
        return
    candidates = questions.candidates_of(question)
    if set(ctx.reading.elders) & set(candidates) and ctx.reading.intent != "query":
        questions.answered(ctx.store, question["id"], ctx.reading.elders, ctx.now)


def open_for(ctx: Context) -> sqlite3.Row | None:
    """The question that this sender still owes an answer to."""
    return questions.open_for(ctx.store, ctx.message.contact or ctx.message.sender, ctx.message.to, ctx.now)
