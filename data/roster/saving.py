"""The roster in the database: what an import would change, the import (all or nothing), and the roster in use."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import sqlite_utils

from bot.model import Elder, Relative, Roster, Volunteer
from data.roster.columns import HEADERS
from data.roster.layout import elder_cells, volunteer_cells, with_extra
from data.roster.report import Changes, Difference

if TYPE_CHECKING:
    from data.store import Store

Record = dict[str, Any]
_BATCH = 2000


def current(store: Store) -> Roster:
    """Everyone active, in the order of the files they came from."""
    return Roster(
        {r["id"]: _elder(r) for r in _rows(store, "elders") if r["active"]},
        {r["id"]: _volunteer(r) for r in _rows(store, "volunteers") if r["active"]},
    )


def plan(store: Store, roster: Roster) -> Changes:
    """What `save` would change. Nothing is written."""
    return _compare(store, roster)[0]


def save(store: Store, roster: Roster, now: dt.datetime) -> Changes:
    """Make `roster` the one in use, all or nothing. Who is no longer in it is marked as gone, never deleted."""
    from data import journal, meta  # not above: the migrations, and so the store, import this package
    from data.moments import text_of

    with store.transaction():
        changes, writes = _compare(store, roster)
        at = text_of(now)
        db = sqlite_utils.Database(store.conn)
        for table, records in writes.items():
            difference: Difference = getattr(changes, table)
            new = set(difference.added)
            common = {"community": store.community, "active": 1, "left_at": None}
            fresh = [r | common | {"added_at": at} for i, r in records.items() if i in new]
            rest = [r | common for i, r in records.items() if i not in new]  # added_at stays what it was
            if fresh:
                db.table(table).insert_all(fresh, batch_size=_BATCH)
            if rest:
                _update(store, table, rest)
            store.run_many(
                f"UPDATE {table} SET active = 0, left_at = ? WHERE community = ? AND id = ?",
                [(at, store.community, i) for i in difference.left],
            )
        if changes:
            meta.bump(store, meta.ROSTER)
            _journal(journal.note, store, now, changes)
    return changes


def _update(store: Store, table: str, records: list[Record]) -> None:
    columns = [c for c in records[0] if c not in ("community", "id")]
    store.run_many(
        f"UPDATE {table} SET {', '.join(f'{c} = ?' for c in columns)} WHERE community = ? AND id = ?",
        [[*(r[c] for c in columns), r["community"], r["id"]] for r in records],
    )


def _journal(note: Any, store: Store, now: dt.datetime, changes: Changes) -> None:
    elders = changes.elders
    for elder in elders.left:
        note(store, now, "elder_left", elder=elder)
    for elder in elders.returned:
        note(store, now, "elder_returned", elder=elder)
    for elder, columns in elders.changed.items():
        note(store, now, "elder_changed", elder=elder, columns=columns)
    people = changes.volunteers
    for what, ids in (("volunteer_left", people.left), ("volunteer_returned", people.returned)):
        for person in ids:
            note(store, now, what, person=person)
    note(
        store,
        now,
        "roster_saved",
        elders={"added": len(elders.added), "left": len(elders.left), "changed": len(elders.changed)},
        volunteers={"added": len(people.added), "left": len(people.left), "changed": len(people.changed)},
    )


def _rows(store: Store, table: str) -> list[Any]:
    return store.all(f"SELECT * FROM {table} WHERE community = ? ORDER BY position, id", store.community)


def _compare(store: Store, roster: Roster) -> tuple[Changes, dict[str, dict[str, Record]]]:
    """The changes, and the records to write: added, returned, changed, or only moved to another place in the file."""
    names = {r["id"]: r["name"] for r in _rows(store, "volunteers")} | {
        v.id: v.name for v in roster.volunteers.values()
    }
    volunteers, volunteer_writes = _difference(
        _rows(store, "volunteers"),
        ((v.id, v.name, _volunteer_record(v)) for v in roster.volunteers.values()),
        lambda old, i: _differing(
            with_extra(volunteer_cells(_volunteer(old)), _pairs(old["extra"])),
            with_extra(volunteer_cells(roster.volunteers[i]), roster.volunteers[i].extra),
        ),
    )
    rows = _rows(store, "elders")
    wanted, in_file = _with_commanded_deadlines(rows, roster.elders)
    elders, elder_writes = _difference(
        rows,
        ((e.id, e.name, _elder_record(e) | {"deadline_in_file": in_file.get(e.id)}) for e in wanted.values()),
        lambda old, i: _differing(_all_cells(_elder(old), names), _all_cells(wanted[i], names)),
    )
    kept = tuple(i for i in in_file if wanted[i].deadline != roster.elders[i].deadline)
    return Changes(elders, volunteers, kept), {"volunteers": volunteer_writes, "elders": elder_writes}


def _with_commanded_deadlines(
    rows: Iterable[Any], elders: Mapping[str, Elder]
) -> tuple[dict[str, Elder], dict[str, str]]:
    """The wanted elders, with the deadlines that coordinators set by command; and what the file says for each of these.

    A file that says what it said before knows nothing of the command, which stands. One that says something new wins.
    """
    wanted, in_file = dict(elders), {}
    for row in rows:
        elder, before = elders.get(row["id"]), row["deadline_in_file"]
        if elder is None or before is None or not row["active"]:
            continue
        if _clock_text(elder.deadline) in (before, row["deadline"] or ""):
            wanted[elder.id] = dataclasses.replace(elder, deadline=_elder(row).deadline)
            in_file[elder.id] = before
    return wanted, in_file


def _clock_text(clock: dt.time | None) -> str:
    return clock.strftime("%H:%M") if clock else ""


def _difference(
    stored: Iterable[Any], wanted: Iterable[tuple[str, str, Record]], columns: Any
) -> tuple[Difference, dict[str, Record]]:
    old = {row["id"]: row for row in stored}
    added: list[str] = []
    returned: list[str] = []
    changed: dict[str, tuple[str, ...]] = {}
    unchanged = 0
    names: dict[str, str] = {}
    writes: dict[str, Record] = {}
    present: set[str] = set()
    for position, (person, name, record) in enumerate(wanted):
        present.add(person)
        record["position"] = position
        before = old.get(person)
        if before is None:
            added.append(person)
        elif not before["active"]:
            returned.append(person)
        elif all(before[key] == value for key, value in record.items()):
            unchanged += 1
            continue
        elif differing := columns(before, person):
            changed[person] = differing
        else:
            unchanged += 1  # only its place in the file is another
            writes[person] = record
            continue
        names[person] = name
        writes[person] = record
    left = [person for person, row in old.items() if row["active"] and person not in present]
    names |= {person: old[person]["name"] for person in left}
    return Difference(tuple(added), tuple(returned), changed, tuple(left), unchanged, names), writes


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(h for h in dict.fromkeys((*before, *after)) if before.get(h, "") != after.get(h, ""))


def _all_cells(elder: Elder, names: Mapping[str, str]) -> dict[str, str]:
    return with_extra(elder_cells(elder, names), elder.extra)


def _volunteer_record(v: Volunteer) -> Record:
    return {field: getattr(v, field) for field in HEADERS["volunteers"]} | {"extra": _json(v.extra)}


def _volunteer(row: Any) -> Volunteer:
    return Volunteer(**{field: row[field] for field in HEADERS["volunteers"]}, extra=_pairs(row["extra"]))


def _elder_record(e: Elder) -> Record:
    return {
        "id": e.id,
        "name": e.name,
        "sex": e.sex,
        "born": e.born,
        "compound": e.compound,
        "address": e.address,
        "phone": e.phone,
        "living": e.living,
        "health": e.health,
        "deadline": _clock_text(e.deadline) or None,
        "deadline_in_file": None,
        "twice": e.twice,
        "relatives": _json([[r.person, r.name, r.relation, r.wechat, r.phone] for r in e.relatives]),
        "wechat": e.wechat,
        "volunteer": e.volunteer,
        "backup": e.backup,
        "aliases": _json(e.aliases),
        "extra": _json(e.extra),
    }


def _elder(row: Any) -> Elder:
    return Elder(
        id=row["id"],
        name=row["name"],
        sex=row["sex"],
        born=row["born"],
        compound=row["compound"],
        address=row["address"],
        phone=row["phone"],
        living=row["living"],
        health=row["health"],
        deadline=dt.time.fromisoformat(row["deadline"]) if row["deadline"] else None,
        relatives=tuple(Relative(*r) for r in json.loads(row["relatives"])),
        wechat=row["wechat"],
        volunteer=row["volunteer"],
        backup=row["backup"],
        aliases=tuple(json.loads(row["aliases"])),
        extra=_pairs(row["extra"]),
        twice=bool(row["twice"]),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else "[]"
