"""Alerts are announced level by level until somebody closes them, and their end is told.

    level   who hears of it                         when (minutes of config after the alert opens; a level without
                                                    anybody who can be called is skipped)
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
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.model import Person
from bot.ports import Kind
from data import absences, alerts, outbox
from data.moments import moment_of
from data.phrases import LIMIT, card, clock, in_parts, names, say
from schedules.context import Moment

log = logging.getLogger(__name__)

LAST_LEVEL = 2
MANY_CANDIDATES = 2
# A repeat waits this long for others that are due then: one message, not many.
TOGETHER = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """One alert that goes to `level` now."""

    alert: sqlite3.Row
    level: int
    stale: bool
    people: tuple[str, ...]


def run(at: Moment) -> None:
    _take(at, alerts.due(at.store, at.now))


def one_by_one(at: Moment, later: dt.datetime) -> None:
    """After a failure: each alert alone, the one that breaks is put off and keeps nobody waiting."""
    for alert in alerts.due(at.store, at.now):
        try:
            with at.store.transaction():
                _take(at, [alert])
        except Exception:
            log.exception("alert %s could not take its step", alert["id"])
            with at.store.transaction():
                alerts.put_off(at.store, alert["id"], later)


def _take(at: Moment, due: Sequence[sqlite3.Row]) -> None:
    ended: list[sqlite3.Row] = []
    steps: list[Step] = []
    slots = [moment_of(text) for text in alerts.repeats_after(at.store, at.now, LAST_LEVEL)]
    for alert in due:
        if at.is_quiet and alert["kind"] != "distress":
            _wait(at, alert)
        elif alert["closed_at"]:
            ended.append(alert)
        else:
            step = _next(at, alert)
            # A claim that came before the first announcement holds the second one back.
            held = alert["claim_until"] is not None and moment_of(alert["claim_until"]) > at.now
            until = moment_of(alert["claim_until"]) if held else at.now + _pause_after(at, alert, step.level)
            if step.level >= LAST_LEVEL and alert["kind"] != "distress" and not held:
                until = _together(until, slots, dt.timedelta(minutes=at.settings.escalation.repeat_every))
            if alerts.advance(at.store, alert, step.level, until, held=held):
                steps.append(step)
    _announce(at, steps)
    _tell_ends(at, ended)


def _together(due: dt.datetime, slots: Sequence[dt.datetime], every: dt.timedelta) -> dt.datetime:
    """`due`, or a little later, where other repeats come round: each is put off once at most, then they go together."""
    later = [slot + every * max(0, -(-(due - slot) // every)) for slot in slots]
    return min((moment for moment in later if moment - due <= TOGETHER), default=due)


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
        return _reachable(at, first)
    return _reachable(at, (elder.backup, *(r.person for r in elder.relatives)))


def _reachable(at: Moment, people: Iterable[str | None]) -> tuple[str, ...]:
    """Those of them whom a message reaches."""
    known = (at.roster.people.get(p) for p in dict.fromkeys(people) if p)
    return tuple(p.id for p in known if p is not None and p.wechat)


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
    return _reachable(at, helpers)


def _coordinators(at: Moment) -> tuple[str, ...]:
    return _reachable(at, (p.id for p in at.roster.with_role("coordinator")))


def _pause_after(at: Moment, alert: sqlite3.Row, level: int) -> dt.timedelta:
    """How long the alert stays at `level`: until the next level's minute, counted from the one that was due now."""
    config = at.settings.escalation
    if alert["kind"] == "distress" or level >= LAST_LEVEL:
        return dt.timedelta(minutes=config.repeat_every)
    minutes = (0, config.backup_after, config.coordinator_after)
    return dt.timedelta(minutes=minutes[level + 1] - minutes[alert["level"] + 1])


def _announce(at: Moment, steps: Sequence[Step]) -> None:
    groups: dict[tuple[bool, str, int, bool], list[Step]] = {}
    for step in steps:
        distress, opening = step.alert["kind"] == "distress", step.alert["level"] == alerts.NOT_ANNOUNCED
        # Emergencies are told one by one; the others of one sort and level together.
        mark = f"{step.alert['kind']}:{step.alert['id']}" if distress else step.alert["kind"] if opening else ""
        # The first call is the first call, whoever it goes to; repeats are told together, whatever their number.
        level = 0 if opening and not distress else step.level if distress else min(step.level, LAST_LEVEL + 1)
        groups.setdefault((distress, mark, level, step.stale and level == 1), []).append(step)
    for (distress, _, level, stale), group in groups.items():
        _announce_group(at, group, level, distress=distress, stale=stale)


def _announce_group(at: Moment, group: list[Step], level: int, *, distress: bool, stale: bool) -> None:
    first = group[0].alert
    opening = level == 0 or (distress and level == LAST_LEVEL)
    kind: Kind = "alert" if opening else "escalation"
    # A repeat is of no use once the next one is due.
    expires = at.now + dt.timedelta(minutes=at.settings.escalation.repeat_every) if level > LAST_LEVEL else None
    elders = [e for step in group for e in _elders(step.alert) if e in at.roster.elders]
    alert_id = first["id"] if len(group) == 1 else None
    stamp = ",".join(f"{s.alert['id']}@{s.level}" for s in group) + f"|{at.now.isoformat()}"
    key = f"step:{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    told = names(at.roster, elders)
    number = str(max(s.level for s in group) - LAST_LEVEL)
    if level > LAST_LEVEL and len({s.level for s in group}) > 1:
        numbers = {e: s.level - LAST_LEVEL for s in group for e in _elders(s.alert)}
        told = [say("numbered", name=n, number=numbers[e]) for e, n in zip(dict.fromkeys(elders), told, strict=True)]
        number = ""
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
            _room_text(at, first, "、".join(part), level, number, distress=distress, stale=stale),
            mentions=mentions,
            elders=members,
            alert=alert_id,
            emergency=distress,
            expires=expires,
            repeat=level > LAST_LEVEL,
        )
    if level > LAST_LEVEL and not distress:
        return  # the coordinators have the addresses from the time before
    recipients = dict.fromkeys(p for s in group for p in s.people)
    for recipient in recipients:
        person = at.roster.people[recipient]
        if person.role == "family" and not distress:
            continue
        mine = [e for s in group if recipient in s.people for e in _elders(s.alert) if e in at.roster.elders]
        for i, text in enumerate(_private_texts(at, first, person, mine, level, distress=distress)):
            outbox.put(
                at.store,
                at.now,
                f"{key}:{recipient}:{i}",
                kind,
                recipient,
                text,
                elders=mine,
                alert=alert_id,
                emergency=distress,
                expires=expires,
            )


def _elders(alert: sqlite3.Row) -> list[str]:
    return [alert["elder"]] if alert["elder"] else list(json.loads(alert["candidates"]))


def _room_text(
    at: Moment, alert: sqlite3.Row, told: str, level: int, number: str, *, distress: bool, stale: bool
) -> str:
    time = clock(at.now, at.settings.zone)
    if distress:
        if level > LAST_LEVEL:
            return say("escalation_distress_repeat", names=told or "那位老人", number=number)
        return say("alert_distress", names=told) if alert["elder"] else say("alert_distress_unnamed")
    if level == 0:
        return say(f"alert_{alert['kind']}", names=told, time=time)
    if level == 1:
        return say("escalation_stale" if stale else "escalation_more", names=told)
    if level == LAST_LEVEL:
        return say("escalation_coordinators", names=told)
    return say("escalation_repeat", names=told, number=number) if number else say("escalation_repeats", names=told)


def _private_texts(
    at: Moment, alert: sqlite3.Row, person: Person, elders: list[str], level: int, *, distress: bool
) -> Iterator[str]:
    """What one person is told in private: who, where, how to reach them. A long list goes out as several messages."""
    told = names(at.roster, elders)
    if person.role == "family":
        yield say("private_family_distress", names="、".join(told))
        return
    cards = [card(at.roster.elders[e]) for e in elders]
    for part in in_parts(cards, limit=LIMIT - 300, gap="\n\n") or [["（还没有线索）"]]:
        listed = "\n\n".join(part)
        if level > LAST_LEVEL:
            example = at.roster.elders[elders[0]].name + " " if alert["elder"] and elders else ""
            yield say("private_repeat", cards=listed, number=level - LAST_LEVEL, name=example)
        elif distress and not alert["elder"]:
            yield say("private_distress_unnamed", cards=listed)
        else:
            sort = "distress" if distress else alert["kind"]
            yield say(f"private_{sort}", cards=listed, time=clock(at.now, at.settings.zone))


def _tell_unnamed(at: Moment, alert: sqlite3.Row) -> None:
    """An emergency is over of which nobody learned who was meant."""
    thanks = say("thanks", names=alert["closed_name"]) if alert["closed_name"] else ""
    text = say("resolved_unnamed", thanks=thanks)
    key = f"end:{alert['id']}"
    outbox.put(at.store, at.now, key, "resolved", "room", text, alert=alert["id"], emergency=True)


def _tell_ends(at: Moment, ended: Sequence[sqlite3.Row]) -> None:
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
