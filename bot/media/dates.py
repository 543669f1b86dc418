"""Dates and times of day as they are stamped into pictures, found in one line of text that a machine has read."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Form = Literal["full", "month_day", "short_year", "bare", "compact"]


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date at `start:end` of the cleaned line. `year` None: the line names none, or a year that cannot be.

    `weekday` is 0 for Monday; `form` says how it is written, from the surest (`full`) to what needs company (`bare`).
    """

    year: int | None
    month: int
    day: int
    form: Form
    start: int
    end: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A time of day at `start:end`; `sure` False: its mark was misread, so it counts only beside a date."""

    time: dt.time
    start: int
    end: int
    sure: bool = True


_SAME = str.maketrans({"∶": ":", "︰": ":", "；": ";", "・": "·", "•": "·", "‧": "·", "—": "-", "–": "-", "−": "-", "~": "~", "曰": "日", "號": "号", "點": "点", "時": "时", "間": "间", "週": "周", "〇": "零", "○": "零"})  # fmt: skip


def clean(text: str) -> str:
    """The line with full-width marks made plain and letters between digits read as the digits they were."""
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    text = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    # Panels spread their labels: 姓 名, 拍 摄 人.
    text = re.sub(r"^((?:[\u4e00-\u9fff] ?){2,6}):", lambda m: m[1].replace(" ", "") + ":", text)
    text = re.sub(r"(?<=\d)[OoQD](?=[\d:./年月日-]|$)|(?<![A-Za-z])[OoQ](?=\d)", "0", text)
    text = re.sub(r"(?<=[\d:./-])[lI!](?=[\d:./年月日-])", "1", text)
    return re.sub(r"(?<![A-Za-z])0ct(?=[a-z. ]|\d)", "Oct", text)


_SEP = r"\s?[-./,_:·~'年]\s?"
_SEP2 = r"\s?[-./,_:·~'月]\s?"
_FULL = re.compile(rf"(?<!\d)((?:19|20)\d\d){_SEP}(\d{{1,2}})(?:{_SEP2}|\s)(\d{{1,2}})")
_SPACED = re.compile(r"(?<!\d)((?:19|20)\d\d)\s(\d{1,2})[\s./-](\d{1,2})(?![\d:])")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([-./])(\d{1,2})\2(20\d\d)(?![\d:])")
_MONTH_DAY = re.compile(r"(?<![\d零一二三四五六七八九十])(\d{1,2})\s?月\s?(\d{1,2})(?!\d)\s?[日号]?")
_SHORT = re.compile(r"(?<![\d.:/-])'?(\d\d)\s?([-./' ])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)(?!\s?[-./]\s?\d)")
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
# The reader loses gaps and dots of the small dates that cameras burn in, but a time behind them tells where they end.
_TIGHT = re.compile(
    r"(?<!\d)'?((?:20)?\d\d)[-./' ]?(0[1-9]|1[0-2])[-./' ]?(0[1-9]|[12]\d|3[01])(?=\s?[012]\d[:;.][0-5]\d)"
)
_BARE = re.compile(r"(?<![\d.:/-])(\d{1,2})\s?([-./])\s?(\d{1,2})(?![\d:])(?!\s?[-./]\s?\d)")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_SPOKEN = re.compile(
    r"([二12][零0][零一二三四五六七八九\d]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?"
)
_MONTHS = {
    m: i
    for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_YEAR = r"(20\d\d)(?=\d{0,2}:|\D|$)"  # the time may follow without a gap
_EN_MDY = re.compile(rf"(?<![a-z]){_MONTH}\.?\s?(\d{{1,2}})(?:st|nd|rd|th)?(?:\s?,?\s?{_YEAR}|(?!\d))", re.I)
_EN_DMY = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]?{_MONTH}\.?(?:[\s,-]*{_YEAR}|(?!\d))", re.I)
_LUNAR = re.compile(r"农历|阴历|旧历")
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)\s?([一二三四五六日天])")
_EN_WEEKDAY = re.compile(r"(?<![a-z])(mon|tue|wed|thu|fri|sat|sun)(?:s?day|nesday|rsday|urday|[.,\s]|$)", re.I)


def weekday(text: str) -> int | None:
    """The day of the week that a cleaned line names, 0 for Monday."""
    if match := _WEEKDAY.search(text):
        return "一二三四五六日".index(match[1].replace("天", "日"))
    if match := _EN_WEEKDAY.search(text):
        return ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(match[1].lower())
    return None


def dates(text: str) -> list[FoundDate]:
    """Every date in a cleaned line, the surest forms first; what one form has taken no other reads again."""
    found: list[FoundDate] = []
    named = weekday(text)
    for year, month, day, form, start, end in _candidates(text):
        if any(start < other.end and other.start < end for other in found):
            continue
        if _LUNAR.search(text[max(0, start - 4) : start]):
            continue
        if _possible(year, month, day):
            found.append(FoundDate(year, month, day, form, start, end, named))
    return found


def _candidates(text: str) -> Iterator[tuple[int | None, int, int, Form, int, int]]:
    for m in _SPOKEN.finditer(text):
        year = int("".join(str(_DIGITS.get(c, c)) for c in m[1]))
        yield year, _spoken(m[2]), _spoken(m[3]), "full", m.start(), m.end()
    for m in _EN_MDY.finditer(text):
        yield (
            (int(m[3]) if m[3] else None),
            _MONTHS[m[1].lower()],
            int(m[2]),
            "full" if m[3] else "month_day",
            *m.span(),
        )
    for m in _EN_DMY.finditer(text):
        yield (
            (int(m[3]) if m[3] else None),
            _MONTHS[m[2].lower()],
            int(m[1]),
            "full" if m[3] else "month_day",
            *m.span(),
        )
    for m in (*_FULL.finditer(text), *_SPACED.finditer(text)):
        year, month = int(m[1]), int(m[2])
        day, end = _split_day(m[3], text[m.end(3) :], m.end(3))
        if month > 12 and len(m[2]) == 2:
            continue
        if text[end : end + 1] in ("日", "号"):
            end += 1
        yield year, month, day, "full", m.start(), end
    for m in _DAY_FIRST.finditer(text):
        day, month = int(m[1]), int(m[3])
        if month > 12:
            day, month = month, day
        yield int(m[4]), month, day, "full", *m.span()
    for m in _MONTH_DAY.finditer(text):
        yield None, int(m[1]), int(m[2]), "month_day", *m.span()
    for m in _COMPACT.finditer(text):
        yield int(m[1]), int(m[2]), int(m[3]), "compact", *m.span()
    for m in _TIGHT.finditer(text):
        form: Form = "full" if len(m[1]) == 4 else "short_year"
        yield int(m[1]) % 100 + 2000, int(m[2]), int(m[3]), form, *m.span()
    for m in _SHORT.finditer(text):
        yield 2000 + int(m[1]), int(m[3]), int(m[4]), "short_year", *m.span()
    for m in _BARE.finditer(text):
        yield None, int(m[1]), int(m[3]), "bare", *m.span()


def _split_day(digits: str, rest: str, end: int) -> tuple[int, int]:
    """The day where the reader has lost the gap before the time: 2026-11-808:04 is the 8th, 08:04."""
    if len(digits) == 2 and rest[:1] not in ("日", "号"):
        early = len(_hour(digits[1] + rest)) == 2
        late = _hour(rest) if 1 <= int(digits) <= 31 else ""
        # Hours have two digits, save before AM and PM.
        short = len(late) == 1 and not re.search(r"[AaPp]\.?[Mm]", rest)
        if early and digits[0] != "0" and (not late or short):
            return int(digits[0]), end - 1
    return int(digits), end


_HOUR = re.compile(r"(\d{1,2})[:.;][0-5]\d")


def _hour(text: str) -> str:
    """The hour's digits of a time that `text` starts with, "" where it starts with none."""
    match = _HOUR.match(text)
    return match[1] if match and int(match[1]) < 24 else ""


def _spoken(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0) if len(text) == 1 else 0
    return 10 * (_DIGITS.get(tens, 0) if tens else 1) + (_DIGITS.get(ones, 0) if ones else 0)


def _possible(year: int | None, month: int, day: int) -> bool:
    try:
        dt.date(year or 2024, month, day)  # a leap year where none is named
    except ValueError:
        return False
    return True


_HALF = r"(上午|下午|晚上|凌晨|中午|早上|清晨|早晨|傍晚|[AaPp]\.?[Mm]\.?)?"
_CLOCK = re.compile(
    rf"{_HALF}\s?(?<![\d:])(\d{{1,2}})\s?:\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d))?(?=[1Il|]?(?:\D|$))\s?{_HALF}"
)
_HAN_CLOCK = re.compile(rf"{_HALF}\s?(?<!\d)(\d{{1,2}})\s?[时点]\s?(\d{{1,2}})(?!\d)\s?分?")
_LOST_MARK = re.compile(
    r"\s?(?<![\d:])(\d\d)\s?[.;·\-\s1]?\s?([0-5]\d)(?:\s?[.:;·\-1]?\s?([0-5]\d))?(?=[1Il|]?(?:\D|$))"
)
_RANGE = re.compile(r"\d{1,2}:\d\d\s?(?:-|~|至|到)+\s?\d{1,2}:\d\d")


def times(text: str, beside: int | None = None) -> list[FoundTime]:
    """Times of day in a cleaned line. Opening hours (a range) are none.

    `beside`: where a date ends; there, or on a line that holds nothing else, a time is read though its mark was lost.
    """
    ranges = [m.span() for m in _RANGE.finditer(text)]
    found: list[FoundTime] = []
    for pattern in (_CLOCK, _HAN_CLOCK):
        for m in pattern.finditer(text):
            if any(a <= m.start(2) < b for a, b in ranges):
                continue
            half = m[1] or (m[m.lastindex] if pattern is _CLOCK and m.lastindex and m.lastindex >= 5 else "") or ""
            moment = _moment(int(m[2]), int(m[3]), half.replace(".", "").upper())
            if moment is not None and not any(m.start() < f.end and f.start < m.end() for f in found):
                found.append(FoundTime(moment, m.start(), m.end()))
    if found or ranges:
        return found
    at = 0 if beside is None else beside
    if at == len(text):
        return found
    tail = text[at:]
    gap = re.match(r"\s*(?:(?:星期|周|礼拜)\s?[一二三四五六日天]\s*)?", tail)
    skip = gap.end() if gap else 0
    lost = _LOST_MARK.match(tail, skip)
    if lost and (beside is not None or (lost.end() >= len(tail) - 1 and len(tail) >= 4)):
        moment = _moment(int(lost[1]), int(lost[2]), "")
        if moment is not None:
            found.append(FoundTime(moment, at + lost.start(), at + lost.end(), sure=False))
    return found


def _moment(hour: int, minute: int, half: str) -> dt.time | None:
    if half in ("下午", "傍晚", "PM") and hour < 12:
        hour += 12
    elif half == "晚上":
        hour = 0 if hour == 12 else hour + 12 if 5 <= hour < 12 else hour
    elif half == "中午" and hour < 4:
        hour += 12
    elif half in ("凌晨", "AM") and hour == 12:
        hour = 0
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


_SOON = dt.timedelta(days=45)


def resolve(found: FoundDate, today: dt.date) -> dt.date:
    """The day meant: as written, or without a year the nearest past one, or one soon to come, that fits the weekday."""
    if found.year is not None:
        return dt.date(found.year, found.month, found.day)
    possible = []
    for year in (today.year, today.year - 1, today.year + 1, *range(today.year - 2, today.year - 9, -1)):
        try:
            day = dt.date(year, found.month, found.day)
        except ValueError:
            continue
        if day <= today + _SOON:
            possible.append(day)
    # A phone's clock may run ahead, so a day to come stays possible; it is for others to doubt it.
    possible.sort(key=lambda day: abs(day - today))
    for day in possible[:2]:
        if found.weekday is not None and day.weekday() == found.weekday:
            return day
    return possible[0]
