"""Calls for help: one message in the room for all elders of one sort and level, one in private to each person who goes.

What could not be sent yet is brought up to date: a later level takes the place of an earlier one that still waits, and
whoever is well meanwhile is no longer named.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.model import Person
from bot.ports import Kind
from data import alerts, journal, outbox
from data.moments import moment_of
from data.phrases import LIMIT, card, clock, in_parts, names, say
from schedules.audience import LAST_LEVEL, called_at
from schedules.context import Moment


@dataclass(frozen=True)
class Step:
    """One alert that goes from the level `before` to `level` now. `stale`: a claim has run out."""

    alert: sqlite3.Row
    before: int
    level: int
    stale: bool
    people: tuple[str, ...]


def announce(at: Moment, steps: Sequence[Step]) -> None:
    for call in _calls(at, steps):
        _note(at, call)
        _call_room(at, call)
        if call.level > LAST_LEVEL and not call.distress:
            continue  # the coordinators have the addresses from the time before
        for recipient in dict.fromkeys(p for s in call.steps for p in s.people):
            if call.distress or at.roster.people[recipient].role != "family":
                _call_person(at, call, recipient)


@dataclass(frozen=True)
class Call:
    """One announcement: steps that are told together. `key` begins the keys of its messages."""

    key: str
    steps: tuple[Step, ...]
    level: int
    distress: bool
    stale: bool

    @property
    def kind(self) -> Kind:
        return "alert" if self.level == 0 or (self.distress and self.level == LAST_LEVEL) else "escalation"

    @property
    def alert_id(self) -> int | None:
        return self.steps[0].alert["id"] if len(self.steps) == 1 else None

    def expires(self, at: Moment) -> dt.datetime | None:
        """A repeat is of no use once the next one is due."""
        repeat = dt.timedelta(minutes=at.settings.escalation.repeat_every)
        return at.now + repeat if self.level > LAST_LEVEL else None


def _note(at: Moment, call: Call) -> None:
    """In the journal stands which alerts a call was about, for `bring_up_to_date` and for whoever looks back."""
    for step in call.steps:
        journal.note(
            at.store,
            at.now,
            "announced",
            elder=step.alert["elder"],
            alert=step.alert["id"],
            message=call.key,
            before=step.before,
            level=step.level,
            stale=step.stale,
        )


def announced(at: Moment, row: sqlite3.Row) -> list[sqlite3.Row]:
    """What a row of the outbox that is part of a call announces: the journal's entries, one an alert."""
    return journal.by_message(at.store, "announced", row["key"].rsplit(":", 2)[0], moment_of(row["made_at"]))


def _calls(at: Moment, steps: Sequence[Step]) -> Iterator[Call]:
    groups: dict[tuple[bool, str, int, bool], list[Step]] = {}
    for step in steps:
        distress, opening = step.alert["kind"] == "distress", step.before == alerts.NOT_ANNOUNCED
        # Emergencies are told one by one; the others of one sort and level together.
        mark = f"{step.alert['kind']}:{step.alert['id']}" if distress else step.alert["kind"] if opening else ""
        # The first call is the first call, whoever it goes to; repeats are told together, whatever their number.
        level = 0 if opening and not distress else step.level if distress else min(step.level, LAST_LEVEL + 1)
        groups.setdefault((distress, mark, level, step.stale and level == 1), []).append(step)
    for (distress, _, level, stale), group in groups.items():
        stamp = ",".join(f"{s.alert['id']}@{s.level}" for s in group) + f"|{at.now.isoformat()}"
        key = f"step:{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
        yield Call(key, tuple(group), level, distress, stale)


def _call_room(at: Moment, call: Call) -> None:
    elders = [e for step in call.steps for e in _elders(step.alert) if e in at.roster.elders]
    told = names(at.roster, elders)
    number = str(max(s.level for s in call.steps) - LAST_LEVEL)
    if call.level > LAST_LEVEL and len({s.level for s in call.steps}) > 1:
        numbers = {e: s.level - LAST_LEVEL for s in call.steps for e in _elders(s.alert)}
        told = [say("numbered", name=n, number=numbers[e]) for e, n in zip(dict.fromkeys(elders), told, strict=True)]
        number = ""
    for i, part in enumerate(in_parts(told) or [[]]):
        begin = sum(len(p) for p in in_parts(told)[:i])
        members = elders[begin : begin + len(part)] if part else elders
        mentions = [p for s in call.steps if not part or set(_elders(s.alert)) & set(members) for p in s.people]
        waiting = _take_the_place_of(at, call, "room", members)
        if waiting is None:
            continue
        outbox.put(
            at.store,
            at.now,
            f"{call.key}:room:{i}",
            call.kind,
            "room",
            _room_text(at, call, "、".join(part), number),
            mentions=[*mentions, *waiting],
            elders=members,
            alert=call.alert_id,
            emergency=call.distress,
            expires=call.expires(at),
            repeat=call.level > LAST_LEVEL,
        )


def _call_person(at: Moment, call: Call, recipient: str) -> None:
    person = at.roster.people[recipient]
    mine = [e for s in call.steps if recipient in s.people for e in _elders(s.alert) if e in at.roster.elders]
    if _take_the_place_of(at, call, recipient, mine) is None:
        return
    for i, text in enumerate(_private_texts(at, call, person, mine)):
        outbox.put(
            at.store,
            at.now,
            f"{call.key}:{recipient}:{i}",
            call.kind,
            recipient,
            text,
            elders=mine,
            alert=call.alert_id,
            emergency=call.distress,
            expires=call.expires(at),
        )


def _take_the_place_of(at: Moment, call: Call, recipient: str, elders: Sequence[str]) -> list[str] | None:
    """Earlier calls about the same elders that still wait to be sent are not sent any more; whom they mentioned.

    None: the first call of an emergency still waits, and it says more than a repeat would.
    """
    mentioned: list[str] = []
    for row in outbox.calls_waiting(at.store, recipient):
        concerned = json.loads(row["elders"])
        same = row["alert"] == f"A{call.alert_id}" if not concerned else set(concerned) <= set(elders)
        if not same or (row["urgency"] == 0) != call.distress:
            continue
        if call.distress and row["kind"] == "alert" and call.kind == "escalation":
            return None
        outbox.mark(at.store, row["id"], "pending", "dropped", error="a later call says it")
        mentioned += json.loads(row["mentions"])
    return mentioned


def bring_up_to_date(at: Moment, ended: Sequence[sqlite3.Row]) -> None:
    """Calls about several elders that still wait, while some of these are well: they are made again without them."""
    told = {key for a in ended for key in journal.messages_of_alert(at.store, "announced", a["id"])}
    for row in outbox.waiting_of_calls(at.store, told):
        events = announced(at, row)
        outbox.mark(at.store, row["id"], "pending", "dropped", error="somebody it names is well")
        for call in _calls(at, [step for e in events if (step := _step_again(at, e)) is not None]):
            if not journal.by_message(at.store, "announced", call.key, at.now):
                _note(at, call)
            if row["recipient"] == "room":
                _call_room(at, call)
            elif any(row["recipient"] in s.people for s in call.steps):
                _call_person(at, call, row["recipient"])


def _step_again(at: Moment, event: sqlite3.Row) -> Step | None:
    alert, then = alerts.get(at.store, int(event["alert"])), json.loads(event["detail"])
    if alert is None or alert["closed_at"] or alert["level"] != then["level"]:
        return None  # over, or called on a higher level since
    people = called_at(at, alert, then["level"])
    return Step(alert, then["before"], then["level"], then["stale"], people)


def _elders(alert: sqlite3.Row) -> list[str]:
    return [alert["elder"]] if alert["elder"] else list(json.loads(alert["candidates"]))


def _room_text(at: Moment, call: Call, told: str, number: str) -> str:
    alert, level = call.steps[0].alert, call.level
    time = clock(at.now, at.settings.zone)
    if call.distress:
        if level > LAST_LEVEL:
            return say("escalation_distress_repeat", names=told or "那位老人", number=number)
        return say("alert_distress", names=told) if alert["elder"] else say("alert_distress_unnamed")
    if level == 0:
        return say(f"alert_{alert['kind']}", names=told, time=time)
    if level == 1:
        return say("escalation_stale" if call.stale else "escalation_more", names=told)
    if level == LAST_LEVEL:
        return say("escalation_coordinators", names=told)
    return say("escalation_repeat", names=told, number=number) if number else say("escalation_repeats", names=told)


def _private_texts(at: Moment, call: Call, person: Person, elders: list[str]) -> Iterator[str]:
    """What one person is told in private: who, where, how to reach them. A long list goes out as several messages."""
    alert, level = call.steps[0].alert, call.level
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
        elif call.distress and not alert["elder"]:
            yield say("private_distress_unnamed", cards=listed)
        else:
            sort = "distress" if call.distress else alert["kind"]
            yield say(f"private_{sort}", cards=listed, time=clock(at.now, at.settings.zone))
