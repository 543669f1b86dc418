"""Somebody asks for a service for an elder: keep it and ask the responsible volunteer."""

from __future__ import annotations

from data import journal, outbox, promises
from data.phrases import card, names, one_line, say
from handlers import questions
from handlers.context import Context
from handlers.registry import handles


@handles("request")
def request(ctx: Context) -> None:
    if ctx.reading.ambiguous:
        questions.ask(ctx)
        return
    person = ctx.person.id if ctx.person else None
    for elder in ctx.reading.elders:
        number = promises.add_request(
            ctx.store, elder, ctx.message.text, ctx.now, person=person, message=ctx.message.id
        )
        if number is None:
            continue
        journal.note(ctx.store, ctx.now, "request", elder=elder, person=person, message=ctx.message.id)
        _ask(ctx, elder)


def _ask(ctx: Context, elder: str) -> None:
    """In the room the mention is enough (the group has read the words); the address goes to the volunteer alone."""
    record = ctx.roster.elders[elder]
    helpers = [record.volunteer] if record.volunteer else [p.id for p in ctx.roster.with_role("coordinator")]
    told = "、".join(names(ctx.roster, [elder]))
    key = f"request:{ctx.message.id}:{elder}"
    if ctx.from_room:
        text = say("request_room", names=told)
        outbox.put(ctx.store, ctx.now, f"{key}:room", "request", "room", text, mentions=helpers, elders=[elder])
    for helper in helpers:
        text = say("request_private", name=told, text=one_line(ctx.message.text, 300), cards=card(record))
        outbox.put(ctx.store, ctx.now, f"{key}:{helper}", "request", helper, text, elders=[elder])
