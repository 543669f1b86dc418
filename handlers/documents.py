"""What people pass on: documents, links, cards. Kept and journaled; it is nobody's word, so it clears and opens nothing.

A document's content is never read: in private its sender is told so, once a day, that nobody waits for an answer to it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from data import journal, outbox
from data.phrases import say
from handlers import queries
from handlers.context import Context

# What `roster import` reads, and what becomes one of these by saving it anew.
TABLES = frozenset({".xlsx", ".csv", ".xls", ".et", ".ods"})
_PIECE = 12  # letters of a file's name in the media folder, enough to find it


def brings(ctx: Context) -> bool:
    """Whether the message passes something on. (A record may carry a document as a text with a file.)"""
    return bool(ctx.message.brings) or (ctx.message.type == "text" and bool(ctx.message.file))


def take_in(ctx: Context) -> None:
    """Write down who sent what, and whether it was kept; in private, say what becomes of a document."""
    message = ctx.message
    kind = message.brings or "file"
    ending = Path(message.name or message.file or "").suffix.lower()
    journal.note(
        ctx.store,
        ctx.now,
        "passed-on",
        person=ctx.person.id if ctx.person else None,
        message=message.id,
        kind=kind,
        ending=ending,
        kept=message.file is not None,
    )
    if kind == "file" and not ctx.from_room and ctx.people:
        _answer(ctx, ending)


def _answer(ctx: Context, ending: str) -> None:
    name = ctx.message.name or say("document_nameless")
    if ctx.message.file is None:
        queries.reply(ctx, say("document_lost", name=name))
    elif ending in TABLES and ctx.may("command"):
        queries.reply(ctx, say("document_table", name=name, piece=Path(ctx.message.file).name[:_PIECE]))
    else:
        key, until = f"document:{ctx.sender_address}:{ctx.today}", ctx.now + dt.timedelta(hours=1)
        text = say("document_kept", name=name)
        outbox.put(ctx.store, ctx.now, key, "reply", ctx.sender_address, text, expires=until)
