"""Deafness is not absence: while nothing can be heard nobody is missed, and afterwards people get time to say it again.

    a silence of more than 5 minutes ends ──► 1. days that ran out in it are let be: nobody can say how they were
                                              2. who is still waited for today gets config's time (`after_silence`)
                                              3. open alerts wait as long; what was decided before and never left is
                                                 taken back and decided anew
                                              4. one message says so and asks, once; by name half-way through the time

Emergencies wait for nothing. In the quiet hours the time begins when they end, since nobody could be asked before.
"""

from __future__ import annotations

import datetime as dt
import json

from data import alerts, days, hearing, journal, outbox, timers
from data.moments import moment_of
from data.phrases import say
from schedules import again, calls, opening
from schedules.context import Moment

# A shorter silence is nothing: WeChat itself is slower at times.
SHORT = dt.timedelta(minutes=5)
# An answer or a thank-you that comes later than this only confuses.
STALE = dt.timedelta(hours=1)
_PASSING = ("reply", "receipt", "question", "reminder")
_CALLS = ("alert", "escalation")


def was_down(at: Moment) -> None:
    """A gap since the last sign of life (the process was down, the machine slept) was a silence as well."""
    last = hearing.heard_at(at.store)
    if last is not None and hearing.deaf_since(at.store) is None and at.now - last > SHORT:
        hearing.went_deaf(at.store, last)


def back(at: Moment) -> None:
    """It can hear again: say so once, ask once, give config's time; only then the watch climbs on."""
    since = hearing.hears_again(at.store, at.now)
    if since is None or at.now - since <= SHORT:
        return
    grace = again.time_given(at)
    unwatched = _let_be_before(at)
    _take_back(at)
    held = _hold(at, grace)
    late = timers.take(at.store, "reminder", at.now)  # the message below asks in their place
    opening.run(at, ask=False)  # a day that should have begun meanwhile begins now
    waiting = days.in_state(at.store, at.day, "waiting")
    asked = [r for r in waiting if moment_of(r["deadline_at"]) <= grace]
    for row in asked:
        days.set_deadline(at.store, at.day, row["elder"], grace)
    if asked:
        again.remind_half_way(at, grace)
    minutes = int((at.now - since).total_seconds() // 60)
    journal.note(
        at.store, at.now, "silence", minutes=minutes, asked=len(asked), unwatched=unwatched, reminders=len(late)
    )
    again.say_once(at, since, waiting=bool(waiting or held))


def lost_one(at: Moment, message_id: str) -> None:
    """One message came and could not be had. It may have been a call for help: the room is asked, once a day."""
    journal.note(at.store, at.now, "unheard", message=message_id)
    outbox.put(at.store, at.now, f"unheard:{at.day}", "notice", "room", say("notice_lost"))


def _hold(at: Moment, grace: dt.datetime) -> int:
    """Open alerts wait until then; how many there are. An emergency does not wait."""
    open_ = [a for a in alerts.open_all(at.store) if a["kind"] != "distress"]
    for alert in open_:
        if alert["next_step_at"] and moment_of(alert["next_step_at"]) < grace:
            alerts.put_off(at.store, alert["id"], grace)
    return len(open_)


def _let_be_before(at: Moment) -> int:
    """Days that went by unheard: calling somebody for them now would be a storm. How many elders' days there were."""
    rows = days.waiting_before(at.store, at.day)
    for row in rows:
        days.step(at.store, row, "missed")
        journal.note(at.store, at.now, "missed", elder=row["elder"], alerted=False, day=row["day"], why="silence")
    return len(rows)


def _take_back(at: Moment) -> None:
    """Calls that never left are not made now, as if no time had passed: their alerts take the step again, later."""
    unsaid: dict[int, int] = {}
    for row in outbox.waiting(at.store):
        if row["kind"] in _CALLS:
            for event in calls.announced(at, row):
                before = json.loads(event["detail"])["before"]
                unsaid[int(event["alert"])] = min(before, unsaid.get(int(event["alert"]), before))
            outbox.drop(at.store, row["id"], "the bot could not hear meanwhile; it is decided anew")
        elif row["kind"] in _PASSING and at.now - moment_of(row["made_at"]) > STALE:
            outbox.drop(at.store, row["id"], "too late to be of use")
    for number, level in unsaid.items():
        if alerts.step_back(at.store, number, level):
            journal.note(at.store, at.now, "unsaid", alert=number, level=level)
