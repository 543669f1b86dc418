"""Somebody takes a task on: an alert first, else a request."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3

from data import alerts, journal, promises, receipts
from data.moments import moment_of
from data.phrases import names, say
from handlers import offers
from handlers.context import Context
from handlers.registry import handles

# "我来" without a name is about something asked for not long ago.
RECENT = dt.timedelta(hours=12)


_CANNOT = re.compile(r"[去来过]不了|去不成|来不成|过不去|不去了|赶不过去|赶不到|没法去|去不上")


def give_back(ctx: Context, alert: sqlite3.Row, person: str) -> bool:
    """A claim is withdrawn: the alert climbs on, at the time at which it would have without it.

    In an emergency nobody is on the way any more, and all must hear of it at once.
    """
    config = ctx.settings.escalation
    wait = config.backup_after if alert["level"] < 1 else config.coordinator_after
    at_once = alert["kind"] == "distress" or alert["level"] < 0
    due = ctx.now if at_once else max(ctx.now, moment_of(alert["opened_at"]) + dt.timedelta(minutes=wait))
    if not alerts.release(ctx.store, alert["id"], person, due):
        return False
    journal.note(ctx.store, ctx.now, "claim-released", elder=alert["elder"], alert=alert["id"], message=ctx.message.id)
    receipts.forget(ctx.store, alert["elder"] or "", notes=True)
    return True


@handles("claim")
def claim(ctx: Context) -> None:
    if _CANNOT.search(ctx.message.text):
        return
    if not ctx.may("claim"):
        offers.put_to_coordinators(ctx, *_offered(ctx))
        return
    elders = ctx.reading.elders
    if elders and not ctx.reading.ambiguous:
        taken = [a for e in elders for a in alerts.open_of(ctx.store, e) if take(ctx, a)]
        if not taken:
            _take_requests(ctx, [r for e in elders for r in promises.open_requests(ctx.store, e)[:1]])
        return
    meant, requests = _meant(ctx, elders)
    for alert in meant:
        take(ctx, alert)
    _take_requests(ctx, requests)


def cannot_go(ctx: Context) -> None:
    """ "我去不了了" of the one who had said "我去": nobody waits for them any longer."""
    if not _CANNOT.search(ctx.message.text):
        return
    for alert in alerts.open_all(ctx.store):
        mine = alert["claimed_by"] == ctx.sender_address and alert["claim_until"] is not None
        if mine and (not ctx.reading.elders or alert["elder"] in ctx.reading.elders):
            give_back(ctx, alert, ctx.sender_address)


def take(ctx: Context, alert: sqlite3.Row) -> bool:
    """The sender goes; False when the alert has ended or the sender may not."""
    return ctx.may("claim") and ctx.person is not None and give(ctx, alert, ctx.person.id, ctx.person.name)


def give(ctx: Context, alert: sqlite3.Row, address: str, name: str) -> bool:
    """The alert is taken on by `address` (a person of the roster, or an account that a coordinator named)."""
    until = ctx.now + dt.timedelta(minutes=ctx.settings.escalation.claim_holds)
    if not alerts.claim(ctx.store, alert["id"], address, name, ctx.now, until):
        return False
    journal.note(
        ctx.store,
        ctx.now,
        "claimed",
        elder=alert["elder"],
        alert=alert["id"],
        person=address,
        message=ctx.message.id,
    )
    if alert["elder"]:
        told = say("receipt_claim", who=name, names="、".join(names(ctx.roster, [alert["elder"]])))
        receipts.owe(ctx.store, alert["elder"], ctx.now, told)
    return True


def _offered(ctx: Context) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
    """The open alerts, or else requests, that "我去" of somebody who may not claim is about: the named ones, else the newest."""
    current = [a for a in alerts.open_all(ctx.store) if a["claim_until"] is None]
    asked = [r for r in promises.open_requests(ctx.store) if moment_of(r["at"]) >= ctx.now - RECENT]
    if ctx.reading.elders:
        current = [a for a in current if a["elder"] in ctx.reading.elders]
        asked = [r for r in asked if r["elder"] in ctx.reading.elders]
    else:
        current = [a for a in current if a["kind"] == "distress"][-1:] or current[-1:]
    return current, [] if current else asked[:1]


def _meant(ctx: Context, candidates: tuple[str, ...]) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
    """ "我去" without a clear name: the alerts, or else the requests, that it takes on.

    The emergency comes first; then what the sender answers for (all of it: one call may name several elders); then the
    newest that nobody has taken. `candidates`: the elders who may be meant, where the words say that much.
    """
    assert ctx.person is not None
    current = alerts.open_all(ctx.store)
    asked = [r for r in promises.open_requests(ctx.store) if moment_of(r["at"]) >= ctx.now - RECENT]
    if candidates:
        current = [a for a in current if a["elder"] in candidates]
        asked = [r for r in asked if r["elder"] in candidates]
    free = [a for a in current if a["claim_until"] is None]
    distress = [a for a in free if a["kind"] == "distress"]
    own = [a for a in free if ctx.person.id in called(ctx, a)]
    own_requests = [r for r in asked if ctx.person.id in _responsible(ctx, r["elder"])]
    if distress:
        return distress[-1:], []
    if own:
        return own, []
    if own_requests:
        return [], own_requests[:1]
    if free:
        return free[-1:], []
    if asked:
        return [], asked[:1]
    # Everything is taken: "马上到" of the one who goes prolongs it, a second helper changes nothing.
    return [a for a in current if a["claimed_by"] == ctx.person.id], []


def called(ctx: Context, alert: sqlite3.Row) -> tuple[str | None, ...]:
    """Those whose task it is by now: the backup only once it has been called."""
    record = ctx.roster.elders.get(alert["elder"] or "")
    if record is None:
        return ()
    family = tuple(r.person for r in record.relatives)
    return (record.volunteer, *family, record.backup if alert["level"] > 0 else None)


def _responsible(ctx: Context, elder: str | None) -> tuple[str | None, ...]:
    record = ctx.roster.elders.get(elder or "")
    return (record.volunteer, record.backup, *(r.person for r in record.relatives)) if record else ()


def _take_requests(ctx: Context, rows: list[sqlite3.Row]) -> None:
    assert ctx.person is not None
    for row in rows:
        give_request(ctx, row, ctx.person.id, ctx.person.name)


def give_request(ctx: Context, row: sqlite3.Row, address: str, name: str) -> bool:
    """The request is taken on by `address`, as in `give`; False when somebody has it."""
    if not promises.claim_request(ctx.store, row["id"], address, name, ctx.now):
        return False
    journal.note(
        ctx.store,
        ctx.now,
        "request-claimed",
        elder=row["elder"],
        person=address,
        message=ctx.message.id,
        request=row["id"],
    )
    told = say("receipt_claim_request", who=name, names="、".join(names(ctx.roster, [row["elder"]])))
    receipts.owe(ctx.store, row["elder"], ctx.now, told)
    return True
