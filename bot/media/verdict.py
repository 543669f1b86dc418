"""Is this picture today's? A pure decision from what was found, with a short reason for the people of the group."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from bot.media.watermark import Stamp

Word = Literal["today", "old", "again", "unclear", "refused"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` and in `why` the reason, in Chinese."""

    word: Word
    why: str


def refused(why: str) -> Verdict:
    """The file cannot be taken as a picture."""
    return Verdict("refused", why)


def decide(
    today: dt.date,
    stamp: Stamp,
    *,
    repeated: bool = False,
    taken: dt.datetime | None = None,
    animated: bool = False,
    card: bool = False,
    read: bool = True,
    person: bool = False,
) -> Verdict:
    """What the picture proves on `today`, a local day.

    `repeated`: the same picture was sent before, which goes before any stamp: an old picture freshly stamped is how a
    visit is faked. `taken`: the camera's own moment, local. `card`: it is a greeting or a receipt, which carry dates, too.
    `read` False: no text reader is installed. `person`: somebody was seen in it, which is said of a picture of today and
    changes no word: who sleeps or turns away is not seen.
    """
    if repeated:
        return Verdict("again", "和之前发过的是同一张照片，请拍一张今天的")
    if animated:
        return Verdict("unclear", "这是动图，看不出是不是今天拍的")
    if card:
        return Verdict("unclear", "像是祝福图片或截屏，不是当时拍的照片")
    if stamp.date is not None:
        return _with(person, _by_stamp(today, stamp, taken))
    if taken is not None:
        return _with(person, _by_camera(today, taken))
    if not read:
        return Verdict("unclear", "没有安装读水印的部件，看不出是哪天拍的")
    if stamp.elsewhere:
        return Verdict("unclear", "照片里有日期，但不像水印，看不出是哪天拍的")
    return Verdict("unclear", "照片上没有日期水印，看不出是哪天拍的")


def _with(person: bool, found: Verdict) -> Verdict:
    return Verdict(found.word, f"{found.why}，看得到人") if person and found.word == "today" else found


def _by_stamp(today: dt.date, stamp: Stamp, taken: dt.datetime | None) -> Verdict:
    assert stamp.date is not None
    if stamp.other is not None:
        return Verdict("unclear", f"照片上有两个日期（{_day(stamp.date)}、{_day(stamp.other)}），请再拍一张")
    if not stamp.certain:
        return Verdict("unclear", f"水印上的日期（{_day(stamp.date)}）和星期对不上，请再拍一张")
    if stamp.date > today:
        return Verdict("unclear", f"水印上的日期（{_day(stamp.date)}）比今天还晚，请看看手机的时间")
    if stamp.date < today:
        return Verdict("old", f"水印上是{_day(stamp.date)}，不是今天的照片")
    if taken is not None and _trusted(taken, today) and taken.date() < today:
        return Verdict("unclear", f"水印是今天的，可照片像是{_day(taken.date())}拍的，请再拍一张")
    time = f" {stamp.time:%H:%M}" if stamp.time else ""
    return Verdict("today", f"水印是今天{time}")


def _by_camera(today: dt.date, taken: dt.datetime) -> Verdict:
    if taken.date() == today:
        return Verdict("today", f"没有水印，手机记下的拍摄时间是今天 {taken:%H:%M}")
    if taken.date() < today and _trusted(taken, today):
        return Verdict("old", f"没有水印，手机记下的拍摄时间是{_day(taken.date())}，不是今天的照片")
    return Verdict("unclear", "没有水印，手机记下的拍摄时间也不对，看不出是哪天拍的")


def _trusted(taken: dt.datetime, today: dt.date) -> bool:
    # A camera that lost its clock says 1970, 2000 or 2012.
    return taken.year >= today.year - 8


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
