"""Moments as the database keeps them (UTC, ISO-8601, to the microsecond, so that text order is time order) and local days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def text_of(moment: dt.datetime) -> str:
    """An aware moment → "2026-11-20T02:00:00.000000Z"."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment_of(text: str) -> dt.datetime:
    """The reverse of `text_of`."""
    return dt.datetime.fromisoformat(text)


def at_local(day: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The moment at which the community's clocks show `clock` on `day`, in UTC."""
    return dt.datetime.combine(day, clock, tzinfo=zone).astimezone(dt.UTC)


def day_of(moment: dt.datetime, opens: dt.time, zone: ZoneInfo) -> dt.date:
    """The day a message counts for: it begins when check-ins open, so the small hours belong to the day before."""
    local = moment.astimezone(zone)
    return local.date() if local.time() >= opens else local.date() - dt.timedelta(days=1)


def within(clock: dt.time, span: tuple[dt.time, dt.time]) -> bool:
    """Whether a clock time lies in a span that may cross midnight (from inclusive, to exclusive)."""
    first, last = span
    return first <= clock < last if first <= last else clock >= first or clock < last


def end_of_span(moment: dt.datetime, span: tuple[dt.time, dt.time], zone: ZoneInfo) -> dt.datetime:
    """`moment` itself when it lies outside the daily span, else when the span ends."""
    local = moment.astimezone(zone)
    if span[0] == span[1] or not within(local.time(), span):
        return moment
    end = at_local(local.date(), span[1], zone)
    return end if end > moment else at_local(local.date() + dt.timedelta(days=1), span[1], zone)
