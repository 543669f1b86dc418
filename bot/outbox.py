"""Keeping the promises of the outbox: paced, most urgent first, never twice unless an alert was in doubt.

State of a row: pending → sending → sent; a failure goes back to pending with a later `not_before`; failed, dropped and
doubt are ends. The row is marked `sending` before and `sent` after, each committed, so that a crash in between is seen.
Where the channel shows the bot its own messages, one that was sent and never shown was refused in silence: it counts as failed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import Settings
from bot.ports import Channel, Echo, Echoes, InDoubt, NotAFriend, NotConnected, Outgoing, SendError
from data import journal, outbox, timers, unreached
from data.moments import at_local, end_of_span, moment_of
from data.store import Store

log = logging.getLogger(__name__)

FileOf = Callable[[str, dt.datetime], Awaitable[Path | None]]


def _seconds(*values: int) -> tuple[dt.timedelta, ...]:
    return tuple(dt.timedelta(seconds=s) for s in values)


# How long after each failed attempt the next one comes, and after how many a message is given up, by urgency: an emergency
# is tried for as long as it is open.
BACKOFF = {0: _seconds(5, 10, 30, 60), 1: _seconds(10, 30, 60, 120)}
PATIENT = _seconds(10, 30, 120, 300, 600)
MOST_ATTEMPTS = {0: 10_000, 1: 30}
USUAL_ATTEMPTS = 12
# While WeChat is away nothing is tried, so it costs no attempt; the row looks again this much later, however long that takes.
LOOK_AGAIN = dt.timedelta(seconds=10)
# An own message that is not seen in its chat after this long will not be.
ECHO_WITHIN = dt.timedelta(seconds=30)
# An echo tells of a message of the last day, or of none that matters.
ECHO_MATTERS = dt.timedelta(days=1)
CLOCKS_DIFFER = dt.timedelta(minutes=2)
# How much of the day's allowance each urgency (data/outbox.py) may use up: the rest is kept for what matters more.
SHARES = {1: 1.0, 2: 0.85, 3: 0.75, 4: 0.6, 5: 0.5}
# In doubt these go again: they are numbered or urgent, and a repeat is harmless.
MAY_REPEAT = ("alert", "escalation")
MOST_DOUBTS = 3
# Somebody must pass on what these would have told.
MATTER = (*MAY_REPEAT, "request", "coverage")


@dataclass(frozen=True, slots=True)
class Sent:
    """What the pace looks at: the last sending, the one that began the last `per_minute` of them, how many today."""

    last: dt.datetime | None
    a_minute_of_them: dt.datetime | None
    today: int


class Outbox:
    """Sends what the database holds through one channel."""

    def __init__(self, store: Store, channel: Channel, settings: Settings, file: FileOf | None = None) -> None:
        """`file` gives the file of a name in the media folder, or None where there is none; without it words go alone."""
        self.store = store
        self._file = file
        self.channel = channel
        self.settings = settings
        self._lock = asyncio.Lock()
        # What the far end said of a row, until it is written down: a locked database must not put it in doubt.
        self._unwritten: dict[int, str | SendError] = {}
        self._in_hand: int | None = None  # the row that is being sent
        # Whether this WeChat has shown one of our own messages since the start; until then a missing echo says nothing.
        self._shows_own = False

    async def begin(self, now: dt.datetime) -> None:
        """After a start: nobody can say what came back while the process was down; what was being sent is settled."""
        with self.store.transaction():
            outbox.forget_unseen(self.store)
        await self.reconcile(now)

    async def reconcile(self, now: dt.datetime) -> None:
        """Settle the rows whose sending was interrupted. An alert in doubt goes again, anything else does not."""
        for row in outbox.interrupted(self.store, now):
            if row["id"] in self._unwritten:
                self._write(row, now)
                continue
            try:
                arrived = await self.channel.delivered(outbox.outgoing(row))
            except Exception as error:
                log.warning("nobody can say whether message %s arrived: %s", row["key"], type(error).__name__)
                arrived = None
            with self.store.transaction():
                if arrived:
                    outbox.mark(self.store, row["id"], "sending", "sent", at=now)
                elif arrived is False or (row["kind"] in MAY_REPEAT and row["attempts"] < MOST_DOUBTS):
                    outbox.mark(self.store, row["id"], "sending", "pending", error="in doubt")
                else:
                    self._doubt(row, "sending", now)

    async def pump(self, now: dt.datetime) -> None:
        """Send everything that may be sent at `now`."""
        async with self._lock:
            # Nobody else is sending: whatever is marked so could not be written down, or its task was cancelled.
            await self.reconcile(now)
            self._look_for_echoes(now)
            while (row := self._next(now)) is not None:
                await self._send(row, now)

    def befriended(self, addresses: Iterable[str], now: dt.datetime) -> int:
        """Somebody can be written to from now on: what could not go there goes again; how many messages."""
        with self.store.transaction():
            return outbox.revive(self.store, addresses, unreached.ERROR, now - unreached.STILL_NEWS, now)

    def next_moment(self, now: dt.datetime) -> dt.datetime | None:
        """When the next row may be sent or must have been seen; None when nothing waits."""
        waiting = outbox.soonest_pending(self.store)
        sent = self._sent(now) if waiting else Sent(None, None, 0)
        found = [
            max(self._allowed(urgency, sent, now), moment_of(soonest), now) for urgency, soonest in waiting.items()
        ]
        echo = outbox.soonest_echo(self.store)
        if echo is not None:
            found.append(max(moment_of(echo), now))
        doubtful = outbox.soonest_interrupted(self.store)
        if doubtful is not None:
            found.append(max(moment_of(doubtful), now))
        return min(found, default=None)

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

    def _sent(self, now: dt.datetime) -> Sent:
        midnight = at_local(now.astimezone(self.settings.zone).date(), dt.time(0), self.settings.zone)
        last, nth, today = outbox.paced(self.store, now, midnight, self.settings.pace.per_minute)
        return Sent(moment_of(last) if last else None, moment_of(nth) if nth else None, today)

    def _allowed(self, urgency: int, sent: Sent, now: dt.datetime) -> dt.datetime:
        """The earliest moment for a row of this urgency under the pace and the quiet hours."""
        soonest = now
        if urgency == 0:
            return soonest
        pace, zone = self.settings.pace, self.settings.zone
        if sent.last:
            soonest = max(soonest, sent.last + dt.timedelta(seconds=pace.gap_seconds))
        if sent.a_minute_of_them:
            soonest = max(soonest, sent.a_minute_of_them + dt.timedelta(minutes=1))
        if sent.today >= max(int(pace.per_day * SHARES[urgency]), 1):
            today = now.astimezone(zone).date()
            soonest = max(soonest, at_local(today + dt.timedelta(days=1), dt.time(0), zone))
        return end_of_span(soonest, self.settings.day.quiet, zone)

    async def _send(self, row: sqlite3.Row, now: dt.datetime) -> None:
        with self.store.transaction():
            if not outbox.mark(self.store, row["id"], "pending", "sending"):
                return
        self._in_hand = row["id"]
        try:
            self._unwritten[row["id"]] = await self.channel.send(await self._outgoing(row, now))
        except SendError as error:
            self._unwritten[row["id"]] = error
        except Exception as error:
            # A channel's own error may repeat private words: keep its kind only.
            self._unwritten[row["id"]] = SendError(type(error).__name__)
        finally:
            self._in_hand = None
        self._write(row, now)

    async def _outgoing(self, row: sqlite3.Row, now: dt.datetime) -> Outgoing:
        out = outbox.outgoing(row)
        path = await self._file(out.file, now) if out.file and self._file else None
        return replace(out, file=str(path) if path else None)

    def _write(self, row: sqlite3.Row, now: dt.datetime) -> None:
        """Write down what the far end said of a row. Raises sqlite3.Error; then it is done at the next pump."""
        said = self._unwritten[row["id"]]
        with self.store.transaction():
            if isinstance(said, SendError):
                self._failed(row, "sending", now, said)
            else:
                echo_by = now + ECHO_WITHIN if self._shows_own else None
                outbox.mark(self.store, row["id"], "sending", "sent", at=now, far_id=said, echo_by=echo_by)
        del self._unwritten[row["id"]]

    def _failed(self, row: sqlite3.Row, state: str, now: dt.datetime, error: SendError) -> None:
        number, why = row["id"], str(error)
        if isinstance(error, NotConnected):
            # Nothing was tried: what was known of it before still holds.
            outbox.mark(
                self.store, number, state, "pending", retry_at=now + LOOK_AGAIN, error=row["error"], counted=False
            )
            log.info("message %s waits: %s", row["key"], why)
            return
        if isinstance(error, InDoubt):
            # It may be in its chat already, so the pace counts it; once it has had its time, it is settled as after a crash.
            outbox.mark(self.store, number, state, "sending", at=now, retry_at=now + ECHO_WITHIN, error=why)
            log.warning("message %s may have been sent: %s", row["key"], why)
            return
        attempts = row["attempts"] + 1
        if isinstance(error, NotAFriend):
            if self._give_up(row, state, now, unreached.ERROR):
                unreached.note(self.store, row["recipient"], now, emergency=row["urgency"] == 0)
                log.warning("message %s cannot be sent: its recipient is no WeChat friend of the bot", row["key"])
        elif error.permanent or attempts >= MOST_ATTEMPTS.get(row["urgency"], USUAL_ATTEMPTS):
            if self._give_up(row, state, now, why):
                journal.note(self.store, now, "send-failed", message=row["key"], why=why)
                log.error("message %s could not be sent: %s; it is given up", row["key"], why)
        else:
            waits = BACKOFF.get(row["urgency"], PATIENT)
            wait = waits[min(attempts, len(waits)) - 1]
            outbox.mark(self.store, number, state, "pending", retry_at=now + wait, error=why)
            log.warning("message %s was not sent: %s; next try in %s", row["key"], why, wait)

    def _give_up(self, row: sqlite3.Row, state: str, now: dt.datetime, why: str) -> bool:
        """False when an echo has told better meanwhile."""
        if not outbox.mark(self.store, row["id"], state, "failed", error=why):
            return False
        if row["kind"] in MATTER:
            timers.arm(self.store, outbox.GIVEN_UP, now, str(row["id"]))
        return True

    def _doubt(self, row: sqlite3.Row, state: str, now: dt.datetime) -> None:
        outbox.mark(self.store, row["id"], state, "doubt", at=now)
        journal.note(self.store, now, "send-doubt", message=row["key"])

    # --- echoes

    def came_back(self, echo: Echo, now: dt.datetime) -> bool:
        """An own message came back from WeChat: it was shown. False when it is none of the last day's.

        Where its id is not known, it is the oldest message that it can be of those about which something is in doubt.
        Raises sqlite3.Error; then it must be told again.
        """
        row = self._row_of(echo, now - ECHO_MATTERS)
        if row is None:
            return False
        self._shows_own = True
        with self.store.transaction():
            if row["state"] == "sent":
                outbox.seen(self.store, row["id"])
            else:
                outbox.mark(self.store, row["id"], row["state"], "sent", at=now, far_id=echo.far_id or None)
                if row["state"] != "sending":
                    journal.note(self.store, now, "send-settled", message=row["key"])
        return True

    def _row_of(self, echo: Echo, since: dt.datetime) -> sqlite3.Row | None:
        known = outbox.with_far_id(self.store, echo.far_id, since) if echo.far_id else None
        if known is not None or not isinstance(self.channel, Echoes):
            return known
        rows = [*outbox.in_doubt(self.store, since), *outbox.not_seen(self.store)]
        # The same words may have been said before: first comes what is being sent just now.
        for row in sorted(rows, key=lambda row: (row["id"] != self._in_hand, row["state"] != "sending")):
            if moment_of(row["made_at"]) - CLOCKS_DIFFER <= echo.at and self.channel.is_echo(
                outbox.outgoing(row), echo
            ):
                return row
        return None

    def _look_for_echoes(self, now: dt.datetime) -> None:
        """WeChat may take a message and show it to nobody: then its echo never comes back to the bot."""
        for row in outbox.not_seen(self.store):
            if moment_of(row["echo_by"]) > now:
                break
            with self.store.transaction():
                journal.note(self.store, now, "send-refused", message=row["key"])
                if row["kind"] in MAY_REPEAT:
                    self._failed(row, "sent", now, SendError("WeChat took it and showed it to nobody"))
                else:
                    self._doubt(row, "sent", now)
                    log.error("message %s was taken by WeChat and shown to nobody", row["key"])
