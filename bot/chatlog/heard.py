"""The entries of a chat → the messages that are new, each with an id that is the same whenever it is read again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.chatlog.entry import Entry
from bot.chatlog.known import OURS, Heard, squeezed
from bot.model import Message

# WeChat lets people take a message back for two minutes; its own line stands where the message was.
RECALL = dt.timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Prepared:
    """`fresh`: to be heard, in order of time. `seen` were heard before; `lost`: recalls of messages nobody has heard."""

    fresh: tuple[Message, ...]
    seen: int
    lost: int


def prepare(entries: Sequence[Entry], heard: Sequence[Heard]) -> Prepared:
    """Tell new messages from those heard before (same time, sender and words; to the minute where seconds are missing).

    `entries` all have times; `heard` is what the database holds from around them.
    """
    work = _Work(heard)
    ordered = sorted(entries, key=_moment)
    for entry in ordered:
        if entry.kind != "recalled":
            work.take(entry)
    for place, entry in enumerate(ordered):
        if entry.kind == "recalled":
            work.recall(entry, ordered, place)
    fresh = sorted(work.fresh, key=lambda m: m.at)
    return Prepared(tuple(fresh), work.seen, work.lost)


def with_times(entries: Sequence[Entry], at: dt.datetime) -> list[Entry]:
    """Entries without times, all said at `at`; microseconds keep their order."""
    return [
        e if e.at is not None else replace(e, at=at + dt.timedelta(microseconds=n), exact=True)
        for n, e in enumerate(entries)
    ]


def only_new(entries: Sequence[Entry], heard: Sequence[Heard]) -> tuple[list[Entry], int]:
    """For a chat without times: (what follows after the part heard before, how many those were).

    The same chat is copied again and longer: it is laid over the end of what was heard, as far as both agree.
    """
    before = [(h.sender, h.kind, squeezed(h.text)) for h in heard]
    now = [(e.sender, e.kind, squeezed(e.text)) for e in entries]
    if len(now) > 1 and any(before[i : i + len(now)] == now for i in range(len(before) - len(now) + 1)):
        return [], len(now)
    best = end = 0
    for stop in range(len(now), 0, -1):
        common = 0
        while common < min(stop, len(before)) and now[stop - 1 - common] == before[-1 - common]:
            common += 1
        # An agreement that ends in the middle of both is chance.
        if common > best and common in (stop, len(before)):
            best, end = common, stop
    return list(entries[end:]), end


def _moment(entry: Entry) -> dt.datetime:
    assert entry.at is not None
    return entry.at


def _id(entry: Entry, *more: str) -> str:
    moment = _moment(entry).astimezone(dt.UTC).isoformat()
    key = "\x1f".join((moment, entry.sender, entry.kind, squeezed(entry.text), entry.to, *more))
    if entry.brings:
        key += f"\x1f{entry.brings}"
    return OURS + hashlib.sha256(key.encode()).hexdigest()[:24]


@dataclass
class _Work:
    heard: Sequence[Heard]
    fresh: list[Message] = field(default_factory=list)
    seen: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self._by_id = {h.id: h for h in self.heard}
        # who, kind, words, minute → the moments of it, and whether they are exact
        self._known: dict[tuple[str, str, str, dt.datetime], list[tuple[dt.datetime, bool]]] = {}
        self._given: dict[str, str] = {}
        self._in_chat: set[str] = set()
        self._taken_back: set[str] = {h.text for h in self.heard if h.kind == "recalled"}
        for h in self.heard:
            self._keep(h.sender, h.kind, h.text, h.at, exact=bool(h.at.second or h.at.microsecond))

    def _keep(self, sender: str, kind: str, text: str, at: dt.datetime, *, exact: bool) -> None:
        key = (sender, kind, squeezed(text), at.replace(second=0, microsecond=0).astimezone(dt.UTC))
        self._known.setdefault(key, []).append((at, exact))

    def _is_known(self, entry: Entry) -> bool:
        at = _moment(entry)
        key = (entry.sender, entry.kind, squeezed(entry.text), at.replace(second=0, microsecond=0).astimezone(dt.UTC))
        return any(at == other or not (exact and entry.exact) for other, exact in self._known.get(key, ()))

    def take(self, entry: Entry) -> None:
        """A message of the chat: new, or one that was heard."""
        number = entry.id or _id(entry)
        old = self._by_id.get(number)
        if entry.id and old is not None and not _same(old, entry):
            number = _id(entry, entry.id)  # an id that was used for something else
            old = self._by_id.get(number)
        if entry.id:
            if number in self._given.values():
                self.seen += 1
                return
            self._given[entry.id] = number
            repeated = any(h.id.startswith(OURS) and _same(h, entry) for h in self._around(entry))
        else:
            repeated = self._is_known(entry)
        if old is not None or repeated:
            self.seen += 1
            self._in_chat.update(h.id for h in self._around(entry) if _same(h, entry))
            return
        self._keep(entry.sender, entry.kind, entry.text, _moment(entry), exact=entry.exact)
        self._in_chat.add(number)
        self.fresh.append(_message(entry, number))

    def _around(self, entry: Entry) -> list[Heard]:
        return [h for h in self.heard if abs(h.at - _moment(entry)) < dt.timedelta(minutes=1)]

    def recall(self, entry: Entry, ordered: Sequence[Entry], place: int) -> None:
        """Somebody took a message back: find which one."""
        if entry.id:
            target: str | None = self._given.get(entry.text, entry.text)
        else:
            target = self._vanished(entry, ordered, place) or self._still_there(entry)
        if target is None:
            self.lost += 1
            return
        number = entry.id or OURS + hashlib.sha256(f"recalled\x1f{target}".encode()).hexdigest()[:24]
        if number in self._by_id or (target in self._taken_back and not entry.id):
            self.seen += 1
            return
        self._taken_back.add(target)
        self.fresh.append(_message(replace(entry, text=target), number))

    def _vanished(self, entry: Entry, ordered: Sequence[Entry], place: int) -> str | None:
        """A message heard before that has gone from the chat, where WeChat's own line now stands."""
        before = _moment(ordered[place - 1]) if place else _moment(entry)
        after = _moment(ordered[place + 1]) if place + 1 < len(ordered) else _moment(entry)
        gone = [
            h
            for h in self.heard
            if h.sender == entry.sender
            and h.kind != "recalled"
            and h.id not in self._in_chat
            and min(before, _moment(entry) - RECALL) <= h.at <= max(after, _moment(entry) + RECALL)
        ]
        waiting = [h for h in gone if h.id not in self._taken_back]
        chosen = min(waiting or gone, key=lambda h: abs(h.at - _moment(entry)), default=None)
        return chosen.id if chosen else None

    def _still_there(self, entry: Entry) -> str | None:
        """Exporters leave the message in its place and put the recall below it."""
        candidates = [
            (at, number)
            for sender, at, number in (
                *((m.sender, m.at, m.id) for m in self.fresh if m.type != "recalled"),
                *((h.sender, h.at, h.id) for h in self.heard if h.id in self._in_chat and h.kind != "recalled"),
            )
            if sender == entry.sender and _moment(entry) - RECALL <= at <= _moment(entry)
        ]
        return max(candidates)[1] if candidates else None


def _same(heard: Heard, entry: Entry) -> bool:
    same_words = (heard.sender, heard.kind, squeezed(heard.text)) == (entry.sender, entry.kind, squeezed(entry.text))
    minute = heard.at.replace(second=0, microsecond=0) == _moment(entry).replace(second=0, microsecond=0)
    return same_words and minute


def _message(entry: Entry, number: str) -> Message:
    return Message(
        id=number,
        at=_moment(entry),
        sender=entry.sender,
        type=entry.kind,
        text=entry.text,
        file=entry.file,
        to=entry.to,
        contact=entry.sender,
        brings=entry.brings,
    )
