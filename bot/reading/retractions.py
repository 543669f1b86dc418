"""Taking an earlier message back, and what is only cited by doing so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.scene import Scene

NOT_RETRACT_ASK = re.compile(r"怎么|咋|能不能|可以|如何")


def retracted_by(clauses: Sequence[Clause], tags: set[str], scene: Scene) -> Clause | None:
    if "retract" not in tags:
        return None
    for c in clauses:
        if "retract" in c.tags and not c.supposed and not (c.asked and NOT_RETRACT_ASK.search(c.text)) and not c.told:
            return c
    return None


def cited(clauses: Sequence[Clause], k: int, retracted: Clause) -> bool:
    """Is clause k only what the correction takes back?"""
    c = clauses[k]
    if c is retracted:
        return True
    if re.search(r"今天(?:电话)?还|现在|还没|还是|又|真的|这会", c.text) and c.start > retracted.start:
        return False
    return not (c.today and c.start > retracted.start and "刚才" not in c.text)
