"""接龙 lists are sent again with every line that is added: only what is new in one says anything now.

An old "平安" line that comes along with somebody else's must not clear an elder who is being looked for since.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import lru_cache

from bot.model import Message
from data import messages
from data.store import Store

_MARK = re.compile(r"#\s*(?:接龙|group note)", re.IGNORECASE)
_LINE = re.compile(r"^\s*\d+\s*[.、．)）:：]\s*(\S.*)$")
_DATE = re.compile(r"\d+\s*[月./-]\s*\d+")
# A list of yesterday that somebody goes on with is recognised this long.
REMEMBERED = dt.timedelta(days=3)


def is_chain(text: str) -> bool:
    return _MARK.search(text[:200]) is not None


def only_new(store: Store, message: Message, day_opened: dt.datetime) -> Message:
    """The message with the lines that no earlier list of the day (or of the same dated list) has had. Others as they are."""
    if message.type != "text" or not is_chain(message.text):
        return message
    head, lines = _split(message.text)
    dated = _DATE.search(head) is not None
    seen: set[str] = set()
    for at, text in messages.lists_since(store, message.at - REMEMBERED, message.at):
        earlier_head, earlier = _earlier(text)
        if at >= day_opened or (dated and earlier_head == head):
            seen |= earlier
    fresh = [line for line in lines if _content(line) not in seen]
    return message if len(fresh) == len(lines) else replace(message, text="\n".join([head, *fresh]))


def _split(text: str) -> tuple[str, list[str]]:
    """What stands above the numbered lines, and these."""
    rows = text.splitlines()
    first = next((i for i, row in enumerate(rows) if _LINE.match(row)), len(rows))
    return "\n".join(rows[:first]), [row for row in rows[first:] if row.strip()]


@lru_cache(maxsize=512)
def _earlier(text: str) -> tuple[str, frozenset[str]]:
    """What stands above the lines of a list, and what they say."""
    head, lines = _split(text)
    return head, frozenset(map(_content, lines))


def _content(line: str) -> str:
    """A line without its number: numbers shift when somebody steps in between."""
    match = _LINE.match(line)
    return "".join((match[1] if match else line).split())
