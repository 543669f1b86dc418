"""The word lists (lexicon/*.txt) and one scan that finds all of them at once.

One entry a line; `#` starts a comment. In an entry `(a|b)` means either, `?` makes the character or group before it
optional, `…` stands for up to 8 characters of the same clause. The name of the file is the tag that its entries carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from bot.reading.finding import Finder

GAP_MOST = 8
GAP = f"[^不没未无别]{{0,{GAP_MOST}}}?"
MOST_HEADS = 60  # literal openings of one entry that are kept in the index


class Hit(NamedTuple):
    """One entry found in a clause: characters start..end of the text, and its tag."""

    start: int
    end: int
    tag: str


class LexiconError(ValueError):
    """An entry of a word list cannot be understood; the text names file, line and entry."""


Options = tuple[str, ...]


class _Parser:
    """One entry → a row of units: the options of a literal piece, or None for a gap."""

    def __init__(self, entry: str) -> None:
        self.entry, self.at = entry, 0

    def units(self) -> list[Options | None]:
        row = self._sequence()
        if self.at != len(self.entry):
            raise ValueError("a bracket is closed but never opened")
        return row

    def _sequence(self) -> list[Options | None]:
        row: list[Options | None] = []
        while self.at < len(self.entry) and self.entry[self.at] not in "|)":
            c = self.entry[self.at]
            self.at += 1
            if c == "(":
                row.append(self._group())
            elif c == "…":
                row.append(None)
            elif c == "?":
                if not row or row[-1] is None:
                    raise ValueError("'?' has nothing before it")
                row[-1] = ("", *row[-1])
            else:
                row.append((c,))
        return row

    def _group(self) -> Options:
        options: dict[str, None] = {}
        while True:
            for text in _texts(self._sequence()):
                options[text] = None
            if self.at >= len(self.entry):
                raise ValueError("a bracket is never closed")
            closing = self.entry[self.at]
            self.at += 1
            if closing == ")":
                return tuple(options)


def _texts(row: Iterable[Options | None]) -> Iterator[str]:
    texts = [""]
    for unit in row:
        if unit is None:
            raise ValueError("'…' cannot stand inside a bracket")
        texts = [t + option for t in texts for option in unit]
        if len(texts) > 4000:
            raise ValueError("too many readings inside one bracket")
    return iter(texts)


def _pattern(row: Iterable[Options | None]) -> str:
    parts = []
    for unit in row:
        if unit is None:
            parts.append(GAP)
        else:
            longest = sorted(unit, key=len, reverse=True)
            parts.append("(?:" + "|".join(map(re.escape, longest)) + ")")
    return "".join(parts)


class Entry(NamedTuple):
    """An entry made ready: its literal openings, and a bounded pattern for what must follow (None: nothing more).

    One of the characters `after` must stand within `near` behind an opening, else the pattern need not be tried; `near` is 0
    where nothing can be said.
    """

    heads: list[str]
    tail: re.Pattern[str] | None
    near: int
    after: frozenset[str]


def compile_entry(entry: str) -> Entry:
    """An entry, made ready. Raises ValueError where it is none."""
    row = _Parser(entry).units()
    if not row or row[0] is None or row[-1] is None:
        raise ValueError("an entry begins and ends with words")
    heads = [""]
    used = 0
    for unit in row:
        if unit is None:
            break
        if used and len(heads) * len(unit) > MOST_HEADS and min(map(len, heads)) >= 1:
            break
        heads = [h + option for h in heads for option in unit]
        used += 1
    rest = row[used:]
    if min(map(len, heads)) == 0:
        raise ValueError("an entry must not be empty")
    return Entry(list(dict.fromkeys(heads)), re.compile(_pattern(rest)) if rest else None, *_next_characters(rest))


def _next_characters(row: Sequence[Options | None]) -> tuple[int, frozenset[str]]:
    """`near` and `after` (Entry) of what follows an opening."""
    near = 1
    if row and row[0] is None:
        near, row = GAP_MOST + 1, row[1:]
    found: set[str] = set()
    for unit in row:
        if unit is None:
            return 0, frozenset()
        found.update(option[0] for option in unit if option)
        if "" not in unit:
            return near, frozenset(found)
    return 0, frozenset()


new = tuple.__new__  # a named tuple without the cost of its constructor
# Size of the opening, tag, what must follow, how near one of which characters (Entry).
Begun = tuple[int, str, re.Pattern[str], int, frozenset[str]]
# Size of the key, tags of the entries that are no more than it, the other entries, and what one of those needs near behind the key
# (None: nothing can be said).
Bucket = tuple[int, list[str], list[Begun], frozenset[str] | None]


class Scanner:
    """Finds every entry of every list in one pass over a text (Aho–Corasick over the openings)."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        buckets: dict[str, tuple[list[str], list[Begun]]] = {}
        for tag, entries in lists.items():
            for entry in entries:
                try:
                    heads, tail, near, after = compile_entry(entry)
                except ValueError as error:
                    raise LexiconError(f"{tag}.txt: {entry!r}: {error}") from None
                for head in heads:
                    if tail is None:
                        buckets.setdefault(head, ([], []))[0].append(tag)
                        continue
                    # Where the next character is one of a few, it is part of the key: the entry is met only where it may fit.
                    for key in [head + c for c in after] if near == 1 else [head]:
                        begun = (len(head), tag, tail, 0 if near == 1 else near, after)
                        buckets.setdefault(key, ([], []))[1].append(begun)
        self._openings = Finder({key: (len(key), *b, _needs(key, b[1])) for key, b in buckets.items()})

    def scan(self, text: str, spans: Sequence[tuple[int, int]]) -> list[list[Hit]]:
        """The hits that lie within each of the spans of the text (which come in order), in order of their start."""
        found: list[list[Hit]] = [[] for _ in spans]
        if not spans:
            return found
        coming = zip(spans, found, strict=True)
        (start, stop), hits = next(coming)
        row: list[str] = []  # the text's characters, each made and hashed once
        for last, (length, tags, begun, needs) in self._openings.every(text, start, spans[-1][1]):
            while last >= stop:
                (start, stop), hits = next(coming)
            i = last + 1 - length
            if i < start:
                continue
            for tag in tags:
                hits.append(new(Hit, (i, last + 1, tag)))
            if not begun:
                continue
            row = row or list(text)
            if needs is not None and needs.isdisjoint(row[last + 1 : last + 2 + GAP_MOST]):
                continue
            for size, tag, tail, near, following in begun:
                after = i + size
                if near and following.isdisjoint(row[after : after + near]):
                    continue
                if match := tail.match(text, after, stop):
                    hits.append(new(Hit, (i, match.end(), tag)))
        for hits in found:
            if len(hits) > 1:
                hits.sort()
        return found


def _needs(key: str, begun: Iterable[Begun]) -> frozenset[str] | None:
    """Characters one of which must stand near behind the key for any of these entries; None where that cannot be said."""
    found: set[str] = set()
    for size, _, _, near, following in begun:
        if near != GAP_MOST + 1 or size != len(key):
            return None
        found |= following
    return frozenset(found)


def read_lists(names: Iterable[str] | None = None) -> dict[str, list[str]]:
    """File stem → entries, of the lists that come with the bot."""
    folder = resources.files("bot.reading") / "lexicon"
    found: dict[str, list[str]] = {}
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        stem = file.name.removesuffix(".txt")
        if file.name.endswith(".txt") and (names is None or stem in names):
            lines = (line.split("#", 1)[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
            found[stem] = [line for line in lines if line]
    return found


WHOLE = frozenset({"greet"})  # lists whose entries are whole messages, not parts of one
# Lists with a form of their own.
TABLES = frozenset({"slips", "sounds", "simplify", "surnames", "kin", "titles", "words"})


@cache
def scanner() -> Scanner:
    """The scanner over all the lists, made once in a process."""
    return Scanner({tag: entries for tag, entries in read_lists().items() if tag not in WHOLE | TABLES})


@cache
def whole() -> frozenset[str]:
    """What an elder writes as a whole message to say: I am here."""
    return frozenset(read_lists(WHOLE)["greet"])
