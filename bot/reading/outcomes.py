"""How an emergency or a search ended, where the text tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model import Outcome
from bot.reading.clauses import Clause
from bot.reading.scene import Verdict


def outcome(clauses: Sequence[Clause], tags: set[str], v: Verdict) -> Outcome | None:
    live = [c for c in clauses if not c.unreal and not c.asked and not c.future]
    if any("died" in c.tags for c in live):
        return "died"
    if any("hospital" in c.tags and not re.search("不用|陪|看望|复查|体检", c.text) for c in live):
        return "hospital"
    if "correct" in v.reasons:
        return "false_alarm"
    if "elder_away" in v.reasons:
        return "away"
    if any("helped" in c.tags for c in live) and "distress" not in v.reasons:
        return "helped"
    if {"checkin", "concern"} & v.reasons.keys():
        return "safe"
    return None
