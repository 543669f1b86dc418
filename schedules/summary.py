"""One post to the group at the end of the day, and one to each coordinator with everything that wants a follow-up."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator

from data import absences, alerts, boards, days, journal, media, messages, outbox, promises, questions, timers
from data.moments import moment_of
from data.phrases import clock, date, in_parts, listing, names, one_line, say
from schedules import pictures
from schedules.context import Moment

MOST_ON_BOARD = 300


def run(at: Moment) -> None:
    for key, _ in timers.take(at.store, "summary", at.now):
        day = dt.date.fromisoformat(key)
        if day != at.day:
            continue
        people = for_room(at, day)
        outbox.put(
            at.store,
            at.now,
            f"summary:{key}:room",
            "summary",
            "room",
            people,
            elders=(),
            expires=at.local(dt.time(23, 59)),
            file=board(at, day, "group"),
        )
        parts = in_parts(for_coordinators(at, day).split("\n"), gap="\n")
        for person in at.roster.with_role("coordinator"):
            for i, part in enumerate(parts):
                shown = None if i else board(at, day, "coordinator")
                text = "\n".join(part)
                outbox.put(at.store, at.now, f"summary:{key}:{person.id}:{i}", "summary", person.id, text, file=shown)


def board(at: Moment, day: dt.date, reader: boards.Reader) -> str | None:
    """The name of the day's picture for these readers, where config wants one and there is something to show."""
    wanted = at.settings.media.board
    if wanted == "none" or (reader == "group" and wanted != "all"):
        return None
    return boards.name_of(day, reader) if 0 < sum(days.count(at.store, day).values()) <= MOST_ON_BOARD else None


def for_room(at: Moment, day: dt.date) -> str:
    """How many are well, whom to keep an eye on, and thanks: words that hurt nobody."""
    found = days.count(at.store, day)
    total = sum(found.values())
    safe = found.get("safe", 0) + found.get("concern", 0)
    away = found.get("away", 0)
    care = [r["elder"] for r in days.in_state(at.store, day, "concern") if r["elder"] in at.roster.elders]
    waiting = [r["elder"] for r in days.in_state(at.store, day, "missed", "waiting") if r["elder"] in at.roster.elders]
    if safe == total:
        text = say("summary_all_heard" if care else "summary_all_safe", total=total)
    else:
        text = say("summary_counts", total=total, safe=safe) + (say("summary_away", away=away) if away else "")
    if care:
        text += say("summary_care", names="、".join(names(at.roster, care)[:20]))
    if waiting:
        text += say("summary_waiting", names="、".join(names(at.roster, waiting)[:20]))
    if helpers := _helpers(at, day):
        text += say("summary_thanks", names="、".join(helpers[:20]))
    return text + say("summary_end")


def _helpers(at: Moment, day: dt.date) -> list[str]:
    """The volunteers who took something on or saw somebody today, in the order they first did."""
    start, end = _bounds(at, day)
    rows = [
        *journal.between(at.store, "claimed", start, end),
        *journal.between(at.store, "request-claimed", start, end),
    ]
    rows += journal.between(at.store, "alert-closed", start, end)
    people = dict.fromkeys(r["person"] for r in sorted(rows, key=lambda r: r["id"]) if r["person"])
    known = (at.roster.people.get(p) for p in people)
    return [p.name for p in known if p is not None and p.role in ("volunteer", "clinic")]


def _bounds(at: Moment, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    start = at.local(at.settings.day.opens, day)
    return start, at.local(at.settings.day.opens, day + dt.timedelta(days=1))


def for_coordinators(at: Moment, day: dt.date) -> str:
    """The day's alerts with times to contact, concerns, absences, open questions, and what was not understood."""
    found = days.count(at.store, day)
    head = say(
        "coordinator_head",
        date=date(day),
        total=sum(found.values()),
        safe=found.get("safe", 0),
        concern=found.get("concern", 0),
        missed=found.get("missed", 0) + found.get("waiting", 0),
        away=found.get("away", 0),
    )
    start, end = _bounds(at, day)
    sections = [
        ("coordinator_alerts", [_alert(at, a) for a in alerts.of_day(at.store, day)]),
        ("coordinator_concerns", [_concern(at, r) for r in days.concerns(at.store, day)]),
        ("coordinator_away", [_absence(at, r) for r in absences.on(at.store, day)]),
        ("coordinator_coverage", [_absence(at, r) for r in absences.coverages_on(at.store, day)]),
        ("coordinator_requests", [_request(at, r) for r in promises.requests_between(at.store, start, end)]),
        ("coordinator_questions", [_question(at, q) for q in questions.unanswered(at.store, start, end)]),
        ("coordinator_voices", [pictures.voice_line(at, r) for r in media.between(at.store, "audio", start, end)]),
        ("coordinator_pictures", list(_pictures(at, start, end))),
        ("coordinator_documents", list(_documents(at, start, end))),
        ("coordinator_unclear", list(_unclear(at, start, end))),
        ("coordinator_silences", list(_silences(at, start, end))),
        ("coordinator_matters", [one_line(r["text"]) for r in promises.notes_between(at.store, "matter", start, end)]),
    ]
    told = [
        say(key, lines="\n".join(["", *(f"· {line}" for line in lines if line)]))
        for key, lines in sections
        if any(lines)
    ]
    return "\n".join([head, *(told or [say("coordinator_quiet")])])


def _name(at: Moment, elder: str | None) -> str:
    return names(at.roster, [elder])[0] if elder in at.roster.elders and elder else "一位老人"


def _alert(at: Moment, alert: sqlite3.Row) -> str:
    zone = at.settings.zone
    opened = moment_of(alert["opened_at"])
    claimed = say("coordinator_claimed", who=alert["claimed_name"]) if alert["claimed_name"] else ""
    if alert["closed_at"]:
        ended = moment_of(alert["closed_at"])
        minutes = round((ended - opened).total_seconds() / 60)
        outcome = say(f"outcome_{alert['outcome']}")
        closed = say("coordinator_closed", closed=clock(ended, zone), outcome=outcome, minutes=minutes)
    else:
        closed = say("coordinator_still_open")
    elder = alert["elder"]
    name = _name(at, elder) if elder else listing(names(at.roster, json.loads(alert["candidates"]))[:4] or ["一位老人"])
    kind = say(f"kind_{alert['kind']}")
    return say("coordinator_alert", name=name, kind=kind, opened=clock(opened, zone), claimed=claimed, closed=closed)


def _concern(at: Moment, report: sqlite3.Row) -> str:
    time = clock(moment_of(report["at"]), at.settings.zone)
    note, who = one_line(report["note"]), one_line(report["sender"])
    return say("coordinator_concern", name=_name(at, report["elder"]), note=note, who=who, time=time)


def _absence(at: Moment, row: sqlite3.Row) -> str:
    until = (
        f"到{date(dt.date.fromisoformat(row['last_day']))}"
        if row["last_day"]
        else f"从{row['first_day'][5:]}起，没说回来的日子"
    )
    return say("coordinator_absence", name=_name(at, row["elder"]), until=until)


def _request(at: Moment, row: sqlite3.Row) -> str:
    state = f"{row['claimed_name']}接了" if row["claimed_name"] else "撤回了" if row["closed_at"] else "还没人接"
    return say("coordinator_request", name=_name(at, row["elder"]), text=one_line(row["text"]), state=state)


def _question(at: Moment, question: sqlite3.Row) -> str:
    message = messages.get(at.store, question["message"])
    elders = [e for e in json.loads(question["candidates"]) if e in at.roster.elders]
    time = clock(moment_of(question["asked_at"]), at.settings.zone)
    who = one_line(message.sender) if message else ""
    return say("coordinator_question", who=who, time=time, names=listing(names(at.roster, elders)[:6] or ["?"]))


def _silences(at: Moment, start: dt.datetime, end: dt.datetime) -> Iterator[str]:
    """When nothing was heard, and how many single messages were lost."""
    zone = at.settings.zone
    for row in journal.between(at.store, "silence", start, end):
        over = moment_of(row["at"])
        since = over - dt.timedelta(minutes=json.loads(row["detail"])["minutes"])
        first, last = since.astimezone(zone).date(), over.astimezone(zone).date()
        yield f"{'' if first == last else date(first)}{clock(since, zone)}到{clock(over, zone)}"
    if lost := len(journal.between(at.store, "unheard", start, end)):
        yield say("coordinator_unheard", count=lost)


def _pictures(at: Moment, start: dt.datetime, end: dt.datetime) -> Iterable[str]:
    """Pictures that were old or had been sent before, an album in one line: whoever sent them may need a word."""
    told: set[int] = set()
    for row in (*media.between(at.store, "image", start, end), *media.between(at.store, "video", start, end)):
        message = messages.get(at.store, row["message"])
        if row["verdict"] in ("again", "old") and row["album"] not in told and message is not None:
            told.add(row["album"])
            time, kind = clock(message.at, at.settings.zone), say(f"media_{row['type']}")
            yield say(f"coordinator_picture_{row['verdict']}", who=one_line(message.sender), time=time, kind=kind)


def _documents(at: Moment, start: dt.datetime, end: dt.datetime) -> Iterator[str]:
    """The documents of the day: nobody but a person reads them. Their names may say too much, so only their endings."""
    for row in journal.between(at.store, "passed-on", start, end):
        detail, message = json.loads(row["detail"]), messages.get(at.store, row["message"])
        if detail["kind"] == "file" and message is not None:
            yield say(
                "document_room" if message.to == "room" else "document_private",
                who=one_line(message.sender),
                time=clock(message.at, at.settings.zone),
                ending=f"（{detail['ending']}）" if detail["ending"] else "",
                lost="" if detail["kept"] else say("document_lost_mark"),
            )


def _unclear(at: Moment, start: dt.datetime, end: dt.datetime) -> Iterable[str]:
    rows = [*journal.between(at.store, "not-understood", start, end), *journal.between(at.store, "failed", start, end)]
    rows += journal.between(at.store, "nobody-named", start, end)
    for row in sorted(rows, key=lambda r: r["id"]):
        message = messages.get(at.store, row["message"])
        if message is not None:
            time = clock(message.at, at.settings.zone)
            text = one_line(message.text) or say(f"media_{message.type}" if message.file else "no_words")
            yield say("coordinator_unclear_line", who=one_line(message.sender), time=time, text=text)
