"""Reader: the one door to the pipeline normalise → clauses → who → what → when → one decision with its reasons."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from bot.model import CONTACT, INTENTS, Command, Intent, Message, Person, Reading, Roster
from bot.reading import chains, commands, hearing, segment, when
from bot.reading.answers import choose
from bot.reading.clauses import ALARMS, Clause, split
from bot.reading.lexicon import scanner, whole
from bot.reading.names import Names
from bot.reading.normalise import Text, normalise
from bot.reading.scene import Scene, Verdict
from bot.reading.subject import Subject
from bot.reading.what import judge_scene
from bot.reading.who import Sender, Token, Who, sender_of

BOT = "小安"
TO_BOT = re.compile(r"^(?:@?小安|小安小安)(?:[，,：: 。！!~～]|(?=你|我|早|好|能|咋|怎|请|帮|谁|报|今|把|名|查))?")
HELLO = re.compile(r"(?:早上|上午|中午|下午|晚上|大家|各位|你|您|都)(?:好|早)|早安|晚安|早[啊呀哦]|安好")
GREETING_REST = re.compile(
    r"各位|大家|老哥|老姐|老姐妹|姐妹们?|兄弟|老伙计|朋友们?|邻居|亲们?|群友|家人们?|街坊|老朋友|老姊妹|们|老师|小安|志愿者|[，。！？~～✓、；… ]|"
    r"早上|上午|中午|下午|晚上|今天|周[一二三四五六日末]|星期[一二三四五六日天]|礼拜[一二三四五六天]|新的一天|你|您|都|好|早|安|啊|呀|哦|吉祥|快乐|愉快|开心|的|和|群里"
)
RULE = 0.8  # what a rule's word weighs against the learned part
CAREFUL = 0.5  # an alarm is given this much before the rest
UNREAL = 2.5  # taken from alarms that the text only supposes, remembers or tells of others
SURE_ALARM = 0.5  # the learned part alone raises an alarm only above this where no word list sees one
LIKELY_ALARM = 0.3
WEAK_CONTACT = 0.55
NO_CONTACT = 0.35  # below this it does not sound like contact, whatever a rule found
SURE_CONTACT = 0.7  # the learned part alone clears somebody only above this
OTHERS_CONTACT = 0.5  # the same two limits where somebody else writes than the elder himself
OTHERS_SURE = 0.85
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
WRONG = re.compile("不是|不算|作废|撤|写成|说成|当成|看成|报成|记成|划掉")
ONE_DAY = re.compile("今[天晚]|明[天晚]|后天|周[一二三四五六日]")
OPEN_END = re.compile("起|开始|(?<!不)去|走|飞|外派|不知道|没定|住院|出差|出国|回老家|动身|出发|从|这几天|这阵|赶")
HEAD, TAIL = 700, 200  # of a very long message: what is read
PERSONAL: tuple[Intent, ...] = ("distress", "unreachable", "correct", "elder_away", "concern", "checkin")
NEEDS_ELDER: frozenset[str] = frozenset(INTENTS) - {"issue", "activity", "chat"}


class Reader:
    """Reads the messages of one community. `weights`: of the learned part, those that ship unless given; {} for rules alone."""

    def __init__(self, roster: Roster, weights: hearing.Weights | None = None) -> None:
        self.roster = roster
        self.names = Names(roster)
        self.who = Who(self.names)
        self._scanner = scanner()
        self._greetings = whole()
        segment.tokenizer()  # the slow files are read now, not with the first message
        self._weights = hearing.weights() if weights is None else weights

    # -- public ------------------------------------------------------------------------------------------------------

    def read(self, message: Message) -> Reading:
        """What one message says, standing alone; never raises on any text."""
        people = self._people(message)
        sender = sender_of(people, self.names)
        if message.type == "recalled":
            return Reading(message.id, "correct", why="消息被撤回")
        text = normalise(message.text, self._known)
        if message.type != "text" and not text.plain.strip("，✓ "):
            return self._wordless(message, sender)
        addressed = message.to == "bot" or BOT in text.mentions or TO_BOT.match(text.plain) is not None
        if chains.is_chain(text.plain):
            return self._chain(message, text, sender, addressed)
        return self._plain(message, text, sender, addressed)

    def answer(self, text: str, candidates: Sequence[str]) -> tuple[str, ...] | None:
        """The elders chosen by a person's answer to "which one do you mean?", or None if it is no answer."""
        return choose(normalise(text, self._known).plain, candidates, self.names, self.who)

    def command(self, message: Message) -> Command | None:
        """An order to the bot, or None. Only when the bot is spoken to."""
        text = normalise(message.text, self._known)
        addressed = message.to == "bot" or BOT in text.mentions or TO_BOT.match(text.plain) is not None
        if not addressed or message.type != "text" or text.quote:
            return None
        sender = sender_of(self._people(message), self.names)
        plain = TO_BOT.sub("", text.plain).strip(" ，。！～~")
        return commands.read(plain, self.who, sender, message.at.date())

    def features(self, message: Message) -> list[str]:
        """What the learned part looks at in a message (for training)."""
        sender = sender_of(self._people(message), self.names)
        text = normalise(message.text, self._known)
        plain = text.plain
        if m := TO_BOT.match(plain):
            plain = plain[m.end() :].lstrip("，, ：:")
        tokens = self.who.tokens(plain, sender)
        clauses = split(plain, self._scanner, masked(plain, tokens))
        return hearing.features(blotted(plain, tokens), clauses, sender.role, bool(text.quote), text.emoji)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _known(self, name: str) -> bool:
        return name == BOT or bool(self.roster.by_wechat(name))

    def _people(self, message: Message) -> tuple[Person, ...]:
        if message.people is not None:
            people = self.roster.people
            return tuple(people[i] for i in message.people if i in people)
        return self.roster.by_wechat(message.sender)

    def _wordless(self, message: Message, sender: Sender) -> Reading:
        if sender.elder and message.type in ("image", "video", "audio", "emoticon", "location"):
            return Reading(
                message.id, "checkin", sender.elders, ambiguous=sender.shared, why="本人发来图片或表情", outcome="safe"
            )
        return Reading(message.id, "chat", why="没有文字")

    def _mentioned(self, names: Iterable[str]) -> tuple[str, ...]:
        """The elders whom the @mentions point to: themselves, or those of a mentioned relative."""
        found: dict[str, None] = {}
        for name in names:
            for person in self.roster.by_wechat(name):
                if person.role in ("elder", "family"):
                    found.update(dict.fromkeys(person.elders))
        return tuple(found)

    def _plain(self, message: Message, text: Text, sender: Sender, addressed: bool) -> Reading:
        plain = text.plain
        if addressed and (m := TO_BOT.match(plain)):
            plain = plain[m.end() :].lstrip("，, ：:")
        body = plain.strip("，。！？!?~～✓、；… .")
        if sender.elder and not text.quote:
            quick = self._greeting(message, text, sender, body, addressed)
            if quick is not None:
                return quick
        elif not body:
            return Reading(message.id, "chat", why="没有文字", addressed=addressed)
        if len(plain) > HEAD + TAIL:
            plain = plain[:HEAD] + "\n" + plain[-TAIL:]
        tokens = self.who.tokens(plain, sender)
        clauses = split(plain, self._scanner, masked(plain, tokens))
        subject = Subject(self, sender, text, plain, clauses, tokens, (*text.mentions, *message.mentions))
        scene = subject.scene(addressed)
        groups = subject.groups()
        if len(groups) > 1:
            return self._several(message, subject, scene, groups, addressed)
        verdict = judge_scene(clauses, scene)
        self._weigh(verdict, subject, scene, clauses, blotted(plain, tokens))
        return self._decide(message, subject, verdict, addressed)

    def _weigh(self, verdict: Verdict, subject: Subject, scene: Scene, clauses: list[Clause], text: str) -> None:
        """Rules and the learned part together: sets verdict.intent. A clear alarm of a rule stands as it is."""
        reasons = verdict.reasons
        ruled: Intent = next((i for i in INTENTS if i in reasons), "chat")
        verdict.intent = ruled
        table = self._weights
        if verdict.sure or verdict.settled or not table:
            return
        found = hearing.features(text, clauses, scene.role, scene.quote, subject.text.emoji)
        total = hearing.scores(found, table)
        plain = hearing.probabilities(total)
        if ruled != "chat":
            both = ruled in ("request", "elder_away", "family_away", "correct") and CONTACT & reasons.keys()
            total[INTENTS.index(ruled)] += 2 * RULE if both else RULE
        if "distress" not in reasons and "unreachable" not in reasons and _only_supposed(clauses):
            total[0] -= UNREAL
            total[1] -= UNREAL
        alarming = any(not (c.tags.isdisjoint(ALARMS) and "ongoing" not in c.tags) for c in clauses)
        if alarming:
            total[0] += CAREFUL
        if ruled == "chat" and any(c.unreal or c.past for c in clauses):
            total[-1] += RULE
        chances = hearing.probabilities(total)
        best = max(range(len(INTENTS)), key=chances.__getitem__)
        intent: Intent = INTENTS[best]
        heard = plain[6] + plain[7]
        own = subject.scene_own()
        least = WEAK_CONTACT if verdict.weak else NO_CONTACT if own or verdict.strict else OTHERS_CONTACT
        if intent in CONTACT and (
            heard < least or (not CONTACT & reasons.keys() and heard < (SURE_CONTACT if own else OTHERS_SURE))
        ):
            chances[6] = chances[7] = 0.0
            intent = INTENTS[max(range(len(INTENTS)), key=chances.__getitem__)]
        if intent == "distress" and ruled != "distress" and chances[0] < (SURE_ALARM if not alarming else LIKELY_ALARM):
            chances[0] = 0.0
            intent = INTENTS[max(range(len(INTENTS)), key=chances.__getitem__)]
        if intent == "checkin" and verdict.poor:
            intent = "concern"
        verdict.intent = intent
        if intent not in reasons and intent != "chat":
            words = "、".join(hearing.telling(found, intent, table))
            reasons[intent] = f"{WORDS[intent]}（像“{words}”这样的说法）" if words else WORDS[intent]

    def _greeting(self, message: Message, text: Text, sender: Sender, body: str, addressed: bool) -> Reading | None:
        """早, 到, 1, [强]: from an elder these are enough."""
        if not body:
            if not text.marks:
                return None
            if text.emoji <= {"sad"}:
                return Reading(
                    message.id,
                    "concern",
                    sender.elders,
                    ambiguous=sender.shared,
                    why="本人只发了难过的表情",
                    addressed=addressed,
                )
            return Reading(
                message.id,
                "checkin",
                sender.elders,
                ambiguous=sender.shared,
                why="本人发来表情",
                outcome="safe",
                addressed=addressed,
            )
        if len(body) <= 24 and HELLO.search(body) and not GREETING_REST.sub("", body):
            return Reading(
                message.id,
                "checkin",
                sender.elders,
                ambiguous=sender.shared,
                why="本人问好",
                outcome="safe",
                addressed=addressed,
            )
        if len(body) <= 12:
            pieces = [p for p in re.split(r"[，。！？!~～✓、；… ]+", body) if p]
            if pieces and all(p in self._greetings for p in pieces):
                return Reading(
                    message.id,
                    "checkin",
                    sender.elders,
                    ambiguous=sender.shared,
                    why="本人报到",
                    outcome="safe",
                    addressed=addressed,
                )
        return None

    def _several(
        self,
        message: Message,
        subject: Subject,
        scene: Scene,
        groups: list[tuple[tuple[str, ...], bool, list[Clause]]],
        addressed: bool,
    ) -> Reading:
        """Several elders with news of their own: each judged by itself, the first intent in the guide's order leads."""
        whole_verdict = judge_scene(subject.clauses, scene)
        by_intent: dict[Intent, dict[str, None]] = {}
        ambiguous: dict[Intent, bool] = {}
        alarm = None
        reasons: list[str] = []
        taken: dict[str, None] = {}
        plainly: set[str] = set()
        for ids, vague, clauses in groups:
            part = Scene(**{s: getattr(scene, s) for s in Scene.__slots__})
            part.text = "，".join(c.text for c in clauses)
            part.subject = part.known = bool(ids)
            part.stranger = not ids
            part.own = scene.role == "elder" and bool(set(ids) & set(subject.sender.elders))
            verdict = judge_scene(clauses, part)
            intent = next((i for i in INTENTS if i in PERSONAL and i in verdict.reasons), None)
            if intent is None:
                taken.update(dict.fromkeys(ids))
                continue
            if intent == "checkin" and (verdict.strict or (verdict.weak is False and part.own)):
                plainly.update(ids)
            by_intent.setdefault(intent, {}).update(dict.fromkeys(ids))
            ambiguous[intent] = ambiguous.get(intent, False) or vague
            alarm = alarm or verdict.alarm
            reasons.append(verdict.reasons[intent])
        if "correct" in whole_verdict.reasons and "unreachable" not in by_intent and "distress" not in by_intent:
            whole_verdict.intent = "correct"
            found = self._corrected(
                self._decide(message, subject, whole_verdict, addressed), by_intent, groups, subject
            )
            if found.also_elders:
                return found
        lead = next((i for i in INTENTS if i in by_intent), None)
        outer = next((i for i in INTENTS if i in whole_verdict.reasons), None)
        if (lead is None or (outer is not None and INTENTS.index(outer) < INTENTS.index(lead))) and (
            (lead is None and "distress" in whole_verdict.reasons)
            or lead is None
            or outer not in PERSONAL
            or outer in ("distress", "unreachable", "correct")
        ):
            reading = self._decide(message, subject, whole_verdict, addressed)
            if outer == "distress" and len(groups) > 1 and reading.elders:
                focus = next(
                    (
                        ids
                        for ids, _, cl in groups
                        if any(any(t.startswith("alarm-") or t == "fall" for t in c.tags) for c in cl)
                    ),
                    None,
                )
                if focus:
                    return _replace(reading, elders=focus, ambiguous=False)
            if outer == "correct" and "correct" not in by_intent:
                return self._corrected(reading, by_intent, groups, subject)
            return reading
        also: list[Intent] = [i for i in INTENTS if i in by_intent and i != lead]
        lead_ids = tuple(by_intent[lead])
        contact = {i: tuple(e for e in by_intent[i] if e not in lead_ids) for i in also if i in CONTACT}
        if lead not in CONTACT and "checkin" in contact:
            contact["checkin"] = tuple(e for e in contact["checkin"] if e in plainly)
        contact = {i: ids for i, ids in contact.items() if ids}
        also_kept: tuple[Intent, ...] = tuple(i for i in also if i in contact or i not in CONTACT)
        start, end = when.read(subject.plain, message.at.date()) if lead == "elder_away" else (None, None)
        return Reading(
            message.id,
            lead,
            lead_ids,
            also_kept,
            dict(contact.items()),
            ambiguous[lead],
            start,
            end,
            "；".join(dict.fromkeys(reasons)),
            alarm=alarm,
            outcome=whole_verdict.outcome,
            addressed=addressed,
        )

    def _corrected(
        self,
        reading: Reading,
        by_intent: Mapping[Intent, Mapping[str, None]],
        groups: list[tuple[tuple[str, ...], bool, list[Clause]]],
        subject: Subject,
    ) -> Reading:
        """发错了，不是甲，是乙: 甲 is taken back, 乙 is reported."""
        wrong = tuple(
            i for ids, _, cl in groups for i in ids if any(re.search(r"不是|不算|作废|撤", c.text) for c in cl)
        )
        right = tuple(
            i for ids, _, cl in groups for i in ids if i not in wrong and any("是" in c.text or c.live for c in cl)
        )
        if wrong and right:
            return _replace(reading, elders=wrong, also=("checkin",), also_elders={"checkin": right})
        return reading

    def _decide(self, message: Message, subject: Subject, verdict: Verdict, addressed: bool) -> Reading:
        reasons = verdict.reasons
        intent: Intent = verdict.intent
        ids, ambiguous = subject.elders(intent)
        also: list[Intent] = []
        also_elders: dict[str, tuple[str, ...]] = {}
        if intent in ("request", "family_away", "elder_away", "correct"):
            contact: Intent | None = "concern" if "concern" in reasons else "checkin" if "checkin" in reasons else None
            if contact is not None and verdict.strict:
                if not (intent == "request" and contact == "concern" and subject.trait()):
                    also.append(contact)
            elif verdict.back and subject.scene_own():
                also.append("checkin")
        elif intent == "distress":
            if "claim" in reasons:
                also.append("claim")
        elif intent == "unreachable":
            also += [i for i in ("correct", "claim") if i in reasons]
        if intent == "correct" and also:
            cited = subject.contact_ids()
            if cited is not None and set(cited) != set(ids):
                also_elders[also[0]] = cited
        start = end = None
        if intent in ("elder_away", "family_away"):
            start, end = when.read(subject.plain, message.at.date())
            if (
                intent == "family_away"
                and start is not None
                and end is None
                and (day := ONE_DAY.search(subject.plain)) is not None
                and not OPEN_END.search(subject.plain[day.end() : day.end() + 8])
            ):
                end = start
            if verdict.back and intent == "elder_away":
                start, end = _back_day(subject.plain, start, end, message.at.date())
        why = reasons.get(intent, "没有要登记的事")
        if intent in NEEDS_ELDER and not ids:
            why += "；没有说到名册上的老人"
        elif ambiguous:
            why += "；说的是哪一位不清楚"
        return Reading(
            message.id,
            intent,
            ids,
            tuple(also),
            also_elders,
            ambiguous,
            start,
            end,
            why,
            back=verdict.back and intent == "elder_away",
            outcome=verdict.outcome,
            alarm=verdict.alarm if intent in ("distress", "concern") else None,
            addressed=addressed,
        )

    def _chain(self, message: Message, text: Text, sender: Sender, addressed: bool) -> Reading:
        return chains.read(self, message, text, sender, addressed)


def _only_supposed(clauses: Iterable[Clause]) -> bool:
    """Are all the alarming words said of a case supposed, of the past or of elsewhere?"""
    found = False
    for c in clauses:
        if not c.tags.isdisjoint(ALARMS) or "noanswer" in c.tags:
            if not (c.unreal or c.past or c.future or "habit" in c.tags):
                return False
            found = True
    return found


def masked(text: str, tokens: Iterable[Token]) -> str:
    """The text with its personal names blotted out: 祁平安 says nothing about being 平安."""
    for t in tokens:
        if t.kind in ("name", "given", "other", "unknown", "title") and t.end - t.start >= 2:
            keep = 0 if t.kind in ("name", "given", "other") else 1
            text = text[: t.start + keep * 0] + "某" * (t.end - t.start) + text[t.end :] if not keep else text
    return text


def blotted(text: str, tokens: Iterable[Token]) -> str:
    """The text for the learned part: every elder 某, every kin word 亲, digits 0."""
    out: list[str] = []
    at = 0
    for t in tokens:
        if t.start < at or t.kind in ("bare", "self"):
            continue
        out += (
            text[at : t.start],
            "亲" if t.kind in ("kin", "spouse") else "人" if t.kind in ("other", "unknown") else "某",
        )
        at = t.end
        if t.kind in ("name", "given") and (
            title := re.match("老?(?:奶奶|爷爷|阿姨|大爷|大妈|老师|叔叔?|老人)", text[at : at + 4])
        ):
            at += title.end()
    out.append(text[at:])
    return DIGIT.sub("0", "".join(out))


DIGIT = re.compile(r"\d+")


def _replace(reading: Reading, **changes: object) -> Reading:
    from dataclasses import replace

    return replace(reading, **changes)  # type: ignore[arg-type]


def _back_day(
    text: str, start: dt.date | None, end: dt.date | None, today: dt.date
) -> tuple[dt.date | None, dt.date | None]:
    """Of someone who is back the text gives at most the day of return."""
    day = end or start
    if re.search(r"今天(?:回|出院|到|提前|接|送)|今天.{0,6}(?:送|接|出院|回)", text):
        return None, today
    if m := re.search(r"昨[天晚](?:.{0,4})(?:到的?家|回|出院)", text):
        del m
        return None, today - dt.timedelta(days=1)
    if day is not None and day <= today:
        return None, day
    return None, None
