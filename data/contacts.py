"""The WeChat contacts that were seen, and the roster person each is bound to."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from data.moments import moment_of, text_of
from data.store import Store

State = Literal["bound", "unknown", "conflict"]


@dataclass(frozen=True, slots=True)
class Contact:
    """One WeChat account. `people`: whom it is bound to (bound), whose name it carries (unknown, conflict)."""

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
