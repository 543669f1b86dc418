"""The same random day twice, with crashes and without: where the far end can look back, nothing may differ at all."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from data import alerts, days
from tests.soak.life import Life, run
from tests.soak.plan import Plan, plan


def compare(seed: int) -> list[str]:
    """One line for each message or state that differs."""
    found = _clear(plan(seed))
    with tempfile.TemporaryDirectory(prefix="soak-") as one, tempfile.TemporaryDirectory(prefix="soak-") as two:
        calm, other = run(found, Path(one), crashes=False), run(found, Path(two))
        try:
            said, states = _said(calm), _states(calm)
            lines = [f"not said: {m}" for m in said - _said(other)]
            lines += [f"said only with crashes: {m}" for m in _said(other) - said]
            lines += [f"state: {a} became {b}" for a, b in zip(states, _states(other), strict=False) if a != b]
            return [*lines, *calm.result.problems, *other.result.problems]
        finally:
            calm.close()
            other.close()


def _clear(found: Plan) -> Plan:
    """The plan without what may end differently by itself: time without the process, troubles that hit by chance."""
    faults = tuple(f for f in found.faults if f.kind in ("outage", "jump"))
    return replace(found, faults=faults, looks_back=True, keeps=True, down=0.0)


def _said(life: Life) -> Counter[tuple[str, str, str, str]]:
    return Counter((f"{at:.0f}", out.kind, out.to, out.text) for at, out in life.far_end.order)


def _states(life: Life) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [
        (a["kind"], a["elder"], a["opened_at"][:19], a["outcome"], a["level"]) for a in alerts.everything(life.store)
    ]
    for n in (0, 1):
        day = life.plan.start.date() + dt.timedelta(days=n)
        found += [(day, *state) for state in sorted(days.states(life.store, day).items())]
    return found
