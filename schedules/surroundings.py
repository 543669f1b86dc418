"""What coordinators should know about the bot's place in WeChat: told to each in private, each thing at most once a day."""

from __future__ import annotations

from collections.abc import Mapping

from data import contacts, outbox
from data.phrases import one_line, say
from schedules.context import Moment

# kinds of bot.wechat.state → the sentence
TOLD: Mapping[str, str] = {
    "room-renamed": "notice_renamed",
    "invite-refused": "notice_invitation",
    "friend-refused": "notice_friend_request",
}


def tell(at: Moment, kind: str, detail: str) -> None:
    """`kind`: one of TOLD. `detail`: the topic it is about, "" for none."""
    topic = one_line(detail, 40)
    for contact in contacts.in_state(at.store, "bound"):
        person = at.roster.people.get(contact.people[0])
        if person is None or person.role != "coordinator":
            continue
        key = f"{kind}:{topic}:{at.day}:{person.id}"
        outbox.put(at.store, at.now, key, "notice", person.id, say(TOLD[kind], topic=topic))
