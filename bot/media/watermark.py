"""What a watermark says: of all the text in a picture, which date, time, name and place were stamped on it.

Pure: lines of text with their boxes in, a `Stamp` out. A date on a calendar, a poster or a box of pills in the picture
is told from the stamp's by its company (a time, a weekday, labels), its place near the frame and what stands before it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.media import dates, names
from bot.media.dates import FoundDate, FoundTime
from bot.media.ocr import Line


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was stamped. `certain` False: the weekday contradicts the date, or two stamps name different days.

    `other`: the other stamp's date where there are two. `elsewhere`: a date stands in the picture, but not as a stamp.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    name: str | None = None
    place: str | None = None
    certain: bool = True
    other: dt.date | None = None
    elsewhere: bool = False


# What is sent on by thousands, or pictured off a screen: its date says when it was made, not that anybody was seen.
_CARD = re.compile(
    r"早安|早上好|早晨好|上午好|中午好|下午好|晚上好|晚安|午安|吉祥如意|新的一天|美好的一天|[祝愿][您你大]|祝福|"
    r"微信支付|支付宝|[支收]付?款?凭证|收款方|付款方|转账|交易单号|订单[编号]|朋友圈"
)


def is_card(lines: Sequence[Line]) -> bool:
    """Whether the text in a picture is that of a greeting card, a receipt or the like."""
    return any(_CARD.search(line.text.replace(" ", "")) for line in lines)


def dated(lines: Sequence[Line]) -> list[tuple[float, float, float, float]]:
    """The boxes of the lines that hold a date."""
    return [line.box for line in lines if dates.dates(dates.clean(line.text))]


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    score: float
    group: int = 0

    @property
    def height(self) -> float:
        return max(1.0, self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class _Choice:
    score: float
    found: FoundDate
    date: dt.date
    row: int
    time: FoundTime | None
    agrees: bool
    own_time: bool


_THRESHOLD = 3.4
_TAKEN_LABEL = re.compile(
    r"(?:拍摄|打卡|签到|记录|当前|探访|走访|巡查|水印)?\s?(?:时\s?间)|拍摄日期|打卡日期|探访日期|走访日期|[Tt]ime\b"
)
_DATE_LABEL = re.compile(r"日\s?期|[Dd]ate\b")
_NOT_TAKEN = re.compile(
    r"生产|有效|保质|效期|批号|批次|出生|生日|截止|失效|签发|检验|检定|检查日|入库|到期|发布|创建|成立|始建|开业|发货|印刷|出版|版本|施工|竣工|活动时间|开放时间|营业时间|服务时间|"
    r"办公时间|接种|体检日|采样|报告|会议|通知|开始|结束|EXP|MFG|BATCH|LOT|农历"
)
_STAMP_WORDS = re.compile(
    r"水印|相机|经纬|经\s?度|纬\s?度|海\s?拔|天\s?气|℃|°C|多云|打卡|探访|走访|防伪|真实|现场拍照|拍摄|备\s?注|工作记录|执勤|巡逻"
)
_POSTER = re.compile(
    r"活动|通知|举办|主办|报名|欢迎|讲座|义诊|公告|会议|晚报|日报|早报|第\d+期|\d{1,2}:\d\d\s?[-~至到]+\s?\d{1,2}:\d\d"
)
_CALENDAR = re.compile(r"[日一]\s?[一二]\s?[二三]\s?[三四]\s?[四五]\s?[五六]|(?<!\d)(\d{1,2})(?:\s+\d{1,2}){4,}")


def read(
    lines: Sequence[Line], width: int, height: int, today: dt.date, roster: Collection[str] = frozenset()
) -> Stamp:
    """The stamp in a picture of `width` × `height` pixels. `roster`: names to know again though one character is misread.

    `today` gives a year to a date that names none.
    """
    rows = _rows(lines)
    choices = _choices(rows, width, height, today)
    chosen = next((c for c in choices if c.score >= _THRESHOLD), None)
    groups = {rows[chosen.row].group} if chosen else set()
    name, where = _name(rows, groups, width, height, frozenset(roster))
    place = _place(rows, groups, name, where)
    if chosen is None:
        stamped = name is not None and where is not None and names.has_label(rows[where].text)
        return Stamp(name=name if stamped else None, place=place if stamped else None, elsewhere=bool(choices))
    other = next(
        (c.date for c in choices if c is not chosen and c.score >= _THRESHOLD and c.date != chosen.date and c.own_time),
        None,
    )
    return Stamp(
        chosen.date,
        chosen.time.time if chosen.time else None,
        name,
        place,
        certain=chosen.agrees and other is None,
        other=other,
    )


def worth_reading(lines: Sequence[Line]) -> bool:
    """Whether a first, rough look shows anything that could belong to a stamp: a few digits or Chinese characters."""
    return any(
        line.score >= 0.35 and len(re.findall(r"[0-9\u4e00-\u9fff]", line.text)) >= 2 and len(line.text) >= 3
        for line in lines
    )


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """Cleaned lines from top to bottom, each with the number of the block of text that it belongs to."""
    rows = sorted(
        (_Row(text, *line.box, line.score) for line in lines if (text := dates.clean(line.text))),
        key=lambda r: (r.top, r.left),
    )
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, a in enumerate(rows):
        for j in range(i + 1, len(rows)):
            if _neighbours(a, rows[j]):
                parent[root(j)] = root(i)
    return [_Row(r.text, r.left, r.top, r.right, r.bottom, r.score, root(i)) for i, r in enumerate(rows)]


def _neighbours(a: _Row, b: _Row) -> bool:
    tall, small = max(a.height, b.height), min(a.height, b.height)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    across = max(a.left, b.left) - min(a.right, b.right)
    if down <= 0:  # side by side: a large clock with the date at its side
        return across < 1.5 * tall
    return down < 1.1 * tall and down < 2.6 * small and across < 1.0 * tall


def _choices(rows: Sequence[_Row], width: int, height: int, today: dt.date) -> list[_Choice]:
    found = []
    for i, row in enumerate(rows):
        here = dates.dates(row.text)
        for n, date in enumerate(here):
            if date.form == "short_year" and date.year is not None and not -6 <= date.year - today.year <= 1:
                continue
            if date.year is not None and not 2000 <= date.year <= today.year + 30:
                continue
            found.append(_weigh(rows, i, date, len(here) > 1 and n > 0, width, height, today))
    # The surest first; of equals the upper one, so that the order never depends on the reader.
    return sorted(found, key=lambda c: (-c.score, c.row, c.found.start))


def _weigh(
    rows: Sequence[_Row], i: int, date: FoundDate, second: bool, width: int, height: int, today: dt.date
) -> _Choice:
    row = rows[i]
    group = [r for r in rows if r.group == row.group]
    score = {"full": 2.0, "month_day": 1.5, "short_year": 1.0, "compact": 0.6, "bare": 0.2}[date.form]
    time, bonus = _time(rows, i, date)
    score += bonus
    day = date.weekday
    if day is None:
        beside = [w for r in group if r is not row and (w := dates.weekday(r.text)) is not None and len(r.text) <= 12]
        day = beside[0] if len(set(beside)) == 1 else None
    moment = dates.resolve(FoundDate(date.year, date.month, date.day, date.form, date.start, date.end, day), today)
    agrees = day is None or moment.weekday() == day
    score += 0.0 if day is None else 1.5 if agrees else 0.3
    before = row.text[: date.start]
    if _NOT_TAKEN.search(before):
        score -= 8
    elif (
        i
        and rows[i - 1].group == row.group
        and _NOT_TAKEN.search(rows[i - 1].text)
        and not dates.dates(rows[i - 1].text)
    ):
        score -= 4
    if any(_POSTER.search(r.text) for r in group):
        score -= 3
    if label := _TAKEN_LABEL.search(before):
        score += 2 if bonus >= 3 or len(label[0]) > 3 else 1
    elif _DATE_LABEL.search(before):
        score += 0.5
    if any(_CALENDAR.search(r.text) for r in group):
        score -= 4
    if any(_STAMP_WORDS.search(r.text) for r in group):
        score += 1
    elif any(names.label_of_place(r.text) or names.like_place(r.text) or names.labelled(r.text) for r in group):
        score += 0.8
    rest = _rest(row.text, date, time if time and bonus >= 3 else None)
    score += 1.0 if rest <= 1 else -2.5 if rest >= 9 else 0
    middle = (row.top + row.bottom) / 2 / max(1, height)
    score += 0.6 if middle > 0.62 or middle < 0.2 else -0.3
    score += 0.4 if row.left < 0.14 * width or row.right > 0.86 * width else 0
    score -= 1.0 if second else 0
    score -= 1.0 if row.score < 0.55 else 0
    return _Choice(score, date, moment, i, time, agrees, own_time=bonus > 1)


def _rest(text: str, date: FoundDate, time: FoundTime | None) -> int:
    """How many characters of the line are neither date, time, weekday nor label."""
    left = list(text)
    for span in (date, time):
        if span is not None and span.end <= len(left):
            left[span.start : span.end] = " " * (span.end - span.start)
    rest = "".join(left)
    rest = _TAKEN_LABEL.sub("", _DATE_LABEL.sub("", rest))
    rest = re.sub(
        r"(?:星期|周|礼拜)\s?[一二三四五六日天]|[上下中]午|[早晚]上|凌晨|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|[ap]m",
        "",
        rest,
        flags=re.I,
    )
    rest = re.sub(r"多云|晴|阴|[小中大阵]雨|[小中大]雪|-?\d+\s?°C?|℃|北京时间|GMT.*|UTC.*", "", rest)
    return sum(c.isalnum() for c in rest)


def _time(rows: Sequence[_Row], i: int, date: FoundDate) -> tuple[FoundTime | None, float]:
    """The time that belongs to a date, and how much it says for the date's being a stamp."""
    row = rows[i]
    here = dates.times(row.text[: date.start]) + [
        FoundTime(t.time, t.start + date.end, t.end + date.end, t.sure)
        for t in dates.times(re.sub(r"^[:.,]", " ", row.text[date.end :]), 0)
    ]
    sure = [t for t in here if t.sure] or here
    if sure:
        return sure[-1], 3.0 if sure[-1].sure else 1.5
    nearest: tuple[float, FoundTime, float] | None = None
    for j, other in enumerate(rows):
        if j == i or any(d.form in ("full", "month_day") for d in dates.dates(other.text)):
            continue
        for time in dates.times(other.text):
            if other.group != row.group:
                continue
            bare = sum(c.isalnum() for c in other.text[: time.start] + other.text[time.end :])
            label = bool(_TAKEN_LABEL.search(other.text))
            if bare > 6 and not label:
                continue
            gap = max(0.0, max(row.top, other.top) - min(row.bottom, other.bottom)) + 0.3 * max(
                0.0, max(row.left, other.left) - min(row.right, other.right)
            )
            worth = (3.0 if time.sure else 1.0) - (0.8 if bare > 2 and not label else 0)
            if nearest is None or (time.sure, -gap) > (nearest[1].sure, -nearest[0]):
                nearest = gap, time, worth
    if nearest is not None:
        return nearest[1], nearest[2]
    return _far_time(rows, i)


def _far_time(rows: Sequence[_Row], i: int) -> tuple[FoundTime | None, float]:
    """A clock alone on its line in another corner, if it is the only one in the picture and no status bar's."""
    row = rows[i]
    lone = [
        time
        for j, other in enumerate(rows)
        if j != i and not _NOT_TAKEN.search(other.text) and other.height >= 0.6 * row.height
        for time in dates.times(other.text)
        if time.sure and sum(c.isalnum() for c in other.text[: time.start] + other.text[time.end :]) <= 2
    ]
    return (lone[0], 1.0) if len(lone) == 1 else (None, 0.0)


def _name(
    rows: Sequence[_Row], groups: set[int], width: int, height: int, roster: frozenset[str]
) -> tuple[str | None, int | None]:
    """The name on the stamp and the row where it stands."""
    found: list[tuple[float, int, str]] = []
    for i, row in enumerate(rows):
        near = 1.0 if row.group in groups else 0.0
        for name, elders in names.labelled(row.text):
            known = names.known(name, roster)
            found.append((6.0 + near + (1.5 if elders else 0.0) + (2.0 if known else 0.0), i, known or name))
        name_alone = names.alone(row.text)
        if name_alone is not None:
            known = names.known(name_alone, roster)
            beside = any(
                names.like_place(r.text) or names.label_of_place(r.text)
                for r in rows
                if r.group == row.group and (r is not row or row.text != name_alone)
            )
            edge = row.left < 0.14 * width or row.right > 0.86 * width
            corner = edge and ((row.top + row.bottom) / 2 < 0.3 * height or (row.top + row.bottom) / 2 > 0.6 * height)
            score = 1.0 + 2.0 * near + (1.5 if beside else 0.0) + (1.0 if corner else 0.0) + (4.0 if known else 0.0)
            found.append((score, i, known or name_alone))
        elif names.labelled(row.text) == []:
            inside = [r for r in roster if len(r) >= 3 and r in row.text.replace(" ", "")]
            if len(inside) == 1:
                found.append((3.0 + near, i, inside[0]))
    best = max(found, key=lambda f: (f[0], -f[1]), default=None)
    if best is None or best[0] < 2.0:
        return None, None
    return best[2], best[1]


def _place(rows: Sequence[_Row], groups: set[int], name: str | None, where: int | None) -> str | None:
    near = groups | ({rows[where].group} if where is not None else set())
    for inside in (True, False):
        for i, row in enumerate(rows):
            place = names.label_of_place(row.text) if (row.group in near) is inside else None
            if place and (inside or not any(_POSTER.search(r.text) for r in rows if r.group == row.group)):
                return _trim(_continued(rows, i, place), name)
        like = [
            i
            for i, r in enumerate(rows)
            if inside and r.group in near and names.like_place(r.text) and not dates.dates(r.text)
        ]
        if like:
            best = max(like, key=lambda i: (len(rows[i].text), -i))
            return _trim(_continued(rows, best, rows[best].text), name)
    return None


def _continued(rows: Sequence[_Row], i: int, text: str) -> str:
    """An address that goes on in the next line of its block, where that line is no label, date or name."""
    row = rows[i]
    if len(text) < 10:
        return text
    for other in rows[i + 1 : i + 3]:
        gap = other.top - row.bottom
        if (
            other.group == row.group
            and gap < 0.8 * row.height
            and other.left >= row.left - row.height
            and abs(other.height - row.height) < 0.35 * row.height
            and not names.has_label(other.text)
            and not dates.dates(other.text)
            and not dates.times(other.text)
            and names.alone(other.text) != other.text
            and re.match(r"[\w(（]", other.text)
            and re.search(r"[号室栋楼店院元层内)]$", other.text)
        ):
            return text + other.text
    return text


def _trim(place: str, name: str | None) -> str | None:
    if name and place.endswith(name):
        place = place[: -len(name)]
    # Brackets around Chinese words are written full-width.
    return place.strip(" |,;·-").replace("(", "（").replace(")", "）") or None
