"""The way home: is somebody back, since when, or only to come back?"""

from __future__ import annotations

import datetime as dt
import re

from bot.reading.when import DAY

TODAY = re.compile(
    "今[天日早晚儿个晨](?!起|开始).{0,6}(?:送|接|出院|回|到|提前)|(?<![号日天])(?:早上|上午|中午|下午|刚刚?).{0,4}(?:出院|到的?家|到屋)"
)
YESTERDAY = re.compile("昨[天晚儿个夜日].{0,6}(?:到|回|出的?院|落的?地|进的?家?门)")
# The way home as it is told of yesterday, today, or once it is done.
AGAIN = re.compile(
    "(?:昨[天晚儿个夜日]|前天|今[天早儿个日])[^，。]{0,12}"
    "(?:送回(?![来去]?[，。]?.{0,6}住)|接回|回来[了的咧]|(?<!接)到家(?!里)|回的?(?:自己)?(?:家|屋)|出的?院|进的家门|落的?地"
    "|回了?[她他]?自[己个]|回[^，。了]{1,6}(?:院|苑|村|小区|巷|新村)了?)"
    "|从[他她我]?[^，。]{0,3}[这那](?:儿|里|边)?回[^，。]{1,6}了"
    "|(?:出的院|到的家|回的家|回的屋|进的家门)"
)
# Out of hospital, but not home: 今天出院，先住我家
WITH_US = re.compile("(?:住|养|接[到来去])[^，。]{0,3}我们?(?:家|这|那)|我们?(?:家|这[儿里边])[^，。]{0,2}(?:住|养)")
# A day that is only that from which the reports go on: 明天起照常报.
GO_ON = re.compile(
    "(?:明[天早个儿]|今天|后天|往后|今后|以后|晚上)(?:一早)?(?:起|开始)?[^，。]{0,4}(?:恢复|照|接着|继续|正常|自己报|报平安|提醒)"
)
DONE = re.compile("(?:回来|到家|出院|回家|送回|接回)[^，。]{0,3}[了咧啦]|手续|刚到|进门|刚进|昨[天晚]|前天|今[天早日]")


def home_again(text: str) -> bool:
    """Does the text tell of a way home that is done?"""
    return AGAIN.search(text) is not None and WITH_US.search(text) is None


def to_come(text: str, end: dt.date | None, today: dt.date) -> bool:
    """Is the day up to which somebody is away yet to come? 十二号住院，十四号出院 is no return.

    `end`: the last day that the text gives (when.py).
    """
    if end is None or end <= today or GO_ON.search(text):
        return False
    return not (end == today + DAY and DONE.search(text))


def day_of(text: str, day: dt.date | None, today: dt.date) -> dt.date | None:
    """The day of return of somebody who is back; `day`: one that the text gives. None where it does not tell."""
    if YESTERDAY.search(text):
        return today - DAY
    if TODAY.search(text) or GO_ON.search(text):
        return today
    return day if day is not None and day <= today else None
