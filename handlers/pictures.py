"""Pictures, clips and voice notes: kept when they are heard, decided once somebody has looked at the file.

A picture clears an elder when it is clear whose it is and that it is of today; words that come with it count by
themselves. What is old, sent before or without a date clears nobody: the sender is asked, once for a whole album and only
where somebody still waits for a word (schedules/pictures.py).
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from bot.model import CONTACT, Message, Reading
from bot.ports import Seen
from data import days, journal, media, messages, timers
from data.moments import at_local, moment_of
from handlers import corrections
from handlers.context import Context, said_at
from handlers.whose import Whose, whose

TYPES = frozenset({"image", "video", "audio"})
ASK, LISTEN = "picture", "listen"  # kinds of timers
# An album arrives as single messages, one after the other.
TOGETHER = dt.timedelta(minutes=2)
GATHER = dt.timedelta(seconds=60)
# Somebody who was asked about a picture may answer with words that name nobody.
ANSWER_WITHIN = dt.timedelta(minutes=60)
# A phone's clock may be a little ahead.
AHEAD = dt.timedelta(minutes=15)
# Words that say whose picture it is and leave it to the picture to say the rest.
NAMING = frozenset({"chat", "claim", "activity"})
OLD = ("again", "old")
GUESSED = ("claim", "only", "same")
# A quoted picture, as the gateways write it: 「周强：[图片]」.
_QUOTED = re.compile(r"\s*「([^「」：:]{1,40})[：:]\s*\[(?:图片|照片|视频)\]\s*」")

# The answer to "is it of today?"; never believed of a picture that is known to be old.
_TODAYS = re.compile(
    r"(?:[是对嗯]的?[，,。 ]?)*(?:就?是)?(?:今天|今早|刚刚?|刚才|现在|早上)(?:刚刚?|才)?(?:拍|照)?的?[呀啊哦，,。！!~ ]*"
)

Act = Callable[[Context], None]
Said = list[tuple[Message, Reading]]


def take_in(ctx: Context) -> None:
    """A message brought a file: it waits to be looked at."""
    at, chat = said_at(ctx.message, ctx.now), ctx.message.to
    contact = ctx.message.contact or ctx.message.sender
    before = media.recent(ctx.store, contact, chat, at - TOGETHER, at)
    album = before[-1]["album"] if before else None
    if before and messages.words_near(ctx.store, ctx.message, moment_of(before[-1]["at"]), at):
        album = None
    people = [p for name in ctx.message.mentions for p in ctx.roster.by_wechat(name) if p.role in ("elder", "family")]
    mentioned = dict.fromkeys(e for p in people for e in p.elders)
    person = ctx.person.id if ctx.person else None
    media.add(ctx.store, ctx.message, at, person=person, mentioned=mentioned, album=album)


def waits(ctx: Context) -> bool:
    """An elder's own picture without a word is contact, unless the look shows that it is an old one: it acts after that."""
    return ctx.reading.intent in CONTACT and ctx.message.type != "audio" and not ctx.message.text.strip()


def looked(ctx: Context, row: sqlite3.Row, seen: Seen, act: Act) -> None:
    """Somebody has looked at the file of `ctx.message`: decide what it proves, and for whom."""
    if row["type"] == "audio":
        _voice(ctx, row, seen)
        return
    said = _words(ctx, row)
    meant = _whose(ctx, row, seen, said)
    verdict = _verdict(ctx, seen, meant, earlier := _earlier(ctx, row, seen))
    if earlier is not None and verdict != "again" and not meant.elders:
        meant = Whose(media.elders_of(earlier), "same")
    media.judged(ctx.store, row["id"], replace(seen, same_as=earlier["id"] if earlier else None), verdict)
    journal.note(ctx.store, ctx.now, "picture", message=ctx.message.id, verdict=verdict, kind=row["type"])
    itself = waits(ctx)
    if itself and verdict not in OLD:
        act(ctx)
        media.settle(ctx.store, row["id"], elders=ctx.reading.elders, by="self")
    elif itself:
        _ask(ctx, row, verdict, ctx.reading.elders)
    elif not ctx.people:
        # A stranger's picture proves nothing about anybody: people look at it.
        media.settle(ctx.store, row["id"])
        if not ctx.reading.contacts():
            journal.note(ctx.store, ctx.now, "not-understood", message=ctx.message.id)
    elif verdict == "refused":
        _ask(ctx, row, verdict)
    else:
        _decide(ctx, row, seen, verdict, said, meant, act)


def _whose(ctx: Context, row: sqlite3.Row, seen: Seen, said: Said) -> Whose:
    naming = _naming(said)
    meant = whose(ctx, seen, naming[1] if naming else None, media.mentioned_of(row))
    # Words of another message are kept in mind by their message, so that they name one album only.
    return (
        replace(meant, how=naming[0].id) if naming and meant.how == "words" and not ctx.message.text.strip() else meant
    )


def _naming(said: Said) -> tuple[Message, Reading] | None:
    return next(((m, r) for m, r in said if r.elders and not r.ambiguous), None)


def _earlier(ctx: Context, row: sqlite3.Row, seen: Seen) -> sqlite3.Row | None:
    """The picture of this community that this one is."""
    found = media.get(ctx.store, seen.same_as) if seen.same_as is not None else None
    return found or (media.same_content(ctx.store, seen.digest, row["id"]) if seen.digest else None)


def _verdict(ctx: Context, seen: Seen, meant: Whose, earlier: sqlite3.Row | None) -> str:
    """What the picture proves, with the community's memory and the clock taken in."""
    if seen.verdict == "refused":
        return "refused"
    if earlier is not None and not _same_report(ctx, earlier, meant.elders):
        return "again"
    if seen.verdict == "today" and not _proves(ctx, seen):
        return "unclear"
    return seen.verdict


def _same_report(ctx: Context, earlier: sqlite3.Row, elders: tuple[str, ...]) -> bool:
    """Sent twice on one day, about the same elder (or nobody knows yet whom): that is still one report of today."""
    opened = at_local(ctx.day, ctx.settings.day.opens, ctx.settings.zone)
    if moment_of(earlier["at"]) < opened or earlier["verdict"] in OLD:
        return False
    before = media.elders_of(earlier)
    return not before or set(elders) <= set(before)


def _proves(ctx: Context, seen: Seen) -> bool:
    """A stamp with more than a date on it, of a moment of this day that has come; or the camera's own moment."""
    if seen.date is None:
        return seen.taken is not None
    if seen.time is None:
        # A greeting card or a calendar carries a date, too.
        return bool(seen.name or seen.place or seen.taken)
    stamped = dt.datetime.combine(seen.date, seen.time, tzinfo=ctx.settings.zone)
    return seen.time >= ctx.settings.day.opens and stamped <= said_at(ctx.message, ctx.now) + AHEAD


def _decide(ctx: Context, row: sqlite3.Row, seen: Seen, verdict: str, said: Said, meant: Whose, act: Act) -> None:
    naming, by = _naming(said), meant.how
    own_words = ctx.reading.contacts() or (naming is not None and naming[1].intent not in NAMING)
    if own_words:
        # Words have said how the elder is; what the picture shows adds nothing and takes nothing away.
        media.settle(ctx.store, row["id"], elders=meant.elders, by=by)
        return
    if verdict == "today":
        if meant.elders:
            _clear(ctx, row, meant.elders, by, act)
        else:
            _ask(ctx, row, "who", candidates=meant.candidates)
        return
    nameless = next(((m, r) for m, r in said if r.intent in CONTACT and not r.elders and not r.ambiguous), None)
    if nameless and verdict == "unclear" and len(meant.elders) == 1:
        # "老人一切都好" says how, the picture says who.
        message, reading = nameless
        media.settle(ctx.store, row["id"], elders=meant.elders, by=message.id)
        _act_on(ctx, message, reading._replace(elders=meant.elders), act)
        return
    if _is_report(ctx, seen, meant):
        _ask(ctx, row, verdict, meant.elders, by=by)
    else:
        media.settle(ctx.store, row["id"], state="open" if verdict == "unclear" else "done")


def _is_report(ctx: Context, seen: Seen, meant: Whose) -> bool:
    """Whether a picture without proof was meant as one, and somebody still waits for it: else it is talk."""
    stamped = seen.date is not None and (seen.time or seen.name or seen.place)
    if not meant.elders:
        return bool(stamped) and not meant.candidates
    return any(_waited_for(ctx, e) for e in meant.elders)


def _waited_for(ctx: Context, elder: str) -> bool:
    row = days.get(ctx.store, ctx.day, elder)
    return row is not None and row["state"] in ("waiting", "missed")


def _clear(ctx: Context, row: sqlite3.Row, elders: tuple[str, ...], by: str, act: Act) -> None:
    media.settle(ctx.store, row["id"], elders=elders, by=by)
    # The others of the album need no question any more.
    for other in media.album(ctx.store, row["album"]):
        if other["id"] != row["id"] and other["state"] == "open" and other["ask"] in ("who", "unclear", *OLD):
            media.settle(ctx.store, other["id"], elders=media.elders_of(other) or elders, by=by)
    reading = Reading(ctx.message.id, "checkin", elders, why=f"照片：{_why(ctx, row)}", outcome="safe")
    messages.set_reading(ctx.store, ctx.message.id, reading)
    act(replace(ctx, reading=reading))


def _why(ctx: Context, row: sqlite3.Row) -> str:
    """Why a picture was judged as it was, in Chinese."""
    kept = media.get(ctx.store, row["id"])
    return kept["why"] if kept is not None else ""


def _act_on(ctx: Context, message: Message, reading: Reading, act: Act) -> None:
    messages.set_reading(ctx.store, message.id, reading)
    act(replace(ctx, message=message, reading=reading))


def _ask(
    ctx: Context,
    row: sqlite3.Row,
    ask: str,
    elders: tuple[str, ...] = (),
    *,
    candidates: tuple[str, ...] = (),
    by: str | None = None,
) -> None:
    """Leave the question to the duty: words may still come, and an album is one report."""
    if ask in ("who", "unclear") and _answered_beside(ctx, row):
        media.settle(ctx.store, row["id"], state="open", elders=elders, by=by)
        return
    media.settle(ctx.store, row["id"], state="open", elders=elders, candidates=candidates, ask=ask, by=by)
    at, window = moment_of(row["at"]), _window(ctx)
    due = max(at + window, ctx.now) if ask in ("who", "unclear") else ctx.now + GATHER
    timers.arm(ctx.store, ASK, due, str(row["album"]))


def _answered_beside(ctx: Context, row: sqlite3.Row) -> bool:
    """The same visit has shown, a moment ago, all that was to be shown."""
    at = moment_of(row["at"])
    beside = media.recent(ctx.store, row["contact"], row["chat"], at - _window(ctx), at + TOGETHER)
    return any(r["id"] != row["id"] and r["verdict"] == "today" and media.elders_of(r) for r in beside)


def _window(ctx: Context) -> dt.timedelta:
    return dt.timedelta(minutes=ctx.settings.media.words_minutes)


def _words(ctx: Context, row: sqlite3.Row) -> Said:
    """What the sender wrote shortly before or after and no other album has had, the nearest before it first."""
    at, window = moment_of(row["at"]), _window(ctx)
    found = messages.words_near(ctx.store, ctx.message, at - window, at + window)
    beside = media.recent(ctx.store, row["contact"], row["chat"], at - 2 * window, at + 2 * window)
    taken = {r["named_by"] for r in beside if r["album"] != row["album"]}
    free = [(m, r) for m, r in found if m.id not in taken]
    before = [f for f in free if f[0].at <= at]
    return [*reversed(before), *free[len(before) :]]


# --- words after a picture


def about_picture(ctx: Context) -> Context:
    """ "老人一切都好" right after a picture of somebody is about that elder; "刚拍的" answers when it was taken."""
    reading = ctx.reading
    todays = reading.intent == "chat" and _TODAYS.fullmatch(ctx.message.text.strip()) is not None
    if ctx.message.type != "text" or reading.elders or reading.ambiguous or not (todays or reading.intent in CONTACT):
        return ctx
    rows = [r for r in _beside(ctx, ANSWER_WITHIN) if r["verdict"] not in (*OLD, "refused", "heard", None)]
    rows = [
        r for r in rows if moment_of(r["at"]) >= said_at(ctx.message, ctx.now) - _window(ctx) or r["ask"] == "asked"
    ]
    shown = media.elders_of(rows[-1]) if rows else ()
    if len(shown) != 1 or (todays and rows[-1]["verdict"] != "unclear"):
        return ctx
    return replace(ctx, reading=reading._replace(intent="checkin", elders=shown)) if todays else ctx.about(*shown)


def heard(ctx: Context, act: Act) -> None:
    """Words that name somebody may say whose the picture before them is."""
    reading = ctx.reading
    if ctx.message.type != "text" or not reading.elders or reading.ambiguous:
        return
    rows = [r for r in _meant_rows(ctx) if r["state"] == "open" or r["named_by"] in GUESSED]
    rows = [r for r in rows if r["album"] == rows[-1]["album"]]
    for row in rows:
        original = messages.get(ctx.store, row["message"])
        if original is None or row["type"] == "audio" or row["verdict"] == "refused":
            continue
        if row["state"] != "open":
            if set(media.elders_of(row)) & set(reading.elders) or reading.intent not in NAMING | CONTACT:
                continue
            # It was taken to be the one whom the sender went to see; the words say otherwise.
            corrections.undo(ctx, original)
        media.settle(ctx.store, row["id"], elders=reading.elders, by=ctx.message.id)
        earlier = media.get(ctx.store, row["same_as"]) if row["same_as"] is not None else None
        again = earlier is not None and not _same_report(ctx, earlier, reading.elders)
        if again and reading.intent in NAMING:
            _ask(replace(ctx, message=original), row, "again", reading.elders, by=ctx.message.id)
        elif row["verdict"] == "today" and reading.intent in NAMING:
            _clear(replace(ctx, message=original), row, reading.elders, ctx.message.id, act)
        elif reading.intent in NAMING and any(_waited_for(ctx, e) for e in reading.elders):
            _ask(replace(ctx, message=original), row, row["verdict"], reading.elders, by=ctx.message.id)


def _meant_rows(ctx: Context) -> list[sqlite3.Row]:
    """The album that words are about: the one they quote, else the sender's own newest."""
    quoted = _QUOTED.match(ctx.message.text)
    if quoted is None:
        return _beside(ctx, _window(ctx))
    rows = media.of_sender(ctx.store, quoted[1], ctx.message.to, ctx.now - ANSWER_WITHIN)
    mine = [r for r in rows if r["contact"] == (ctx.message.contact or ctx.message.sender)]
    return rows if all(ctx.may("end_distress", e) for e in ctx.reading.elders) else mine


def _beside(ctx: Context, within: dt.timedelta) -> list[sqlite3.Row]:
    at = said_at(ctx.message, ctx.now)
    return media.recent(ctx.store, ctx.message.contact or ctx.message.sender, ctx.message.to, at - within, at)


def chosen(ctx: Context, message_id: str, elders: tuple[str, ...]) -> None:
    """The sender has answered who is in the picture: the whole album is about them."""
    row = media.of_message(ctx.store, message_id)
    for one in media.album(ctx.store, row["album"]) if row is not None else ():
        if one["state"] != "waiting" and not media.elders_of(one):
            media.settle(ctx.store, one["id"], elders=elders, by=ctx.message.id)


# --- voice notes


def _voice(ctx: Context, row: sqlite3.Row, seen: Seen) -> None:
    """A voice note is for a person to listen to; the elder's own was contact when it came."""
    media.judged(ctx.store, row["id"], seen, seen.verdict)
    journal.note(ctx.store, ctx.now, "voice", message=ctx.message.id, verdict=seen.verdict)
    if seen.verdict == "refused":
        _ask(ctx, row, "refused")
        return
    if ctx.may("command") or (seen.words and ctx.reading.intent != "chat"):
        media.settle(ctx.store, row["id"], elders=ctx.reading.elders)
        return
    about = ctx.reading.elders or (ctx.person.elders if ctx.person else ())
    media.settle(ctx.store, row["id"], state="open", elders=about, ask="heard")
    if timers.armed(ctx.store, LISTEN) is None:
        timers.arm(ctx.store, LISTEN, ctx.now + _window(ctx))
