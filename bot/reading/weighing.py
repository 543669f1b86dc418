"""Rules and the learned part together: one intent, whether somebody was in contact, and the reasons for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bot.model import CONTACT, INTENTS, Intent
from bot.reading import hearing
from bot.reading.clauses import ALARMS, Clause
from bot.reading.contact import only_of_myself
from bot.reading.for_all import for_all
from bot.reading.scene import Scene, Verdict

ALARM = 0.25  # an alarm is raised from this chance on where a word list sees one, though another intent may be likelier
SILENT_ALARM = 0.35  # and from this where none does
UNREACHED_ALARM = 0.2  # or from this where somebody would be sent to look in any case
# What holds a call back, and so needs a rule that says it, or this chance.
HOLDS_BACK: frozenset[Intent] = frozenset({"correct", "elder_away", "claim"})
LIKELY = 0.45
SENT_FOR: frozenset[Intent] = frozenset({"unreachable", "query", "chat"})  # what a missing person may be mistaken for
FAINT = 0.15  # nothing is done on a chance below this
CLEAR = 0.5  # nobody is cleared below this chance of contact
ALSO = 0.55  # beside another intent
PLAIN = 0.7  # an intent that is likelier than this needs no second look,
SETTLED = 0.35  # unless contact is no nearer than this to no or yes,
HARMLESS = 0.06  # or an emergency is likelier than this and not yet plain
SHARE = 0.45  # of the second look in what both say together
SHORT, LONG = 6, 120  # characters: a text no longer than the one or longer than the other gets no second look
UNREACHED, AWAY, CONCERN, CHECKIN, CHAT = (
    INTENTS.index(i) for i in ("unreachable", "elder_away", "concern", "checkin", "chat")
)
OTHERS = tuple(k for k, i in enumerate(INTENTS) if i not in CONTACT and i != "distress")
WORDS: dict[Intent, str] = {
    "distress": "像是险情",
    "unreachable": "像是没联系上",
    "correct": "像是收回先前的话",
    "elder_away": "像是老人不在家或回来了",
    "family_away": "像是家人不在、请大家照看",
    "request": "像是请人帮忙",
    "concern": "像是有些不舒服",
    "checkin": "像是平安",
    "claim": "像是有人接手",
    "query": "像是询问情况",
    "issue": "像是公共事务",
    "activity": "像是活动的事",
}


# Blotted text and the writer's role → a score for each intent, then that of contact.
Look = Callable[[str, str], Sequence[float]]


def weigh(
    verdict: Verdict,
    scene: Scene,
    clauses: Sequence[Clause],
    text: str,
    marks: frozenset[str],
    ear: hearing.Ear,
    look: Look | None = None,
    hurried: bool = False,
) -> None:
    """Sets verdict.intent, contact, chances and the reason. `text`: names and kin blotted out; `look`: the second look.

    `hurried`: it is taken only where somebody's safety hangs on it.
    """
    reasons = verdict.reasons
    verdict.intent = verdict.first
    if not ear:
        verdict.contact = 1.0 if verdict.strict or verdict.intent in CONTACT else 0.0
        return
    if scene.passed and scene.role in ("elder", "family", ""):
        return
    heard = hearing.hear(text, hearing.tags(text, clauses, scene, verdict, marks), ear)
    if look is not None and not verdict.sure and SHORT < len(text) <= LONG and doubtful(heard, hurried):
        heard = together(heard, look(text, scene.role))
    if clauses and not scene.own and all(c.wished or c.supposed for c in clauses):
        heard = hearing.Heard(heard.chances, 0.0)  # nobody is well because somebody wishes it
    elif only_of_myself(clauses, scene) or (scene.own and not scene.quote and for_all(scene.text, marks)):
        heard = hearing.Heard(heard.chances, 0.0)
    verdict.contact, verdict.chances = heard.contact, heard.chances
    if verdict.sure:
        return
    if verdict.settled:
        away = heard.chances[AWAY] > heard.chances[CONCERN]
        verdict.intent = "elder_away" if away and "elder_away" in reasons else "concern"
        return
    worded = heard.chances[0] >= ALARM and any(not c.tags.isdisjoint(ALARMS) for c in clauses)
    intent = decide(heard, ALARM if worded else SILENT_ALARM, HOLDS_BACK - reasons.keys())
    if intent == "checkin" and verdict.poor:
        intent = "concern"
    elif intent == "chat" and verdict.greeted:
        intent = "checkin"
        reasons.setdefault(intent, "本人问好")
    if verdict.gone and intent in SENT_FOR:
        intent, verdict.alarm = "distress", "lost"
        reasons["distress"] = "出门久了没回来"
    verdict.intent = intent
    if intent not in reasons and intent != "chat":
        words = "、".join(hearing.telling(text, intent, ear))
        reasons[intent] = f"{WORDS[intent]}（像“{words}”这样的说法）" if words else WORDS[intent]


def doubtful(heard: hearing.Heard, hurried: bool = False) -> bool:
    """Is it worth a second look? When `hurried` only a doubt whether somebody is in danger, or well, is."""
    likeliest = max(heard.chances)
    if (likeliest < PLAIN and not hurried) or SETTLED < heard.contact < 1 - SETTLED:
        return True
    return heard.chances[0] > HARMLESS and heard.chances[0] < likeliest


def together(heard: hearing.Heard, scores: Sequence[float]) -> hearing.Heard:
    """What the quick and the slow look say together: a weighted mean of their log-odds. `scores`: one an intent, then contact."""
    *intents, contact = scores
    slow = hearing.probabilities(intents)
    logs = [(1 - SHARE) * math.log(q) + SHARE * math.log(s) for q, s in zip(heard.chances, slow, strict=True)]
    odds = (1 - SHARE) * math.log(heard.contact / (1 - heard.contact)) + SHARE * contact
    return hearing.Heard(hearing.probabilities(logs), hearing.logistic(odds))


def decide(heard: hearing.Heard, alarm: float, doubted: frozenset[Intent]) -> Intent:
    """The likeliest intent, with an alarm before all; checkin and concern stand together, and only where contact is likely.

    `doubted`: intents that need more than being the likeliest.
    """
    chances = heard.chances
    if chances[0] >= alarm:
        return "distress"
    likeliest, other = FAINT, CHAT
    for k in OTHERS:
        if chances[k] > likeliest and (chances[k] >= LIKELY or INTENTS[k] not in doubted):
            likeliest, other = chances[k], k
    concern, checkin = chances[CONCERN], chances[CHECKIN]
    if heard.contact >= CLEAR and concern + checkin > likeliest:
        return "concern" if concern > checkin else "checkin"
    if other == UNREACHED and chances[0] >= UNREACHED_ALARM:
        return "distress"
    return INTENTS[other]
