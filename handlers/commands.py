"""Orders of coordinators: who is missing, close an alert, pause or resume an elder, set a deadline, help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.model import Command
from data import absences, alerts, days, deadlines, journal
from data.phrases import say, span
from handlers import contact, corrections, queries
from handlers.context import Context


def obey(ctx: Context, command: Command) -> None:
    """Carry out one order and say so. Only for coordinators: the caller has looked."""
    journal.note(
        ctx.store,
        ctx.now,
        "command",
        person=ctx.person.id if ctx.person else None,
        message=ctx.message.id,
        name=command.name,
        elders=command.elders,
    )
    queries.reply(ctx, _carry_out(ctx, command), command.elders)


def _carry_out(ctx: Context, command: Command) -> str:
    if command.name == "close":
        return _close_unnamed(ctx, command) or _close(ctx, command)
    return _ACTS[command.name](ctx, command)


def _help(ctx: Context, command: Command) -> str:
    return say("command_help")


def _missing(ctx: Context, command: Command) -> str:
    return queries.missing(ctx, queries.compound_in(ctx))


def _one(act: Callable[[Context, Command, str], str]) -> Callable[[Context, Command], str]:
    """Orders about one elder: ask for the full name when none or several fit."""

    def checked(ctx: Context, command: Command) -> str:
        if not command.elders:
            return say("command_who", example=say(f"example_{command.name}"))
        if len(command.elders) > 1:
            called = [
                f"{e.name}（{e.compound}）" for i in command.elders[:9] if (e := ctx.roster.elders.get(i)) is not None
            ]
            return say("command_which", names="、".join(called))
        if command.problem and command.name != "close":  # what is missing there is asked for with the name
            named = ctx.roster.elders[command.elders[0]].name
            return say("command_unclear", example=say(f"example_{command.name}").replace("李玉兰", named))
        return act(ctx, command, command.elders[0])

    return checked


@_one
def _status(ctx: Context, command: Command, elder: str) -> str:
    return queries.status(ctx, elder)


@_one
def _close(ctx: Context, command: Command, elder: str) -> str:
    name = ctx.roster.elders[elder].title
    current = alerts.open_of(ctx.store, elder)
    if not current:
        return say("command_nothing_open", name=name)
    if command.outcome is None:
        return say("command_need_outcome", name=ctx.roster.elders[elder].name + " ")
    for alert in current:
        contact.end(ctx, alert, command.outcome)
    if command.outcome == "false_alarm" and all(a["kind"] == "distress" for a in current):
        corrections.look_again(ctx, elder)  # there was no emergency, and no word of the elder either
    if command.outcome in ("safe", "helped", "hospital"):
        contact.record(ctx, elder, "checkin" if command.outcome == "safe" else "concern")
    if command.outcome in ("away", "died"):
        pause(ctx, elder, None, command.outcome)
    return say("command_closed", name=name, outcome=say(f"outcome_{command.outcome}"))


def _close_unnamed(ctx: Context, command: Command) -> str | None:
    """ "结束 误会" without a name, while an emergency is open of which nobody knows who is meant; None: it is not that."""
    current = alerts.unnamed(ctx.store)
    if command.elders or not current:
        return None
    if command.outcome is None:
        return say("command_need_outcome", name="")
    for alert in current:
        contact.end(ctx, alert, command.outcome)
    return say("command_closed_unnamed", outcome=say(f"outcome_{command.outcome}"))


def pause(ctx: Context, elder: str, until: dt.date | None, reason: str = "away") -> None:
    """No check-ins from today (from tomorrow, if the elder was in contact today) to `until`."""
    row = days.get(ctx.store, ctx.day, elder)
    spoken = row is not None and row["state"] in days.IN_CONTACT
    first = ctx.today + dt.timedelta(days=1) if spoken and reason != "away" and ctx.day == ctx.today else ctx.today
    person = ctx.person.id if ctx.person else None
    absences.add(ctx.store, elder, first, until, reason, person=person, message=ctx.message.id, now=ctx.now)
    if not spoken and ctx.day == ctx.today:
        days.set_state(ctx.store, ctx.day, elder, "away", ctx.deadline(elder))


@_one
def _pause(ctx: Context, command: Command, elder: str) -> str:
    pause(ctx, elder, command.until)
    for alert in alerts.open_of(ctx.store, elder):
        if alert["kind"] != "distress":
            contact.end(ctx, alert, "away")
    when = span(ctx.today, command.until, ctx.today)
    return say("command_paused", name=ctx.roster.elders[elder].title, span=when)


@_one
def _resume(ctx: Context, command: Command, elder: str) -> str:
    absences.cancel(ctx.store, elder, ctx.today, ctx.now)
    row = days.get(ctx.store, ctx.day, elder)
    deadline = ctx.deadline(elder)
    start = "今天"
    if row is not None and row["state"] == "away":
        if ctx.now < deadline:
            days.wait_again(ctx.store, ctx.day, elder, deadline, deadline)
        else:
            # The day's deadline has passed while nobody waited: an alert now would frighten people for nothing.
            start = "明天"
    return say("command_resumed", name=ctx.roster.elders[elder].title, start=start)


@_one
def _deadline(ctx: Context, command: Command, elder: str) -> str:
    record = replace(ctx.roster.elders[elder], deadline=command.time)
    deadlines.set_own(ctx.store, elder, command.time)
    ctx = replace(ctx, roster=replace(ctx.roster, elders={**ctx.roster.elders, elder: record}))
    row = days.get(ctx.store, ctx.day, elder)
    if row is None or not row["round_from"]:  # the evening's deadline is another one
        due = max(ctx.deadline(elder), ctx.now)
        days.set_deadline(ctx.store, ctx.day, elder, due)
        deadlines.own_reminder(ctx.store, ctx.settings, ctx.day, due, ctx.now)
    shown = command.time or ctx.settings.day.deadline
    key = "command_deadline" if command.time else "command_deadline_default"
    return say(key, name=record.title, time=f"{shown:%H:%M}")


_ACTS: Mapping[str, Callable[[Context, Command], str]] = {
    "help": _help,
    "missing": _missing,
    "status": _status,
    "pause": _pause,
    "resume": _resume,
    "deadline": _deadline,
}
