"""How well labelled messages were read: the figures that the reading is judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.model import Message, Reading
from bot.reading import Reader, hearing, teach

CORPORA = Path(__file__).parent / "corpora"
# figure → (its hits, out of)
FIGURES = {
    "intent": ("intent hit", "all"),
    "intent on hard ones": ("hard hit", "hard"),
    "distress recall": ("distress hit", "distress"),
    "distress precision": ("distress hit", "distress said"),
    "unreachable recall": ("unreachable hit", "unreachable"),
    "contact recall": ("contact hit", "contact"),
    "messages that clear wrongly": ("false clear", "all"),
    "who": ("who hit", "who"),
    "when": ("when hit", "when"),
}


def labelled(folder: Path) -> Iterator[tuple[Message, dict[str, Any], bool]]:
    """(message, gold, hard) of every message of a corpus."""
    for message, row in teach.labelled(folder):
        yield message, row["gold"], bool(row.get("hard"))


def cleared(gold: dict[str, Any]) -> set[str]:
    """The elders whom a label clears for the day, by the rule for readings."""
    return set(teach.label(gold).contacts())


def count(pairs: Iterable[tuple[dict[str, Any], bool, Reading]]) -> Counter[str]:
    """Hits and cases of every figure."""
    n: Counter[str] = Counter()
    for gold, hard, got in pairs:
        ok = gold["intent"] == got.intent
        n["all"] += 1
        n["intent hit"] += ok
        n["hard"] += hard
        n["hard hit"] += hard and ok
        n["distress"] += gold["intent"] == "distress"
        n["distress said"] += got.intent == "distress"
        n["distress hit"] += ok and got.intent == "distress"
        if gold["intent"] == "unreachable":
            n["unreachable"] += 1
            n["unreachable hit"] += got.intent in ("unreachable", "distress")
        right, said = cleared(gold), set(got.contacts())
        n["contact"] += len(right)
        n["contact hit"] += len(right & said)
        n["false clear"] += bool(said - right)
        if gold["elders"] and gold["intent"] not in ("issue", "activity", "chat"):
            n["who"] += 1
            n["who hit"] += set(gold["elders"]) == set(got.elders) and gold["ambiguous"] == got.ambiguous
        if gold["from"] or gold["to"]:
            n["when"] += 1
            n["when hit"] += (gold["from"], gold["to"]) == tuple(d and d.isoformat() for d in (got.start, got.end))
    return n


def judged(folder: Path, weights: hearing.Weights | None = None) -> Counter[str]:
    """The counts of one corpus, with the weights that ship, or others, or none ({})."""
    reader = Reader(teach.corpus_roster(folder), weights)
    return count((gold, hard, reader.read(message)) for message, gold, hard in labelled(folder))


def figures(counts: Counter[str]) -> dict[str, float]:
    """Counts → ratios."""
    return {name: counts[hit] / counts[of] for name, (hit, of) in FIGURES.items() if counts[of]}
