"""The schema, as numbered steps that only go forward. A step that has been released is never edited: add the next one."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

from data import notices
from data.roster import schema as roster_schema

steps = Migrations("baoanniao")


class TooNew(Exception):
    """The database was written by a newer program."""


def apply(db: sqlite_utils.Database) -> None:
    """Bring the schema up to date, each step with its record in one transaction. Raises TooNew."""
    known = {step.name for step in steps._migrations}
    newer = sorted(step.name for step in steps.applied(db) if step.name not in known)
    if newer:
        raise TooNew(f"was written by a newer version of the program (step {newer[-1]}); update the program")
    if steps.pending(db):
        steps.apply(db)


@steps()
def m001_people(db: sqlite_utils.Database) -> None:
    roster_schema.create_tables(db)
    db.execute("""
        CREATE TABLE contacts (
            community TEXT NOT NULL, contact_id TEXT NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL,
            people TEXT NOT NULL, state TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
            PRIMARY KEY (community, contact_id))""")


@steps()
def m002_heard(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE messages (
            community TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, chat TEXT NOT NULL, contact TEXT NOT NULL,
            sender TEXT NOT NULL, people TEXT NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, file TEXT,
            intent TEXT, reading TEXT, state TEXT NOT NULL, PRIMARY KEY (community, id))""")
    db.execute("CREATE INDEX messages_by_contact ON messages (community, contact, at)")
    db.execute("CREATE INDEX messages_by_time ON messages (community, at)")
    db.execute("""
        CREATE TABLE reports (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, day TEXT NOT NULL, elder TEXT NOT NULL, intent TEXT NOT NULL,
            at TEXT NOT NULL, person TEXT, role TEXT, sender TEXT NOT NULL, message TEXT NOT NULL, note TEXT NOT NULL,
            retracted_at TEXT, retracted_by TEXT)""")
    db.execute("CREATE UNIQUE INDEX reports_once ON reports (community, message, elder, intent)")
    db.execute("CREATE INDEX reports_by_elder ON reports (community, elder, day)")
    db.execute("CREATE INDEX reports_by_day ON reports (community, day, intent)")
    db.execute("""
        CREATE TABLE events (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL, elder TEXT,
            alert TEXT, person TEXT, message TEXT, detail TEXT NOT NULL)""")
    db.execute("CREATE INDEX events_by_elder ON events (community, elder, at)")
    db.execute("CREATE INDEX events_by_what ON events (community, what, at)")


@steps()
def m003_watch(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE days (
            community TEXT NOT NULL, day TEXT NOT NULL, elder TEXT NOT NULL, state TEXT NOT NULL, deadline_at TEXT NOT NULL,
            next_step_at TEXT, contact_at TEXT, contact_by TEXT, PRIMARY KEY (community, day, elder))""")
    db.execute("CREATE INDEX days_due ON days (community, next_step_at) WHERE next_step_at IS NOT NULL")
    db.execute("CREATE INDEX days_by_state ON days (community, day, state)")
    db.execute("""
        CREATE TABLE opened_days (
            community TEXT NOT NULL, day TEXT NOT NULL, opened_at TEXT NOT NULL, PRIMARY KEY (community, day))""")
    db.execute("""
        CREATE TABLE absences (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, elder TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT,
            reason TEXT NOT NULL, person TEXT, message TEXT NOT NULL, made_at TEXT NOT NULL, cancelled_at TEXT)""")
    db.execute("CREATE INDEX absences_by_elder ON absences (community, elder, first_day)")
    db.execute("""
        CREATE TABLE coverages (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, elder TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT,
            person TEXT, message TEXT NOT NULL, made_at TEXT NOT NULL, cancelled_at TEXT)""")
    db.execute("CREATE INDEX coverages_by_elder ON coverages (community, elder, first_day)")
    db.execute("""
        CREATE TABLE timers (
            community TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, due_at TEXT NOT NULL,
            PRIMARY KEY (community, kind, key))""")
    db.execute("CREATE INDEX timers_due ON timers (community, due_at)")


@steps()
def m004_alerts(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, kind TEXT NOT NULL, elder TEXT, candidates TEXT NOT NULL,
            day TEXT NOT NULL, alarm TEXT, opened_at TEXT NOT NULL, opened_by TEXT, message TEXT, level INTEGER NOT NULL,
            next_step_at TEXT, claimed_by TEXT, claimed_name TEXT, claimed_at TEXT, claim_until TEXT,
            closed_at TEXT, outcome TEXT, closed_by TEXT, closed_name TEXT, told INTEGER NOT NULL, checked INTEGER NOT NULL)""")
    db.execute(
        "CREATE UNIQUE INDEX alerts_one_open ON alerts (community, elder, kind) WHERE closed_at IS NULL AND elder IS NOT NULL"
    )
    db.execute("CREATE INDEX alerts_due ON alerts (community, next_step_at) WHERE next_step_at IS NOT NULL")
    db.execute("CREATE INDEX alerts_by_day ON alerts (community, day)")
    db.execute("""
        CREATE TABLE questions (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, contact TEXT NOT NULL, chat TEXT NOT NULL, message TEXT NOT NULL,
            candidates TEXT NOT NULL, reading TEXT NOT NULL, alert INTEGER, asked_at TEXT NOT NULL, expires_at TEXT NOT NULL,
            answered_at TEXT, answer TEXT)""")
    db.execute("CREATE INDEX questions_open ON questions (community, contact, chat) WHERE answered_at IS NULL")
    db.execute("CREATE INDEX questions_by_time ON questions (community, asked_at)")


@steps()
def m005_outbox(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, urgency INTEGER NOT NULL,
            recipient TEXT NOT NULL, mentions TEXT NOT NULL, elders TEXT NOT NULL, alert TEXT, text TEXT NOT NULL, file TEXT,
            made_at TEXT NOT NULL, not_before TEXT NOT NULL, expires_at TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL,
            sent_at TEXT, far_id TEXT, error TEXT)""")
    db.execute("CREATE UNIQUE INDEX outbox_once ON outbox (community, key)")
    db.execute("CREATE INDEX outbox_waiting ON outbox (community, urgency, id) WHERE state IN ('pending', 'sending')")
    db.execute("CREATE INDEX outbox_sent ON outbox (community, sent_at) WHERE sent_at IS NOT NULL")
    db.execute("""
        CREATE TABLE receipts (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, elder TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL,
            told INTEGER NOT NULL)""")
    db.execute("CREATE INDEX receipts_untold ON receipts (community, id) WHERE told = 0")


@steps()
def m006_promises(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, elder TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
            person TEXT, message TEXT NOT NULL, claimed_by TEXT, claimed_name TEXT, claimed_at TEXT, closed_at TEXT)""")
    db.execute("CREATE UNIQUE INDEX requests_once ON requests (community, message, elder)")
    db.execute("CREATE INDEX requests_open ON requests (community, elder) WHERE closed_at IS NULL")
    db.execute("""
        CREATE TABLE notes (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
            sender TEXT NOT NULL, message TEXT NOT NULL)""")
    db.execute("CREATE UNIQUE INDEX notes_once ON notes (community, message, kind)")


@steps()
def m007_meta(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE meta (
            community TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (community, key))""")


@steps()
def m008_contacts_by_people(db: sqlite_utils.Database) -> None:
    db.execute("CREATE INDEX contacts_by_people ON contacts (community, people)")


@steps()
def m009_outbox_by_urgency(db: sqlite_utils.Database) -> None:
    db.execute("DROP INDEX outbox_waiting")
    db.execute("CREATE INDEX outbox_waiting ON outbox (community, urgency, not_before, id) WHERE state = 'pending'")
    db.execute("CREATE INDEX outbox_interrupted ON outbox (community, id) WHERE state = 'sending'")


@steps()
def m010_notices(db: sqlite_utils.Database) -> None:
    notices.create_tables(db)


@steps()
def m011_outbox_in_doubt(db: sqlite_utils.Database) -> None:
    db.execute("CREATE INDEX outbox_doubt ON outbox (community, id) WHERE state = 'doubt'")
    db.execute("CREATE INDEX outbox_failed ON outbox (community, recipient) WHERE state = 'failed'")


@steps()
def m011_media(db: sqlite_utils.Database) -> None:
    db.execute("""
        CREATE TABLE media (
            id INTEGER PRIMARY KEY, community TEXT NOT NULL, message TEXT NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL,
            contact TEXT NOT NULL, chat TEXT NOT NULL, person TEXT, album INTEGER NOT NULL, state TEXT NOT NULL,
            tries INTEGER NOT NULL, mentioned TEXT NOT NULL, sha256 TEXT, kind TEXT, size INTEGER, seconds REAL,
            shown TEXT, verdict TEXT, found TEXT NOT NULL, fingerprint BLOB, same_as INTEGER, elders TEXT NOT NULL,
            candidates TEXT NOT NULL, named_by TEXT, ask TEXT NOT NULL, why TEXT NOT NULL, erased_at TEXT)""")
    db.execute("CREATE UNIQUE INDEX media_once ON media (community, message)")
    db.execute("CREATE INDEX media_waiting ON media (community, id) WHERE state = 'waiting'")
    db.execute("CREATE INDEX media_by_contact ON media (community, contact, chat, at)")
    db.execute("CREATE INDEX media_same ON media (community, sha256) WHERE sha256 IS NOT NULL")
    db.execute("CREATE INDEX media_by_album ON media (community, album)")
    db.execute("CREATE INDEX media_kept ON media (community, at) WHERE erased_at IS NULL")
    db.execute("CREATE INDEX media_prints ON media (community, id) WHERE fingerprint IS NOT NULL")


@steps()
def m011_deadlines_and_evenings(db: sqlite_utils.Database) -> None:
    """A deadline set by command stays beside the file's (NULL: the file's holds); some report morning and evening.

    In `days`, `round_from` is when the evening's check-in began, `earlier` the state that the morning had come to.
    """
    db.execute("ALTER TABLE elders ADD COLUMN deadline_in_file TEXT")
    db.execute("ALTER TABLE elders ADD COLUMN twice INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE days ADD COLUMN round_from TEXT")
    db.execute("ALTER TABLE days ADD COLUMN earlier TEXT")


@steps()
def m011_outbox_echo(db: sqlite_utils.Database) -> None:
    db.execute("ALTER TABLE outbox ADD COLUMN echo_by TEXT")
    db.execute("CREATE INDEX outbox_unseen ON outbox (community, echo_by) WHERE echo_by IS NOT NULL")


@steps()
def m012_outbox_pace(db: sqlite_utils.Database) -> None:
    db.execute("CREATE INDEX outbox_pace ON outbox (community, sent_at) WHERE sent_at IS NOT NULL AND urgency > 0")


@steps()
def m013_what_a_busy_day_looks_up(db: sqlite_utils.Database) -> None:
    """Without these, what belongs to one message or alert is looked for among all there ever was, or all that waits."""
    db.execute("CREATE INDEX events_by_message ON events (community, message, what, at)")
    db.execute("CREATE INDEX events_by_alert ON events (community, alert, what) WHERE alert IS NOT NULL")
    db.execute("CREATE INDEX alerts_by_message ON alerts (community, message)")
    db.execute("CREATE INDEX outbox_calls ON outbox (community, recipient, id) WHERE state = 'pending'")
    db.execute(
        "CREATE INDEX outbox_by_alert ON outbox (community, alert) WHERE state = 'pending' AND alert IS NOT NULL"
    )
    db.execute(
        "CREATE INDEX messages_lists ON messages (community, at)"
        " WHERE type = 'text' AND (text LIKE '%接龙%' OR lower(text) LIKE '%group note%')"
    )


@steps()
def m014_what_is_taken_back(db: sqlite_utils.Database) -> None:
    db.execute("CREATE INDEX absences_by_message ON absences (community, message)")
    db.execute("CREATE INDEX coverages_by_message ON coverages (community, message)")
