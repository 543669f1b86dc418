"""Keeping the promises of the outbox: paced, most urgent first, never twice unless an alert was in doubt.

State of a row: pending → sending → sent; a failure goes back to pending with a later `not_before`; failed, dropped and
doubt are ends. The row is marked `sending` before and `sent` after, each committed, so that a crash in between is seen.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.config import Settings
from bot.ports import Channel, Echo, NotAFriend, NotConnected, Outgoing, SendError
from data import journal, outbox, unreached
from data.moments import at_local, end_of_span, moment_of
from data.store import Store

log = logging.getLogger(__name__)

FileOf = Callable[[str, dt.datetime], Awaitable[Path | None]]
BACKOFF = tuple(dt.timedelta(seconds=s) for s in (10, 30, 120, 300, 600))
MOST_ATTEMPTS = 12
# While WeChat is away nothing is tried; the row looks again this much later, however long that takes.
LOOK_AGAIN = dt.timedelta(seconds=10)
# An echo tells of a message of the last day, or of none that matters.
ECHO_WITHIN = dt.timedelta(days=1)
CLOCKS_DIFFER = dt.timedelta(minutes=2)
# How much of the day's allowance each urgency (data/outbox.py) may use up: the rest is kept for what matters more.
SHARES = {1: 1.0, 2: 0.85, 3: 0.75, 4: 0.6, 5: 0.5}


class Outbox:
    """Sends what the database holds through one channel."""

    def __init__(self, store: Store, channel: Channel, settings: Settings, file: FileOf | None = None) -> None:
        """`file` gives the file of a name in the media folder, or None where there is none; without it words go alone."""
        self.store = store
        self._file = file
        self.channel = channel
        self.settings = settings
        self._lock = asyncio.Lock()

    async def reconcile(self, now: dt.datetime) -> None:
        """After a start: rows whose sending was interrupted. An alert in doubt goes again, anything else does not."""
        for row in outbox.interrupted(self.store):
            try:
                arrived = await self.channel.delivered(outbox.outgoing(row))
            except Exception as error:
                log.warning("nobody can say whether message %s arrived: %s", row["key"], type(error).__name__)
                arrived = None
            with self.store.transaction():
                if arrived:
                    outbox.mark(self.store, row["id"], "sending", "sent", at=now)
                elif arrived is False or row["kind"] in ("alert", "escalation"):
                    outbox.mark(self.store, row["id"], "sending", "pending", error="in doubt after a restart")
                else:
                    outbox.mark(self.store, row["id"], "sending", "doubt", at=now)
                    journal.note(self.store, now, "send-doubt", message=row["key"])

    async def pump(self, now: dt.datetime) -> None:
        """Send everything that may be sent at `now`."""
        async with self._lock:
            while (row := self._next(now)) is not None:
                await self._send(row, now)

    def came_back(self, echo: Echo, is_it: Callable[[Outgoing, Echo], bool], now: dt.datetime) -> bool:
        """An own message came back from WeChat: what was in doubt about it is settled. False when nothing was.

        The oldest row that it can be counts as sent. A message whose id is known has settled its own row before.
        """
        since = now - ECHO_WITHIN
        if echo.far_id and outbox.has_far_id(self.store, echo.far_id, since):
            return False
        for row in outbox.in_doubt(self.store, since):
            if moment_of(row["made_at"]) - CLOCKS_DIFFER <= echo.at and is_it(outbox.outgoing(row), echo):
                with self.store.transaction():
                    outbox.mark(self.store, row["id"], row["state"], "sent", at=now, far_id=echo.far_id or None)
                    if row["state"] != "sending":
                        journal.note(self.store, now, "send-settled", message=row["key"])
                return True
        return False

    def befriended(self, addresses: Iterable[str], now: dt.datetime) -> int:
        """Somebody can be written to from now on: what could not go there goes again; how many messages."""
        with self.store.transaction():
            return outbox.revive(self.store, addresses, unreached.ERROR, now - unreached.STILL_NEWS, now)

    def next_moment(self, now: dt.datetime) -> dt.datetime | None:
        """When the next row may be sent; None when nothing waits."""
        waiting = outbox.soonest_pending(self.store)
        if not waiting:
            return None
        sent = self._sent(now)
        return min(
            max(self._allowed(urgency, sent, now), moment_of(soonest), now) for urgency, soonest in waiting.items()
        )

    def _next(self, now: dt.datetime) -> sqlite3.Row | None:
        waiting = outbox.soonest_pending(self.store)
        if not waiting:
            return None
        sent = self._sent(now)
        for urgency, soonest in waiting.items():
            if moment_of(soonest) > now or self._allowed(urgency, sent, now) > now:
                continue
            while (row := outbox.next_pending(self.store, urgency, now)) is not None:
                if not row["expires_at"] or moment_of(row["expires_at"]) > now:
                    return row
                with self.store.transaction():
                    outbox.mark(self.store, row["id"], "pending", "dropped", error="too late to be of use")
                    journal.note(self.store, now, "send-dropped", message=row["key"])
        return None

    def _sent(self, now: dt.datetime) -> Sequence[dt.datetime]:
        """When today's messages went out, without emergencies (they are outside all pace)."""
        midnight = at_local(now.astimezone(self.settings.zone).date(), dt.time(0), self.settings.zone)
        since = min(midnight, now - dt.timedelta(minutes=1)) - dt.timedelta(microseconds=1)
        return [moment_of(r["sent_at"]) for r in outbox.sent_since(self.store, since) if r["urgency"] > 0]

    def _allowed(self, urgency: int, sent: Sequence[dt.datetime], now: dt.datetime) -> dt.datetime:
        """The earliest moment for a row of this urgency under the pace and the quiet hours."""
        soonest = now
        if urgency == 0:
            return soonest
        pace, zone = self.settings.pace, self.settings.zone
        if sent:
            soonest = max(soonest, sent[-1] + dt.timedelta(seconds=pace.gap_seconds))
        if len(sent) >= pace.per_minute:
            soonest = max(soonest, sent[-pace.per_minute] + dt.timedelta(minutes=1))
        today = now.astimezone(zone).date()
        midnight = at_local(today, dt.time(0), zone)
        share = int(pace.per_day * SHARES[urgency])
        if sum(1 for s in sent if s >= midnight) >= max(share, 1):
            soonest = max(soonest, at_local(today + dt.timedelta(days=1), dt.time(0), zone))
        return end_of_span(soonest, self.settings.day.quiet, zone)

    async def _send(self, row: sqlite3.Row, now: dt.datetime) -> None:
        with self.store.transaction():
            if not outbox.mark(self.store, row["id"], "pending", "sending"):
                return
        try:
            far_id = await self.channel.send(await self._outgoing(row, now))
        except NotConnected as error:
            with self.store.transaction():
                again = now + LOOK_AGAIN
                outbox.mark(
                    self.store, row["id"], "sending", "pending", retry_at=again, error=row["error"], tried=False
                )
            log.info("message %s waits: %s", row["key"], error)
            return
        except NotAFriend:
            with self.store.transaction():
                outbox.mark(self.store, row["id"], "sending", "failed", error=unreached.ERROR)
                unreached.note(self.store, row["recipient"], now, emergency=row["urgency"] == 0)
            log.warning("message %s cannot be sent: its recipient is no WeChat friend of the bot", row["key"])
            return
        except SendError as error:
            self._failed(row, now, str(error), permanent=error.permanent)
            return
        except Exception as error:
            # A channel's own error may repeat private words: keep its kind only.
            self._failed(row, now, type(error).__name__, permanent=False)
            return
        with self.store.transaction():
            outbox.mark(self.store, row["id"], "sending", "sent", at=now, far_id=far_id)

    async def _outgoing(self, row: sqlite3.Row, now: dt.datetime) -> Outgoing:
        out = outbox.outgoing(row)
        path = await self._file(out.file, now) if out.file and self._file else None
        return replace(out, file=str(path) if path else None)

    def _failed(self, row: sqlite3.Row, now: dt.datetime, why: str, *, permanent: bool) -> None:
        attempts = row["attempts"] + 1
        with self.store.transaction():
            if permanent or attempts >= MOST_ATTEMPTS:
                outbox.mark(self.store, row["id"], "sending", "failed", error=why)
                journal.note(self.store, now, "send-failed", message=row["key"], why=why)
                log.error("message %s could not be sent: %s; it is given up", row["key"], why)
            else:
                wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
                outbox.mark(self.store, row["id"], "sending", "pending", retry_at=now + wait, error=why)
                log.warning("message %s was not sent: %s; next try in %s", row["key"], why, wait)
