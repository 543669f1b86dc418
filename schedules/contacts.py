"""Two WeChat accounts claim one person, or one takes another's name: the coordinators are asked or told, in private."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from data import contacts, outbox, timers
from data.contacts import Contact
from data.phrases import clock, date, in_parts, say
from schedules.context import Moment

KINDS = (contacts.UNCLEAR, contacts.RENAMED)  # the timers it takes
# While no coordinator can be written to, the question waits.
LATER = dt.timedelta(hours=1)


def run(at: Moment) -> None:
    _unclear(at)
    _renamed(at)


def _renamed(at: Moment) -> None:
    """Whoever takes another's name is still who they were, but people in the group may be taken in by it."""
    for contact_id, due in timers.take(at.store, contacts.RENAMED, at.now):
        contact = contacts.get(at.store, contact_id)
        if contact is None or contact.state != "bound":
            continue
        taken = at.roster.by_wechat(contact.alias) or at.roster.by_wechat(contact.name)
        owners = [p for p in taken if p.id not in contact.people]
        if not owners:
            continue
        coordinators = [c for c in _coordinators(at) if c not in contact.people]
        if not coordinators:
            timers.arm(at.store, contacts.RENAMED, at.now + LATER, contact_id)
            continue
        text = say(
            "notice_contact_renamed",
            shown=contact.shown,
            name="、".join(_name(at, p) for p in contact.people),
            owners="、".join(p.name for p in owners),
            code=contact.code,
            owner=owners[0].name,
        )
        for coordinator in coordinators:
            outbox.put(
                at.store, at.now, f"renamed:{_key({contact_id: due})}:{coordinator}", "notice", coordinator, text
            )


def _coordinators(at: Moment) -> list[str]:
    """The coordinators whose account is known: nobody else hears of such things."""
    return [c.people[0] for c in contacts.in_state(at.store, "bound") if _role(at, c.people[0]) == "coordinator"]


def _unclear(at: Moment) -> None:
    asked: dict[tuple[str, ...], dict[str, dt.datetime]] = {}
    for contact_id, due in timers.take(at.store, contacts.UNCLEAR, at.now):
        contact = contacts.get(at.store, contact_id)
        if contact and contact.state == "conflict":
            asked.setdefault(contact.people, {})[contact_id] = due
    if not asked:
        return
    coordinators = _coordinators(at)
    if not coordinators:
        for contact_id in (c for when in asked.values() for c in when):
            timers.arm(at.store, contacts.UNCLEAR, at.now + LATER, contact_id)
        return
    # After a login under which WeChat gave everybody a new id there are many: few long messages, not many short ones.
    texts = {_question(at, people, when): _key(when) for people, when in sorted(asked.items())}
    for part in in_parts(list(texts), gap="\n\n"):
        key = texts[part[0]]
        for coordinator in coordinators:
            outbox.put(at.store, at.now, f"contacts:{key}:{coordinator}", "notice", coordinator, "\n\n".join(part))


def _question(at: Moment, people: tuple[str, ...], when: Mapping[str, dt.datetime]) -> str:
    claimants = [c for c in contacts.with_people(at.store, people) if c.state != "declined"]
    for person in people if len(people) > 1 else ():
        claimants += [c for c in contacts.with_people(at.store, [person]) if c.state == "bound"]
    names = [_name(at, person) for person in people]
    return say(
        "notice_contacts_new" if any(c.state == "bound" for c in claimants) else "notice_contacts",
        people="、".join(names),
        claims="\n".join(_claim(at, c) for c in claimants),
        code=next(c.code for c in claimants if c.id in when),
        name=names[0],
    )


def _key(when: Mapping[str, dt.datetime]) -> str:
    return ",".join(f"{contact_id}@{due:%Y%m%dT%H%M%S}" for contact_id, due in sorted(when.items()))


def _claim(at: Moment, contact: Contact) -> str:
    since = contact.first_seen.astimezone(at.settings.zone)
    return say(
        "contact_claim_bound" if contact.state == "bound" else "contact_claim",
        code=contact.code,
        shown=contact.shown,
        since=f"{date(since.date())}{clock(since, at.settings.zone)}",
    )


def _role(at: Moment, person_id: str) -> str | None:
    person = at.roster.people.get(person_id)
    return person.role if person else None


def _name(at: Moment, person_id: str) -> str:
    person = at.roster.people.get(person_id)
    return person.name if person else person_id
