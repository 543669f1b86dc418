"""What is still unclear about a picture, an album or a voice note: the sender is asked once, the coordinators listen."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

from bot.model import Message, Reading
from data import days, journal, media, messages, outbox, questions, timers
from data.moments import moment_of
from data.phrases import clock, listing, names, one_line, say
from schedules.context import Moment

KIND, LISTEN = "picture", "listen"
ANSWER_WITHIN = dt.timedelta(minutes=60)
# A picture of today of which nobody has said who it is: after this the coordinators see it.
UNANSWERED, PATIENCE = "picture-unanswered", dt.timedelta(minutes=30)
FIRST = ("who", "again", "old", "unclear", "refused")
# More voice notes than this at once are listed, not sent on: they can be heard in the group.
MOST_FILES = 3
MOST_LINES = 20


def run(at: Moment) -> None:
    for key, _ in timers.take(at.store, KIND, at.now):
        _album(at, media.album(at.store, int(key)))
    if timers.take(at.store, LISTEN, at.now):
        _listen(at)
    for key, _ in timers.take(at.store, UNANSWERED, at.now):
        _unanswered(at, *(int(n) for n in key.split(":")))


def _album(at: Moment, rows: Sequence[sqlite3.Row]) -> None:
    """One question for all of an album; none where it, or somebody's words, has said enough meanwhile."""
    open_rows = [r for r in rows if r["state"] == "open" and r["ask"] in FIRST]
    shown = any(r["verdict"] == "today" and media.elders_of(r) for r in rows)
    wanted = [r for r in open_rows if _still(at, r) and not (shown and r["ask"] in ("who", "unclear", "refused"))]
    for row in open_rows:
        media.settle(at.store, row["id"], elders=media.elders_of(row), ask="asked" if row in wanted else "")
    if not wanted:
        return
    # Of several, the one with somebody in it says most to who is to know them.
    row = min(wanted, key=lambda r: (FIRST.index(r["ask"]), not media.shows_somebody(r), r["id"]))
    message = messages.get(at.store, row["message"])
    if message is not None:
        _ask(at, row, message)


def _still(at: Moment, row: sqlite3.Row) -> bool:
    """Whether the answer is still missing: a word has come for all of them otherwise."""
    elders = [e for e in media.elders_of(row) if e in at.roster.elders]
    if row["ask"] == "refused" or not elders:
        return True
    states = [days.get(at.store, at.day, e) for e in elders]
    return any(s is not None and s["state"] in ("waiting", "missed") for s in states)


def _ask(at: Moment, row: sqlite3.Row, message: Message) -> None:
    elders = [e for e in media.elders_of(row) if e in at.roster.elders]
    candidates: list[str] = []
    sender = _address(at, message)
    if sender is None:
        return
    ask: str = row["ask"]
    key = f"picture:{row['album']}:{ask}"
    if _asked_today(at, row):
        return
    if ask == "who":
        candidates = [e for e in media.candidates_of(row) if e in at.roster.elders]
        reading = Reading(message.id, "checkin", tuple(candidates), ambiguous=True, why="照片", outcome="safe")
        number = questions.ask(at.store, message, reading, candidates, at.now, at.now + ANSWER_WITHIN)
        key = f"question:{number}"
        timers.arm(at.store, UNANSWERED, at.now + PATIENCE, f"{number}:{row['id']}")
        choices = "\n".join(f"{i}. {name}" for i, name in enumerate(names(at.roster, candidates), 1))
        text = say("picture_which", choices=choices) if candidates else say("picture_who")
    else:
        text = _words(at, row, ask, elders, itself=sender in elders)
    outbox.put(
        at.store,
        at.now,
        key,
        "question",
        "room" if message.to == "room" else sender,
        text,
        mentions=[sender] if message.to == "room" else (),
        elders=elders or candidates,
        expires=at.now + ANSWER_WITHIN,
    )
    journal.note(at.store, at.now, "picture-asked", message=message.id, ask=ask)


def _asked_today(at: Moment, row: sqlite3.Row) -> bool:
    """The same sender was asked the same about the same elders before: once a day is enough."""
    elders = media.elders_of(row)
    rows = media.recent(at.store, row["contact"], row["chat"], at.local(at.settings.day.opens), at.now)
    asked = [r for r in rows if r["ask"] == "asked" and r["album"] != row["album"] and r["verdict"] == row["verdict"]]
    return bool(elders) and row["ask"] != "refused" and any(media.elders_of(r) == elders for r in asked)


def _words(at: Moment, row: sqlite3.Row, ask: str, elders: Sequence[str], *, itself: bool) -> str:
    kind, one = say(f"media_{row['type']}"), say(f"media_{row['type']}_one")
    if ask == "refused":
        return say("picture_refused", kind=kind, why=row["why"])
    said = say(f"picture_{ask}", kind=kind, one=one)
    if itself:
        return said + say("picture_you")
    return said + (
        say("picture_please", names=listing(names(at.roster, elders))) if elders else say("picture_please_who")
    )


def _address(at: Moment, message: Message) -> str | None:
    """Where the sender is reached: the person's id, or the contact's where it is not certain who it is."""
    people = message.people
    if people is None:
        people = tuple(p.id for p in at.roster.by_wechat(message.sender))
    known = [p for p in people if p in at.roster.people]
    return known[0] if len(known) == 1 else f"contact:{message.contact or message.sender}"


def _unanswered(at: Moment, number: int, media_id: int) -> None:
    """Somebody was seen today and nobody has said who: the coordinators get the picture, without what a phone hid in it."""
    question, row = questions.get(at.store, number), media.get(at.store, media_id)
    message = messages.get(at.store, row["message"]) if row is not None else None
    if question is None or question["answered_at"] or row is None or message is None:
        return
    time = clock(moment_of(row["at"]), at.settings.zone)
    seen = say("picture_person") if media.shows_somebody(row) else ""
    who, kind = one_line(message.sender, 30), say(f"media_{row['type']}")
    text = say("notice_picture", person=seen, who=who, time=time, kind=kind)
    for person in at.roster.with_role("coordinator"):
        if person.wechat:
            key = f"picture-unanswered:{media_id}:{person.id}"
            outbox.put(at.store, at.now, key, "notice", person.id, text, file=row["shown"])


def _listen(at: Moment) -> None:
    """Voice notes that nobody has understood: to the coordinators, together, with what a phone plays."""
    rows = media.to_hear(at.store)
    for row in rows:
        media.settle(at.store, row["id"], elders=media.elders_of(row))
    for person in at.roster.with_role("coordinator"):
        if not person.wechat or not rows:
            continue
        if len(rows) > MOST_FILES:
            lines = "\n".join(f"· {voice_line(at, r)}" for r in rows[:MOST_LINES])
            key = f"listen:{rows[0]['id']}-{rows[-1]['id']}:{person.id}"
            outbox.put(at.store, at.now, key, "notice", person.id, say("notice_voices", count=len(rows), lines=lines))
            continue
        for row in rows:
            text = say("notice_voice", line=voice_line(at, row))
            elders = media.elders_of(row)
            key = f"listen:{row['id']}:{person.id}"
            outbox.put(at.store, at.now, key, "notice", person.id, text, elders=elders, file=row["shown"])


def voice_line(at: Moment, row: sqlite3.Row) -> str:
    """Who sent it, when, how long it is and whom it may be about."""
    message = messages.get(at.store, row["message"])
    elders = [e for e in media.elders_of(row) if e in at.roster.elders]
    person = at.roster.people.get(row["person"] or "")
    who = (
        names(at.roster, [person.id])[0]
        if person and person.role == "elder"
        else one_line(message.sender, 30)
        if message
        else ""
    )
    about = "、".join(names(at.roster, elders)[:3]) if elders and not (person and person.role == "elder") else ""
    length = f"，{max(1, round(row['seconds']))}秒" if row["seconds"] else ""
    return say(
        "voice_line",
        who=who,
        about=f"（{about}家里）" if about else "",
        time=clock(moment_of(row["at"]), at.settings.zone),
        where=say("voice_room") if row["chat"] == "room" else say("voice_private"),
        length=length,
    )
