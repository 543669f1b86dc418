"""New messages of a chat, played through the real bot on its own database, each at its own time, duties in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.chatlog.printed import Printer
from bot.config import Pace, Settings
from bot.engine import Engine
from bot.model import Message
from data import days, hearing, meta, roster
from data.moments import at_local, day_of, moment_of, text_of
from data.store import Store

STOOD = "chat-import"
# People pass messages on by hand: nothing is gained by holding any back.
_AT_ONCE = Pace(gap_seconds=0, per_minute=600, per_day=100_000)


@dataclass(frozen=True, slots=True)
class Played:
    """From when to when the bot lived, and the days of which the chat holds nothing, so that nobody was missed on them."""

    start: dt.datetime
    end: dt.datetime
    skipped: tuple[dt.date, ...]


def stood(store: Store, settings: Settings) -> dt.datetime | None:
    """Up to when this database has lived: the last import, or the bot itself. None for a new one."""
    last = meta.get(store, STOOD)
    opened = days.last_opened(store)
    found = [
        moment_of(last) if last else None,
        hearing.heard_at(store),
        at_local(opened, settings.day.opens, settings.zone) if opened else None,
    ]
    return max((moment for moment in found if moment), default=None)


def end_of_minute(moment: dt.datetime) -> dt.datetime:
    """A message stands for its whole minute: what follows from it at once is still said."""
    return moment.replace(second=59, microsecond=999_999)


async def play(
    store: Store,
    settings: Settings,
    printer: Printer,
    fresh: Sequence[Message],
    heard: Iterable[dt.datetime],
    until: dt.datetime | None = None,
) -> Played | None:
    """Live on from where the database stands, up to the newest message or `until`; None when there is nothing to live.

    `heard`: the moments of all the chat's messages, new or not: the days of which the bot knows something. The caller
    holds the transaction. A message that is older than what was lived already is heard late, at the moment it stands at.
    """
    before = stood(store, settings)
    first = min((m.at for m in fresh), default=until)
    if first is None:
        return None
    start = before or first
    newest = max((end_of_minute(m.at) for m in fresh), default=start)
    end = max(start, until if until is not None else newest)
    if not roster.current(store).elders:
        roster.save(store, roster.load(settings.roster.elders, settings.roster.volunteers), start)

    def day(moment: dt.datetime) -> dt.date:
        return day_of(moment, settings.day.opens, settings.zone)

    known = {day(moment) for moment in heard} | {day(start), day(end)}
    engine = Engine(store, settings.model_copy(update={"pace": _AT_ONCE}), printer)
    waiting = sorted(fresh, key=lambda m: m.at, reverse=True)
    now = printer.now = start
    skipped: list[dt.date] = []
    if hearing.deaf_since(store) is not None:
        hearing.hears_again(store, now)
    await engine.start(now)
    while True:
        due = engine.next_due(now)
        if due is not None and due <= now:
            due = now + dt.timedelta(seconds=1)  # what could not move waits, it never spins
        moment = min((m for m in (due, waiting[-1].at if waiting else None) if m is not None), default=None)
        if moment is None or moment > end:
            break
        now = max(now, moment)
        if waiting and waiting[-1].at <= now:
            printer.now = now
            await engine.hear(waiting.pop(), now)
            continue
        if (today := day(now)) not in known:
            # Not heard is not absent: on a day without a record nobody is missed.
            following = min(d for d in known if d > today)
            skipped += [today + dt.timedelta(days=n) for n in range((following - today).days)]
            now = at_local(following, settings.day.opens, settings.zone)
        printer.now = now
        await engine.wake(now)
    hearing.still_hears(store, end)
    meta.put(store, STOOD, text_of(end))
    return Played(start, end, tuple(skipped))
