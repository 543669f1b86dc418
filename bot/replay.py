"""A record of a group, played through the whole bot in virtual time; optionally with seeded crashes on the way."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.config import Settings, Speech
from bot.engine import Engine
from bot.looking.boards import Boards
from bot.looking.eyes import Eyes
from bot.media.pool import Pool
from bot.model import Message, MessageType, Roster
from bot.ports import Outgoing
from bot.reading import Reader
from data import absences, alerts, days, meta, outbox, promises, roster
from data.moments import moment_of
from data.store import Store

TYPES = ("text", "image", "video", "audio", "emoticon", "location", "recalled")
# How likely the process stops at one transaction boundary or send.
CRASH_ODDS = 0.03
# Looking takes no time in a replay, however busy the machine is.
LOOK_SECONDS = 300.0


class EventError(Exception):
    """The record cannot be played; the text names the line and the mend."""


class Crash(BaseException):
    """The simulated end of the process. Not an Exception: nothing in the bot may catch it."""


class FarEnd:
    """WeChat as the replay sees it: it keeps what was sent, whatever happens to the bot."""

    def __init__(self, crash: Crasher) -> None:
        self.sent: list[tuple[dt.datetime, Outgoing]] = []
        self._keys: set[str] = set()
        self._crash = crash
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def send(self, out: Outgoing) -> str:
        self._crash.maybe()
        self.sent.append((self.now, out))
        self._keys.add(out.key)
        self._crash.maybe()
        return f"far-{len(self.sent)}"

    async def delivered(self, out: Outgoing) -> bool:
        return out.key in self._keys


class Crasher:
    """Stops the process at seeded random points; without a seed never."""

    def __init__(self, seed: int | None) -> None:
        self._random = random.Random(seed) if seed is not None else None
        self.crashes = 0

    def maybe(self, where: str = "") -> None:
        if self._random is not None and self._random.random() < CRASH_ODDS:
            self.crashes += 1
            raise Crash(where)


def read_events(lines: Iterable[str], name: str) -> list[Message]:
    """The messages of a JSON-lines record, in order of time. Raises EventError naming the first bad line."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(message_of(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            reason = f"missing {error}" if isinstance(error, KeyError) else str(error)
            raise EventError(f"{name}, line {number}: {reason}") from None
    return sorted(found, key=lambda m: m.at)


def message_of(row: Any) -> Message:
    """One message of CONTRACT.md's input. Raises ValueError or KeyError with what is wrong."""
    if not isinstance(row, dict):
        raise ValueError("not a JSON object with id, at, sender, type and text")
    at = dt.datetime.fromisoformat(str(row["at"]))
    if at.tzinfo is None:
        raise ValueError(f"at: {row['at']!r} has no time zone; write it like 2026-11-20T08:12:00+08:00")
    kind: MessageType = row.get("type", "text")
    if kind not in TYPES:
        raise ValueError(f"type: {kind!r} is not one of {', '.join(TYPES)}")
    to: Any = row.get("to") or "room"
    if to not in ("room", "bot"):
        raise ValueError(f"to: {to!r} is neither room nor bot")
    sender = str(row["sender"])
    return Message(
        id=str(row["id"]),
        at=at,
        sender=sender,
        type=kind,
        text=str(row.get("text") or ""),
        file=row.get("file"),
        to=to,
        contact=sender,
    )


class Replay:
    """One run: `await play()` gives the lines of CONTRACT.md's output, the last of them the end state."""

    def __init__(
        self, settings: Settings, people: Roster, *, crash_seed: int | None = None, files: Path | None = None
    ) -> None:
        """`files`: a folder for the pictures and voice notes that go out; without one they are not kept."""
        # Nobody outside is asked in a replay: what it prints follows from the record alone.
        media = settings.media.model_copy(update={"speech": Speech()})
        settings = settings.model_copy(update={"media": media})
        self.files = files
        self.settings = settings
        self.people = people
        self.crasher = Crasher(crash_seed)
        self.far_end = FarEnd(self.crasher)
        self._known: tuple[str | None, Roster, Reader] | None = None

    async def play(self, events: Sequence[Message], start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
        """Play the events of [start, end]; duties run at their own moments in between."""
        with tempfile.TemporaryDirectory(prefix="baoanniao-") as folder:
            path, self._media = Path(folder) / "replay.db", Path(folder) / "media"
            self._pool = Pool(1, seconds=LOOK_SECONDS)
            store = self._open(path)
            roster.save(store, self.people, start)
            store.observe = self.crasher.maybe
            now, waiting = start, [m for m in events if start <= m.at <= end]
            waiting.reverse()
            engine: Engine | None = None
            started = False
            while True:
                try:
                    if engine is None:
                        self.far_end.now = now
                        engine = self._engine(store)
                        if started and waiting and waiting[-1].at <= now:
                            # Stopped while it heard a message: that comes before what fell due at the same moment.
                            await engine.outbox.reconcile(now)
                        else:
                            await engine.start(now)
                        started = True
                    moment = self._next(engine, waiting, now)
                    if moment is None or moment > end:
                        break
                    now = self.far_end.now = max(now, moment)
                    if waiting and waiting[-1].at <= now:
                        await engine.hear(waiting[-1], now)
                        waiting.pop()
                    else:
                        await engine.wake(now)
                except Crash:
                    engine = None
                    store.close()
                    store = self._open(path)
                    store.observe = self.crasher.maybe
            store.observe = None
            lines = [*self._sent(store), self._end(store, start, end)]
            store.close()
            await self._pool.close()
        return lines

    def _open(self, path: Path) -> Store:
        return Store.open(path, self.settings.community, durable=False)

    def _engine(self, store: Store) -> Engine:
        # Reading the same roster again after each simulated restart would only cost time; a changed one is read.
        version = meta.get(store, meta.ROSTER)
        known = self._known[1:] if self._known and self._known[0] == version else None
        path, run = self._media.with_name("replay.db"), self._pool.run
        engine = Engine(
            store,
            self.settings,
            self.far_end,
            known=known,
            eyes=Eyes(self.settings, path, self._media, run),
            boards=Boards(store, self.settings, self._media, run) if self.files else None,
        )
        self._known = (version, engine.roster, engine.reader)
        return engine

    def _next(self, engine: Engine, waiting: list[Message], now: dt.datetime) -> dt.datetime | None:
        due = engine.next_due(now)
        if due is not None and due <= now:
            # Nothing may be due at the moment that was just worked off: a row that could not move waits a second.
            due = now + dt.timedelta(seconds=1)
        return min((m for m in (due, waiting[-1].at if waiting else None) if m is not None), default=None)

    def _sent(self, store: Store) -> list[dict[str, Any]]:
        rows = {row["key"]: row for row in outbox.everything(store)}
        return [self._line(at, out, rows[out.key]) for at, out in self.far_end.sent]

    def _line(self, at: dt.datetime, out: Outgoing, row: sqlite3.Row) -> dict[str, Any]:
        return {
            "at": self._iso(at),
            "kind": out.kind,
            "to": "room" if out.to == "room" else self._wechat(out.to),
            "elders": json.loads(row["elders"]),
            "mentions": [self._wechat(p) for p in out.mentions],
            "text": out.text,
            "file": self._file(row["file"]) if out.file else None,
            "alert": row["alert"],
        }

    def _file(self, name: str) -> str | None:
        """A file that went out is kept, and named as it is seen from beside the folder of all of them."""
        if self.files is None:
            return None
        kept = self.files / Path(name).name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._media / name, kept)
        return f"{self.files.name}/{kept.name}"

    def _wechat(self, address: str) -> str:
        if address.startswith("contact:"):
            return address.removeprefix("contact:")
        return self.people.people[address].wechat or self.people.people[address].name

    def _iso(self, moment: dt.datetime) -> str:
        return moment.astimezone(self.settings.zone).isoformat()

    def _end(self, store: Store, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
        zone = self.settings.zone
        day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        states: dict[str, dict[str, str]] = {}
        while day <= last:
            states[day.isoformat()] = dict.fromkeys(self.people.elders, "waiting") | days.states(store, day)
            day += dt.timedelta(days=1)
        return {
            "kind": "end",
            "at": self._iso(end),
            "days": states,
            "alerts": [self._alert(a) for a in alerts.everything(store)],
            "requests": [
                {
                    "id": f"R{r['id']}",
                    "elder": r["elder"],
                    "text": r["text"],
                    "at": self._stored(r["at"]),
                    "claimed_by": self._person(r["claimed_by"]),
                    "closed": self._stored(r["closed_at"]),
                }
                for r in promises.all_requests(store)
            ],
            "coverages": [
                {
                    "id": f"C{r['id']}",
                    "elder": r["elder"],
                    "from": r["first_day"],
                    "to": r["last_day"],
                    "by": self._person(r["person"]),
                    "cancelled": self._stored(r["cancelled_at"]),
                }
                for r in absences.all_coverages(store)
            ],
            "matters": [self._note(r, "M") for r in promises.notes(store, "matter")],
            "activities": [self._note(r, "V") for r in promises.notes(store, "activity")],
        }

    def _alert(self, row: sqlite3.Row) -> dict[str, Any]:
        return {
            "id": f"A{row['id']}",
            "kind": row["kind"],
            "elder": row["elder"],
            "opened": self._stored(row["opened_at"]),
            "claimed_by": self._person(row["claimed_by"]),
            "closed": self._stored(row["closed_at"]),
            "outcome": row["outcome"],
        }

    def _note(self, row: sqlite3.Row, letter: str) -> dict[str, Any]:
        return {"id": f"{letter}{row['id']}", "text": row["text"], "at": self._stored(row["at"]), "by": row["sender"]}

    def _stored(self, text: str | None) -> str | None:
        return self._iso(moment_of(text)) if text else None

    def _person(self, person: str | None) -> str | None:
        return self._wechat(person) if person else None
