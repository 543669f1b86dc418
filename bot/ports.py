"""What the inside asks of the edges: a channel that sends, and controls for the page that moves the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Kind = Literal[
    "reminder",
    "alert",
    "escalation",
    "resolved",
    "receipt",
    "question",
    "reply",
    "summary",
    "request",
    "coverage",
    "matter",
    "activity",
    "notice",
]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send. `to` is "room" or an address; `mentions` are addresses, only used in the room.

    An address is a roster person id ("E012", "EV03", "F…"), or "contact:<contact id>" for somebody who is not bound to one.

    `key` is the row's natural key: the same key is the same message, so a channel that can look back may recognise it.
    """

    id: int
    key: str
    kind: Kind
    to: str
    mentions: tuple[str, ...]
    text: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at one file found (bot/looking). `verdict`: today, old, unclear, refused; heard for a voice note.

    `why` is for people, in Chinese. `same_as`: the row of an earlier picture that is the same. `date`, `time`, `name`,
    `place`: of the watermark; `taken`: the camera's own local moment. `seconds`: of a clip or
    a voice note. `shown`: the name in the media folder of what a phone plays, or of a
    small picture without anything that a camera hid in it. `words`: what a recogniser heard. `person`: somebody was seen
    in it; False where nobody was, or nobody looked: it counts for nothing.
    """

    verdict: Literal["today", "old", "unclear", "refused", "heard"]
    why: str = ""
    digest: str = ""
    kind: str = ""
    size: int = 0
    date: dt.date | None = None
    time: dt.time | None = None
    name: str | None = None
    place: str | None = None
    taken: dt.datetime | None = None
    same_as: int | None = None
    fingerprint: bytes | None = None
    seconds: float | None = None
    shown: str | None = None
    words: str = ""
    person: bool = False


class SendError(Exception):
    """The message was not sent. `permanent`: trying again cannot help (no such contact, not a friend)."""

    def __init__(self, why: str, *, permanent: bool = False) -> None:
        super().__init__(why)
        self.permanent = permanent


class NotConnected(SendError):
    """Nothing was tried: WeChat is away or the bot is not in its group. It can be sent once that is mended, however late."""


class InDoubt(SendError):
    """It was handed over and nobody answered: it may have arrived."""


class NotAFriend(SendError):
    """WeChat lets nobody write to an account that is not a friend: only a mention in the room reaches it."""


@dataclass(frozen=True, slots=True)
class Echo:
    """An own message that came back from WeChat. `where` and `text` are WeChat's; `far_id` is "" where it gives none."""

    far_id: str
    where: str
    text: str
    at: dt.datetime


class Channel(Protocol):
    """The far end as the outbox sees it."""

    async def send(self, out: Outgoing) -> str:
        """Send now; return the far end's message id. Raises SendError."""
        ...

    async def delivered(self, out: Outgoing) -> bool | None:
        """Whether a message whose sending was interrupted arrived; None: cannot be known."""
        ...


@runtime_checkable
class Echoes(Protocol):
    """A channel that shows the bot its own messages, as WeChat does on the account's other devices."""

    def is_echo(self, out: Outgoing, echo: Echo) -> bool:
        """Whether an own message that came back, under an id that is not known, is this one."""
        ...


class Controls(Protocol):
    """What the local page may do with time. All moments are aware."""

    def now(self) -> dt.datetime: ...

    def next_due(self) -> dt.datetime | None:
        """When the bot next has something to do."""
        ...

    def rate(self) -> float:
        """Virtual seconds per real second (1: real time)."""
        ...

    async def set_rate(self, rate: float) -> None: ...

    async def run_until(self, moment: dt.datetime) -> None:
        """Move the clock forward to `moment`, doing everything that falls due on the way, each at its own time."""
        ...
