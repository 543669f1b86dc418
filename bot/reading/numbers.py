"""Readings of blood pressure, blood sugar, temperature, oxygen: judged, so that a number counts as fine, poor or alarming."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Literal

from bot.reading.names import number

Verdict = Literal["fine", "poor", "alarm"]

PRESSURE = re.compile(r"(?<![\d.:\-/])(\d{2,3})\s?[/／比到]\s?(\d{2,3})(?![\d.:/\-]|[月号日])")
HIGH = re.compile(
    r"(?:血压|高压|收缩压|上压)(?:是|有|都|量了|量的|才|到|到了|降到|升到|飙到|一量|今天|今早|早上|晚上|现在|又|还是|还有|就|大概|[\s:，了]){0,3}(\d{2,3})(?![\d.])"
)
LOW = re.compile(r"(?:低压|舒张压|下压)(?:是|有|都|才|到|到了|降到|[\s:，了]){0,3}(\d{2,3})(?![\d.])")
MEASURED = re.compile(r"量了?(?:一?[下遍哈]|个|的|血压|一遍)?(?:是|有|[\s，:了]){0,2}(\d{3})(?![\d.:]|[块元斤米个])")
SUGAR = re.compile(
    r"(?:血糖|空腹|餐后)(?:是|有|测了|测的|量了|量的|才|到|到了|降到|升到|都|今天|今早|早上|现在|又|还是|餐后|空腹|两小时|只有|[\s:，了]){0,4}(\d{1,2}(?:[.点]\d)?)(?![\d/])"
)
FEVER = re.compile(
    r"(?:体温|发烧|烧到|烧|高烧|低烧|量了|温度|测了)(?:是|有|都|到|到了|了|升到|今早|又|还是|已经|着|才|[\s:，]){0,3}(3[5-9]|4[0-2])(?:(?:[.点度](\d))|度)?(?!\d|[块元])"
)
DEGREES = re.compile(r"(?<![\d.])(3[5-9]|4[0-2])(?:(?:[.点](\d))度?|度(\d)?)(?!\d)")
OXYGEN = re.compile(r"(?:血氧|氧饱和度?|饱和度)(?:是|有|只有|才|都|到|掉到|降到|[\s:，了]){0,3}(\d{2,3})(?!\d)")
PULSE = re.compile(r"(?:心跳|心率|脉搏|脉)(?:是|有|才|都|到|每分钟|[\s:，了]){0,3}(\d{2,3})(?!\d)")
HINT = re.compile(r"\d")
# As old people write them: 高压一百七, 烧到三十九度二, 血糖六点八.
SPOKEN = "[百十]|[一二两三四五六七八九]点"
SPOKEN_HINT = re.compile(SPOKEN)
READING = re.compile("[0-9]|" + SPOKEN)  # without this nothing was measured
SIGNS = frozenset("0123456789百十点")  # one of which every READING has
HUNDREDS = re.compile(
    "(?<=[压率脉测量到是了 ])([一二])百(?:零([一二三四五六七八九])|([一二三四五六七八九])(?:十([一二三四五六七八九])?)?)?"
)
TENS = re.compile(
    "((?:低压|舒张压|血糖|空腹|餐后|体温|烧|心率|心跳|脉搏|血氧)[了到是有才只]{0,2})([二三四五六七八九]?)十([一二三四五六七八九]?)"
)
UNITS = re.compile("((?:血糖|空腹|餐后)[了到是有才只]{0,2})([一二三四五六七八九])(?=[点，。 ]|$)")
AFTER_POINT = re.compile("(?<=\\d)([点度])([一二三四五六七八九])(?![十百])")


# Low sugar with these signs is an emergency from 3.9 mmol/l down, unless it is over.
LOW_SUGAR = re.compile("汗|抖|心慌|发软|迷糊|糊涂|没缓|说胡话|没力|站不")
EATEN = re.compile("(?<!没)(?<!不)缓过|好了|好多了|正常|升|上来了|没事")


def _pressure(high: int, low: int | None) -> Verdict:
    """From 80 years on below 150/90 is the aim (Chinese guidelines for the management of hypertension, 2024)."""
    if high >= 200 or high < 80 or (low is not None and low >= 130):
        return "alarm"
    if high >= 150 or high < 95 or (low is not None and (low >= 90 or low < 50)):
        return "poor"
    return "fine"


def measured(text: str, chars: Set[str]) -> bool:
    """May there be a reading in a text of these characters? Most texts have no number at all."""
    return not SIGNS.isdisjoint(chars) and READING.search(text) is not None


def written_out(text: str) -> str:
    """The numbers of readings that are written in characters as digits; the rest as it is."""
    if SPOKEN_HINT.search(text) is None:
        return text
    text = HUNDREDS.sub(
        lambda m: str(100 * number(m[1]) + number(f"{m[3]}十{m[4] or ''}" if m[3] else m[2] or "零")), text
    )
    text = TENS.sub(lambda m: f"{m[1]}{number(f'{m[2]}十{m[3]}')}", text)
    text = UNITS.sub(lambda m: f"{m[1]}{number(m[2])}", text)
    return AFTER_POINT.sub(lambda m: f"{m[1]}{number(m[2])}", text)


def judge(text: str, around: str = "") -> frozenset[Verdict]:
    """What the readings in a clause or text say; empty without any. `around`: the whole message, which tells how one feels."""
    text = written_out(text)
    if HINT.search(text) is None:
        return frozenset()
    found: set[Verdict] = set()
    for m in PRESSURE.finditer(text):
        high, low = int(m[1]), int(m[2])
        if 60 <= high <= 260 and 30 <= low <= 160 and high > low:
            found.add(_pressure(high, low))
    if not found:
        for m in (*HIGH.finditer(text), *MEASURED.finditer(text)):
            high = int(m[1])
            if 60 <= high <= 260:
                low_match = LOW.search(text, m.end())
                found.add(_pressure(high, int(low_match[1]) if low_match else None))
    for m in SUGAR.finditer(text):
        sugar = float(m[1].replace("点", "."))
        told = around or text
        least = 3.0 if LOW_SUGAR.search(told) is None or EATEN.search(told) else 3.9
        found.add("alarm" if sugar < least or sugar >= 28 else "poor" if sugar < 3.9 or sugar > 10.0 else "fine")
    for m in (*FEVER.finditer(text), *(DEGREES.finditer(text) if "温" in text or "烧" in text else ())):
        fraction = next((g for g in m.groups()[1:] if g), "0")
        degrees = float(f"{m[1]}.{fraction}")
        found.add("alarm" if degrees >= 40.5 else "poor" if degrees >= 37.3 else "fine")
    for m in OXYGEN.finditer(text):
        found.add("alarm" if int(m[1]) < 90 else "poor" if int(m[1]) < 94 else "fine")
    for m in PULSE.finditer(text):
        beats = int(m[1])
        found.add("poor" if beats > 110 or beats < 48 else "fine")
    return frozenset(found)
