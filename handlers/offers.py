"""Somebody off the roster says "我去": whom everyone would rely on must be known, so it is put to the coordinators."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

from data import journal, messages, outbox
from data.contacts import ADDRESS
from data.phrases import names, one_line, say
from handlers.context import Context

LONGEST_NAME = 20
# An offer is remembered this long: a coordinator's word then binds the account, not just a name.
RECENT = dt.timedelta(hours=12)
SEVERAL = 3


def put_to_coordinators(ctx: Context, current: Sequence[sqlite3.Row], asked: Sequence[sqlite3.Row]) -> None:
    """Tell each coordinator who offers to go to which open alerts, or to take on which request, and what to answer.

    Their answer is understood by handlers/naming.py.
    """
    journal.note(ctx.store, ctx.now, "claim-by-stranger", message=ctx.message.id)
    meant = [*current, *asked]
    if not meant:
        return
    told = "、".join(title(ctx, a) for a in meant[:SEVERAL])
    key = "notice_claim_stranger" if current else "notice_help_stranger"
    text = say(key, sender=shown(ctx.message.sender), names=told, name=plain(ctx, meant[0]))
    for person in ctx.roster.with_role("coordinator"):
        outbox.put(
            ctx.store,
            ctx.now,
            f"claim?:{ctx.message.id}:{person.id}",
            "notice",
            person.id,
            text,
            elders=[a["elder"] for a in meant if a["elder"]],
            emergency=any(a["kind"] == "distress" for a in current),
        )


def address_of(ctx: Context, name: str) -> str | None:
    """The account that offered to go under this name not long ago; None when none did."""
    for event in reversed(journal.between(ctx.store, "claim-by-stranger", ctx.now - RECENT, ctx.now)):
        offer = messages.get(ctx.store, event["message"])
        if offer is not None and shown(offer.sender) == name:
            return f"{ADDRESS}{offer.contact or offer.sender}"
    return None


def shown(name: str) -> str:
    """A WeChat name as it is quoted."""
    return one_line(name, LONGEST_NAME)


def title(ctx: Context, alert: sqlite3.Row) -> str:
    """Whom an alert is about, as the group says it."""
    return names(ctx.roster, [alert["elder"]])[0] if alert["elder"] in ctx.roster.elders else "求助的老人"


def plain(ctx: Context, alert: sqlite3.Row) -> str:
    """The bare name, as a coordinator types it; empty where nobody knows it."""
    elder = ctx.roster.elders.get(alert["elder"] or "")
    return elder.name if elder else ""
