"""The roster's two tables. Nobody is ever deleted from them: who leaves is marked, so that history keeps its names."""

from __future__ import annotations

import sqlite_utils


def create_tables(db: sqlite_utils.Database) -> None:
    """Make elders and volunteers. Lists are JSON text, `deadline` is a local "HH:MM", moments are UTC ISO-8601 text."""
    db.execute("""
        CREATE TABLE volunteers (
            community TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, wechat TEXT NOT NULL, phone TEXT NOT NULL,
            unit TEXT NOT NULL, role TEXT NOT NULL, extra TEXT NOT NULL, position INTEGER NOT NULL,
            active INTEGER NOT NULL, added_at TEXT NOT NULL, left_at TEXT, PRIMARY KEY (community, id))""")
    db.execute("""
        CREATE TABLE elders (
            community TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, sex TEXT NOT NULL, born INTEGER,
            compound TEXT NOT NULL, address TEXT NOT NULL, phone TEXT NOT NULL,
            living TEXT NOT NULL, health TEXT NOT NULL,
            deadline TEXT, relatives TEXT NOT NULL, wechat TEXT NOT NULL, volunteer TEXT, backup TEXT,
            aliases TEXT NOT NULL, extra TEXT NOT NULL, position INTEGER NOT NULL,
            active INTEGER NOT NULL, added_at TEXT NOT NULL, left_at TEXT, PRIMARY KEY (community, id))""")
