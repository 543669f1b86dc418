"""All the words of a dictionary found in a text in one pass (Aho–Corasick, by pyahocorasick)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

import ahocorasick

T = TypeVar("T")


class Finder(Generic[T]):
    """Where the words of a dictionary stand in a text; what they carry comes with them."""

    def __init__(self, words: Mapping[str, T]) -> None:
        made: Any = ahocorasick.Automaton()
        for word, value in words.items():
            made.add_word(word, value)
        if words:
            made.make_automaton()
        self._made = made if words else None

    def every(self, text: str, start: int = 0, end: int | None = None) -> Iterable[tuple[int, T]]:
        """(last character, value) of every word within text[start:end], overlapping ones too, in order of their end."""
        if self._made is None:
            return ()
        found: Iterable[tuple[int, T]] = self._made.iter(text, start, len(text) if end is None else end)
        return found

    def longest(self, text: str) -> Iterable[tuple[int, T]]:
        """(last character, value): at each place the longest word that begins there, then on from its end."""
        if self._made is None:
            return ()
        found: Iterable[tuple[int, T]] = self._made.iter_long(text)
        return found
