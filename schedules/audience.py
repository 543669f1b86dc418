"""Who is called for an alert, level by level."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from data import absences
from schedules.context import Moment

LAST_LEVEL = 2
MANY_CANDIDATES = 2


def called_at(at: Moment, alert: sqlite3.Row, level: int) -> tuple[str, ...]:
    """Who is called when this alert reaches `level`."""
    if alert["kind"] != "distress":
        return audience(at, alert, level)
    return everyone(at, alert) if level == LAST_LEVEL else coordinators(at)


def audience(at: Moment, alert: sqlite3.Row, level: int) -> tuple[str, ...]:
    """The people of one level for a missed or unreachable elder."""
    elder = at.roster.elders.get(alert["elder"])
    if level >= LAST_LEVEL or elder is None:
        return coordinators(at)
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


def coordinators(at: Moment) -> tuple[str, ...]:
    return _reachable(at, (p.id for p in at.roster.with_role("coordinator")))
