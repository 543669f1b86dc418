"""Thanks that are still owed: check-ins and notices are acknowledged together, not one by one."""

from __future__ import annotations

import datetime as dt
import sqlite3

from data.moments import text_of
from data.store import Store


def owe(store: Store, elder: str, now: dt.datetime, note: str = "") -> None:
    """`note` "" is a plain check-in; else the sentence to say. The duty that says thanks is woken."""
    store.run(
        "INSERT INTO receipts (community, elder, note, at, told) VALUES (?, ?, ?, ?, 0)",
        store.community,
        elder,
        note,
        text_of(now),
    )
    store.run(
        "INSERT INTO timers (community, kind, key, due_at) VALUES (?, 'receipt', '', ?) ON CONFLICT DO NOTHING",
        store.community,
        text_of(now),
    )


def untold(store: Store) -> list[sqlite3.Row]:
    return store.all("SELECT * FROM receipts WHERE community = ? AND told = 0 ORDER BY id", store.community)


def forget(store: Store, elder: str, *, notes: bool) -> None:
    """What was owed about an elder is out of date. `notes`: the sentences; else the plain check-ins."""
    store.run(
        "UPDATE receipts SET told = 1 WHERE community = ? AND told = 0 AND elder = ? AND (note <> '') = ?",
        store.community,
        elder,
        notes,
    )


def settle(store: Store, up_to: int) -> None:
    """What was owed up to this row has been said (or needs no word)."""
    store.run("UPDATE receipts SET told = 1 WHERE community = ? AND told = 0 AND id <= ?", store.community, up_to)
