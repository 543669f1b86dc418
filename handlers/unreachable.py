"""Somebody tried and could not reach an elder: an alert at once, or the next level of the one that is open."""

from __future__ import annotations

from data import alerts, journal
from handlers import questions
from handlers.context import Context
from handlers.registry import handles

# From this level on everybody has been called; only the clock repeats it.
COORDINATORS = 2


@handles("unreachable")
def not_reached(ctx: Context) -> None:
    if ctx.reading.ambiguous or not ctx.reading.elders:
        questions.ask(ctx)
        return
    for elder in ctx.reading.elders:
        if elder not in ctx.reading.contacts():
            _about(ctx, elder)


def _about(ctx: Context, elder: str) -> None:
    current = alerts.open_of(ctx.store, elder)
    if not current:
        opened = alerts.open_alert(
            ctx.store,
            "unreachable",
            elder,
            ctx.day,
            ctx.now,
            person=ctx.person.id if ctx.person else None,
            message=ctx.message.id,
        )
        journal.note(
            ctx.store, ctx.now, "alert-opened", elder=elder, alert=opened, message=ctx.message.id, kind="unreachable"
        )
        return
    for alert in current:
        journal.note(ctx.store, ctx.now, "still-not-reached", elder=elder, alert=alert["id"], message=ctx.message.id)
        # The one who went found nobody: waiting for the claim to run out would only lose time.
        if ctx.may("climb", elder) and alert["kind"] != "distress" and 0 <= alert["level"] < COORDINATORS:
            alerts.climb_now(ctx.store, alert["id"], ctx.now)
