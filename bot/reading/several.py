"""Several elders with news of their own in one message: each judged by the words about them, the whole deciding what leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import CONTACT, INTENTS, Intent, Reading
from bot.reading.absences import ALONE, LEFT_HOME, NOT_HERE
from bot.reading.clauses import Clause
from bot.reading.hearing import Ear
from bot.reading.helping import looks_after
from bot.reading.scene import FIRST_PERSON, Scene, Verdict
from bot.reading.subject import Blotted, Subject, blotted
from bot.reading.trouble import EVERYBODYS
from bot.reading.weighing import ALSO, CLEAR, HELP_COMES, weigh
from bot.reading.what import judge_scene

Group = tuple[tuple[str, ...], bool, list[Clause]]
OWN_NEWS: tuple[Intent, ...] = ("distress", "unreachable", "elder_away", "concern", "checkin")
LEANS = 0.3  # as much contact as a part needs where the whole reports that all is well
OVERRULES = 0.6  # a part decides what leads from this chance on
WITNESSED = 0.85  # as likely must contact be where a relative or an old person tells of another's trouble beside it
BESIDE = frozenset({"request", "family_away"})  # intents beside which somebody may be reported well
TAKEN_BACK = re.compile(
    "不是|不算|[别不]能?算|作废|撤|取消|去掉|划掉|(?:写|打|发|抄|报|说|搞|弄|勾|记|看)(?:错|成|反|串|混)|串行|没见|没去|没敲|没碰|没来得及|还没|才去|昨天的"
)
# A part no longer than this says that one was met: 王爷爷在家、李奶奶在，…
IN = re.compile(
    "(?:[^某亲]{0,40}[，:])?[我咱俺某亲人，、和]*(?:老师|奶奶|爷爷|阿姨)?(?:今天|刚才?|都|也|倒是?|人|他|她|自己)*(?:没啥|没麻达|在家?|在的|在呢|在家呢|好|好着|好着呢|[oO][kK]|✓|平安|没事|见着了?|见到了?|见了)[，。！]*"
)
# A part that says that this one was not met, or not asked after: 我爸没听见声, 婆婆还没起, 爷爷那边我没问.
NOT_MET = re.compile(
    "(?<![装说])(?<!说也)没(?:有)?(?:听[见着到]|见面|见[着到]?(?!好|老)|看[见着到]|顾上|来得及|问|碰[见着到上]|打通|联系|接(?!受)|应|进去|敲|去(?!成|医)|提(?!前)|说(?:起|到|我|上)|跟[他她]?说|起(?!色|烧|来过)|碰)"
    "|没(?:叫|喊|吵|摇)醒|没惊动|不知道(?!谁|啥|怎|咋|[^，。]{0,3}哪)|[不没](?:晓得|清楚)(?:他|她|咋|怎|醒|起|好|退)|忘了?问|等会儿?(?:再|去)|一会儿?(?:再|去)|回头再|响到自动|没人"
)
MET_ALONE = re.compile("[他她](?:一个人|自己一个)")  # 老韩出去钓鱼了，她一个人剁馅
# Of the other beside one who goes away: 妈也跟去了, 妈由我接走照看,
GOES_TOO = re.compile(
    "(?<!没)[跟陪随](?:着[去走回陪]|去|床|护|同|我[去走回])|一块儿?[去走回]|一起[去走回]|也[去走住停]|由我接|接(?:走|来|到我)"
)
STAYS = re.compile("在家|留家|看家|不去|没去|照旧")
BOTH_PAUSE = re.compile("(?:两个|俩|二老|两位|都)[^，。]{0,6}(?:不用|先?别|甭|先?停|暂停)")  # and of both
# Of one who lives where it burns: out of it
SAFE = re.compile("(?:出|下)来了|没伤|没事|没啥|好着|安全|在外|楼下|邻居家|不在|出去|没在|救出|扶出|背出|转移")
UP = frozenset({"fine", "core", "act"})  # tags of words that show somebody up and about
BOTH_WELL = re.compile("(?:都|两位|俩|两个|两口)[^，。]{0,3}(?:好|没事|没啥|在|平安)")
EARLIER = re.compile("[那这上前]一?条|前面|前头|刚才|说|撤|作废")  # about the earlier message
# Who was really met: 见着的是石奶奶, 其实是我爸.
MEANT = re.compile(
    "(?:^(?:其实|应该|应当|原来|实际上?|而|明明)?|的(?:其实|原来|应该|实际上?)?)是(?!我[说写发打]|笔误|听|误|骗|转|语音|别|说|对门|隔壁)"
)
MISTAKE = re.compile("(?:我|是我)?(?:写|打|发|抄|报|说|看)(?:错|反|串)(?:行|人)?了")


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one elder, or of several at once."""

    ids: tuple[str, ...]
    vague: bool
    clauses: list[Clause]
    verdict: Verdict

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Does one of its clauses hold the pattern?"""
        return any(pattern.search(c.text) for c in self.clauses)

    def chance(self, intent: Intent) -> float:
        """How likely its words mean this."""
        chances = self.verdict.chances
        return chances[INTENTS.index(intent)] if chances else float(self.verdict.intent == intent)


def parts_of(subject: Subject, scene: Scene, groups: Iterable[Group], ear: Ear) -> list[Part]:
    """Every group judged by its own words."""
    parts = []
    for ids, vague, clauses in groups:
        own = scene.role == "elder" and bool(set(ids) & set(subject.sender.elders))
        alone = replace(
            scene,
            text="，".join(c.text for c in clauses),
            subject=bool(ids),
            known=bool(ids),
            stranger=not ids,
            own=own,
        )
        verdict = judge_scene(clauses, alone)
        text = "，".join(blotted(subject.plain, subject.tokens, c.start, c.end).text for c in clauses)
        weigh(verdict, alone, clauses, Blotted(text), subject.text.emoji, ear)
        if ids and IN.fullmatch(text):
            verdict.intent, verdict.contact = "checkin", 1.0
        parts.append(Part(ids, vague, clauses, verdict))
    return parts


def leading(whole: Verdict, parts: Sequence[Part]) -> Intent:
    """The intent of the message: the whole's, unless it only reports and a part surely says something more urgent."""
    if whole.intent not in CONTACT:
        return whole.intent
    for intent in OWN_NEWS[: OWN_NEWS.index(whole.intent)]:
        if any(p.verdict.intent == intent and (p.verdict.sure or p.chance(intent) >= OVERRULES) for p in parts):
            return intent
    return whole.intent


def divide(
    reading: Reading,
    whole: Verdict,
    parts: Sequence[Part],
    lead: Intent,
    role: str,
    household: Callable[[str], Sequence[str]],
) -> Reading:
    """The reading of the whole message with its elders set apart by what is said of each.

    `role`: of who writes; `household`: who lives with an elder.
    """
    if lead == "correct":
        return _corrected(reading, parts)
    least = WITNESSED if role in ("elder", "family") and lead not in CONTACT else ALSO
    if lead in BESIDE:
        well = _in_contact(parts, (), least)
        if well and whole.contact >= CLEAR and set().union(*well.values()) != set(reading.elders):
            return reading._replace(also=tuple(well), also_elders=_named(well))
        return reading
    if lead not in OWN_NEWS:
        return reading
    mine = [p for p in parts if p.verdict.intent == lead or (lead == "checkin" and _passes(p))]
    if not mine:
        mine = [max(parts, key=lambda p: p.chance(lead))] if lead not in CONTACT else list(parts)
        if lead == "concern" and (ill := [p for p in parts if not _only_well(p)]):
            return _beside_the_ill(reading, ill, [p for p in parts if p not in ill])
    if lead == "checkin":
        mine = [p for p in mine if not _left_home(p, parts, role)] or mine
        mine = [p for p in mine if not _not_met(p)] or mine
    else:
        mine = [p for p in mine if not _only_helps(p)] or mine
    if lead == "distress":  # 120 comes for the one in trouble, and not for whoever was named last
        real = [p for p in mine if p.verdict.alarm not in HELP_COMES]
        if any(p.verdict.alarm in EVERYBODYS for p in real):
            there = {j for p in real for i in p.ids for j in household(i)}
            mine += [p for p in parts if p not in mine and not there.isdisjoint(p.ids) and not p.says(SAFE)]
        else:
            mine = real or mine
    if lead == "elder_away" and role != "elder":
        mine = [p for p in mine if not p.says(STAYS)] or mine
        mine += [p for p in parts if p not in mine and _goes_too(p, parts)]
    ids = tuple(dict.fromkeys(i for p in mine for i in p.ids))
    well = _in_contact(parts, ids, least, beside=lead != "checkin")
    if lead == "checkin" and not any(p.says(BOTH_WELL) for p in parts):
        unmet = {i for p in parts if len(p.ids) == 1 and _not_met(p) for i in p.ids}
        ids = tuple(i for i in ids if i not in unmet) or ids
    kept = tuple(i for i in reading.also if i not in CONTACT)
    return reading._replace(
        elders=ids,
        ambiguous=any(p.vague for p in mine),
        also=(*kept, *well),
        also_elders=_named(well),
        why="；".join(dict.fromkeys(p.verdict.reasons.get(lead, reading.why) for p in mine)),
        alarm=next((p.verdict.alarm for p in mine if p.verdict.alarm), reading.alarm),
    )


def _only_well(part: Part) -> bool:
    return part.verdict.intent == "checkin" or part.chance("checkin") > 2 * part.chance("concern")


def _beside_the_ill(reading: Reading, ill: Sequence[Part], well: Sequence[Part]) -> Reading:
    """殷爷爷头疼，柴奶奶正常: a complaint of all, though of no part it is sure: that of those who are not told of as well."""
    ids = tuple(dict.fromkeys(i for p in ill for i in p.ids))
    rest = tuple(dict.fromkeys(i for p in well for i in p.ids if i not in ids))
    if not rest or reading.also or reading.ambiguous:
        return reading
    return reading._replace(elders=ids, also=("checkin",), also_elders={"checkin": rest})


def _goes_too(part: Part, parts: Sequence[Part]) -> bool:
    """Is that one away as well: 妈也跟去了, 妈由我接走, 两位都先别等?"""
    if len(part.ids) != 1 or (part.verdict.intent == "checkin" and part.verdict.strict):
        return False
    return not part.says(STAYS) and (part.says(GOES_TOO) or any(p.says(BOTH_PAUSE) for p in parts))


def _passes(part: Part) -> bool:
    """Does a part of a report that all is well go along with it, though its words alone would not say so?"""
    verdict = part.verdict
    return verdict.intent not in (*OWN_NEWS, "query") and verdict.contact >= LEANS


def _in_contact(
    parts: Iterable[Part], but: Iterable[str], least: float, beside: bool = False
) -> dict[Intent, tuple[str, ...]]:
    """Who is plainly reported in contact, beside those named in `but`: checkin or concern → ids.

    `least`: how plainly. `beside`: another's trouble, in which one may appear as who helps.
    """
    taken = set(but)
    found: dict[Intent, dict[str, None]] = {}
    for p in parts:
        intent = p.verdict.intent
        if (
            intent in CONTACT
            and p.verdict.contact >= least
            and not p.vague
            and not _not_met(p)
            and not (beside and _only_helps(p))
        ):
            ids = dict.fromkeys(i for i in p.ids if i not in taken)
            if ids:
                found.setdefault(intent, {}).update(ids)
    return {i: tuple(found[i]) for i in INTENTS if i in found}


def left_out(parts: Sequence[Part], role: str) -> set[str]:
    """Who is said not to have been met or to be out, or comes in only as who helps another. `role`: of who writes."""
    return {i for p in parts if _not_met(p) or _only_helps(p) or _left_home(p, parts, role) for i in p.ids}


def _left_home(part: Part, parts: Sequence[Part], role: str) -> bool:
    """Is that one in hospital, or out while another part tells of somebody alone at home: the old person who writes, or who was met?"""
    own = role == "elder"
    if own and part.says(NOT_HERE):
        return True
    alone = ALONE if own else MET_ALONE
    return LEFT_HOME.search(part.clauses[0].text) is not None and any(p.says(alone) for p in parts if p is not part)


def _not_met(part: Part) -> bool:
    """Is that one told of as not met, with nothing better after it?"""
    if part.verdict.strict:
        return False
    for c in reversed(part.clauses):
        if NOT_MET.search(c.text):
            return True
        if c.live and not UP.isdisjoint(c.tags) and not FIRST_PERSON.search(c.text):
            return False
    return False


def ends_unmet(clauses: Sequence[Clause]) -> bool:
    """Does a correction end with somebody who was not met after all: 写串行了，汪老师我今天还没去?"""
    last = clauses[-1].text if clauses else ""
    return NOT_MET.search(last) is not None and not EARLIER.search(last)


def _only_helps(part: Part) -> bool:
    """Is one told of only as who looks after the other?"""
    return not part.verdict.strict and looks_after(part.clauses[0].text)


def _named(well: Mapping[Intent, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {str(intent): ids for intent, ids in well.items()}


def _corrected(reading: Reading, parts: Sequence[Part]) -> Reading:
    """发错了，不是甲，是乙: 甲 is taken back, 乙 is reported."""
    parts = [p for p in parts if not any(set(q.ids) < set(p.ids) for q in parts)]  # 「俩人都好」 is what is taken apart
    meant = dict.fromkeys(i for p in parts for i in p.ids if p.says(MEANT))
    wrong = dict.fromkeys(
        i for p in parts for i in p.ids if i not in meant and (_not_met(p) or any(_taken_back(c) for c in p.clauses))
    )
    if not wrong and meant:
        wrong = dict.fromkeys(i for p in parts for i in p.ids if i not in meant)
    right = tuple(
        dict.fromkeys(
            i
            for p in parts
            for i in p.ids
            if i not in wrong and (i in meant or any("是" in c.text or c.live for c in p.clauses))
        )
    )
    if wrong and right:
        news = reading.also[0] if reading.also and reading.also[0] in CONTACT else "checkin"
        return reading._replace(elders=tuple(wrong), also=(news,), also_elders={news: right})
    return reading


def _taken_back(c: Clause) -> bool:
    """Is it said of this one? (写反了 alone is said of the whole.)"""
    return TAKEN_BACK.search(c.text) is not None and MISTAKE.fullmatch(c.text) is None
