"""What the bot has heard before, and what it said itself: so that nothing acts twice."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from bot.chatlog.entry import Entry
from bot.model import MessageType
from data import messages, outbox
from data.moments import moment_of
from data.store import Store

OURS = "chat-"  # how the ids begin that an import gives
BOT = "小安"
_SHORTEST = 5
_MARKS = " \t\n:：,，。.！!~～…「」『』“”\"'【】[]（）()-—"
# What stands in front when somebody passes words on: mentions, and who says it.
_FRONT = re.compile(r"(?:@[^\s@]{1,40}[\s\u2005]|(?:小安|转发?)(?:说|发)?\s{0,3}[:：]|[「『“\"【\[])\s{0,9}")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message in the database."""

    id: str
    at: dt.datetime
    sender: str
    kind: MessageType
    text: str
    state: str


def squeezed(text: str) -> str:
    """A text for comparing: copying changes spaces and line ends."""
    return "".join(text.split())


def heard_between(store: Store, start: dt.datetime, end: dt.datetime) -> list[Heard]:
    """What was heard in [start, end), in order of time."""
    rows = [row for state in ("read", "failed", "recalled") for row in messages.with_state(store, state, start, end)]
    found = [Heard(r["id"], moment_of(r["at"]), r["sender"], r["type"], r["text"], r["state"]) for r in rows]
    return sorted(found, key=lambda h: (h.at, h.id))


def own_words(store: Store) -> frozenset[str]:
    """Everything the bot has said, bare: a coordinator passes it on, so it comes back in the next copy."""
    said = (_bare(row["text"]) for row in outbox.everything(store) if row["state"] in ("sent", "sending", "doubt"))
    return frozenset(text for text in said if len(text) >= _SHORTEST)


def is_own(entry: Entry, own: frozenset[str], names: frozenset[str] = frozenset()) -> bool:
    """Whether an entry is the bot's own words, passed on by somebody, and nothing besides: an answer to them is read.

    `names`: the WeChat names of the roster, which may hold spaces.
    """
    if entry.sender == BOT and BOT not in names:
        return True
    if entry.kind != "text" or not own:
        return False
    rest = entry.text
    while rest:
        if _bare(rest) in own:
            return True
        front = _FRONT.match(rest)
        called = [n for n in names if rest.startswith(f"@{n}")]
        if called:
            rest = rest[len(max(called, key=len)) + 1 :].lstrip()
        elif front:
            rest = rest[front.end() :]
        else:
            return False
    return False


def _bare(text: str) -> str:
    return squeezed(text).strip(_MARKS)
