"""The WeChat contacts that were seen, and the roster person each is bound to."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from data import timers
from data.moments import moment_of, text_of
from data.store import Store

State = Literal["bound", "unknown", "conflict", "declined"]

ADDRESS = "contact:"  # an address of somebody who is not bound to a person
UNCLEAR = "contact"  # the timer of a contact that a coordinator is to be asked about; its key is the contact's id
RENAMED = "contact-renamed"  # the timer of a bound contact that took another person's name


@dataclass(frozen=True, slots=True)
class Contact:
    """One WeChat account. `people`: whom it is bound to (bound), whose name it carries (unknown, conflict), or whose
    name it carries though a coordinator said it is not theirs (declined)."""

    id: str
    name: str
    alias: str
    people: tuple[str, ...]
    state: State
    first_seen: dt.datetime
    last_seen: dt.datetime

    @property
    def shown(self) -> str:
        """The name that the group sees."""
        return self.alias or self.name

    @property
    def code(self) -> str:
        """Five digits by which a coordinator names this account: two accounts may show the same name."""
        return f"{int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 90000 + 10000}"


def address(contact_id: str) -> str:
    """The address of a contact as such, whoever it is."""
    return f"{ADDRESS}{contact_id}"


def id_in(address: str) -> str | None:
    """The contact id in an address "contact:<contact id>"; None for a person's address."""
    return address.removeprefix(ADDRESS) if address.startswith(ADDRESS) else None


def get(store: Store, contact_id: str) -> Contact | None:
    row = store.one("SELECT * FROM contacts WHERE community = ? AND contact_id = ?", store.community, contact_id)
    return _contact(row) if row else None


def save(store: Store, contact: Contact) -> None:
    """Keep a contact as it is now; `first_seen` stays what it was."""
    store.run(
        "INSERT INTO contacts (community, contact_id, name, alias, people, state, first_seen, last_seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (community, contact_id) DO UPDATE SET name = excluded.name,"
        " alias = excluded.alias, people = excluded.people, state = excluded.state, last_seen = excluded.last_seen",
        store.community,
        contact.id,
        contact.name,
        contact.alias,
        _pack(contact.people),
        contact.state,
        text_of(contact.first_seen),
        text_of(contact.last_seen),
    )


def with_people(store: Store, people: Iterable[str]) -> list[Contact]:
    """The contacts bound to, or carrying the name of, exactly these people; in the order they were first seen."""
    rows = store.all(
        "SELECT * FROM contacts WHERE community = ? AND people = ? ORDER BY first_seen, contact_id",
        store.community,
        _pack(people),
    )
    return [_contact(row) for row in rows]


def in_state(store: Store, state: State) -> list[Contact]:
    """All contacts in one state, in the order they were first seen."""
    rows = store.all(
        "SELECT * FROM contacts WHERE community = ? AND state = ? ORDER BY first_seen, contact_id",
        store.community,
        state,
    )
    return [_contact(row) for row in rows]


def with_code(store: Store, code: str) -> list[Contact]:
    """The contacts that a coordinator may mean by `code`: those in conflict, else any; mostly one."""
    rows = store.all("SELECT * FROM contacts WHERE community = ? ORDER BY first_seen, contact_id", store.community)
    found = [c for c in map(_contact, rows) if c.code == code]
    return [c for c in found if c.state == "conflict"] or found


def ask_about(store: Store, contact: Contact, now: dt.datetime) -> None:
    """Have the coordinators asked about a contact whose claim is in conflict (schedules/contacts.py does it)."""
    timers.arm(store, UNCLEAR, now, contact.id)


def tell_of_name(store: Store, contact: Contact, now: dt.datetime) -> None:
    """Have the coordinators told that a bound contact shows another person's name (schedules/contacts.py does it)."""
    timers.arm(store, RENAMED, now, contact.id)


def bind(store: Store, contact_id: str, person_id: str) -> Contact:
    """A coordinator's decision: this contact is this person, and no other one is. Raises KeyError for an unknown contact."""
    with store.transaction():
        contact = _must(store, contact_id)
        for other in with_people(store, [person_id]):
            if other.id != contact_id:
                save(store, replace(other, state="declined"))
        bound = replace(contact, people=(person_id,), state="bound")
        save(store, bound)
    return bound


def decline(store: Store, contact_id: str) -> Contact | None:
    """A coordinator's decision: this contact is not the person whose name it carries.

    Returns the contact that is bound by this, as the only one left who claims that person. Raises KeyError.
    """
    with store.transaction():
        contact = _must(store, contact_id)
        save(store, replace(contact, state="declined"))
        others = [c for c in with_people(store, contact.people) if c.id != contact_id and c.state != "declined"]
        if len(others) == 1 and len(contact.people) == 1 and others[0].state == "conflict":
            return bind(store, others[0].id, contact.people[0])
    return None


def _must(store: Store, contact_id: str) -> Contact:
    contact = get(store, contact_id)
    if contact is None:
        raise KeyError(contact_id)
    return contact


def _pack(people: Iterable[str]) -> str:
    # Sorted, so that the same people are the same text and can be looked up by it.
    return json.dumps(sorted(people), ensure_ascii=False)


def _contact(row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["contact_id"],
        name=row["name"],
        alias=row["alias"],
        people=tuple(json.loads(row["people"])),
        state=row["state"],
        first_seen=moment_of(row["first_seen"]),
        last_seen=moment_of(row["last_seen"]),
    )
