"""What 小安 would say, on paper: a channel that keeps it, and the text from which a coordinator passes it on."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.model import Roster
from bot.ports import Outgoing
from data import alerts, days, outbox
from data.moments import day_of
from data.store import Store

_CALLS = ("alert", "escalation")
_BRIEF = 40


class Printer:
    """A bot.ports.Channel for people who copy by hand: everything arrives, at the moment that `now` says."""

    def __init__(self) -> None:
        self.said: list[tuple[dt.datetime, Outgoing]] = []
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def send(self, out: Outgoing) -> str:
        self.said.append((self.now, out))
        return f"printed-{out.id}"

    async def delivered(self, out: Outgoing) -> bool | None:
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """One message to pass on. `over`: what it asked for has been settled since, or a later message says it."""

    at: dt.datetime
    to: str
    text: str
    over: bool


def lines(
    store: Store, people: Roster, printer: Printer, end: dt.datetime, opens: dt.time, zone: ZoneInfo
) -> list[Line]:
    """Everything that was said, in order of time, with what has passed marked so."""
    rows = {row["key"]: row for row in outbox.everything(store)}
    today = day_of(end, opens, zone)
    states = days.states(store, today)
    wanted = {a["elder"] for a in alerts.open_all(store)}
    found: list[Line] = []
    told: set[tuple[str, str, str]] = set()
    # From the newest back: what a later message says again is over.
    for at, out in reversed(printer.said):
        row = rows[out.key]
        about = _about(row)
        over = day_of(at, opens, zone) != today
        if out.kind in _CALLS:
            about = tuple(e for e in about if e in wanted) if about else ("?",) if None in wanted else ()
            over = not about
        elif out.kind == "reminder":
            about = tuple(e for e in about if states.get(e) == "waiting")
            over = over or not about
        if out.kind in (*_CALLS, "reminder"):
            topics = {(out.to, "call" if out.kind in _CALLS else out.kind, e) for e in about}
            over = over or topics <= told
            told |= topics
        found.append(Line(at.astimezone(zone), _who(out.to, people), _text(out, people), over))
    return found[::-1]


def _about(row: sqlite3.Row) -> tuple[str, ...]:
    return tuple(json.loads(row["elders"]))


def _who(address: str, people: Roster) -> str:
    if address == "room":
        return ""
    if address.startswith("contact:"):
        return address.removeprefix("contact:")
    person = people.people.get(address)
    return (person.wechat or person.name) if person else address


def _text(out: Outgoing, people: Roster) -> str:
    called = "".join(f"@{_who(m, people)} " for m in out.mentions) if out.to == "room" else ""
    return f"{called}{out.text}" + (f"\n（附：{out.file}）" if out.file else "")


def to_pass_on(said: Sequence[Line], *, everything: bool = False) -> str:
    """The text for a coordinator: what to put into the group, what to tell whom in private, and what has passed."""
    current = [line for line in said if everything or not line.over]
    past = [line for line in said if line.over and not everything]
    parts: list[str] = []
    for to in dict.fromkeys(sorted((line.to for line in current), key=bool)):
        parts.append(f"【私聊 {to}】" if to else "【群里】")
        parts += [f"—— {line.at:%m-%d %H:%M} ——\n{line.text}\n" for line in current if line.to == to]
    if not current:
        parts.append("没有要转的话。")
    if past:
        parts.append(f"下面 {len(past)} 条已经过去，或者后来又说过了，不用再转（要看全文，加 --all）：")
        parts += [
            f"  {line.at:%m-%d %H:%M} {f'私聊 {line.to}' if line.to else '群里'}：{_brief(line.text)}"
            for line in past[-30:]
        ]
    return "\n".join(parts)


def _brief(text: str) -> str:
    flat = re.sub(r"\s+", " ", text)
    return flat if len(flat) <= _BRIEF else flat[: _BRIEF - 1] + "…"
