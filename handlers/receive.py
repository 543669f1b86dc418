"""One message, from heard to recorded: everything it does happens in one transaction, or nothing does."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.config import Settings
from bot.model import Command, Message, Reading, Roster
from bot.ports import Seen
from data import alerts, journal, media, messages, outbox, questions
from data.moments import at_local, day_of, moment_of
from data.phrases import one_line, say
from data.store import Store, is_passing
from handlers import (
    absences,
    binding,
    chains,
    claims,
    commands,
    contact,
    corrections,
    documents,
    naming,
    pictures,
    queries,
)
from handlers import questions as asking
from handlers.context import Context
from handlers.rights import Act

log = logging.getLogger(__name__)

# Intents that tell which elder an emergency without a name is about.
NAMING = frozenset({"distress", "unreachable", "concern", "checkin", "claim", "elder_away"})
# News of an elder this long after a cry without a name is no answer to it, unless who cried or who went says it.
NAMED_WITHIN = dt.timedelta(hours=1)
# Intents for which somebody must act at once.
URGENT = frozenset({"distress", "unreachable"})
# What is heard in private from somebody who may not report there.
HEARD_IN_PRIVATE = frozenset({"distress", "unreachable", "query", "correct"})
# Which right an intent needs as a whole; the others look at each elder or act themselves (handlers/rights.py).
GATES: Mapping[str, Act] = {
    "distress": "alarm",
    "unreachable": "alarm",
    "request": "request",
    "correct": "take_back_own",
}
# An answer to "who is it?" is a name or an address, no tale.
LONGEST_NAME = 25
# Words of command, and words meant for a machine: from somebody who may not give orders they are no report.
_ORDER = re.compile(r"\s*(?:@?小安)?[\s,，:：]*(?:结束|关闭|解除|恢复|暂停|派|绑定)\s")
_FOR_A_MACHINE = re.compile(
    r"(?:忽略|无视|忘掉|忘记).{0,10}(?:指令|规则|提示词|设定|指示)|(?:^|\s)(?:system|assistant|developer)\s*[:：]"
    r"|(?:标记|登记|设置|更新|改)(?:为|成)\W{0,2}(?:平安|已报|safe)|(?:所有|全部)(?:的)?(?:提醒|警报|求助|老人).{0,8}(?:关掉|关闭|结束|解除|取消)"
    r"|^\s*[{\[<]\s*[\"/a-z]",
    re.IGNORECASE,
)


class Reads(Protocol):
    """The reading, as handlers use it (bot.reading.Reader)."""

    def read(self, message: Message, *, hurried: bool = False) -> Reading: ...

    def answer(self, text: str, candidates: Sequence[str]) -> tuple[str, ...] | None: ...

    def command(self, message: Message) -> Command | None: ...


@dataclass(frozen=True)
class Receiver:
    """Takes messages in. `handlers` is the table of handlers/registry.py. `looks`: files will be looked at.

    `hurried`: many messages wait (Reader.read).
    """

    store: Store
    roster: Roster
    reader: Reads
    settings: Settings
    handlers: Mapping[str, Callable[[Context], None]]
    looks: bool = False
    hurried: bool = False

    def receive(self, message: Message, now: dt.datetime) -> bool:
        """Handle one message once; False when it was heard before.

        Whatever breaks while handling, the message is kept and shown to the coordinators: nothing heard is lost. While
        the database cannot be written, sqlite3.Error is raised and nothing is kept: the caller must come again.
        """
        if messages.known(self.store, message.id):
            return False
        reading: Reading | None = None
        zone = self.settings.zone
        # "明天" is said by the community's calendar, wherever the message's clock was.
        message = replace(message, at=message.at.astimezone(zone))
        try:
            opened = at_local(day_of(message.at, self.settings.day.opens, zone), self.settings.day.opens, zone)
            said = chains.only_new(self.store, message, opened)
            reading = self.reader.read(said, hurried=self.hurried)
            with self.store.transaction():
                messages.add(self.store, message, reading, "read")
                ctx = Context(self.store, self.roster, self.settings, message, reading, now)
                self._handle(ctx)
                if message.type != "recalled" and messages.recalled_before(self.store, message):
                    corrections.take_back(ctx, message)
        except Exception as error:
            if is_passing(error):
                raise  # a locked or full database says nothing about the message: it is handled once that has passed
            # The traceback's values may hold private words: only its place is logged.
            log.exception("message %s could not be handled", message.id, extra={"private": True})
            with self.store.transaction():
                messages.add(self.store, message, reading, "failed")
                journal.note(self.store, now, "failed", message=message.id)
                if reading is None or reading.intent in URGENT:
                    self._call_for_help(message, now, emergency=reading is not None and reading.intent == "distress")
        log.info(
            "heard",
            extra={
                "fields": {
                    "message": message.id,
                    "type": message.type,
                    "to": message.to,
                    "intent": reading.intent if reading else "none",
                    "elders": len(reading.elders) if reading else 0,
                    "late": f"{(now - message.at).total_seconds():.1f}",
                }
            },
        )
        return True

    def looked(self, media_id: int, seen: Seen, now: dt.datetime) -> None:
        """Somebody has looked at a file: what it proves, and what follows, in one transaction."""
        row = media.get(self.store, media_id)
        message = messages.get(self.store, row["message"]) if row is not None else None
        reading = messages.reading_of(self.store, message.id) if message is not None else None
        if row is None or row["state"] != "waiting":
            return
        try:
            with self.store.transaction():
                if message is None or reading is None:  # taken back meanwhile, or erased
                    media.judged(self.store, media_id, seen, seen.verdict)
                    media.settle(self.store, media_id)
                    return
                message = replace(message, at=message.at.astimezone(self.settings.zone))
                if seen.words:
                    message = replace(message, text=seen.words)
                    reading = self.reader.read(message)
                    messages.set_reading(self.store, message.id, reading, seen.words)
                ctx = Context(self.store, self.roster, self.settings, message, reading, now)
                pictures.looked(ctx, row, seen, self.act)
                if seen.words:
                    self._handle_words(ctx)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("the file of message %s could not be handled", row["message"], extra={"private": True})
            with self.store.transaction():
                media.judged(self.store, media_id, seen, seen.verdict)
                media.settle(self.store, media_id)
                journal.note(self.store, now, "failed", message=row["message"])

    def _handle_words(self, ctx: Context) -> None:
        """What a recogniser heard is acted on like words, from those of whom words are."""
        if ctx.people or ctx.from_room:
            ctx = who_went(ctx)
            name_the_unnamed(ctx)
            self.act(ctx)

    def _call_for_help(self, message: Message, now: dt.datetime, *, emergency: bool) -> None:
        """A message that may be urgent could not be handled: a person must read it now."""
        outbox.put(
            self.store,
            now,
            f"failed:{message.id}",
            "notice",
            "room",
            say("notice_failed", sender=one_line(message.sender)),
            mentions=[p.id for p in self.roster.with_role("coordinator") if p.wechat],
            emergency=emergency,
        )

    def _handle(self, ctx: Context) -> None:
        if ctx.message.type == "recalled":
            corrections.recalled(ctx)
            return
        if documents.brings(ctx):
            documents.take_in(ctx)
            if not ctx.message.text.strip():
                return
        if self.looks and ctx.message.file and ctx.message.type in pictures.TYPES:
            pictures.take_in(ctx)
            if pictures.waits(ctx):
                return
        if ctx.may("command"):
            if binding.obey(ctx) or naming.obey(ctx, self.reader.answer):
                return
            command = self.reader.command(ctx.message)
            # A bare name asks how somebody is, unless the bot has just asked for a name.
            if command is not None and not (command.name == "status" and self._answers(ctx)):
                commands.obey(ctx, command)
                return
            if command is not None:
                return
        if self._answers(ctx):
            return
        if not ctx.may("command") and self._is_order(ctx):
            # An order from somebody who may not give it is no report either.
            journal.note(ctx.store, ctx.now, "not-understood", message=ctx.message.id)
            if ctx.people and (ctx.reading.addressed or not ctx.from_room):
                queries.reply(ctx, say("command_not_yours"))
            return
        if not ctx.from_room and not ctx.may("report_in_private") and ctx.reading.intent not in HEARD_IN_PRIVATE:
            # What a stranger says in private nobody else can see and set right: people look at it first.
            journal.note(ctx.store, ctx.now, "not-understood", message=ctx.message.id)
            return
        ctx = pictures.about_picture(who_went(ctx))
        asking.settled_otherwise(ctx)
        name_the_unnamed(ctx)
        self.act(ctx)
        pictures.heard(ctx, self.act)

    def _is_order(self, ctx: Context) -> bool:
        """Words of command from somebody who may not give any, which must not pass for a report on the elder they name.

        A cry for help is heard whatever words stand around it.
        """
        if ctx.reading.intent in URGENT:
            return False
        if _ORDER.match(ctx.message.text) or _FOR_A_MACHINE.search(ctx.message.text):
            return True
        command = self.reader.command(ctx.message) if ctx.reading.contacts() else None
        return command is not None and command.name in ("pause", "resume", "deadline")

    def act(self, ctx: Context) -> None:
        """Do what a reading says: take back first, then keep contacts, then the rest."""
        reading = ctx.reading
        needed = [GATES[intent] for intent in (reading.intent, *reading.also) if intent in GATES]
        if not all(ctx.may(act) for act in needed):
            journal.note(ctx.store, ctx.now, "not-entitled", message=ctx.message.id, acts=needed)
            return
        if reading.intent == "correct":
            self.handlers["correct"](ctx)
        elif "correct" in reading.also:
            taken_back = reading._replace(elders=reading.also_elders.get("correct", reading.elders))
            self.handlers["correct"](replace(ctx, reading=taken_back))
        report: Act = "report" if ctx.from_room else "report_in_private"
        told = reading.contacts().items()
        contacts = {e: intent for e, intent in told if e in ctx.roster.elders and ctx.may(report, e)}
        for elder, intent in contacts.items():
            contact.record(ctx, elder, "concern" if reading.outcome == "hospital" else intent)
            if reading.intent != "elder_away":
                absences.home_again(ctx, elder)
        if reading.intent != "correct":
            self.handlers[reading.intent](ctx)
        claims.cannot_go(ctx)
        if "claim" in reading.also and reading.intent != "distress":
            self.handlers["claim"](ctx)

    def _answers(self, ctx: Context) -> bool:
        """Whether this message answers the bot's question; then the first message acts, with the answer."""
        question = asking.open_for(ctx)
        if question is None:
            return False
        chosen = self._chosen(ctx.message.text, questions.candidates_of(question))
        if not chosen:
            return False
        original = messages.get(self.store, question["message"])
        if original is None or not questions.answered(self.store, question["id"], chosen, ctx.now):
            return False
        first = messages.unpack(question["reading"])
        journal.note(
            self.store, ctx.now, "answered", message=ctx.message.id, question=question["message"], chosen=chosen
        )
        if question["alert"] is not None:
            alert = alerts.get(self.store, question["alert"])
            if alert is not None and alert["elder"] is None and alert["closed_at"] is None:
                alerts.name_elder(self.store, alert["id"], chosen[0], ctx.now)
        itself = len(ctx.people) > 1 and all(elder in {p.id for p in ctx.people} for elder in chosen)
        people = chosen if itself else original.people
        meant = first._replace(elders=chosen, ambiguous=False)
        self.act(replace(ctx, message=replace(original, people=people), reading=meant))
        pictures.chosen(ctx, original.id, chosen)
        return True

    def _chosen(self, text: str, candidates: list[str]) -> tuple[str, ...] | None:
        """The elders an answer names, out of the candidates; where there were none, the one it names out of all."""
        if candidates:
            return self.reader.answer(text, candidates)
        if len(text) > LONGEST_NAME or text.strip().isdigit():
            return None
        chosen = self.reader.answer(text, list(self.roster.elders))
        return chosen if chosen and len(chosen) == 1 else None


def who_went(ctx: Context) -> Context:
    """ "李奶奶好着呢" from the one who went to see (or was called for) one of several 李奶奶 is about her."""
    if not ctx.reading.ambiguous or ctx.person is None:
        return ctx
    current = [a for e in dict.fromkeys(ctx.reading.elders) for a in alerts.open_of(ctx.store, e)]
    went = {a["elder"] for a in current if a["claimed_by"] == ctx.person.id}
    called = {a["elder"] for a in current if a["level"] >= 0 and ctx.person.id in claims.called(ctx, a)}
    meant = went or called
    return ctx.about(*meant) if len(meant) == 1 else ctx


def name_the_unnamed(ctx: Context) -> None:
    """An emergency of which nobody knew who is meant: the first message of the team or its sender that tells, names it."""
    reading = ctx.reading
    if len(reading.elders) != 1 or reading.ambiguous or reading.intent not in NAMING or ctx.is_chain:
        return
    elder = reading.elders[0]
    for alert in alerts.unnamed(ctx.store):
        candidates = questions.candidates_of(alert)
        source = messages.get(ctx.store, alert["message"]) if alert["message"] else None
        same = source is not None and source.contact == (ctx.message.contact or ctx.message.sender)
        went = alert["claimed_by"] == ctx.sender_address
        tells = reading.intent in ("distress", "concern") or reading.outcome in ("helped", "hospital")
        fresh = ctx.now - moment_of(alert["opened_at"]) <= NAMED_WITHIN
        fits = elder in candidates if candidates else went or same or (tells and fresh)
        if fits and (ctx.may("name", elder) or same):
            named = alerts.name_elder(ctx.store, alert["id"], elder, ctx.now)
            journal.note(ctx.store, ctx.now, "named", elder=elder, alert=alert["id"], message=ctx.message.id, new=named)
            if not named:
                # That elder's own alert goes on; the one without a name is part of it.
                contact.end(ctx, alert, "helped")
                alerts.set_told(ctx.store, alert["id"])
