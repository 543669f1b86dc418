"""Alerts are announced level by level until somebody closes them, and their end is told.

    level   who hears of it                         when (minutes of config, after the alert opens)
      0     the responsible volunteer               at once
      1     the backup and the family               backup_after
      2     all coordinators                        coordinator_after
      3…    all coordinators, numbered              every repeat_every, until it is closed

A claim holds the next level back until it runs out. An emergency goes to all levels at once and then repeats. Every
announcement of one moment is one message for all the elders it is about, and one private message to each person who goes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Person
from bot.ports import Kind
from data import absences, alerts, outbox
from data.phrases import card, clock, in_parts, names, say
from schedules.context import Moment

LAST_LEVEL = 2
MANY_CANDIDATES = 2


@dataclass(frozen=True)
class Step:
    """One alert that goes to `level` now."""

    alert: sqlite3.Row
    level: int
    stale: bool
    people: tuple[str, ...]


def run(at: Moment) -> None:
    ended: list[sqlite3.Row] = []
    steps: list[Step] = []
    for alert in alerts.due(at.store, at.now):
        if at.is_quiet and alert["kind"] != "distress":
            _wait(at, alert)
        elif alert["closed_at"]:
            ended.append(alert)
        else:
            step = _next(at, alert)
            if alerts.advance(at.store, alert, step.level, at.now + _pause_after(at, alert, step.level)):
                steps.append(step)
    _announce(at, steps)
    _tell_ends(at, ended)


def _wait(at: Moment, alert: sqlite3.Row) -> None:
    alerts.put_off(at.store, alert["id"], at.quiet_until)


def _next(at: Moment, alert: sqlite3.Row) -> Step:
    """The next level that has anybody in it."""
    stale = alert["claim_until"] is not None
    if alert["kind"] == "distress":
        level = LAST_LEVEL if alert["level"] < LAST_LEVEL else alert["level"] + 1
        people = everyone(at, alert) if level == LAST_LEVEL else _coordinators(at)
        return Step(alert, level, stale, people)
    level = alert["level"] + 1
    while level < LAST_LEVEL and not audience(at, alert, level):
        level += 1
    return Step(alert, level, stale, audience(at, alert, level))


def audience(at: Moment, alert: sqlite3.Row, level: int) -> tuple[str, ...]:
    """The people of one level for a missed or unreachable elder."""
    elder = at.roster.elders.get(alert["elder"])
    if level >= LAST_LEVEL or elder is None:
        return _coordinators(at)
    covered = absences.coverage_of(at.store, elder.id, at.day) is not None
    if level == 0:
        # While the family is away the backup steps in from the start.
        first = (elder.volunteer, elder.backup if covered else None)
        return tuple(p for p in first if p)
    family = tuple(p.id for p in at.roster.family([elder.id]))
    return tuple(p for p in dict.fromkeys((elder.backup, *family)) if p)


def everyone(at: Moment, alert: sqlite3.Row) -> tuple[str, ...]:
    """Everybody who can help in an emergency: volunteers, family, clinic and coordinators.

    While several elders may be meant, their families are called only where there are few: nobody is frightened for nothing.
    """
    elders = [alert["elder"]] if alert["elder"] else json.loads(alert["candidates"])
    found = [at.roster.elders[e] for e in elders if e in at.roster.elders]
    helpers = [p for e in found[:9] for p in (e.volunteer, e.backup)]
    if len(found) <= MANY_CANDIDATES:
        helpers += [p.id for p in at.roster.family(e.id for e in found)]
    helpers += [p.id for p in at.roster.with_role("clinic", "coordinator")]
    return tuple(dict.fromkeys(p for p in helpers if p))


def _coordinators(at: Moment) -> tuple[str, ...]:
    return tuple(p.id for p in at.roster.with_role("coordinator"))


def _pause_after(at: Moment, alert: sqlite3.Row, level: int) -> dt.timedelta:
    config = at.settings.escalation
    if alert["kind"] == "distress" or level >= LAST_LEVEL:
        return dt.timedelta(minutes=config.repeat_every)
    if level == 0:
        return dt.timedelta(minutes=config.backup_after)
    return dt.timedelta(minutes=config.coordinator_after - config.backup_after)


def _announce(at: Moment, steps: Sequence[Step]) -> None:
    groups: dict[tuple[bool, str, int, bool], list[Step]] = {}
    for step in steps:
        distress = step.alert["kind"] == "distress"
        # Emergencies are told one by one; the others of one sort and level together.
        mark = f"{step.alert['kind']}:{step.alert['id']}" if distress else step.alert["kind"] if step.level == 0 else ""
        groups.setdefault((distress, mark, step.level, step.stale and step.level == 1), []).append(step)
    for (distress, _, level, stale), group in groups.items():
        _announce_group(at, group, level, distress=distress, stale=stale)


def _announce_group(at: Moment, group: list[Step], level: int, *, distress: bool, stale: bool) -> None:
    first = group[0].alert
    opening = level == 0 or (distress and level == LAST_LEVEL)
    kind: Kind = "alert" if opening else "escalation"
    elders = [e for step in group for e in _elders(step.alert) if e in at.roster.elders]
    alert_id = first["id"] if len(group) == 1 else None
    stamp = ",".join(f"{s.alert['id']}@{s.level}" for s in group) + f"|{at.now.isoformat()}"
    key = f"step:{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    told = names(at.roster, elders)
    for i, part in enumerate(in_parts(told) or [[]]):
        begin = sum(len(p) for p in in_parts(told)[:i])
        members = elders[begin : begin + len(part)] if part else elders
        mentions = [p for s in group if not part or set(_elders(s.alert)) & set(members) for p in s.people]
        outbox.put(
            at.store,
            at.now,
            f"{key}:room:{i}",
            kind,
            "room",
            _room_text(at, first, "、".join(part), level, distress=distress, stale=stale),
            mentions=[p for p in mentions if at.roster.people[p].wechat],
            elders=members,
            alert=alert_id,
            emergency=distress,
        )
    recipients = dict.fromkeys(p for s in group for p in s.people)
    for recipient in recipients:
        person = at.roster.people[recipient]
        if not person.wechat or (person.role == "family" and not distress):
            continue
        mine = [e for s in group if recipient in s.people for e in _elders(s.alert) if e in at.roster.elders]
        outbox.put(
            at.store,
            at.now,
            f"{key}:{recipient}",
            kind,
            recipient,
            _private_text(at, first, person, mine, level, distress=distress),
            elders=mine,
            alert=alert_id,
            emergency=distress,
        )


def _elders(alert: sqlite3.Row) -> list[str]:
    return [alert["elder"]] if alert["elder"] else list(json.loads(alert["candidates"]))


def _room_text(at: Moment, alert: sqlite3.Row, told: str, level: int, *, distress: bool, stale: bool) -> str:
    time = clock(at.now, at.settings.zone)
    if distress:
        if level > LAST_LEVEL:
            return say("escalation_distress_repeat", names=told or "那位老人", number=level - LAST_LEVEL)
        return say("alert_distress", names=told) if alert["elder"] else say("alert_distress_unnamed")
    if level == 0:
        return say(f"alert_{alert['kind']}", names=told, time=time)
    if level == 1:
        return say("escalation_stale" if stale else "escalation_more", names=told)
    if level == LAST_LEVEL:
        return say("escalation_coordinators", names=told)
    return say("escalation_repeat", names=told, number=level - LAST_LEVEL)


def _private_text(
    at: Moment, alert: sqlite3.Row, person: Person, elders: list[str], level: int, *, distress: bool
) -> str:
    told = "、".join(names(at.roster, elders))
    if person.role == "family":
        return say("private_family_distress", names=told)
    cards = "\n\n".join(in_parts([card(at.roster.elders[e]) for e in elders[:20]], gap="\n\n")[0]) if elders else ""
    if level > LAST_LEVEL:
        example = at.roster.elders[elders[0]].name if elders else "姓名"
        return say("private_repeat", cards=cards, number=level - LAST_LEVEL, name=example)
    if distress and not alert["elder"]:
        return say("private_distress_unnamed", cards=cards or "（还没有线索）")
    sort = "distress" if distress else alert["kind"]
    return say(f"private_{sort}", cards=cards, time=clock(at.now, at.settings.zone))


def _tell_ends(at: Moment, ended: Sequence[sqlite3.Row]) -> None:
    """One message for all ends of one sort. An alert that nobody was called for ends without a word."""
    groups: dict[str, list[sqlite3.Row]] = {}
    for alert in ended:
        if not alerts.set_told(at.store, alert["id"]):
            continue
        outbox.drop_for_alert(at.store, alert["id"], ("alert", "escalation"))
        if alert["level"] >= 0 and alert["elder"] in at.roster.elders:
            groups.setdefault(alert["outcome"], []).append(alert)
    for outcome, group in groups.items():
        elders = list(dict.fromkeys(a["elder"] for a in group))
        alert_id = group[0]["id"] if len(group) == 1 else None
        emergency = any(a["kind"] == "distress" for a in group)
        key = "end:" + ",".join(str(a["id"]) for a in group)
        if outcome == "died":
            # Such news is for people to tell.
            text = say("resolved_died_private", names="、".join(names(at.roster, elders)))
            for recipient in _coordinators(at):
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
