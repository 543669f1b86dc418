"""What a form needs to know besides the text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class About:
    """`day`: for text without dates, and what 昨天 counts back from. `names`: WeChat names that are known."""

    day: dt.date
    zone: ZoneInfo
    names: frozenset[str] = frozenset()
