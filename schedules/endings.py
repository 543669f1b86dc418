"""The end of an alert is told: one message for all ends of one sort, none for an alert that nobody was called for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from data import alerts, outbox
from data.phrases import in_parts, names, say
from schedules import calls
from schedules.audience import coordinators
from schedules.context import Moment


def _tell_unnamed(at: Moment, alert: sqlite3.Row) -> None:
    """An emergency is over of which nobody learned who was meant."""
    thanks = say("thanks", names=alert["closed_name"]) if alert["closed_name"] else ""
    text = say("resolved_unnamed", thanks=thanks)
    key = f"end:{alert['id']}"
    outbox.put(at.store, at.now, key, "resolved", "room", text, alert=alert["id"], emergency=True)


def tell(at: Moment, ended: Sequence[sqlite3.Row]) -> None:
    """One message for all ends of one sort. An alert that nobody was called for ends without a word."""
    groups: dict[str, list[sqlite3.Row]] = {}
    for alert in ended:
        if not alerts.set_told(at.store, alert["id"]):
            continue
        outbox.drop_for_alert(at.store, alert["id"], ("alert", "escalation"))
        if alert["level"] >= 0 and alert["elder"] in at.roster.elders:
            groups.setdefault(alert["outcome"], []).append(alert)
        elif alert["level"] >= 0 and alert["elder"] is None:
            _tell_unnamed(at, alert)
    calls.bring_up_to_date(at, ended)
    for outcome, group in groups.items():
        elders = list(dict.fromkeys(a["elder"] for a in group))
        alert_id = group[0]["id"] if len(group) == 1 else None
        emergency = any(a["kind"] == "distress" for a in group)
        key = "end:" + ",".join(str(a["id"]) for a in group)
        if outcome == "died":
            # Such news is for people to tell.
            text = say("resolved_died_private", names="、".join(names(at.roster, elders)))
            for recipient in coordinators(at):
                outbox.put(
                    at.store, at.now, f"{key}:{recipient}", "resolved", recipient, text, elders=elders, alert=alert_id
                )
            continue
        helpers = dict.fromkeys(n for a in group for n in (a["claimed_name"], a["closed_name"]) if n)
        thanks = say("thanks", names="、".join(helpers)) if helpers else ""
        for i, part in enumerate(in_parts(names(at.roster, elders))):
            begin = sum(len(p) for p in in_parts(names(at.roster, elders))[:i])
            outbox.put(
                at.store,
                at.now,
                f"{key}:{i}",
                "resolved",
                "room",
                say(f"resolved_{outcome}", names="、".join(part), thanks=thanks),
                elders=elders[begin : begin + len(part)],
                alert=alert_id,
                emergency=emergency,
            )
