"""`python -m bot.reading.teach_persons CORPORA…`: fits the table of persons.py (a minute; after teach_balance).

The corpora must be ones that neither look was taught. A logistic regression with a little pull towards nothing, by Newton's method.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.model import Reading
from bot.reading.persons import MODEL, Cast, Inputs, candidates, dump
from bot.reading.reader import Reader
from bot.reading.teach import arguments, corpus_roster, label, labelled

PULL = 1.0
STEPS = 40
STEEPEST = 30.0  # log-odds


class Sample(NamedTuple):
    """An elder who comes into question in a message of several, and whether it says that he is in contact."""

    inputs: Inputs
    contact: bool


def samples(corpora: Iterable[Path]) -> Iterator[Sample]:
    """Everybody who comes into question in the labelled messages, except where the reading leaves open who is meant."""
    seen: list[tuple[Reading, Cast]] = []

    def record(read: Reading, cast: Cast) -> Reading:
        seen.append((read, cast))
        return read

    for folder in corpora:
        reader = Reader(corpus_roster(folder), settle=record)
        for message, row in labelled(folder):
            reader.read(message)
            well = label(row["gold"]).contacts()
            for read, cast in seen:
                if not read.ambiguous:
                    yield from (Sample(inputs, i in well) for i, inputs in candidates(read, cast).items())
            seen.clear()


def fit(data: list[Sample]) -> Mapping[str, float]:
    """The table of persons.py: input → what it adds to the log-odds."""
    names = sorted({name for sample in data for name in sample.inputs})
    rows = np.array([[sample.inputs.get(name, 0.0) for name in names] for sample in data])
    aims = np.array([float(sample.contact) for sample in data])
    weights = np.zeros(len(names))
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-np.clip(rows @ weights, -STEEPEST, STEEPEST)))
        slope = rows.T @ (chances - aims) + PULL * weights
        bend = (rows * (chances * (1 - chances))[:, None]).T @ rows + PULL * np.eye(len(names))
        weights -= np.linalg.solve(bend, slope)
    return dict(zip(names, weights.tolist(), strict=True))


def main() -> None:
    """Fit and write the table."""
    options = arguments("fit who of several is in contact", MODEL, untaught=True).parse_args()
    data = list(samples(options.corpora))
    table = fit(data)
    options.out.write_text(dump(table), encoding="utf-8")
    print(f"{len(data)} elders of messages about several, {len(table)} inputs")


if __name__ == "__main__":
    main()
