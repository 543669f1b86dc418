"""Figures for Prometheus: counted from the database when they are asked for, so that a restart loses none."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.ops.health import Health
from data import figures

log = logging.getLogger(__name__)

LATENESS = (0.05, 0.25, 1, 5, 15, 60, 180, 600, 3600)


class Metrics:
    """One registry for one bot. `text` may take a while on a long history: call it off the event loop."""

    def __init__(
        self,
        database: Path,
        community: str,
        health: Callable[[], Health],
        last_backup: Callable[[], dt.datetime | None],
    ) -> None:
        self._database, self._community = database, community
        self._health, self._last_backup = health, last_backup
        self._now = dt.datetime.fromtimestamp(0, dt.UTC)
        self.registry = CollectorRegistry()
        self._lateness = Histogram(
            "baoanniao_step_lateness_seconds",
            "How late each wake-up took up what was due.",
            buckets=LATENESS,
            registry=self.registry,
        )
        self.registry.register(self)

    def step_taken(self, late: dt.timedelta) -> None:
        """One wake-up found something due this long ago."""
        self._lateness.observe(max(late.total_seconds(), 0))

    def text(self, now: dt.datetime) -> bytes:
        """The exposition text; `now` is the bot's clock (the outbox keeps its moments)."""
        self._now = now
        return generate_latest(self.registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: what there is depends on the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        health = self._health()
        yield _gauge("online", "1 while WeChat is connected and logged in.", float(health.online))
        yield _gauge("well", "1 while the bot hears, writes and is on time.", float(health.well))
        yield _gauge("step_overdue_seconds", "How long the oldest step that is due waits.", health.late.total_seconds())
        made = self._last_backup()
        if made is not None:
            yield _gauge("last_backup_timestamp_seconds", "When the newest snapshot was made.", made.timestamp())
        try:
            found = figures.count(self._database, self._community)
        except sqlite3.Error as error:
            log.error("the figures cannot be counted: %s", type(error).__name__)
            return
        yield _counter("messages_heard", "Messages heard, by type.", "type", found.heard)
        yield _counter("messages_understood", "Messages by what was understood.", "intent", found.understood)
        yield _counter("messages_failed", "Messages whose handling broke.", "", {"": found.failed_messages})
        yield _counter("messages_sent", "Messages sent, by kind.", "kind", found.sent)
        yield _counter("messages_given_up", "Messages that could not be sent.", "", {"": found.given_up})
        yield _gauge_by("outbox_length", "Messages waiting, by urgency.", "urgency", found.waiting or {0: 0})
        waited = (self._now - found.oldest_waiting).total_seconds() if found.oldest_waiting else 0.0
        yield _gauge("outbox_oldest_waiting_seconds", "How long the oldest of them waits.", max(waited, 0.0))
        kinds = dict.fromkeys(("missed", "unreachable", "distress"), 0) | dict(found.open_alerts)
        yield _gauge_by("open_alerts", "Alerts that are open, by kind.", "kind", kinds)
        yield _gauge_by("elders", "Elders by their state on the day that runs.", "state", found.day_states)
        yield _gauge("notices_waiting", "Notices that wait for the second channel.", float(found.notices_waiting))


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"baoanniao_{name}", says, value=value)


def _gauge_by(name: str, says: str, label: str, values: Mapping[int, int] | Mapping[str, int]) -> Metric:
    found = GaugeMetricFamily(f"baoanniao_{name}", says, labels=[label])
    for key, value in values.items():
        found.add_metric([str(key)], value)
    return found


def _counter(name: str, says: str, label: str, values: Mapping[str, int]) -> Metric:
    found = CounterMetricFamily(f"baoanniao_{name}", says, labels=[label] if label else [])
    for key, value in values.items():
        found.add_metric([key] if label else [], value)
    return found
