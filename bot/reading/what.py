"""What a stretch of text says of its elders: the fitting intents, each with its evidence.

The clauses come with tags and frames (clauses.py). Every rule looks for one thing and gives a reason in Chinese; the
priority of the guide is applied by whoever asks (reader.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.reading.absences import away
from bot.reading.clauses import Clause
from bot.reading.contact import contact
from bot.reading.emergencies import emergency
from bot.reading.matters import claim, public, query
from bot.reading.reaching import not_reached
from bot.reading.requests import request
from bot.reading.retractions import retracted_by
from bot.reading.scene import Scene, Verdict


def judge_scene(clauses: Sequence[Clause], scene: Scene) -> Verdict:
    """Every intent that fits these clauses."""
    v = Verdict()
    r = v.reasons
    tags: set[str] = set()
    for c in clauses:
        tags |= c.tags
    text = scene.text
    if scene.passed:
        return v  # whatever it tells
    retracted = retracted_by(clauses, tags, scene)
    if retracted is not None:
        r["correct"] = f"收回先前的话（{retracted.text}）"
    emergency(clauses, tags, scene, v, retracted)
    not_reached(clauses, tags, scene, v, retracted)
    away(clauses, tags, scene, v)
    request(clauses, tags, scene, v)
    contact(clauses, tags, scene, v, retracted)
    claim(clauses, tags, scene, v)
    query(clauses, tags, scene, v)
    public(clauses, tags, scene, v, text)
    return v
