"""Thanks in batches: at most one receipt in a while, and none where a reminder or the summary is about to tell anyway."""

from __future__ import annotations

import datetime as dt

from data import alerts, outbox, receipts, timers
from data.moments import moment_of
from data.phrases import names, say
from schedules.context import Moment

KIND = "receipt"
GATHER = dt.timedelta(minutes=10)
# The group is people's living room: plain check-ins are thanked for twice an hour at most.
SELDOM = dt.timedelta(minutes=30)
MOST_NAMES = 12
SOON = dt.timedelta(minutes=15)


def run(at: Moment) -> None:
    if not timers.take(at.store, KIND, at.now):
        return
    owed = receipts.untold(at.store)
    if not owed:
        return
    when = _when(at, moment_of(owed[0]["at"]), only_checkins=not any(r["note"] for r in owed))
    if when > at.now:
        timers.arm(at.store, KIND, when)
        return
    if at.is_quiet or _summary_soon(at):
        receipts.settle(at.store, owed[-1]["id"])
        return
    lines = list(dict.fromkeys(row["note"] for row in owed if row["note"]))
    # Who is being looked for since is not called well.
    cleared = [
        row["elder"]
        for row in owed
        if not row["note"] and row["elder"] in at.roster.elders and not alerts.open_of(at.store, row["elder"])
    ]
    if not lines and not cleared:
        receipts.settle(at.store, owed[-1]["id"])
        return
    elders = list(dict.fromkeys([*cleared, *(row["elder"] for row in owed if row["note"])]))
    told = names(at.roster, cleared)
    if len(told) > MOST_NAMES:
        lines.insert(0, say("receipt_many", names="、".join(told[:MOST_NAMES]), count=len(told)))
    elif told:
        lines.insert(0, say("receipt_checkins", names="、".join(told)))
    outbox.put(
        at.store,
        at.now,
        f"receipt:{owed[-1]['id']}",
        "receipt",
        "room",
        "\n".join(lines),
        elders=elders,
        expires=at.now + dt.timedelta(minutes=30),
    )
    receipts.settle(at.store, owed[-1]["id"])


def _when(at: Moment, first: dt.datetime, *, only_checkins: bool) -> dt.datetime:
    last = outbox.last_sent(at.store, "receipt")
    gap = SELDOM if only_checkins else GATHER
    soonest = first + (GATHER if only_checkins else dt.timedelta(seconds=5))
    return max(soonest, moment_of(last) + gap) if last else soonest


def _summary_soon(at: Moment) -> bool:
    summary = at.local(at.settings.day.summary)
    return summary - SOON <= at.now <= summary
