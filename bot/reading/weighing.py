"""Rules and the learned part together: one intent, whether somebody was in contact, and the reasons for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.model import CONTACT, INTENTS, Intent
from bot.reading import balance, hearing
from bot.reading.clauses import ALARMS, Clause
from bot.reading.contact import left_at_door, only_of_myself
from bot.reading.for_all import for_all, long_ago
from bot.reading.pondering import Pondered
from bot.reading.scene import Scene, Verdict
from bot.reading.subject import Blotted

ALARM = 0.17  # an alarm is raised from this chance on where a rule or a word list sees one, though another intent may be likelier
SILENT_ALARM = 0.25  # and from this where none does
OVER_ALARM = 0.5  # and from this where a rule heard that it is over
UNREACHED_ALARM = 0.2  # or from this where somebody would be sent to look in any case
# What holds a call back, and so needs a rule that says it, or this chance.
HOLDS_BACK: frozenset[Intent] = frozenset({"correct", "elder_away", "claim"})
LIKELY = 0.45
# What the news of a missing person may be heard as.
SENT_FOR: frozenset[Intent] = frozenset({"distress", "unreachable", "query", "chat", "checkin"})
FAINT = 0.15  # nothing is done on a chance below this
CLEAR = 0.72  # nobody is cleared below this chance of contact,
CLEAR_UNPONDERED = 0.55  # or this where there was no second look: the quick one is shy;
RULES_ADD = 0.1  # so much more where no rule hears anybody in contact, and less where one hears a complaint
POOR = 0.3  # but a rule that hears 不平安 or a bad reading needs no more than this
ALSO = 0.75  # beside another intent
ALSO_SAID = 0.25  # or this, where a rule found it said in so many words
PLAIN = 0.7  # an intent that is likelier than this needs no second look,
SETTLED = 0.25  # unless contact is no nearer than this to no or yes, or it is about several of whom somebody may be in contact,
HURRIED = 0.35  # (than this where many wait)
HARMLESS = 0.06  # or an emergency is likelier than this and not yet plain
SHORT, LONG = 1, 120  # characters: a text no longer than the one or longer than the other gets no second look
UNREACHED, AWAY, CONCERN, CHECKIN, CHAT = (
    INTENTS.index(i) for i in ("unreachable", "elder_away", "concern", "checkin", "chat")
)
OTHERS = tuple(k for k, i in enumerate(INTENTS) if i not in CONTACT and i != "distress")
# Under somebody's quoted emergency: what is said by who goes there, and the alarms that are no news of the elder's.
COMING = re.compile(
    "我(?:就|已经?|也|正|先|马上|这就|现在)*(?:在|带|拿|拎|开车|骑车|跑|打车|去|来|到|上[去楼二三四五六]|过去|过来|下楼|往|赶|找)|马上(?:到|来|过去)|在路上|[跑赶]过[来去]|这就[上过去来]"
)
# What one of the family asks of the group without a please: 帮我妈捎点花椒上去
ORDERED = re.compile(
    "(?:麻烦|请)?帮(?:我|俺)?(?:老?[爸妈爹娘大]|爷爷?|奶奶?|姥[姥爷]|外[公婆]|公公|婆婆|岳[父母]|老两口|二老|[姑姨叔舅])[^，。]{0,3}[订买捎带取交缴](?![了过的来走完到])"
)
PLUS_ONE = re.compile(r"[+＋]1\s*$")  # somebody is put on some list: 吕老师+1
HELP_COMES = frozenset({None, "ambulance", "aid", "cry"})
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


# Blotted text, the writer's role, places of persons → what pondering.Encoder.ponder says.
Look = Callable[[str, str, tuple[int, ...]], Pondered]


def weigh(
    verdict: Verdict,
    scene: Scene,
    clauses: Sequence[Clause],
    seen: Blotted,
    marks: frozenset[str],
    ear: hearing.Ear,
    look: Look | None = None,
    hurried: bool = False,
) -> None:
    """Sets verdict.intent, contact, chances and the reason. `seen`: the text as the learned part sees it; `look`: the second look.

    `hurried`: it is taken only where somebody's safety hangs on it.
    """
    reasons = verdict.reasons
    verdict.intent = verdict.first
    if not ear:
        verdict.contact = 1.0 if verdict.strict or verdict.intent in CONTACT else 0.0
        return
    if scene.passed and scene.role in ("elder", "family", ""):
        return
    text = seen.text
    tags = hearing.tags(text, clauses, scene, verdict, marks)
    heard = hearing.hear(text, tags, ear)
    if (
        look is not None
        and SHORT < len(text) <= LONG
        and ((scene.crowded and heard.contact > SETTLED) or (not verdict.sure and doubtful(heard, hurried)))
    ):
        verdict.pondered = look(text, scene.role, seen.places)
        heard = balance.balanced(heard, verdict.pondered.whole, tags, balance.shipped())
    if (
        (clauses and not scene.own and all(c.wished or c.supposed for c in clauses))  # nobody is well by a wish
        or only_of_myself(clauses, scene)
        or (not scene.own and PLUS_ONE.search(scene.text) is not None)
        or left_at_door(scene)
        or (scene.own and not scene.quote and (for_all(scene.text, marks) or long_ago(scene.text)))
    ):
        heard = hearing.Heard(heard.chances, 0.0)
    verdict.contact, verdict.chances = heard.contact, heard.chances
    if verdict.sure:
        return
    if verdict.settled:
        away = heard.chances[AWAY] > heard.chances[CONCERN]
        verdict.intent = "elder_away" if away and "elder_away" in reasons else "concern"
        return
    clear = CLEAR if verdict.pondered is not None else CLEAR_UNPONDERED
    if verdict.first not in CONTACT:
        clear += RULES_ADD
    elif "concern" in reasons:
        clear -= RULES_ADD
    intent = decide(heard, _alarm_from(verdict, clauses), clear, HOLDS_BACK.difference(reasons))
    if verdict.poor and (intent == "checkin" or (intent == "chat" and "concern" in reasons and heard.contact >= POOR)):
        intent = "concern"
    elif intent == "chat" and "request" in reasons and not scene.quote and scene.role == "family":
        intent = "request" if any(ORDERED.match(c.text) for c in clauses if not c.past) else intent
    elif intent == "chat" and verdict.greeted:
        intent = "checkin"
        reasons.setdefault(intent, "本人问好")
    if verdict.gone and intent in SENT_FOR:
        intent, verdict.alarm = "distress", verdict.alarm or "lost"
        reasons["distress"] = "出门久了没回来"
    if intent == "distress" and scene.quote and verdict.alarm in HELP_COMES and COMING.search(scene.text):
        intent = "claim"
    verdict.intent = intent
    if intent not in reasons and intent != "chat":
        words = "、".join(hearing.telling(text, intent, ear))
        reasons[intent] = f"{WORDS[intent]}（像“{words}”这样的说法）" if words else WORDS[intent]


def _alarm_from(verdict: Verdict, clauses: Sequence[Clause]) -> float:
    """The chance from which an alarm is raised."""
    if verdict.alarm is not None and "distress" not in verdict.reasons:
        return OVER_ALARM
    worded = "distress" in verdict.reasons or any(not c.tags.isdisjoint(ALARMS) for c in clauses)
    return ALARM if worded else SILENT_ALARM


def doubtful(heard: hearing.Heard, hurried: bool = False) -> bool:
    """Is it worth a second look? When `hurried` only a doubt whether somebody is in danger, or well, is."""
    likeliest = max(heard.chances)
    edge = HURRIED if hurried else SETTLED
    if (likeliest < PLAIN and not hurried) or edge < heard.contact < 1 - edge:
        return True
    return heard.chances[0] > HARMLESS and heard.chances[0] < likeliest


def decide(heard: hearing.Heard, alarm: float, clear: float, doubted: frozenset[Intent]) -> Intent:
    """The likeliest intent, with an alarm before all; checkin and concern stand together, and only where contact is likely.

    `alarm`, `clear`: the chances from which an alarm is raised and somebody is cleared; `doubted`: intents that need more than being
    the likeliest.
    """
    chances = heard.chances
    if chances[0] >= alarm:
        return "distress"
    likeliest, other = FAINT, CHAT
    for k in OTHERS:
        if chances[k] > likeliest and (chances[k] >= LIKELY or INTENTS[k] not in doubted):
            likeliest, other = chances[k], k
    concern, checkin = chances[CONCERN], chances[CHECKIN]
    if heard.contact >= clear and concern + checkin > likeliest:
        return "concern" if concern > checkin else "checkin"
    if other == UNREACHED and chances[0] >= UNREACHED_ALARM:
        return "distress"
    return INTENTS[other]
