"""Keeps watch over the bot while it runs: notices troubles, tells the second channel, signs life, makes backups.

Three loops beside the bot's own work; none of them may end it, and none of them waits for another.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import shutil
import sqlite3
from collections.abc import Awaitable, Callable

from bot.clock import Clock, RealClock
from bot.config import Settings
from bot.ops import backup, outcry
from bot.ops.backup import BackupError, Keep
from bot.ops.health import Health, LateWatch
from bot.ops.heartbeat import Heartbeat
from bot.ops.notify import Notifier, Sender, by_apprise
from bot.ops.systemd import Systemd
from bot.ops.words import word
from bot.wechat.causes import SAID
from bot.wechat.state import WechatState
from data import figures, meta
from data.moments import moment_of, text_of
from data.store import Store
from schedules import duties

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0  # seconds
WRITE_EVERY = dt.timedelta(seconds=20)  # a trial of the database; each costs a write to the disk
RESTARTS, WITHIN = 3, dt.timedelta(minutes=10)
DEAF_FOR = dt.timedelta(minutes=1)
FAILED_LATELY = dt.timedelta(minutes=10)
ALIVE, STARTS = "ops-alive", "ops-starts"  # keys in meta
# What a state of WeChat begins (True) and ends (False).
_TOLD = {
    "offline": {"gateway": True},
    "logged-out": {"logged-out": True, "gateway": False},
    "scan": {"logged-out": True, "gateway": False},
    "scan-expired": {"logged-out": True, "gateway": False},
    "online": {"gateway": False, "logged-out": False},
    "room-found": {"room": False},
    "room-lost": {"room": True},
    "room-missing": {"room": True},
}


class Attendant:
    """One for a running bot. `clock` is the bot's (it may run faster); the machine's own time is what counts here."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        online: Callable[[], bool],
        *,
        real: Clock | None = None,
        send: Sender = by_apprise,
        systemd: Systemd | None = None,
    ) -> None:
        self.settings, self.store, self.clock, self._online = settings, store, clock, online
        self.real: Clock = real or RealClock()
        notify, beat = settings.notify, settings.heartbeat
        self.notifier = Notifier(
            store,
            [url.get_secret_value() for url in notify.urls],
            again_after=dt.timedelta(minutes=notify.repeat_minutes),
            send=send,
        )
        self.heartbeat = Heartbeat(
            beat.url.get_secret_value(), method=beat.method, style=beat.style, timeout=beat.timeout_seconds
        )
        self.systemd = systemd or Systemd()
        self.late = dt.timedelta()
        self.writable = True
        self.is_ready = False
        self._watch = LateWatch()
        self._in_room = True
        self._begun: set[str] = set()
        self._tried_at: dt.datetime | None = None
        self._deaf_since: dt.datetime | None = None
        self._on_step: list[Callable[[dt.timedelta], None]] = []

    # --- called by the app

    def begin(self) -> None:
        """Once the database is open: count this start, take up what was left. Too many starts are a trouble."""
        now = self.real.now()
        with self.store.transaction():
            starts = [moment_of(t) for t in json.loads(meta.get(self.store, STARTS) or "[]")]
            starts = [t for t in starts if now - WITHIN < t <= now] + [now]
            meta.put(self.store, STARTS, json.dumps([text_of(t) for t in starts]))
        self.notifier.begin()
        if len(starts) > RESTARTS:
            log.error("the bot was started again %d times within %s", len(starts) - 1, WITHIN)
            self.notifier.trouble("restarts", now, word("restarts", count=len(starts) - 1))

    def ready(self) -> None:
        """The bot hears and works. Who was told that it could not start is told that too."""
        self.is_ready = True
        if outcry.begun(self.settings):
            self.notifier.say(word("start-over"))

    def ended(self) -> None:
        """Stopped on purpose: this start was no crash."""
        self.systemd.stopping()
        try:
            with self.store.transaction():
                starts = json.loads(meta.get(self.store, STARTS) or "[]")
                meta.put(self.store, STARTS, json.dumps(starts[:-1]))
        except sqlite3.Error:
            log.warning("the orderly end could not be kept")

    def on_state(self, state: WechatState) -> None:
        """WeChat's end says what it can hear (bot.wechat.state.OnState)."""
        now = self.real.now()
        for subject, begins in _TOLD.get(state.kind, {}).items():
            if subject == "room":
                self._in_room = not begins
            told = state.kind == "offline" and begins
            text = word("gateway-because", what=SAID[state.cause][0], mend=SAID[state.cause][1]) if told else None
            self._say(subject, begins, now, text)

    def step_due(self) -> None:
        """At the start of each wake-up, before the work: how late is what is due?"""
        due, now = duties.next_due(self.store), self.clock.now()
        if due is not None and due <= now:
            for hear in self._on_step:
                hear(now - due)

    def on_step(self, hear: Callable[[dt.timedelta], None]) -> None:
        """`hear` gets the lateness of each step from now on."""
        self._on_step.append(hear)

    def health(self) -> Health:
        """As of the last look."""
        return Health(
            ready=self.is_ready,
            online=self._online(),
            in_room=self._in_room,
            writable=self.writable,
            late=self.late,
            late_limit=dt.timedelta(minutes=self.settings.notify.late_minutes),
            troubles=tuple(sorted(self._begun)),
        )

    def last_backup(self) -> dt.datetime | None:
        """When the newest snapshot was made; one that a wrong clock put into the future does not count."""
        now = self.real.now()
        return next((s.at for s in backup.snapshots_in(self.settings.backup.folder) if s.at <= now), None)

    async def run(self) -> None:
        """Until cancelled."""
        beat = self.settings.heartbeat
        self.systemd.ready()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.heartbeat.send("start"), name="attendant-start")
            for name, every, what in (
                ("look", LOOK_EVERY, self._look),
                ("deliver", LOOK_EVERY, lambda: self.notifier.deliver(self.real.now())),
                ("heartbeat", float(beat.every_seconds), self.beat),
                ("backup", 60.0, self.back_up),
            ):
                group.create_task(_over_and_over(name, every, what), name=f"attendant-{name}")

    # --- the loops' work, each for one moment

    async def _look(self) -> None:
        self.look()
        health = self.health()
        # A process that is stuck is started again. One that waits for the first login, or whose database cannot be
        # written, would not get better by that.
        if health.on_time or not health.writable or not health.ready:
            self.systemd.alive()

    def look(self) -> None:
        """See what is wrong now and what is well again."""
        now = self.real.now()
        self._try_to_write(now)
        self._say("database", not self.writable, now)
        try:
            self.late = self._watch.look(duties.next_due(self.store), self.clock.now(), now)
            limit = dt.timedelta(minutes=self.settings.notify.late_minutes)
            minutes = int(self.late.total_seconds() // 60)
            self._say("late", self.late > limit, now, word("late", minutes=minutes))
            self._say("sending", figures.sending_fails(self.store, self.clock.now() - FAILED_LATELY), now)
            self._emergencies(now)
        except sqlite3.Error as error:
            log.error("the database cannot be looked at: %s", type(error).__name__)
        self._hears(now)
        free = shutil.disk_usage(self.settings.store.path.parent).free // 2**20
        self._say("disk", free < self.settings.notify.disk_mib, now, word("disk", free=free))
        self._settled(now)

    async def beat(self) -> None:
        health = self.health()
        if health.ready:
            await self.heartbeat.send("well" if health.well else "fail", health.reasons)

    async def back_up(self) -> None:
        """Make a snapshot when the newest is old enough."""
        plan, now = self.settings.backup, self.real.now()
        if not plan.every_minutes:
            return
        newest = self.last_backup()
        if newest is not None and now - newest < dt.timedelta(minutes=plan.every_minutes):
            return
        keep = Keep(plan.hourly, plan.daily, plan.weekly)
        try:
            made = await asyncio.to_thread(
                backup.make, self.settings.store.path, plan.folder, now, keep, self.settings.zone
            )
            log.info("snapshot %s made and checked", made.path.name)
            self._say("backup", False, now)
        except BackupError as error:
            if "backup" not in self._begun:
                log.error("no snapshot: %s", error)
            self._say("backup", True, now)

    # ---

    def _say(self, subject: str, wrong: bool, now: dt.datetime, text: str | None = None) -> None:
        if wrong:
            if subject not in self._begun:
                log.error("trouble: %s", subject)
            self._begun.add(subject)
            self.notifier.trouble(subject, now, text)
        else:
            if subject in self._begun:
                log.info("over: %s", subject)
            self._begun.discard(subject)
            self.notifier.over(subject, now)

    def _hears(self, now: dt.datetime) -> None:
        if self._online():
            self._deaf_since = None
            self._say("gateway", False, now)
            self._say("logged-out", False, now)
            return
        self._deaf_since = min(self._deaf_since or now, now)  # the clock may have been set back
        # WeChat's end says what is wrong, but one that never answered says nothing.
        if now - self._deaf_since >= DEAF_FOR and not {"gateway", "logged-out"} & self._begun:
            self._say("gateway", True, now)

    def _try_to_write(self, now: dt.datetime) -> None:
        if self._tried_at is not None and dt.timedelta() <= now - self._tried_at < WRITE_EVERY:
            return
        self._tried_at = now
        try:
            with self.store.transaction():
                meta.put(self.store, ALIVE, text_of(now))
            self.writable = True
        except sqlite3.Error:
            self.writable = False

    def _emergencies(self, now: dt.datetime) -> None:
        if not self.settings.notify.distress:
            return
        still: set[str] = set()
        for number, opened in figures.open_emergencies(self.store):
            local = opened.astimezone(self.settings.zone)
            text = word("distress", number=number, time=f"{local:%H:%M}")
            self.notifier.trouble(f"distress:{number}", now, text, once=True)
            still.add(f"distress:{number}")
        for subject in self.notifier.open_subjects("distress:"):
            if subject not in still:
                self.notifier.over(subject, now, word("distress-over", number=subject.removeprefix("distress:")))

    def _settled(self, now: dt.datetime) -> None:
        starts = [moment_of(t) for t in json.loads(meta.get(self.store, STARTS) or "[]")]
        if starts and now - starts[-1] > WITHIN:
            self.notifier.over("restarts", now)


async def _over_and_over(name: str, every: float, what: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await what()
        except Exception:
            log.exception("the attendant's %s could not be done", name)
        await asyncio.sleep(every)
