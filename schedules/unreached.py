"""Who cannot be written to in private is mentioned in the room, without anything private, and asked to become a friend."""

from __future__ import annotations

import datetime as dt

from data import journal, outbox, unreached
from data.phrases import say
from schedules.context import Moment

# Once in this time a person: whoever does not want to is left in peace.
AT_MOST_EVERY = dt.timedelta(hours=12)
KIND = unreached.KIND


def run(at: Moment) -> None:
    wanted = unreached.take(at.store, at.now)
    asked = unreached.asked_since(at.store, at.now - AT_MOST_EVERY)
    new = {recipient: emergency for recipient, emergency in wanted.items() if recipient not in asked}
    for emergency in (True, False):
        people = [recipient for recipient, urgent in new.items() if urgent == emergency]
        if not people:
            continue
        outbox.put(
            at.store,
            at.now,
            f"befriend:{at.now.isoformat()}:{int(emergency)}",
            "notice",
            "room",
            say("notice_befriend_urgent" if emergency else "notice_befriend"),
            mentions=people,
            emergency=emergency,
        )
        for person in people:
            journal.note(at.store, at.now, KIND, person=person)
