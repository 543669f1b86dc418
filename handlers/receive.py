"""One message, from heard to recorded: everything it does happens in one transaction, or nothing does."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.config import Settings
from bot.model import Command, Message, Reading, Roster
from data import alerts, journal, messages, questions
from data.store import Store
from handlers import commands, contact, corrections
from handlers import questions as asking
from handlers.context import Context

log = logging.getLogger(__name__)

# Intents that tell which elder an emergency without a name is about.
NAMING = frozenset({"distress", "unreachable", "concern", "checkin", "claim", "elder_away"})


class Reads(Protocol):
    """The reading, as handlers use it (bot.reading.Reader)."""

    def read(self, message: Message) -> Reading: ...

    def answer(self, text: str, candidates: Sequence[str]) -> tuple[str, ...] | None: ...

    def command(self, message: Message) -> Command | None: ...


@dataclass(frozen=True)
class Receiver:
    """Takes messages in. `handlers` is the table of handlers/registry.py."""

    store: Store
    roster: Roster
    reader: Reads
    settings: Settings
    handlers: Mapping[str, Callable[[Context], None]]

    def receive(self, message: Message, now: dt.datetime) -> bool:
        """Handle one message once; False when it was heard before.

        Whatever breaks while handling, the message is kept and shown to the coordinators: nothing heard is lost.
        """
        if messages.known(self.store, message.id):
            return False
        reading = self.reader.read(message)
        ctx = Context(self.store, self.roster, self.settings, message, reading, now)
        try:
            with self.store.transaction():
                messages.add(self.store, message, reading, "read")
                self._handle(ctx)
        except Exception:
            # The traceback's values may hold private words: only its place is logged.
            log.exception("message %s could not be handled", message.id, extra={"private": True})
            with self.store.transaction():
                messages.add(self.store, message, reading, "failed")
                journal.note(self.store, now, "failed", message=message.id)
        return True

    def _handle(self, ctx: Context) -> None:
        if ctx.message.type == "recalled":
            corrections.recalled(ctx)
            return
        if ctx.role == "coordinator":
            command = self.reader.command(ctx.message)
            if command is not None:
                commands.obey(ctx, command)
                return
        if self._answers(ctx):
            return
        name_the_unnamed(ctx)
        self.act(ctx)

    def act(self, ctx: Context) -> None:
        """Do what a reading says: take back first, then keep contacts, then the rest."""
        reading = ctx.reading
        if reading.intent == "correct":
            self.handlers["correct"](ctx)
        contacts = {elder: intent for elder, intent in reading.contacts().items() if elder in ctx.roster.elders}
        for elder, intent in contacts.items():
            contact.record(ctx, elder, intent)
        if reading.intent != "correct":
            self.handlers[reading.intent](ctx)
        if "claim" in reading.also and reading.intent != "distress":
            self.handlers["claim"](ctx)

    def _answers(self, ctx: Context) -> bool:
        """Whether this message answers the bot's question; then the first message acts, with the answer."""
        question = asking.open_for(ctx)
        if question is None:
            return False
        candidates = questions.candidates_of(question)
        chosen = self.reader.answer(ctx.message.text, candidates)
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
        meant = replace(first, elders=chosen, ambiguous=False)
        self.act(replace(ctx, message=replace(original, people=people), reading=meant))
        return True


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
        fits = elder in candidates if candidates else reading.intent in ("distress", "concern")
        if fits and (ctx.is_team or same):
            named = alerts.name_elder(ctx.store, alert["id"], elder, ctx.now)
            journal.note(ctx.store, ctx.now, "named", elder=elder, alert=alert["id"], message=ctx.message.id, new=named)
            if not named:
                contact.end(ctx, alert, "helped")
