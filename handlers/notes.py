"""What is only kept: public matters, activities, and talk."""

from __future__ import annotations

from data import journal, promises
from handlers.context import Context
from handlers.registry import handles


@handles("issue", "activity")
def keep(ctx: Context) -> None:
    kind = "matter" if ctx.reading.intent == "issue" else "activity"
    promises.add_note(ctx.store, kind, ctx.message.text, ctx.now, sender=ctx.message.sender, message=ctx.message.id)


@handles("chat")
def chat(ctx: Context) -> None:
    """Talk needs no act. Words to the bot that it did not understand go into the coordinators' summary."""
    spoken_to = ctx.reading.addressed or not ctx.from_room
    if spoken_to and ctx.message.type == "text" and ctx.message.text.strip():
        journal.note(ctx.store, ctx.now, "not-understood", message=ctx.message.id)
