"""What is only kept: public matters, activities, and talk."""

from __future__ import annotations

import re

from data import journal, promises
from data.phrases import say
from handlers import queries
from handlers.context import Context
from handlers.registry import handles

# A coordinator who speaks like this to the bot wants something done, and must not think that it was.
_ORDERING = re.compile(
    r"\s*(?:@?小安)?[\s,，:：]*(?:把|给|帮我|请|替我|改|设|加|删|取消|撤|停|开|发|通知|提醒|登记|记|换|查)"
)


@handles("issue", "activity")
def keep(ctx: Context) -> None:
    kind = "matter" if ctx.reading.intent == "issue" else "activity"
    promises.add_note(ctx.store, kind, ctx.message.text, ctx.now, sender=ctx.message.sender, message=ctx.message.id)


@handles("chat")
def chat(ctx: Context) -> None:
    """Talk needs no act. Words to the bot that it did not understand go into the coordinators' summary.

    A coordinator hears at once that nothing was done.
    """
    spoken_to = ctx.reading.addressed or not ctx.from_room
    if spoken_to and ctx.message.type == "text" and ctx.message.text.strip():
        if ctx.may("command") and (ctx.reading.elders or _ORDERING.match(ctx.message.text)):
            queries.reply(ctx, say("command_unknown"))
        journal.note(ctx.store, ctx.now, "not-understood", message=ctx.message.id)
