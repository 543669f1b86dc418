"""Who is who: WeChat contacts and the people of the roster. A contact is bound once and never guessed.

name fits one person, nobody else claims it ──► bound: from now on by contact id
name fits several people                    ──► unknown: all of them are answered, the bot asks who is meant
two contacts claim one person, or somebody bound turns up under a new id ──► conflict: a coordinator decides
a coordinator says that it is not the person                             ──► declined: nobody, whatever its name
somebody bound takes another person's name                               ──► bound as before; the coordinators are told
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model import Person, Roster
from data import contacts
from data.contacts import Contact
from data.store import Store

_TOUCH = dt.timedelta(hours=1)  # how stale last_seen may be: not every message is worth a write


@dataclass(frozen=True, slots=True)
class Seen:
    """A contact as WeChat shows it now: its own name, and the alias it carries in the room ("" for none)."""

    id: str
    name: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contact for a coordinator to decide on. `people`: whose name it carries; `others`: who else claims the same."""

    contact: str
    shown: str
    people: tuple[str, ...]
    others: tuple[str, ...]


class Directory:
    """Who is who in one community. `roster` may be replaced after an import; bindings live in the store."""

    def __init__(self, store: Store, roster: Roster) -> None:
        self.store = store
        self.roster = roster

    def people_of(self, contact_id: str, name: str, alias: str, now: dt.datetime) -> tuple[str, ...]:
        """The roster ids behind a contact: one when bound, several who share its name, none when nobody knows."""
        seen = Seen(contact_id, name, alias)
        found = contacts.get(self.store, contact_id)
        if found is None or not self._is_as_kept(found, seen, now):
            self.meet([seen], now)
            found = contacts.get(self.store, contact_id)
        # One person in dispute is nobody; several with one name can still be asked who it is.
        if found is None or found.state == "declined" or (found.state == "conflict" and len(found.people) == 1):
            return ()
        return found.people

    def meet(self, seen: Iterable[Seen], now: dt.datetime) -> None:
        """Take note of contacts, all of a room together: two who claim one name are noticed before either is bound."""
        with self.store.transaction():
            claims: set[tuple[str, ...]] = set()
            for one in seen:
                claims.update(self._note(one, now))
            for people in sorted(claims):
                self._settle(people, now)

    def _is_as_kept(self, old: Contact, seen: Seen, now: dt.datetime) -> bool:
        """Whether there is nothing to note: somebody bound, seen lately under the same names."""
        return (
            old.state == "bound"
            and (old.name, old.alias) == (seen.name, seen.alias)
            and now - old.last_seen < _TOUCH
            and all(p in self.roster.people for p in old.people)
        )

    def _note(self, seen: Seen, now: dt.datetime) -> set[tuple[str, ...]]:
        """Store a contact with its claim; the claims that have to be settled anew."""
        old = contacts.get(self.store, seen.id)
        first = old.first_seen if old else now
        if old and old.state == "bound" and all(p in self.roster.people for p in old.people):
            new = replace(old, name=seen.name, alias=seen.alias, last_seen=now)
        else:
            new = Contact(seen.id, seen.name, seen.alias, self._named(seen), "unknown", first, now)
            if old and old.state in ("conflict", "declined") and old.people == new.people:
                new = replace(new, state=old.state)
        if old and now - old.last_seen < _TOUCH and replace(new, last_seen=old.last_seen) == old:
            return set()
        contacts.save(self.store, new)
        if new.state == "bound":
            if old and new.shown != old.shown and not set(old.people) <= set(self._named(seen) or old.people):
                contacts.tell_of_name(self.store, new, now)
            return set()
        return {claim for claim in (new.people, old.people if old else ()) if claim}

    def _settle(self, people: tuple[str, ...], now: dt.datetime) -> None:
        """Decide who of those that carry the name of `people` is who."""
        claimants = contacts.with_people(self.store, people)
        taken = [c.id for c in claimants if c.state == "bound"]
        for person in people if len(people) > 1 else ():
            taken += [c.id for c in contacts.with_people(self.store, [person]) if c.state == "bound"]
        open_ = [c for c in claimants if c.state not in ("bound", "declined")]
        if taken or len(open_) > 1:
            state: contacts.State = "conflict"
        else:
            state = "bound" if len(people) == 1 else "unknown"
        for claimant in open_:
            if claimant.state != state:
                contacts.save(self.store, replace(claimant, state=state))
                if state == "conflict":
                    contacts.ask_about(self.store, claimant, now)

    def _named(self, seen: Seen) -> tuple[str, ...]:
        for name in (seen.alias.strip(), seen.name.strip()):
            found = self.roster.by_wechat(name) if name else ()
            if found:
                return tuple(sorted(p.id for p in found))
        return ()

    def contact_for(self, person_id: str) -> str | None:
        """The contact id behind an address: where private words may go. None for a person who is not bound to one."""
        if contact_id := contacts.id_in(person_id):
            return contact_id
        found = self._bound(person_id)
        return found.id if found else None

    def addresses_of(self, contact_id: str) -> tuple[str, ...]:
        """All the addresses that lead to a contact: the person it is bound to, and its own."""
        found = contacts.get(self.store, contact_id)
        own = found.people if found is not None and found.state == "bound" else ()
        return (*own, contacts.address(contact_id))

    def mention_for(self, person_id: str) -> Seen | None:
        """Whom to mention for a person: the bound contact, or the one that several people share. Only for the room."""
        if contact_id := contacts.id_in(person_id):
            return self.known(contact_id)
        found = self._bound(person_id)
        person = self.roster.people.get(person_id)
        if found is None and person and person.wechat:
            sharing = sorted(p.id for p in self.roster.by_wechat(person.wechat))
            if len(sharing) > 1:
                shared = [c for c in contacts.with_people(self.store, sharing) if c.state != "declined"]
                found = shared[0] if len(shared) == 1 else None
        return Seen(found.id, found.name, found.alias) if found else None

    def known(self, contact_id: str) -> Seen | None:
        """A contact's names as they were last seen."""
        found = contacts.get(self.store, contact_id)
        return Seen(found.id, found.name, found.alias) if found else None

    def person(self, person_id: str) -> Person | None:
        return self.roster.people.get(person_id)

    def conflicts(self) -> tuple[Conflict, ...]:
        """What a coordinator must decide, oldest first; the same until `bind` or a change of names mends it."""
        found = []
        for c in contacts.in_state(self.store, "conflict"):
            holders = [*contacts.with_people(self.store, c.people)]
            for person in c.people if len(c.people) > 1 else ():
                holders += [h for h in contacts.with_people(self.store, [person]) if h.state == "bound"]
            found.append(Conflict(c.id, c.shown, c.people, tuple(h.id for h in holders if h.id != c.id)))
        return tuple(found)

    def bind(self, contact_id: str, person_id: str) -> None:
        """A coordinator's decision: this contact is this person, and no other is. Raises KeyError for unknown ids."""
        if person_id not in self.roster.people:
            raise KeyError(person_id)
        contacts.bind(self.store, contact_id, person_id)

    def _bound(self, person_id: str) -> Contact | None:
        for contact in contacts.with_people(self.store, [person_id]):
            if contact.state == "bound":
                return contact
        return None
