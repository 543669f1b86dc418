"""Reader: the one door to the pipeline normalise → clauses → who → what → when → one decision with its reasons."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bot.model import INTENTS, Command, Intent, Message, Person, Reading, Roster
from bot.reading import balance, chains, commands, hearing, persons, pondering, returns, segment, several, when
from bot.reading.absences import stays_at_home
from bot.reading.answers import choose
from bot.reading.clauses import split
from bot.reading.contact import says_well
from bot.reading.greetings import is_greeting
from bot.reading.lexicon import scanner, whole
from bot.reading.names import Names
from bot.reading.normalise import Text, normalise
from bot.reading.outcomes import outcome
from bot.reading.scene import Scene, Verdict
from bot.reading.senders import Sender, sender_of, stranger_of
from bot.reading.subject import Blotted, Subject, blotted, masked
from bot.reading.weighing import ALSO, ALSO_SAID, Look, weigh
from bot.reading.what import judge_scene
from bot.reading.who import Token, Who

BOT = "小安"
CALLED = (BOT, "@" + BOT)
TO_BOT = re.compile(r"^(?:@?小安|小安小安)(?:[，,：: 。！!~～]|(?=你|我|早|好|能|咋|怎|请|帮|谁|报|今|把|名|查))?")
ONE_DAY = re.compile("今[天晚]|明[天晚]|后天|(?:周|礼拜|星期)[一二三四五六日天]")
OPEN_END = re.compile("起|开始|(?<!不)去|走|飞|外派|不知道|没定|住院|出差|出国|回老家|动身|出发|从|这几天|这阵|赶")
# Under a quoted invitation: 参加的扣1, answered with 1.
SIGN_UP = re.compile("报名|参加|[发扣回打]1|接龙|要去的|想去的|来的")
JOINS = re.compile(r"\+?1(?![\d点.])|[+加]1|算我|我(?:报名|参加|要去|也去|算)|报名")
MOST_SENDERS = 5000
SIGNED_MOST = 16  # characters of a name with a sign
HEAD, TAIL = 700, 200  # of a very long message: what is read
NEEDS_ELDER: frozenset[str] = frozenset(INTENTS) - {"issue", "activity", "chat"}


Settle = Callable[[Reading, persons.Cast], Reading]


class Features(NamedTuple):
    """What the learned parts look at: tags of hearing.tags, the text with its persons blotted out, the writer's role.

    `writers`: the elder who writes, if it is one (or those who share the account).
    """

    tags: set[str]
    seen: Blotted
    role: str
    writers: tuple[str, ...]


class Reader:
    """Reads the messages of one community.

    `weights` of the quick learned part, the `look` of the slow one and the `settle` of persons.py are those that ship unless given;
    weights {} mean rules alone, and without the shipped weights there is no second look unless one is given.
    """

    def __init__(
        self,
        roster: Roster,
        weights: hearing.Weights | None = None,
        look: Look | None = None,
        settle: Settle = persons.settled,
    ) -> None:
        self.roster = roster
        self.names = Names(roster)
        self.who = Who(self.names)
        self._senders: dict[tuple[str, tuple[str, ...] | None], Sender] = {}
        self._scanner = scanner()
        self._greetings = whole()
        segment.tokenizer()  # the slow files are read now, not with the first message
        self._ear = hearing.ear() if weights is None else hearing.Ear(weights)
        self._look = pondering.ponder if weights is None and look is None else look
        self._settle = settle

    # -- public ------------------------------------------------------------------------------------------------------

    def read(self, message: Message, *, hurried: bool = False) -> Reading:
        """What one message says, standing alone; never raises on any text.

        `hurried`: many wait, and the slow second look is taken only where somebody's safety hangs on it.
        """
        sender = self._sender(message)
        if message.type == "recalled":
            return Reading(message.id, "correct", why="消息被撤回")
        text = normalise(message.text, self._known, self.names.held)
        if message.type != "text" and not text.plain.strip("，✓ "):
            return self._wordless(message, sender)
        addressed = self._addressed(message, text)
        if chains.is_chain(text.plain, self.who):
            return self._chain(message, text, sender, addressed)
        return self._plain(message, text, sender, addressed, hurried)

    def warm_up(self) -> None:
        """Load what else waits for the first doubt (a third of a second): a bot that is at work has it at hand."""
        if self._look is pondering.ponder:
            pondering.encoder()
            balance.shipped()
            persons.shipped()

    def answer(self, text: str, candidates: Sequence[str]) -> tuple[str, ...] | None:
        """The elders chosen by a person's answer to "which one do you mean?", or None if it is no answer."""
        return choose(normalise(text, self._known, self.names.held).plain, candidates, self.names, self.who)

    def command(self, message: Message) -> Command | None:
        """An order to the bot, or None. Only when the bot is spoken to."""
        text = normalise(message.text, self._known, self.names.held)
        addressed = self._addressed(message, text)
        if not addressed or message.type != "text" or text.quote:
            return None
        sender = self._sender(message)
        plain = TO_BOT.sub("", text.plain).strip(" ，。！～~")
        return commands.read(plain, self.who, sender, message.at.date())

    def features(self, message: Message) -> Features:
        """What the learned parts look at in a message (for training)."""
        sender = self._sender(message)
        text = normalise(message.text, self._known, self.names.held)
        addressed = self._addressed(message, text)
        plain = self._unaddressed(text.plain, addressed)
        subject, tokens = self._subject(message, text, sender, plain)
        clauses, scene = subject.clauses, subject.scene(addressed)
        seen = blotted(plain, tokens)
        tags = hearing.tags(seen.text, clauses, scene, judge_scene(clauses, scene), text.emoji)
        return Features(tags, seen, scene.role, sender.writers)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _addressed(self, message: Message, text: Text) -> bool:
        """Is the bot spoken to?"""
        return message.to == "bot" or text.plain.startswith(CALLED) or BOT in text.mentions

    def _unaddressed(self, plain: str, addressed: bool) -> str:
        """The text without the bot's name before it, and of a very long one only the head and the tail."""
        if addressed and (m := TO_BOT.match(plain)):
            plain = plain[m.end() :].lstrip("，, ：:")
        if len(plain) > HEAD + TAIL:
            plain = plain[:HEAD] + "\n" + plain[-TAIL:]
        return plain

    def _subject(self, message: Message, text: Text, sender: Sender, plain: str) -> tuple[Subject, list[Token]]:
        """Whom the text speaks of, with its clauses; and every name in it as it was found."""
        tokens = self.who.tokens(plain, sender)
        clauses = split(plain, self._scanner, masked(plain, tokens))
        return Subject(self, sender, text, plain, clauses, tokens, (*text.mentions, *message.mentions)), tokens

    def _known(self, name: str) -> bool:
        return name == BOT or bool(self.roster.by_wechat(name))

    def _people(self, message: Message) -> tuple[Person, ...]:
        if message.people is not None:
            people = self.roster.people
            return tuple(people[i] for i in message.people if i in people)
        return self.roster.by_wechat(message.sender)

    def _sender(self, message: Message) -> Sender:
        """Who writes; what was found of the last ones is remembered."""
        key = (message.sender, message.people)
        sender = self._senders.get(key)
        if sender is None:
            if len(self._senders) >= MOST_SENDERS:
                self._senders.clear()
            people = self._people(message)
            sender = sender_of(people, self.names) if people else stranger_of(message.sender, self.names)
            self._senders[key] = sender
        return sender

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

    def _plain(self, message: Message, text: Text, sender: Sender, addressed: bool, hurried: bool) -> Reading:
        plain = self._unaddressed(text.plain, addressed)
        body = plain.strip("，。！？!?~～✓、；… .")
        if sender.elder and not text.quote:
            quick = self._greeting(message, text, sender, body, addressed)
            if quick is not None:
                return quick
        elif not body:
            return Reading(message.id, "chat", why="没有文字", addressed=addressed)
        elif not text.quote and len(body) <= 24 and is_greeting(body):
            return Reading(message.id, "chat", why="只是问好", addressed=addressed)
        if text.quote and JOINS.match(body) and SIGN_UP.search(text.quote):
            elders = sender.writers
            return Reading(
                message.id,
                "activity",
                elders,
                ambiguous=bool(elders) and sender.shared,
                why="报名",
                addressed=addressed,
            )
        subject, tokens = self._subject(message, text, sender, plain)
        if tokens and len(body) <= SIGNED_MOST and (read := self._signed(message, subject, addressed)) is not None:
            return read
        seen = blotted(plain, subject.marked(tokens) if tokens else ())
        read, cast = self._judge(message, subject, seen, addressed, hurried)
        return read if cast is None else self._settle(read, cast)

    def _greeting(self, message: Message, text: Text, sender: Sender, body: str, addressed: bool) -> Reading | None:
        """早, 到, 1, [强]: from an elder these are enough."""
        if not body:
            if not text.marks:
                return None
            if text.emoji <= {"passed"}:
                return Reading(message.id, "chat", why="转来的东西", addressed=addressed)
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
        if len(body) <= 24 and is_greeting(body):
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

    def _signed(self, message: Message, subject: Subject, addressed: bool) -> Reading | None:
        """No more than a name and a sign: 老妈OK, 1（代我妈）, 王奶奶👌, 胡月仙老人，报安."""
        if len(subject.named) != 1 or subject.text.quote or not chains.is_sign(subject.plain, subject.named[0]):
            return None
        ids, ambiguous = subject.elders("checkin")
        if not ids:
            return None
        return Reading(
            message.id, "checkin", ids, ambiguous=ambiguous, why="替老人签到", outcome="safe", addressed=addressed
        )

    def _judge(
        self, message: Message, subject: Subject, seen: Blotted, addressed: bool, hurried: bool
    ) -> tuple[Reading, persons.Cast | None]:
        """What the rules and both looks make of a message; and who plays a part in it, where the slow look was taken."""
        sender, clauses, scene = subject.sender, subject.clauses, subject.scene(addressed)
        scene.crowded = persons.crowded(sender, seen)
        verdict = judge_scene(clauses, scene)
        weigh(verdict, scene, clauses, seen, subject.text.emoji, self._ear, self._look, hurried)
        groups = subject.groups()
        parts = several.parts_of(subject, scene, groups, self._ear) if len(groups) > 1 else []
        if parts:
            read = self._several(message, subject, scene, verdict, parts, addressed)
        else:
            read = self._decide(message, subject, verdict, addressed)
        if verdict.pondered is None:
            return read, None
        return read, persons.cast_of(
            subject, seen, verdict.pondered, verdict.contact, several.left_out(parts, scene.role)
        )

    def _several(
        self,
        message: Message,
        subject: Subject,
        scene: Scene,
        whole: Verdict,
        parts: Sequence[several.Part],
        addressed: bool,
    ) -> Reading:
        lead = whole.intent = several.leading(whole, parts)
        read = self._decide(message, subject, whole, addressed)
        read = several.divide(read, whole, parts, lead, scene.role, self.roster.household)
        if read.intent == "checkin" and not read.also and subject.couple:
            return read._replace(elders=subject.couple)
        return read

    def _decide(self, message: Message, subject: Subject, verdict: Verdict, addressed: bool) -> Reading:
        reasons = verdict.reasons
        intent: Intent = verdict.intent
        ids, ambiguous = subject.elders(intent)
        also: list[Intent] = []
        also_elders: dict[str, tuple[str, ...]] = {}
        if intent in ("request", "family_away", "elder_away", "correct"):
            if verdict.contact >= (ALSO_SAID if says_well(subject.clauses) else ALSO):
                contact: Intent = "concern" if "concern" in reasons else "checkin"
                if not (intent == "request" and contact == "concern" and subject.trait()) and not (
                    intent == "correct" and several.ends_unmet(subject.clauses)
                ):
                    also.append(contact)
                    if intent == "request" and contact == "checkin" and set(ids) < set(subject.couple):
                        also_elders[contact] = subject.couple
            elif verdict.back and subject.scene_own():
                also.append("checkin")
        elif intent in ("concern", "distress"):
            if well := subject.well_beside(ids):
                also.append("checkin")
                also_elders["checkin"] = well
            if intent == "distress" and "claim" in reasons:
                also.append("claim")
        elif intent == "unreachable":
            also += [i for i in ("correct", "claim") if i in reasons]
        if intent == "elder_away" and subject.of_the_other(ids):
            if not also and any(stays_at_home(c) for c in subject.clauses):
                also.append("checkin")
            if also:
                also_elders[also[0]] = (subject.couple if verdict.back else ()) or subject.sender.elders
        if intent == "correct" and also:
            cited = subject.contact_ids()
            if cited is not None and set(cited) != set(ids):
                also_elders[also[0]] = cited
        start: dt.date | None = None
        end: dt.date | None = None
        back = False
        if intent in ("elder_away", "family_away"):
            today = message.at.date()
            start, end = when.read(subject.plain, today)
            if (
                intent == "family_away"
                and start is not None
                and end is None
                and (day := ONE_DAY.search(subject.plain)) is not None
                and not OPEN_END.search(subject.plain[day.end() : day.end() + 8])
            ):
                end = start
            back = (
                intent == "elder_away"
                and (verdict.back or returns.home_again(subject.plain))
                and not returns.to_come(subject.plain, end, today)
            )
            if back:
                end = returns.day_of(subject.plain, end or start, today)
                start = None
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
            back=back,
            outcome=outcome(subject.clauses, verdict),
            alarm=verdict.alarm if intent in ("distress", "concern") else None,
            addressed=addressed,
        )

    def _chain(self, message: Message, text: Text, sender: Sender, addressed: bool) -> Reading:
        return chains.read(self, message, text, sender, addressed)
