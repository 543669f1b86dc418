"""The times that WeChat and its exporters write: with a date, with 昨天 or a weekday, with 上午 or 下午, or a bare clock."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_DATE = (
    r"(?:(?P<year>\d{4})\s?(?:[-/.]|年)\s?(?P<month>\d{1,2})\s?(?:[-/.]|月)\s?(?P<day>\d{1,2})\s?日?"
    r"|(?P<month2>\d{1,2})(?:[-/]|月)(?P<day2>\d{1,2})日?)"
)
_WEEKDAY = (
    r"(?:星期|周|礼拜)[一二三四五六日天]|Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?"
    r"|Sun(?:day)?"
)
_WORD = rf"(?P<word>今天|昨天|前天|Today|Yesterday|{_WEEKDAY})"
_PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|[AaPp][Mm])"
_CLOCK = r"(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2})(?:\.\d{1,6})?)?(?:\s?(?P<ampm>[AaPp][Mm]))?"
# A date may be followed by its weekday, which says nothing new.
STAMP = rf"(?:(?:{_DATE}(?:\s{{0,2}}(?:{_WEEKDAY}))?|{_WORD})[\sT,，]{{0,3}})?(?:{_PART}\s?)?{_CLOCK}"
_FULL = re.compile(STAMP)
DAY = rf"(?:{_DATE}(?:\s{{0,2}}(?:{_WEEKDAY}))?|{_WORD})"
_DAY = re.compile(DAY)
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BadStamp(ValueError):
    """It looks like a time and is none."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time of day, with its date where one was written. `exact`: seconds were written."""

    date: dt.date | None
    clock: dt.time
    exact: bool

    def at(self, day: dt.date) -> dt.datetime:
        """The naive local moment; `day` is for a stamp without a date."""
        return dt.datetime.combine(self.date or day, self.clock)


def parse(text: str, today: dt.date) -> Stamp | None:
    """The stamp that `text` is, or None. 昨天 and weekdays count back from `today`. Raises BadStamp for 2026/13/40 25:61."""
    match = _FULL.fullmatch(text.strip().strip("[]()（）【】").strip())
    if match is None:
        return None
    try:
        return Stamp(_date(match, today), _clock(match), match["second"] is not None)
    except ValueError:
        raise BadStamp from None


def parse_day(text: str, today: dt.date) -> dt.date | None:
    """The day that `text` is, without a time; else None. Raises BadStamp."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return _date(match, today)
    except ValueError:
        raise BadStamp from None


def _date(match: re.Match[str], today: dt.date) -> dt.date | None:
    if match["year"]:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match["month2"]:
        month, day = int(match["month2"]), int(match["day2"])
        # No year is written for days of the last twelve months.
        for year in (today.year, *range(today.year - 1, today.year - 9, -1)):
            if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
                continue
            found = dt.date(year, month, day)
            if found <= today + dt.timedelta(days=1):
                return found
        raise BadStamp
    word = match["word"]
    if word is None:
        return None
    back = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}.get(word.lower())
    if back is None:
        weekday = _DAYS[word[-1]] if word[-1] in _DAYS else _ENGLISH.index(word[:3].lower())
        # Today is written without its weekday: the same one is a week ago.
        back = (today.weekday() - weekday) % 7 or 7
    return today - dt.timedelta(days=back)


def _clock(match: re.Match[str]) -> dt.time:
    hour, part = int(match["hour"]), (match["part"] or match["ampm"] or "").lower()
    if part in ("下午", "傍晚", "pm") and hour < 12:
        hour += 12
    elif part == "晚上":
        hour = 0 if hour == 12 else hour + 12 if hour < 12 else hour
    elif part == "中午" and hour < 10:
        hour += 12
    elif part in ("上午", "凌晨", "清晨", "早上", "早晨", "am") and hour == 12:
        hour = 0
    return dt.time(hour, int(match["minute"]), int(match["second"] or 0))
