"""A small invented community whose group is copied by hand, and `bring`: one import as the command does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.chatlog import About, Entry, read
from bot.chatlog.importing import Result, Wish, bring_in, choose
from bot.config import Settings
from data import alerts, days, messages, outbox, roster
from data.store import Store
from tests.world import community

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 10)  # a Tuesday
ABOUT = About(DAY, ZONE)


def moment(clock: str, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), tzinfo=ZONE)


def brief(entries: tuple[Entry, ...] | list[Entry]) -> list[tuple[str, str, str]]:
    """(month-day and time, sender, text) of each."""
    return [(f"{e.at:%m-%d %H:%M:%S}" if e.at else "", e.sender, e.text) for e in entries]


def reads(text: str) -> list[tuple[str, str, str]]:
    return brief(read(text, ABOUT).entries)


@dataclass
class Community:
    """A database that imports come to. The roster is that of tests/world.py."""

    settings: Settings
    results: list[Result] = field(default_factory=list)

    def bring(self, text: str | bytes, **wish: Any) -> Result:
        data = text.encode() if isinstance(text, str) else text
        wish = {"today": DAY} | wish
        asked = Wish(**wish)
        found: list[Result] = []
        bring_in(choose(data, self.settings, asked), self.settings, asked, found.append)
        self.results += found
        return found[0]

    def store(self) -> Store:
        return Store.open(self.settings.store.path, self.settings.community, durable=False)

    def _ask(self, question: Callable[[Store], Any]) -> Any:
        store = self.store()
        try:
            return question(store)
        finally:
            store.close()

    def state(self, elder: str, day: dt.date = DAY) -> str | None:
        return self._ask(lambda store: days.states(store, day).get(elder))

    def alerts(self) -> list[dict[str, Any]]:
        return self._ask(lambda store: [dict(a) for a in alerts.everything(store)])

    def heard(self) -> list[tuple[str, str, str]]:
        """(sender, type, text) of what was heard on the day and the next ones."""
        end = moment("00:00", DAY + dt.timedelta(days=20))
        rows = self._ask(
            lambda store: [
                r for s in ("read", "recalled", "failed") for r in messages.with_state(store, s, moment("00:00"), end)
            ]
        )
        return [(r["sender"], r["type"], r["text"]) for r in sorted(rows, key=lambda r: r["at"])]

    def outbox(self) -> list[tuple[str, str]]:
        return self._ask(lambda store: [(r["kind"], r["state"]) for r in outbox.everything(store)])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Community]:
    settings = Settings.model_validate({"community": "试验社区", "store": {"path": tmp_path / "bot.db"}})
    store = Store.open(settings.store.path, settings.community, durable=False)
    roster.save(store, community(), moment("04:00"))
    store.close()
    yield Community(settings)


def pc(*lines: str) -> str:
    """ "08:12 名字|内容" → as WeChat for PC copies it; "03-11 08:12 …" for other days."""
    out = []
    for line in lines:
        head, words = line.split("|", 1)
        when, who = head.rsplit(" ", 1)
        date = f"{DAY:%Y/%m/%d}"
        if " " in when:
            month_day, when = when.split()
            date = f"2026/{month_day.replace('-', '/')}"
        clock = when if when.count(":") == 2 else f"{when}:00"
        out.append(f"{who} {date} {clock}\n{words}\n")
    return "\n".join(out) + "\n"
