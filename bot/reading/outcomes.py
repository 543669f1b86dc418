"""How an emergency or a search ended, where the text tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model import CONTACT, Outcome
from bot.reading.clauses import Clause
from bot.reading.scene import Verdict

TELLING = frozenset({"died", "hospital", "helped"})
NO_STAY = re.compile("不用|陪|看望|复查|体检")


def outcome(clauses: Sequence[Clause], verdict: Verdict) -> Outcome | None:
    """What the clauses tell of an end, given the intent that was decided on; None where they tell of none."""
    live = [c for c in clauses if not TELLING.isdisjoint(c.tags) and not c.unreal and not c.asked and not c.future]
    if any("died" in c.tags for c in live):
        return "died"
    if any("hospital" in c.tags and not NO_STAY.search(c.text) for c in live):
        return "hospital"
    intent = verdict.intent
    if intent == "correct":
        return "false_alarm"
    if intent == "elder_away":
        return "safe" if verdict.back else "away"
    if intent != "distress" and any("helped" in c.tags for c in live):
        return "helped"
    return "safe" if intent in CONTACT else None
