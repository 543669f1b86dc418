"""The slow second look at a text that the quick one (hearing.py) is in doubt about: a small pretrained encoder, tuned to the guide.

A transformer over pieces of words, six layers of multilingual-e5-small (MIT licence, intfloat), as teach_pondering.py tuned and
shrank them: every matrix is kept as bytes with a scale for each row. It knows words that no labelled message has. NumPy alone
carries it, about ten milliseconds a text; nothing of it is loaded before the first doubt (or Reader.warm_up).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple, cast

import numpy as np

from bot.model import INTENTS
from bot.reading.finding import Finder

MODEL = "pondering.npz"
MOST_PIECES = 96
REMEMBERED = 2000  # texts
ROOM = "\u2581"  # stands for a space in the pieces
SPACES = re.compile(r"\s+")
# What the placeholders of the blotted text read like, and who writes.
NAMES = str.maketrans({"某": "王奶奶", "亲": "妈妈"})
WRITERS = {"elder": "老人", "family": "家属", "volunteer": "志愿者", "clinic": "医生", "coordinator": "社区"}
NEIGHBOUR = "邻居"
# A score for each intent, then of contact: of anybody, of the old person who writes, of others.
OUTPUTS = len(INTENTS) + 3
HEADS = 12  # of attention
EPSILON = 1e-12
START, END, UNKNOWN = 0, 1, 2  # the first pieces of every vocabulary

Matrix = np.ndarray[Any, np.dtype[np.float32]]


Span = tuple[int, int]  # where something begins and ends


class Pondered(NamedTuple):
    """What the encoder says: OUTPUTS scores of a text, and of each person asked about the log-odds of being in contact today."""

    whole: tuple[float, ...]
    people: tuple[float, ...]

    @property
    def contact(self) -> float:
        """The log-odds that anybody is in contact,"""
        return self.whole[len(INTENTS)]

    @property
    def writer(self) -> float:
        """and that the old person who writes is."""
        return self.whole[len(INTENTS) + 1]


def worded(text: str, role: str, places: Sequence[int] = ()) -> tuple[str, list[Span]]:
    """A blotted text as the encoder is given it: who writes, and names for the placeholders.

    With it where the names at `places` (of the text, in order) are found in it.
    """
    row = f"{ROOM}{WRITERS.get(role, NEIGHBOUR)}:"
    text = text.rstrip()
    spans: list[Span] = []
    at = 0
    for place in places:
        row += _plain(text[at:place])
        name = text[place].translate(NAMES)
        spans.append((len(row), len(row) + len(name)))
        row += name
        at = place + 1
    return row + _plain(text[at:]), spans


def _plain(text: str) -> str:
    return SPACES.sub(ROOM, unicodedata.normalize("NFKC", text.translate(NAMES)))


class Pieces:
    """Cuts a text into the likeliest row of known pieces (a unigram model, by Viterbi)."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._finder = Finder(
            {p: (len(p), k, s) for k, (p, s) in enumerate(zip(pieces, scores, strict=True)) if k > UNKNOWN}
        )
        self._unknown = min(scores, default=0.0) - 10

    def cut(self, row: str, spans: Sequence[Span] = ()) -> tuple[list[int], list[list[int]]]:
        """The numbers of the pieces, with START and END, at most MOST_PIECES of them between; which of them each span covers."""
        size = len(row)
        best = [0.0] + [-math.inf] * size
        back = [(0, UNKNOWN)] * (size + 1)
        ends: list[list[tuple[int, int, float]]] = [[] for _ in range(size)]
        for last, piece in self._finder.every(row):
            ends[last].append(piece)
        for end in range(1, size + 1):
            best[end], back[end] = best[end - 1] + self._unknown, (end - 1, UNKNOWN)
            for length, number, score in ends[end - 1]:
                if (total := best[end - length] + score) > best[end]:
                    best[end], back[end] = total, (end - length, number)
        found: list[tuple[int, int, int]] = []
        at = size
        while at:
            start, number = back[at]
            found.append((number, start, at))
            at = start
        found = found[::-1][:MOST_PIECES]
        covered = [[k for k, (_, a, b) in enumerate(found, 1) if a < end and b > start] for start, end in spans]
        return [START, *(number for number, _, _ in found), END], covered


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: Matrix  # queries, keys and values side by side
    attend_bias: Matrix
    out: Matrix
    out_bias: Matrix
    out_norm: tuple[Matrix, Matrix]
    widen: Matrix
    widen_bias: Matrix
    narrow: Matrix
    narrow_bias: Matrix
    narrow_norm: tuple[Matrix, Matrix]


class Encoder:
    """The tuned encoder. `stored`: the arrays that teach_pondering.py wrote."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.pieces = Pieces(str(stored["pieces"]).split("\n"), stored["piece_scores"].tolist())
        self._stored = stored
        self._words = stored["word"]
        self._word_scales = stored["word.scale"].astype(np.float32)
        self._places = self._plain("place")
        self._norm = self._pair("norm")
        self._layers = [self._layer(f"{k}.") for k in range(int(stored["layers"]))]
        self._head, self._head_bias = self._matrix("head"), self._plain("head.bias")
        self._person, self._person_bias = self._matrix("person"), self._plain("person.bias")

    def ponder(self, text: str, role: str, places: Sequence[int] = ()) -> Pondered:
        """What a blotted text says, and of the persons who stand at `places` of it. (Beyond MOST_PIECES: 0, for unknown.)"""
        row, named = self.pieces.cut(*worded(text, role, places))
        words = self._words[row].astype(np.float32) * self._word_scales[row, None]
        seen = _normed(words + self._places[: len(row)], self._norm)
        for layer in self._layers:
            seen = _through(layer, seen)
        total = seen.mean(axis=0) @ self._head + self._head_bias
        people = ((seen[at].mean(axis=0) @ self._person + self._person_bias).item() if at else 0.0 for at in named)
        return Pondered(tuple(total.tolist()), tuple(people))

    def _plain(self, name: str) -> Matrix:
        return cast(Matrix, self._stored[name].astype(np.float32))

    def _pair(self, name: str) -> tuple[Matrix, Matrix]:
        return self._plain(name + ".weight"), self._plain(name + ".bias")

    def _matrix(self, name: str) -> Matrix:
        """A stored matrix [out, in], ready to be multiplied from the left: [in, out]."""
        scale = self._plain(name + ".scale")
        return np.ascontiguousarray((self._stored[name].astype(np.float32) * scale[:, None]).T)

    def _layer(self, at: str) -> _Layer:
        def joined(names: str) -> tuple[Matrix, Matrix]:
            return (
                np.concatenate([self._matrix(at + n) for n in names], axis=1),
                np.concatenate([self._plain(at + n + ".bias") for n in names]),
            )

        attend, attend_bias = joined("qkv")
        return _Layer(
            attend,
            attend_bias,
            self._matrix(at + "out"),
            self._plain(at + "out.bias"),
            self._pair(at + "out.norm"),
            self._matrix(at + "widen"),
            self._plain(at + "widen.bias"),
            self._matrix(at + "narrow"),
            self._plain(at + "narrow.bias"),
            self._pair(at + "narrow.norm"),
        )


def _normed(x: Matrix, norm: tuple[Matrix, Matrix]) -> Matrix:
    x = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON)
    return cast(Matrix, x / spread * norm[0] + norm[1])


def _through(layer: _Layer, x: Matrix) -> Matrix:
    """One layer of a BERT: attention, then two dense steps, each added and normed."""
    size, width = x.shape
    queries, keys, values = (
        part.reshape(size, HEADS, -1).swapaxes(0, 1)
        for part in np.split(x @ layer.attend + layer.attend_bias, 3, axis=1)
    )
    weights = queries @ keys.swapaxes(1, 2) * np.float32(1 / math.sqrt(width // HEADS))
    weights = np.exp(weights - weights.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    heeded = (weights @ values).swapaxes(0, 1).reshape(size, width)
    x = _normed(x + heeded @ layer.out + layer.out_bias, layer.out_norm)
    wide = _gelu(x @ layer.widen + layer.widen_bias)
    return _normed(x + wide @ layer.narrow + layer.narrow_bias, layer.narrow_norm)


def _gelu(x: Matrix) -> Matrix:
    """The usual bend, x · Φ(x) by its tanh form, written with exp, which NumPy has a fast one of."""
    power = x * x
    power *= np.float32(-2 * 0.7978845608 * 0.044715)
    power -= np.float32(2 * 0.7978845608)
    power *= x
    np.exp(np.minimum(power, 80, out=power), out=power)
    power += 1
    return x / power


@cache
def encoder() -> Encoder:
    """The tuned encoder that ships, read once."""
    with (
        resources.as_file(resources.files("bot.reading") / MODEL) as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        return Encoder({name: stored[name] for name in stored.files})


@lru_cache(maxsize=REMEMBERED)
def ponder(text: str, role: str, places: tuple[int, ...] = ()) -> Pondered:
    """Encoder.ponder of the encoder that ships; what was asked of late is remembered, for people repeat themselves."""
    return encoder().ponder(text, role, places)
