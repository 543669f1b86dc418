"""Check-ins and concerns. The contact itself is kept for every message before its handler runs (handlers/receive.py)."""

from __future__ import annotations

from data import journal
from handlers import questions
from handlers.context import Context
from handlers.registry import handles


@handles("checkin", "concern")
def check_in(ctx: Context) -> None:
    """Where it is not clear who is meant, ask; until then nobody is cleared."""
    if ctx.reading.ambiguous:
        questions.ask(ctx)
    elif not ctx.reading.elders and not ctx.reading.contacts():
        journal.note(ctx.store, ctx.now, "nobody-named", message=ctx.message.id)
