"""What a handler is given: one message, what was read in it, who sent it, and the moment it is handled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

from bot.config import Settings
from bot.model import Message, Person, Reading, Roster
from data.deadlines import deadline_of
from data.moments import day_of
from data.store import Store
from handlers import rights
from handlers.chains import is_chain
from handlers.rights import Act


@dataclass(frozen=True)
class Context:
    """Handlers read and write `store` within the caller's transaction; `now` is the only clock they know."""

    store: Store
    roster: Roster
    settings: Settings
    message: Message
    reading: Reading
    now: dt.datetime

    @cached_property
    def day(self) -> dt.date:
        """The day this message counts for: by when it was written, so that news heard late clears no later day."""
        return day_of(said_at(self.message, self.now), self.settings.day.opens, self.settings.zone)

    @property
    def today(self) -> dt.date:
        """The calendar's date, also in the small hours."""
        return self.now.astimezone(self.settings.zone).date()

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everyone on the roster whom the sender may be: none for a stranger, several where a name is shared."""
        if self.message.people is None:
            return self.roster.by_wechat(self.message.sender)
        return tuple(self.roster.people[p] for p in self.message.people if p in self.roster.people)

    @property
    def person(self) -> Person | None:
        """The sender, when it is certain who it is."""
        return self.people[0] if len(self.people) == 1 else None

    @property
    def sender_address(self) -> str:
        """Where an answer goes: the person's id, or the contact's when it is not certain who it is."""
        return self.person.id if self.person else f"contact:{self.message.contact or self.message.sender}"

    @property
    def role(self) -> str:
        """elder, family, volunteer, clinic, coordinator; "unclear" where a name is shared, "stranger" off the roster."""
        if self.person:
            return self.person.role
        return "unclear" if self.people else "stranger"

    def may(self, act: Act, elder: str | None = None) -> bool:
        """Whether the sender has the right to this act, by the table of handlers/rights.py."""
        return rights.may(self.people, self.roster, act, elder)

    @property
    def from_room(self) -> bool:
        return self.message.to == "room"

    @property
    def is_chain(self) -> bool:
        """A 接龙 list: routine, so it says too little to end an emergency."""
        return is_chain(self.message.text)

    def deadline(self, elder: str, day: dt.date | None = None) -> dt.datetime:
        """When this elder's day runs out."""
        return deadline_of(self.roster.elders[elder], day or self.day, self.settings)

    def about(self, *elders: str) -> Context:
        """The same message, now that it is clear who is meant."""
        reading = self.reading._replace(elders=tuple(elders), ambiguous=False)
        return replace(self, reading=reading)


def said_at(message: Message, now: dt.datetime) -> dt.datetime:
    """When a message was written, but never later than now (a phone's clock may be wrong)."""
    return min(message.at, now)
