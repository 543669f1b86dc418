"""The times of one day: the community's, and on public holidays later, where config says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from bot.config import Settings

_WEEKEND = (5, 6)


@dataclass(frozen=True)
class Times:
    """Local times of a day's reminders and of the deadline that the community shares."""

    reminders: tuple[dt.time, ...]
    deadline: dt.time


def times_of(settings: Settings, day: dt.date) -> Times:
    """When people are reminded and missed on `day`. An elder's own deadline is a matter of health and never shifts."""
    usual = Times(settings.day.reminders, settings.day.deadline)
    if not settings.holidays.later_minutes or not is_holiday(settings, day):
        return usual
    by = dt.timedelta(minutes=settings.holidays.later_minutes)
    return Times(tuple(_later(day, c, by) for c in usual.reminders), _later(day, usual.deadline, by))


def is_holiday(settings: Settings, day: dt.date) -> bool:
    """Whether `day` counts as a public holiday: by the country's calendar, corrected by config."""
    plan = settings.holidays
    if day in plan.leave_out:
        return False
    return day in plan.add or day in _public(plan.country, day.year)


@lru_cache(maxsize=16)
def _public(country: str, year: int) -> frozenset[dt.date]:
    """The holidays of a year, and the weekend days that touch them: people call it one long holiday.

    Years that the government has not announced yet hold the days that the law fixes.
    """
    import holidays  # only where it is wanted: it takes a while to load

    known = holidays.country_holidays(country, years=[year - 1, year, year + 1])
    found, worked = set(known), known.weekend_workdays
    for holiday in sorted(found):
        for step in (dt.timedelta(days=-1), dt.timedelta(days=1)):
            near = holiday + step
            while near.weekday() in _WEEKEND and near not in found and near not in worked:
                found.add(near)
                near += step
    return frozenset(day for day in found if day.year == year)


def _later(day: dt.date, clock: dt.time, by: dt.timedelta) -> dt.time:
    return (dt.datetime.combine(day, clock) + by).time()
