"""A coordinator's word on who a WeChat account belongs to: 绑定 12345 李玉兰, or 绑定 12345 不是."""

from __future__ import annotations

import re

from data import contacts, journal
from data.phrases import say
from handlers import queries
from handlers.context import Context

_ORDER = re.compile(r"^\s*(?:@?小安[\s，,]*)?绑定\s*(\d{5})\s*(\S{1,20})\s*$")


def obey(ctx: Context) -> bool:
    """Carry the order out and say so; False when the message is none. Only for coordinators: the caller has looked."""
    order = _ORDER.match(ctx.message.text)
    if order is None:
        return False
    found = contacts.with_code(ctx.store, order[1])
    if len(found) != 1:
        queries.reply(ctx, say("bind_no_code", code=order[1]))
        return True
    contact, name = found[0], order[2]
    if name == "不是":
        contacts.decline(ctx.store, contact.id)
        text = say("bind_declined", shown=contact.shown)
    else:
        # The people whose name the account carries come first; then everyone on the roster.
        pool = [p for p in contact.people if p in ctx.roster.people and ctx.roster.people[p].name == name]
        pool = pool or [p.id for p in ctx.roster.people.values() if p.name == name]
        if len(pool) != 1:
            queries.reply(ctx, say("bind_no_name" if not pool else "bind_which_name", name=name))
            return True
        contacts.bind(ctx.store, contact.id, pool[0])
        text = say("bind_done", shown=contact.shown, name=name)
    journal.note(ctx.store, ctx.now, "bound", person=ctx.person.id if ctx.person else None, message=ctx.message.id)
    queries.reply(ctx, text)
    return True
