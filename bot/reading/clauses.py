"""Text → clauses, each with what the word lists found in it, what is negated, and its frame (past, asked, supposed …)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.reading.lexicon import Hit, Scanner

PIECE = re.compile(r"[^，。！？；、…~～\n\s:|】【—]+(?:(?<=\d):(?=\d)\d+[^，。！？；、…~～\n\s:|】【—]*)*")
NOTS = frozenset("不没未无别免甭非绝")  # one of which every NEGATOR has
NEGATOR = re.compile(
    r"(?:不|没|没有|未|无|别|免|甭|并非|绝非)(?:再|怎么|咋|太|大|是|有|会|能|用|要|必|算|出现|发生|出|啥|什么|哪儿|觉得|感觉|说|去|敢说|是很|那么|这么|觉着|了|多|一点|有过|"
    r"什么地方|哪里|有啥|有什么|见|得|有出|再去|给|让|必要|需要|曾)?$"
)
# Lists whose words mean the opposite after a "not"; the others carry their own negation.
NEGATABLE = frozenset(
    [
        "fall",
        "habit",
        "symptom",
        "bad",
        "over",
        "ongoing",
        "fine",
        "act",
        "reached",
        "goaway",
        "goback",
        "service",
        "seen",
        "hospital",
        "issue",
        "ambulance",
        "selfaway",
        "died",
        "alarm-fall",
        "alarm-chest",
        "alarm-breath",
        "alarm-faint",
        "alarm-stroke",
        "alarm-bleed",
        "alarm-gas",
        "alarm-fire",
        "alarm-lost",
        "alarm-hurt",
        "alarm-cry",
        "alarm-selfharm",
    ]
)
ALARMS = frozenset(
    [
        "alarm-aid",
        "alarm-bleed",
        "alarm-breath",
        "alarm-chest",
        "alarm-cry",
        "alarm-faint",
        "alarm-fall",
        "alarm-fire",
        "alarm-gas",
        "alarm-hurt",
        "alarm-lost",
        "alarm-selfharm",
        "alarm-stroke",
        "fall",
        "ambulance",
    ]
)
MASKS = frozenset({"idiom", "noask", "notretract", "hoarse"})
NEVER_HIDDEN = frozenset({"issue", "ask"})
MISSED = frozenset({"noanswer", "unseen"})
FOUND = frozenset({"core", "safe", "reached", "seen"})
HIDES = {
    "noask": frozenset({"ask", "askcheck"}),
    "notretract": frozenset({"retract"}),
    "hoarse": frozenset({"alarm-stroke"}),
}
QUESTION_LAST = frozenset("吗么没有呢吧否嘛是了成啊呀不")  # the last characters of QUESTION_END
QUESTION_END = re.compile(r"(?:吗|么|没|没有|不|没呢|吧|否|嘛|呢|不是|了没|吗啊|不成|没啊|没呀)$")
WHICH = re.compile(r"(?:是|该|要)先.{1,12}还是")
CONFIRM = re.compile(r"(?:对吧|是吧|好吧|行吧|对不对|好吗|行吗|可以吗|是不是|好不好|行不行)$")
FAR = re.compile(r"去年|前年|[年月]前|上个?月|以前|从前|小时候|那会|当年|那时|那年|年轻|曾经|过去")
LATER = re.compile("上午|下午|晚上|中午|傍晚|早上|到时|然后|再")
STILL = re.compile(
    r"到现在|现在还|还在|至今|到今天|现在|今天|今早|刚才?发现|才发现|还没|这会儿?|一直到|今个|仍|到今|今儿"
)


@dataclass(slots=True)
class Clause:
    """text[start:end] of the message. `tags` are asserted, `denied` stand under a "not"."""

    text: str
    start: int
    end: int
    mark: str = ""
    hits: list[Hit] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    past: bool = False
    future: bool = False
    supposed: bool = False
    wished: bool = False
    told: bool = False  # a dream, a play, a forwarded article
    asked: bool = False
    today: bool = False
    named: bool = False  # an elder is named in it
    stranger: bool = False  # somebody on no roster is named in it

    def holds(self, at: int) -> bool:
        """Does text[at] stand in it?"""
        return self.start <= at < self.end

    @property
    def live(self) -> bool:
        """Said of now, as a fact."""
        return not (self.past or self.future or self.supposed or self.wished or self.told or self.asked)

    @property
    def unreal(self) -> bool:
        return self.supposed or self.wished or self.told


def _unmissed(hits: list[Hit]) -> list[Hit]:
    """The hits without the 联系上 in 没联系上."""
    missed = [h for h in hits if h.tag in MISSED]
    if not missed:
        return hits
    return [h for h in hits if h.tag not in FOUND or not any(m.start <= h.start and h.end <= m.end for m in missed)]


def _visible(hits: list[Hit]) -> list[Hit]:
    """The hits without those that lie inside a set phrase."""
    masks = [h for h in hits if h.tag in MASKS]
    if not masks:
        return hits
    kept = []
    for h in hits:
        if h.tag in MASKS:
            continue
        hidden = False
        for m in masks:
            hides = HIDES.get(m.tag)
            if (
                (h.tag not in NEVER_HIDDEN if hides is None else h.tag in hides)
                and m.start < h.end
                and h.start < m.end
                and not (hides is None and (h.start < m.start - 1 or h.end > m.end + 2))
            ):
                hidden = True
                break
        if not hidden:
            kept.append(h)
    return kept


def denied(text: str, start: int, floor: int) -> bool:
    """Does a "not" stand right before text[start]? (不小心 is none.)"""
    window = text[max(floor, start - 6) : start]
    if NOTS.isdisjoint(window):
        return False
    match = NEGATOR.search(window)
    if match is None:
        return False
    before = window[: match.start()]
    return not (before.endswith(("不得", "是不", "会不", "有没")) or (before.endswith("不") and match[0][0] in "没不"))


def split(text: str, scanner: Scanner, seen: str | None = None) -> list[Clause]:
    """The clauses of a normalised text with their tags and frames. `seen`: the same text with its names blotted out."""
    seen = text if seen is None else seen
    clauses: list[Clause] = []
    past = False
    told = False
    wished = False
    spans = [piece.span() for piece in PIECE.finditer(text)]
    for (start, end), hits in zip(spans, scanner.scan(seen, spans), strict=True):
        body = text[start:end]
        clause = Clause(body, start, end, text[end : end + 1])
        if hits:
            hits = _unmissed(_visible(hits))
            clause.hits = hits
            tags, no = clause.tags, clause.denied
            for hit in hits:
                tag = hit.tag
                if tag in NEGATABLE and denied(text, hit.start, start):
                    no.add(tag)
                else:
                    tags.add(tag)
            clause.supposed = "hypo" in tags
            clause.future = "future" in tags
            clause.today = "today" in tags
            if "wish" in tags:
                wished = clause.wished = True
            elif wished:
                clause.wished = not (clause.today or "fine" not in tags)
            if "fiction" in tags:
                told = True
            elif told and tags & {"core", "today", "act"}:
                told = False
            clause.told = told
            if "past" in tags:
                at = max(h.end for h in hits if h.tag == "past")
                past = FAR.search(body) is not None or not STILL.search(text, at, end)
            elif clause.today:
                past = False
            elif clauses and clauses[-1].future and not clause.future and LATER.match(clause.text):
                clause.future = True
            if "ask" in tags:
                clause.asked = True
        clause.past = past
        if clause.mark == "？":
            clause.asked = True
        elif not clause.asked and (last := body[-1]) in QUESTION_LAST and QUESTION_END.search(body):
            clause.asked = (
                last in "吗么否"
                or (last in "没有不" and _yesno(body))
                or (last == "吧" and body.endswith(("没事吧", "好吧", "在吧")) and len(body) >= 3)
            )
        elif "还是" in body and WHICH.search(body):
            clause.asked = True
        if clause.asked and CONFIRM.search(body) and clause.mark != "？":
            clause.asked = len(body) <= 4
        clauses.append(clause)
    return clauses


YESNO = re.compile(
    r"(?:报|好|吃|来|去|到|看|起|醒|接|有|在|送|打|见|回|走|开|喝|退|睡|完|过|着|上|通|了|事)(?:了|过|着|到|上)?(?:没|没有|不|不是)$"
)


def _yesno(body: str) -> bool:
    return YESNO.search(body) is not None
