"""One import: a chat in, the bot's database changed as a whole (or not at all), and what there is to pass on."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.chatlog.about import About
from bot.chatlog.entry import ChatError, Entry
from bot.chatlog.heard import Prepared, only_new, prepare, with_times
from bot.chatlog.known import heard_between, is_own, own_words
from bot.chatlog.play import Played, play
from bot.chatlog.printed import Line, Printer, lines
from bot.chatlog.reading import read
from bot.config import Settings
from data import roster, snapshots
from data.store import Store

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `today`: the machine's date; `day`: only this one (or of a chat without dates); `at`: the
    clock of a chat without times; `until`: "HH:MM" of the newest message's day, or a moment."""

    today: dt.date
    day: dt.date | None = None
    at: dt.time | None = None
    until: dt.time | dt.datetime | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a chat was asked for, each message with a time; `other_days`: how many were left out."""

    form: str
    entries: tuple[Entry, ...]
    other_days: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What an import came to. `own`: how many messages were the bot's own words, passed on by somebody."""

    chosen: Chosen
    prepared: Prepared
    played: Played | None
    said: tuple[Line, ...]
    own: int


def choose(data: bytes, settings: Settings, wish: Wish) -> Chosen:
    """Read a chat, whatever its form. Raises ChatError; nothing is written or looked up."""
    chat = read(data, About(wish.day or wish.today, settings.zone))
    if chat.timed:
        if wish.at is not None:
            raise ChatError("这份记录里每条都有时间", "去掉 --at")
        if wish.day is None:
            return Chosen(chat.form, chat.entries)
        chosen = [e for e in chat.entries if e.at and e.at.astimezone(settings.zone).date() == wish.day]
        if not chosen:
            written = sorted({e.at.astimezone(settings.zone).date() for e in chat.entries if e.at})
            raise ChatError(f"没有 {wish.day} 的消息（有的是 {_days(written)}）", "改 --day，或者不写 --day，全部都读")
        return Chosen(chat.form, tuple(chosen), len(chat.entries) - len(chosen))
    if wish.at is None:
        line = next(e.line for e in chat.entries if e.at is None)
        raise ChatError("从这一行起没有写时间", "请说明是几点的，比如加上 --day 2026-11-20 --at 8:30", line)
    moment = dt.datetime.combine(wish.day or wish.today, wish.at, tzinfo=settings.zone)
    return Chosen(chat.form, tuple(with_times(chat.entries, moment)))


def bring_in(chosen: Chosen, settings: Settings, wish: Wish, tell: Callable[[Result], None]) -> None:
    """Play what is new in a chat and `tell` what came of it, before the last word is written: it is told at least once.

    Raises RosterError or StoreError, or what `tell` raises; then nothing was changed.
    """
    with contextlib.ExitStack() as stack:
        path = settings.store.path
        if wish.dry_run:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="baoanniao-"))
            path = Path(folder) / "trial.db"
            if settings.store.path.exists():
                snapshots.copy(settings.store.path, path)
        store = Store.open(path, settings.community, durable=not wish.dry_run)
        stack.callback(store.close)
        with store.together():
            tell(_on(store, settings, wish, chosen))


def _on(store: Store, settings: Settings, wish: Wish, chosen: Chosen) -> Result:
    entries = chosen.entries
    names = frozenset(p.wechat for p in roster.current(store).people.values() if p.wechat)
    own = own_words(store)
    spoken = [e for e in entries if not is_own(e, own, names)]
    moments = [e.at for e in entries if e.at is not None]
    untimed = wish.at is not None
    span = heard_between(store, min(moments) - _DAY, max(moments) + _DAY)
    repeated = 0
    if untimed:
        start = min(moments).astimezone(settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        of_day = [h for h in span if start <= h.at < start + _DAY and h.kind != "recalled"]
        spoken, repeated = only_new(spoken, of_day)
    prepared = prepare(spoken, span)
    prepared = replace(prepared, seen=prepared.seen + repeated)
    printer = Printer()
    until = wish.until
    if isinstance(until, dt.time):
        until = dt.datetime.combine(max(moments).astimezone(settings.zone).date(), until, tzinfo=settings.zone)
    played = asyncio.run(play(store, settings, printer, prepared.fresh, moments, until))
    end = played.end if played else max(moments)
    said = lines(store, roster.current(store), printer, end, settings.day.opens, settings.zone)
    return Result(chosen, prepared, played, tuple(said), len(entries) - len(spoken) - repeated)


def _days(found: Sequence[dt.date]) -> str:
    return "、".join(map(str, found)) if len(found) < 4 else f"{found[0]} 到 {found[-1]}"
