"""Questions about check-ins: a family hears about its own elder, volunteers and coordinators about all, others no names."""

from __future__ import annotations

import datetime as dt
import re

from data import alerts, days, journal, outbox
from data.holidays import times_of
from data.moments import moment_of
from data.phrases import clock, in_parts, names, one_line, say
from handlers.context import Context
from handlers.registry import handles

_HOW = re.compile(r"几点|截止|怎么[报弄用设]|咋[报弄用]|怎样报|如何|什么时候报|啥时候报|规则|算不算|能不能")
MOST = 8


@handles("query")
def query(ctx: Context) -> None:
    text, elders, emergency = answer(ctx)
    reply(ctx, text, elders, emergency=emergency)


def reply(ctx: Context, text: str, elders: list[str] | tuple[str, ...] = (), *, emergency: bool = False) -> None:
    """Answer where the question was asked. A long answer goes out as several messages."""
    journal.note(ctx.store, ctx.now, "reply", message=ctx.message.id)
    for i, part in enumerate(in_parts(text.split("\n"), gap="\n")):
        outbox.put(
            ctx.store,
            ctx.now,
            f"reply:{ctx.message.id}:{i}",
            "reply",
            "room" if ctx.from_room else ctx.sender_address,
            "\n".join(part),
            mentions=[ctx.sender_address] if ctx.from_room else (),
            elders=elders,
            emergency=emergency,
            expires=ctx.now + dt.timedelta(hours=1),
        )


def answer(ctx: Context) -> tuple[str, list[str], bool]:
    """What to say, about whom, and whether it is about an emergency that is open."""
    asked = [e for e in ctx.reading.elders if ctx.may("hear", e)]
    refused = [e for e in ctx.reading.elders if not ctx.may("hear", e)]
    own = _own(ctx)
    if not ctx.reading.elders and not _HOW.search(ctx.message.text):
        if ctx.may("hear_all"):
            return missing(ctx, compound_in(ctx)), [], False
        if own:
            asked = own
    if asked:
        lines = [status(ctx, e) for e in asked[:MOST]]
        urgent = any(a["kind"] == "distress" for e in asked[:MOST] for a in alerts.open_of(ctx.store, e))
        return "\n".join(lines), asked[:MOST], urgent
    if refused:
        return say("reply_not_yours") + counts(ctx), [], False
    if _HOW.search(ctx.message.text):
        usual = times_of(ctx.settings, ctx.day)
        how = say("reply_how", opens=f"{ctx.settings.day.opens:%H:%M}", deadline=f"{usual.deadline:%H:%M}")
        evening = ctx.settings.evening
        if evening.everyone or any(e in ctx.roster.elders and ctx.roster.elders[e].twice for e in own):
            how += say("reply_how_evening", opens=f"{evening.opens:%H:%M}", deadline=f"{evening.deadline:%H:%M}")
        return how, [], False
    return counts(ctx), [], False


def _own(ctx: Context) -> list[str]:
    return list(ctx.person.elders) if ctx.person else []


def counts(ctx: Context) -> str:
    """How many, without names."""
    found = days.count(ctx.store, ctx.day)
    if not found:
        return say("reply_not_open", name="大家", opens=f"{ctx.settings.day.opens:%H:%M}")
    safe = found.get("safe", 0) + found.get("concern", 0)
    return say("reply_counts", safe=safe, waiting=found.get("waiting", 0) + found.get("missed", 0))


def compound_in(ctx: Context) -> str | None:
    """The compound a question names: in full, or by its name without numbers (石油小区 for 石油1号小区)."""
    text = ctx.message.text
    compounds = sorted({e.compound for e in ctx.roster.elders.values() if e.compound}, key=lambda c: (-len(c), c))
    for compound in compounds:
        short = re.sub(r"\d+号?(?:院|楼)?", "", compound)
        if compound in text or (len(short) >= 3 and short in text):
            return compound
    return None


def missing(ctx: Context, compound: str | None = None) -> str:
    """Who has not been heard of today, for the team."""
    rows = days.in_state(ctx.store, ctx.day, "waiting", "missed")
    found = days.count(ctx.store, ctx.day)
    if not found:
        return say("reply_not_open", name="大家", opens=f"{ctx.settings.day.opens:%H:%M}")
    elders = [r["elder"] for r in rows if r["elder"] in ctx.roster.elders]
    if compound:
        elders = [e for e in elders if ctx.roster.elders[e].compound == compound]
        if not elders:
            return say("reply_none_missing_in", place=compound)
    safe = found.get("safe", 0) + found.get("concern", 0)
    if not elders:
        return say("reply_none_missing", safe=safe)
    away = say("reply_missing_away", away=found["away"]) if found.get("away") else ""
    rest = "" if compound else say("reply_missing_rest", safe=safe, away=away)
    return say("reply_who_missing", names="、".join(names(ctx.roster, elders)), rest=rest)


def status(ctx: Context, elder: str) -> str:
    """One elder's day in one sentence."""
    name = ctx.roster.elders[elder].title
    zone = ctx.settings.zone
    current = alerts.open_of(ctx.store, elder)
    claimed = next((a["claimed_name"] for a in current if a["claim_until"]), None)
    if any(a["kind"] == "distress" for a in current):
        return say("reply_distress", name=name, claimed=say("reply_distress_claimed", who=claimed) if claimed else "")
    row = days.get(ctx.store, ctx.day, elder)
    if row is None:
        return say("reply_not_open", name=name, opens=f"{ctx.settings.day.opens:%H:%M}")
    itself = ctx.person is not None and ctx.person.id == elder
    state = row["state"]
    if state in days.IN_CONTACT:
        report = days.reports_of(ctx.store, ctx.day, elder)
        at = clock(moment_of(row["contact_at"]), zone) if row["contact_at"] else ""
        if itself:
            return say("reply_you_reported", time=at)
        if state == "concern":
            return say("reply_concern", name=name, time=at)
        who = "家人" if not report else "本人" if report[-1]["person"] == elder else one_line(report[-1]["sender"], 30)
        return say("reply_reported", name=name, time=at, who=who)
    if state == "away":
        return say("reply_away", name=name)
    if current or state == "missed":
        return say("reply_missed_claimed", name=name, who=claimed) if claimed else say("reply_missed", name=name)
    evening = "_evening" if row["round_from"] else ""
    if itself:
        return say(f"reply_you_waiting{evening}")
    return say(f"reply_waiting{evening}", name=name, deadline=clock(moment_of(row["deadline_at"]), zone))
