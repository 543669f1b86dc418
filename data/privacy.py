"""One elder's data: everything there is, given out; or made nobody's, while the community's figures stay what they are.

Erasing swaps the elder's id in the history for a random one that is written down nowhere, empties the row in the roster, and
takes out of texts what names the elder or the relatives who were here for this elder alone.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from data import journal, meta
from data.moments import text_of
from data.store import Store

SOMEBODY = "某老人"
NOBODY = "erased"  # the address of outgoing messages to somebody who was erased
# Tables whose rows are about one elder each, in a column of that name.
_ABOUT = ("days", "reports", "absences", "coverages", "alerts", "requests", "receipts", "events")
_WITH_MESSAGE = ("reports", "absences", "coverages", "alerts", "requests", "events")


class Unknown(Exception):
    """No such elder, or several of that name; the text says which ids there are."""


class InAlarm(Exception):
    """This elder has an emergency open: people need the data now."""


@dataclass(frozen=True)
class Erased:
    """How many rows of each table were changed, and the files that nobody needs any more."""

    rows: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True)
class _Traces:
    """By what an elder can be found. `own`: words that mean nobody else; `shared`: words that another person has too."""

    elder: str
    people: frozenset[str]
    contacts: frozenset[str]
    own: tuple[str, ...]
    shared: tuple[str, ...]
    token: re.Pattern[str] = field(repr=False)

    @cached_property
    def named(self) -> re.Pattern[str]:
        """Any word that means nobody else."""
        return _any_of(self.own)

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return _any_of((*self.own, *self.shared))

    def hide(self, text: str, *, all_words: bool) -> str:
        return (self._all if all_words else self.named).sub(SOMEBODY, text)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    long_first = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, long_first)) or "(?!)")


def is_known(store: Store, elder: str) -> bool:
    """Whether the roster has a row for this id that still holds a person."""
    row = _elder_row(store, elder)
    return row is not None and row["name"] != ""


def find(store: Store, who: str) -> str:
    """The id of the elder with this id or full name, among all there ever were. Raises Unknown."""
    if is_known(store, who):
        return who
    rows = store.all("SELECT id FROM elders WHERE community = ? AND name = ? ORDER BY id", store.community, who)
    if who and len(rows) == 1:
        found: str = rows[0]["id"]
        return found
    if not who or not rows:
        raise Unknown("no elder has this id or name; `roster export` lists the ids")
    raise Unknown(f"several elders have this name; give the id: {', '.join(r['id'] for r in rows)}")


def export(store: Store, elder: str) -> dict[str, Any]:
    """Everything the database holds about one elder: table → rows as they stand (lists and readings as values)."""
    traces = _traces(store, elder)
    heard = _everything(store, "messages", order="at, id")
    linked = _linked(store, traces, heard)
    found: dict[str, Any] = {"elder": _plain(_elder_row(store, elder))}
    found["contacts"] = [_plain(r) for r in _contact_rows(store) if traces.people & set(_list(r["people"]))]
    for table in _ABOUT:
        sql = f"SELECT * FROM {table} WHERE community = ? AND elder = ? ORDER BY 1, 2, 3"
        found[table] = [_plain(r) for r in store.all(sql, store.community, elder)]
    found["alerts_where_the_elder_may_be_meant"] = [
        _plain(r) for r in _everything(store, "alerts") if r["elder"] != elder and elder in _list(r["candidates"])
    ]
    found["questions"] = [
        _plain(r) for r in _everything(store, "questions") if elder in _list(r["candidates"]) or r["message"] in linked
    ]
    found["messages"] = [_plain(r) for r in heard if r["id"] in linked or _mentions(r["text"], traces)]
    found["media"] = [_plain(r) | {"fingerprint": None} for r in _everything(store, "media") if r["message"] in linked]
    found["sent"] = [
        _plain(r)
        for r in _everything(store, "outbox")
        if elder in _list(r["elders"]) or r["recipient"] in traces.people or _mentions(r["text"], traces)
    ]
    found["notes"] = [
        _plain(r) for r in _everything(store, "notes") if _mentions(r["text"], traces) or r["message"] in linked
    ]
    return found


def files_of(exported: Mapping[str, Any]) -> list[str]:
    """The media files that an export names, in order."""
    return list(dict.fromkeys(m["file"] for m in exported["messages"] if m["file"]))


def erase(
    store: Store, elder: str, now: dt.datetime, *, by: str, reason: str = "", even_in_alarm: bool = False
) -> Erased:
    """Make this elder's history nobody's, in one transaction. `by`: who asked (an id of the roster, or words).

    Raises Unknown; InAlarm while an emergency of this elder is open.
    """
    if not is_known(store, elder):
        raise Unknown("no elder has this id")
    store.run("PRAGMA secure_delete=ON")  # what is overwritten is gone from the file too
    with store.transaction():
        if not even_in_alarm:
            _refuse_in_alarm(store, elder)
        traces = _traces(store, elder)
        heard = _everything(store, "messages", order="at, id")
        linked = _linked(store, traces, heard)
        ref = f"X{secrets.token_hex(5)}"
        rows: dict[str, int] = {}
        rows["messages"], files = _messages(store, traces, heard, linked, ref)
        rows["media"] = _media(store, traces, linked)
        rows["outbox"] = _outbox(store, traces, ref)
        rows["questions"] = _questions(store, traces, linked, ref)
        rows["alerts_named"] = _candidates(store, traces, ref)
        rows["notes"] = _notes(store, traces, linked)
        rows["contacts"] = _contacts(store, traces)
        rows |= _about(store, traces, ref, now)
        rows["events_elsewhere"] = _events(store, traces, ref)
        _other_words(store, traces)
        for row in store.all("SELECT kind, key FROM timers WHERE community = ?", store.community):
            if traces.token.search(row["key"]):
                store.run(
                    "DELETE FROM timers WHERE community = ? AND kind = ? AND key = ?",
                    store.community,
                    row["kind"],
                    row["key"],
                )
        _empty_row(store, elder, now)
        meta.bump(store, meta.ROSTER)
        journal.note(store, now, "erased", elder=elder, by=by, reason=reason, rows=sum(rows.values()))
    return Erased(rows, files)


def note_export(store: Store, elder: str, now: dt.datetime, *, by: str) -> None:
    """Keep in the journal that this elder's data was given out, and who asked."""
    with store.transaction():
        journal.note(store, now, "exported", elder=elder, by=by)


def scrub(store: Store, *, alone: bool) -> None:
    """Leave nothing of what was erased in the log of the database or, when nobody else has it open, in its free pages."""
    if alone:
        store.run("VACUUM")
    store.run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


# --- finding


def _traces(store: Store, elder: str) -> _Traces:
    row = _elder_row(store, elder)
    if row is None:
        raise Unknown("no elder has this id")
    relatives = json.loads(row["relatives"])
    others = [r for r in store.all("SELECT * FROM elders WHERE community = ?", store.community) if r["id"] != elder]
    elsewhere = {r[0] for other in others for r in json.loads(other["relatives"])}
    alone = [r for r in relatives if r[0] not in elsewhere]
    people = frozenset({elder, *(r[0] for r in alone)})
    words = {row["name"], row["phone"], row["address"], row["wechat"], row["health"], *json.loads(row["aliases"])}
    words |= {part for r in alone for part in (r[1], r[3], r[4])}
    contacts = set()
    for contact in _contact_rows(store):
        bound = set(_list(contact["people"]))
        if bound and bound <= people:
            contacts.add(contact["contact_id"])
            words |= {contact["name"], contact["alias"]}
    # A contact that was never bound is known by its WeChat name.
    contacts |= {w for w in (row["wechat"], *(r[3] for r in alone)) if w}
    words = {w for w in words if len(w) >= 2}
    known = {w for o in others for w in _words_of(o)}
    known |= {
        w
        for v in store.all("SELECT * FROM volunteers WHERE community = ?", store.community)
        for w in (v["name"], v["wechat"], v["phone"])
    }
    return _Traces(
        elder,
        people,
        frozenset(contacts),
        tuple(sorted(words - known)),
        tuple(sorted(words & known)),
        re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, sorted(people)))})(?![0-9A-Za-z])"),
    )


def _words_of(row: sqlite3.Row) -> Iterator[str]:
    yield from (row["name"], row["phone"], row["address"], row["wechat"], row["health"], *json.loads(row["aliases"]))
    for _, name, _, wechat, phone in json.loads(row["relatives"]):
        yield from (name, wechat, phone)


def _linked(store: Store, traces: _Traces, heard: Sequence[sqlite3.Row]) -> dict[str, bool]:
    """Message id → whether it is about, or from, nobody but this elder."""
    found: set[str] = set()
    for table in _WITH_MESSAGE:
        sql = f"SELECT DISTINCT message FROM {table} WHERE community = ? AND elder = ? AND message IS NOT NULL"
        found |= {row["message"] for row in store.all(sql, store.community, traces.elder)}
    about = {row["message"]: _about_in(row) for row in _everything(store, "media")}
    found |= {message for message, elders in about.items() if traces.elder in elders}
    others: set[str] = set()
    for row in heard:
        # Most messages are not about this elder: they are not unpacked.
        named = row["reading"] and traces.elder in row["reading"]
        if not (row["id"] in found or named or _is_from(row, traces)):
            continue
        meant = _meant(row["reading"])
        if row["id"] in found or traces.elder in meant or _is_from(row, traces):
            found.add(row["id"])
            if meant - {traces.elder}:
                others.add(row["id"])
    for table in _WITH_MESSAGE:
        sql = f"SELECT DISTINCT message FROM {table} WHERE community = ? AND elder <> ? AND message IS NOT NULL"
        others |= {row["message"] for row in store.all(sql, store.community, traces.elder)}
    others |= {message for message, elders in about.items() if elders - {traces.elder}}
    return {message: message not in others for message in found}


def _about_in(media: sqlite3.Row) -> set[str]:
    """Whom a picture is about, or may be."""
    return {e for column in ("elders", "candidates", "mentioned") for e in _list(media[column])}


def _meant(reading: str | None) -> set[str]:
    if not reading:
        return set()
    value = json.loads(reading)
    return {*value.get("elders", ()), *(e for ids in value.get("also_elders", {}).values() for e in ids)}


def _is_from(row: sqlite3.Row, traces: _Traces) -> bool:
    if row["contact"] in traces.contacts:
        return True
    return row["people"] not in ("null", "[]") and bool(traces.people & set(_list(row["people"])))


def _mentions(text: str, traces: _Traces) -> bool:
    return traces.named.search(text) is not None


# --- erasing


def _refuse_in_alarm(store: Store, elder: str) -> None:
    for row in store.all(
        "SELECT elder, candidates FROM alerts WHERE community = ? AND closed_at IS NULL AND kind = 'distress'",
        store.community,
    ):
        if row["elder"] == elder or (row["elder"] is None and elder in _list(row["candidates"])):
            raise InAlarm("an emergency of this elder is open; close it first")


def _messages(
    store: Store, traces: _Traces, heard: Sequence[sqlite3.Row], linked: Mapping[str, bool], ref: str
) -> tuple[int, tuple[str, ...]]:
    count, files = 0, []
    for row in heard:
        mine, gone = row["id"] in linked, _is_from(row, traces)
        if not (mine or gone or _mentions(row["text"] + row["sender"], traces)):
            continue
        text, file, reading = row["text"], row["file"], row["reading"]
        if linked.get(row["id"]):
            if file:
                files.append(file)
            text, file, reading = "", None, None
        else:
            text = traces.hide(text, all_words=mine)
            reading = _pack_without_why(reading, traces, ref)
        store.run(
            "UPDATE messages SET text = ?, file = ?, reading = ?, sender = ?, contact = ?, people = ?"
            " WHERE community = ? AND id = ?",
            text,
            file,
            reading,
            "" if gone else row["sender"],
            "" if gone else row["contact"],
            json.dumps([p for p in _list(row["people"]) if p not in traces.people]) if gone else row["people"],
            store.community,
            row["id"],
        )
        count += 1
    # A file is kept once for all messages that carry it.
    still = {r["file"] for r in store.all("SELECT DISTINCT file FROM messages WHERE file IS NOT NULL")}
    return count, tuple(f for f in dict.fromkeys(files) if f not in still)


def _media(store: Store, traces: _Traces, linked: Mapping[str, bool]) -> int:
    """What was found in pictures, and the fingerprints of those that were about this elder alone."""
    count = 0
    for row in _everything(store, "media"):
        gone = row["person"] in traces.people or row["contact"] in traces.contacts
        if row["message"] not in linked and not gone:
            continue
        alone = linked.get(row["message"], False)
        store.run(
            "UPDATE media SET person = ?, contact = ?, found = '{}', fingerprint = ?, elders = ?, candidates = ?,"
            " mentioned = ? WHERE id = ?",
            None if gone else row["person"],
            "" if gone else row["contact"],
            None if alone else row["fingerprint"],
            *(
                json.dumps([e for e in _list(row[column]) if e != traces.elder])
                for column in ("elders", "candidates", "mentioned")
            ),
            row["id"],
        )
        count += 1
    return count


def _outbox(store: Store, traces: _Traces, ref: str) -> int:
    count = 0
    for row in _everything(store, "outbox"):
        elders, mentions = _list(row["elders"]), _list(row["mentions"])
        mine, to_gone = traces.elder in elders, row["recipient"] in traces.people
        named = _mentions(row["text"], traces) or bool(traces.people & set(mentions)) or traces.token.search(row["key"])
        if not (mine or to_gone or named):
            continue
        alone = to_gone or elders == [traces.elder]
        state = row["state"]
        if alone:
            # A row that is on its way just now must not go again without its words.
            state = {"pending": "dropped", "sending": "doubt"}.get(state, state)
        store.run(
            "UPDATE outbox SET key = ?, recipient = ?, mentions = ?, elders = ?, text = ?, file = ?, state = ? WHERE id = ?",
            f"{NOBODY}:{row['id']}" if traces.token.search(row["key"]) and state != "sending" else row["key"],
            NOBODY if to_gone else row["recipient"],
            json.dumps([m for m in mentions if m not in traces.people]),
            json.dumps([ref if e == traces.elder else e for e in elders]),
            "" if alone else traces.hide(row["text"], all_words=mine),
            None if alone else row["file"],
            state,
            row["id"],
        )
        count += 1
    return count


def _questions(store: Store, traces: _Traces, linked: Mapping[str, bool], ref: str) -> int:
    count = 0
    for row in _everything(store, "questions"):
        gone = row["contact"] in traces.contacts
        if not (gone or traces.elder in _list(row["candidates"]) or row["message"] in linked):
            continue
        store.run(
            "UPDATE questions SET candidates = ?, reading = ?, answer = ?, contact = ? WHERE id = ?",
            _swap(row["candidates"], traces.elder, ref),
            _pack_without_why(row["reading"], traces, ref),
            _swap(row["answer"], traces.elder, ref),
            "" if gone else row["contact"],
            row["id"],
        )
        count += 1
    return count


def _candidates(store: Store, traces: _Traces, ref: str) -> int:
    found = [r for r in _everything(store, "alerts") if traces.elder in _list(r["candidates"])]
    for row in found:
        store.run(
            "UPDATE alerts SET candidates = ? WHERE id = ?", _swap(row["candidates"], traces.elder, ref), row["id"]
        )
    return len(found)


def _notes(store: Store, traces: _Traces, linked: Mapping[str, bool]) -> int:
    count = 0
    for row in _everything(store, "notes"):
        text = traces.hide(row["text"], all_words=row["message"] in linked)
        sender = "" if row["sender"] in (*traces.own, *traces.contacts) else row["sender"]
        if (text, sender) != (row["text"], row["sender"]):
            store.run("UPDATE notes SET text = ?, sender = ? WHERE id = ?", text, sender, row["id"])
            count += 1
    return count


def _contacts(store: Store, traces: _Traces) -> int:
    count = 0
    for row in _contact_rows(store):
        people = _list(row["people"])
        if not traces.people & set(people):
            continue
        left = [p for p in people if p not in traces.people]
        if left:
            store.run(
                "UPDATE contacts SET people = ? WHERE community = ? AND contact_id = ?",
                json.dumps(left, ensure_ascii=False),
                store.community,
                row["contact_id"],
            )
        else:
            store.run("DELETE FROM contacts WHERE community = ? AND contact_id = ?", store.community, row["contact_id"])
        count += 1
    return count


def _about(store: Store, traces: _Traces, ref: str, now: dt.datetime) -> dict[str, int]:
    """The rows that carry the elder's id. Open ones end, so that nobody is called about somebody who is not there."""
    at = text_of(now)
    who = "(SELECT value FROM json_each(?))"
    people = json.dumps(sorted(traces.people))
    changes: Mapping[str, tuple[str, tuple[Any, ...]]] = {
        "days": (
            "contact_by = NULL, next_step_at = NULL, state = CASE state WHEN 'waiting' THEN 'away' ELSE state END",
            (),
        ),
        "reports": ("note = '', sender = '', person = NULL, message = 'erased-' || id", ()),
        "absences": (
            "reason = '', person = NULL, message = 'erased-' || id,"
            " cancelled_at = CASE WHEN last_day IS NULL OR last_day >= ? THEN COALESCE(cancelled_at, ?) ELSE cancelled_at END",
            (at[:10], at),
        ),
        "coverages": (
            "person = NULL, message = 'erased-' || id,"
            " cancelled_at = CASE WHEN last_day IS NULL OR last_day >= ? THEN COALESCE(cancelled_at, ?) ELSE cancelled_at END",
            (at[:10], at),
        ),
        "alerts": (
            "message = NULL, next_step_at = NULL, told = 1, outcome = COALESCE(outcome, 'away'),"
            " closed_at = COALESCE(closed_at, ?),"
            f" opened_by = CASE WHEN opened_by IN {who} THEN NULL ELSE opened_by END,"
            f" claimed_name = CASE WHEN claimed_by IN {who} THEN NULL ELSE claimed_name END,"
            f" claimed_by = CASE WHEN claimed_by IN {who} THEN NULL ELSE claimed_by END,"
            f" closed_name = CASE WHEN closed_by IN {who} THEN NULL ELSE closed_name END,"
            f" closed_by = CASE WHEN closed_by IN {who} THEN NULL ELSE closed_by END",
            (at, people, people, people, people, people),
        ),
        "requests": (
            "text = '', person = NULL, message = 'erased-' || id, closed_at = COALESCE(closed_at, ?)",
            (at,),
        ),
        "receipts": ("note = '', told = 1", ()),
        "events": ("person = NULL, detail = '{}', message = NULL", ()),
    }
    return {
        table: store.run(
            f"UPDATE {table} SET {change}, elder = ? WHERE community = ? AND elder = ?",
            *values,
            ref,
            store.community,
            traces.elder,
        ).rowcount
        for table, (change, values) in changes.items()
    }


def _events(store: Store, traces: _Traces, ref: str) -> int:
    """What else the journal says of the elder or the relatives: among several, as the one who acted, in a key."""
    count = 0
    for row in _everything(store, "events"):
        detail = traces.token.sub(ref, row["detail"])
        detail = traces.hide(detail, all_words=False)
        person = None if row["person"] in traces.people else row["person"]
        message = None if row["message"] and traces.token.search(row["message"]) else row["message"]
        if (detail, person, message) != (row["detail"], row["person"], row["message"]):
            store.run(
                "UPDATE events SET detail = ?, person = ?, message = ? WHERE id = ?", detail, person, message, row["id"]
            )
            count += 1
    return count


def _other_words(store: Store, traces: _Traces) -> None:
    """What was said about other elders may name this one too."""
    for table, column in (
        ("reports", "note"),
        ("reports", "sender"),
        ("receipts", "note"),
        ("requests", "text"),
        ("absences", "reason"),
        ("alerts", "claimed_name"),
        ("alerts", "closed_name"),
    ):
        sql = f"SELECT id, {column} AS said FROM {table} WHERE community = ? AND {column} <> '' ORDER BY id"
        for row in store.all(sql, store.community):
            text = traces.hide(row["said"], all_words=False)
            if text != row["said"]:
                store.run(f"UPDATE {table} SET {column} = ? WHERE id = ?", text, row["id"])
    for table, columns in (
        ("reports", ("person",)),
        ("absences", ("person",)),
        ("coverages", ("person",)),
        ("requests", ("person", "claimed_by")),
        ("alerts", ("opened_by", "claimed_by", "closed_by")),
        ("days", ("contact_by",)),
    ):
        for column in columns:
            store.run(
                f"UPDATE {table} SET {column} = NULL WHERE community = ? AND {column} IN (SELECT value FROM json_each(?))",
                store.community,
                json.dumps(sorted(traces.people)),
            )


def _empty_row(store: Store, elder: str, now: dt.datetime) -> None:
    store.run(
        "UPDATE elders SET name = '', sex = '', born = NULL, compound = '', address = '', phone = '', living = '',"
        " health = '', deadline = NULL, deadline_in_file = NULL, twice = 0, relatives = '[]', wechat = '', volunteer = NULL, backup = NULL, aliases = '[]',"
        " extra = '[]', active = 0, left_at = COALESCE(left_at, ?) WHERE community = ? AND id = ?",
        text_of(now),
        store.community,
        elder,
    )


# --- rows


def _elder_row(store: Store, elder: str) -> sqlite3.Row | None:
    return store.one("SELECT * FROM elders WHERE community = ? AND id = ?", store.community, elder)


def _contact_rows(store: Store) -> list[sqlite3.Row]:
    return _everything(store, "contacts", order="contact_id")


def _everything(store: Store, table: str, order: str = "id") -> list[sqlite3.Row]:
    return store.all(f"SELECT * FROM {table} WHERE community = ? ORDER BY {order}", store.community)


def _list(text: str | None) -> list[str]:
    found: list[str] | None = json.loads(text) if text else None
    return found or []


def _swap(text: str | None, elder: str, ref: str) -> str | None:
    return json.dumps([ref if e == elder else e for e in _list(text)]) if text else text


def _pack_without_why(reading: str | None, traces: _Traces, ref: str) -> str | None:
    if not reading:
        return reading
    value = json.loads(traces.token.sub(ref, reading))
    if "why" in value:
        value["why"] = ""  # it quotes the message
    return json.dumps(value, ensure_ascii=False)


_PACKED = frozenset(
    {
        "relatives",
        "aliases",
        "extra",
        "people",
        "reading",
        "candidates",
        "answer",
        "mentions",
        "elders",
        "detail",
        "mentioned",
        "found",
    }
)


def _plain(row: sqlite3.Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    values = zip(row.keys(), tuple(row), strict=True)
    return {key: json.loads(v) if key in _PACKED and v else v for key, v in values if key != "community"}


def remove_files(folder: Path, files: Iterable[str]) -> int:
    """Delete these media files, and what was made from them, inside `folder`; how many there were.

    A file's name is the digest of its content, and what was made from it carries the same digest before the first dot.
    """
    stems = {stem_of(name) for name in files}
    count = 0
    for path in sorted(folder.rglob("*")) if stems and folder.is_dir() else ():
        if stem_of(path.name) in stems and path.is_file() and not path.is_symlink():
            path.unlink()
            count += 1
    return count


def stem_of(name: str) -> str:
    """A media file's name before its first dot."""
    return Path(name).name.split(".")[0]
