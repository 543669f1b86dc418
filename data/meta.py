"""Small facts about the database itself, such as which version of the roster it holds."""

from __future__ import annotations

from data.store import Store

ROSTER = "roster-version"


def get(store: Store, key: str) -> str | None:
    row = store.one("SELECT value FROM meta WHERE community = ? AND key = ?", store.community, key)
    return row["value"] if row else None


def put(store: Store, key: str, value: str) -> None:
    store.run(
        "INSERT INTO meta (community, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (community, key) DO UPDATE SET value = excluded.value",
        store.community,
        key,
        value,
    )


def bump(store: Store, key: str) -> None:
    """Count a version up, so that who has read the older one notices."""
    put(store, key, str(int(get(store, key) or 0) + 1))
