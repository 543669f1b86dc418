"""The second channel: what goes wrong with the bot itself is told by another way than WeChat (mail, SMS, WeCom, Feishu, …).

Notices wait in the database, so a crash loses none. Addresses are secrets: they are never logged, stored or shown.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.ops.words import word
from data import notices
from data.moments import moment_of
from data.store import Store

log = logging.getLogger(__name__)

SECONDS = 60.0  # for one sending, whatever the service does
BACKOFF = tuple(dt.timedelta(seconds=s) for s in (30, 120, 300, 600, 1800))
GIVEN_UP_AFTER = dt.timedelta(hours=24)
# A trouble that is over this soon is not told: lines drop and come back. A logout never mends itself: it is told within a
# minute, also where the first sending fails.
GRACE = {"gateway": dt.timedelta(minutes=2), "logged-out": dt.timedelta(seconds=15), "sending": dt.timedelta(minutes=1)}

# (address, title, text) → whether it was taken
Sender = Callable[[str, str, str], Awaitable[bool]]


class NotInstalled(Exception):
    """Apprise is not there; the text says how to get it."""


@dataclass(frozen=True)
class Tried:
    """What came of a test: which address (its place in config, from 1), its kind (the scheme), and what was wrong."""

    place: int
    kind: str
    problem: str = ""


async def by_apprise(address: str, title: str, text: str) -> bool:
    """Send one message to one Apprise address. Raises NotInstalled; False when it was not taken, for whatever reason."""
    apprise = _apprise()
    # What it logs has the address in it.
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="Baoanniao", app_desc="", secure_logging=True)
    service = apprise.Apprise(asset=asset)
    if not service.add(address):
        return False
    async with asyncio.timeout(SECONDS):
        return bool(await service.async_notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))


def _apprise() -> Any:
    try:
        import apprise  # heavy, and only needed when something is wrong
    except ImportError:
        raise NotInstalled("the package apprise is not installed; install it in the bot's environment") from None
    return apprise


def target_of(address: str) -> str:
    """A short digest by which the database knows an address."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


class Notifier:
    """Keeps notices and sends them. `addresses`: Apprise's, secret. `again_after`: one subject at most once in that time."""

    def __init__(
        self,
        store: Store,
        addresses: Sequence[str],
        *,
        again_after: dt.timedelta = dt.timedelta(hours=1),
        send: Sender = by_apprise,
    ) -> None:
        self.store = store
        self._addresses = {target_of(a): a for a in addresses}
        self._again_after = again_after
        self._send = send
        # While the database cannot be written: subject → when it was told. What cannot be kept is told at once.
        self._unkept: dict[str, dt.datetime] = {}
        self._urgent: list[str] = []
        self._sending = asyncio.Lock()

    @property
    def is_set_up(self) -> bool:
        return bool(self._addresses)

    def trouble(self, subject: str, now: dt.datetime, text: str | None = None, *, once: bool = False) -> bool:
        """Something is wrong (call it as often as it is seen); True when a new notice was kept. Never raises for a bad database."""
        if not self._addresses:
            return False
        text = text if text is not None else word(subject)
        try:
            with self.store.transaction():
                return notices.trouble(
                    self.store,
                    now,
                    subject,
                    text,
                    tuple(self._addresses),
                    again_after=None if once else self._again_after,
                    grace=GRACE.get(subject, dt.timedelta()),
                )
        except sqlite3.Error:
            told = self._unkept.get(subject)
            if told is not None and (once or dt.timedelta() <= now - told < self._again_after):
                return False
            self._unkept[subject] = now
            self._urgent.append(text)
            return True

    def over(self, subject: str, now: dt.datetime, text: str | None = None) -> None:
        """It is well again. Who was told of the trouble is told of its end."""
        if not self._addresses:
            return
        try:
            if notices.is_open(self.store, subject):
                with self.store.transaction():
                    notices.over(self.store, now, subject, text if text is not None else word(f"{subject}-over"))
            if self._unkept.pop(subject, None):
                self._urgent.append(text if text is not None else word(f"{subject}-over"))
        except sqlite3.Error:
            log.warning("the end of the trouble %s could not be kept", subject)

    def say(self, text: str) -> None:
        """One word that need not be kept: it goes with the next delivery."""
        if self._addresses:
            self._urgent.append(text)

    def open_subjects(self, prefix: str) -> list[str]:
        """The troubles of this sort that are not over."""
        return notices.open_subjects(self.store, prefix)

    def begin(self) -> None:
        """After a start: what was being sent when the process ended goes again."""
        with self.store.transaction():
            notices.take_up_again(self.store)

    async def deliver(self, now: dt.datetime) -> int:
        """Send what is due, all of one address together; how many notices were taken."""
        if not self._addresses:
            return 0
        async with self._sending:
            urgent, self._urgent = self._urgent, []
            if urgent:
                for address in self._addresses.values():
                    await self._try(address, urgent)
            return await self._deliver(now)

    async def _deliver(self, now: dt.datetime) -> int:
        try:
            waiting: dict[str, list[sqlite3.Row]] = {}
            for row in notices.due(self.store, now):
                waiting.setdefault(row["target"], []).append(row)
            taken = 0
            for target, rows in waiting.items():
                mine = self._begin(rows)
                address = self._addresses.get(target)
                if address is None:
                    self._end(mine, "dropped", now, "no longer in config")
                elif problem := await self._try(address, [row["text"] for row in mine]):
                    self._failed(mine, now, problem)
                else:
                    self._end(mine, "sent", now)
                    taken += len(mine)
            return taken
        except sqlite3.Error as error:
            log.error("notices cannot be sent: the database says %s", type(error).__name__)
            return 0

    def _begin(self, rows: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
        with self.store.transaction():
            return [row for row in rows if notices.mark(self.store, row["id"], "pending", "sending")]

    async def _try(self, address: str, texts: Sequence[str]) -> str:
        """Send; "" or what was wrong, in words that show nothing of the address."""
        try:
            title = word("title", community=self.store.community)
            return "" if await self._send(address, title, "\n".join(dict.fromkeys(texts))) else "not taken"
        except NotInstalled as error:
            return str(error)
        except Exception as error:
            return type(error).__name__

    def _end(self, rows: Sequence[sqlite3.Row], state: str, now: dt.datetime, error: str | None = None) -> None:
        with self.store.transaction():
            for row in rows:
                notices.mark(self.store, row["id"], "sending", state, at=now if state == "sent" else None, error=error)

    def _failed(self, rows: Sequence[sqlite3.Row], now: dt.datetime, problem: str) -> None:
        with self.store.transaction():
            for row in rows:
                if now - moment_of(row["made_at"]) > GIVEN_UP_AFTER:
                    notices.mark(self.store, row["id"], "sending", "failed", error=problem)
                    log.error("notice %d (%s) is given up: %s", row["id"], row["subject"], problem)
                else:
                    wait = BACKOFF[min(row["attempts"], len(BACKOFF) - 1)]
                    notices.mark(self.store, row["id"], "sending", "pending", retry_at=now + wait, error=problem)
                    log.warning(
                        "notice %d (%s) was not sent: %s; next try in %s", row["id"], row["subject"], problem, wait
                    )


async def send_test(addresses: Sequence[str], community: str, send: Sender = by_apprise) -> list[Tried]:
    """Send a test to every address, one by one: for `doctor --send-test`. Nothing is stored."""
    found = []
    for place, address in enumerate(addresses, 1):
        kind = address.split("://", 1)[0] if "://" in address else "?"
        try:
            taken = await send(address, word("title", community=community), word("test"))
            problem = "" if taken else "not taken: look at the address and whether this machine reaches it"
        except NotInstalled as error:
            problem = str(error)
        except Exception as error:
            problem = f"not taken ({type(error).__name__})"
        found.append(Tried(place, kind, problem))
    return found
