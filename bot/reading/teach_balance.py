"""`python -m bot.reading.teach_balance CORPORA…`: how much the two looks and the rules count together (balance.py; two minutes).

The corpora must be ones that neither hearing.bin nor pondering.npz was taught: on its own lessons a look is far surer than it
has a right to be. A multinomial logistic regression for the intent and one for contact, held near an even mean of both looks,
by PyTorch's L-BFGS (requirements-teach.lock).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch.nn import functional

from bot.model import INTENTS
from bot.reading import hearing, pondering
from bot.reading.balance import MODEL, NAMES, QUICK, SLOW, dump, inputs
from bot.reading.reader import Reader
from bot.reading.teach import arguments, corpus_roster, in_contact, labelled
from bot.reading.weighing import LONG, SHORT

LEAST = 30  # messages that have an input; one of fewer tells little
HALF = 0.5  # of either look in the mean that the weights are held near,
PULL = 24.0  # this strongly (of 8, 24, 60 and 150 the best on folds of the corpora left out)


class Sample(NamedTuple):
    """One labelled message."""

    inputs: dict[str, float]
    intent: int
    contact: bool


def samples(corpora: Iterable[Path]) -> Iterator[Sample]:
    """What both looks and the rules say of every message that may get a second look, with its label."""
    ear = hearing.ear()
    for folder in corpora:
        reader = Reader(corpus_roster(folder))
        for message, row in labelled(folder):
            tags, seen, role, _ = reader.features(message)
            if message.type == "text" and SHORT < len(seen.text) <= LONG:
                quick = hearing.hear(seen.text, tags, ear)
                slow = pondering.ponder(seen.text, role, seen.places).whole
                gold = row["gold"]
                yield Sample(dict(inputs(quick, slow, tags)), INTENTS.index(gold["intent"]), in_contact(gold))


def fit(data: list[Sample]) -> dict[str, list[float]]:
    """The table of balance.py: input → what it adds to each score."""
    counts = Counter(name for sample in data for name in sample.inputs)
    names = sorted(name for name, n in counts.items() if n >= LEAST)
    places = {name: k for k, name in enumerate(names)}
    rows = torch.zeros(len(data), len(names), dtype=torch.float64)
    for k, sample in enumerate(data):
        for name, value in sample.inputs.items():
            if name in places:
                rows[k, places[name]] = value
    intents = torch.tensor([s.intent for s in data])
    contact = torch.tensor([float(s.contact) for s in data], dtype=torch.float64)
    even = torch.zeros(len(names), hearing.HEADS, dtype=torch.float64)
    for k, name in enumerate(NAMES):
        even[places[QUICK + name], k] = even[places[SLOW + name], k] = HALF
    weights = even.clone().requires_grad_()
    descent = torch.optim.LBFGS([weights], max_iter=400, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        descent.zero_grad()
        total = rows @ weights
        found = functional.cross_entropy(total[:, :-1], intents)
        found = found + functional.binary_cross_entropy_with_logits(total[:, -1], contact)
        found = found + PULL / len(data) * ((weights - even) ** 2).sum()
        found.backward()
        return found

    descent.step(loss)
    return dict(zip(names, weights.detach().tolist(), strict=True))


def main() -> None:
    """Fit and write the table."""
    options = arguments("fit how much the looks and the rules count together", MODEL, untaught=True).parse_args()
    torch.set_num_threads(1)
    data = list(samples(options.corpora))
    table = fit(data)
    options.out.write_text(dump(table), encoding="utf-8")
    print(f"{len(data)} messages, {len(table)} inputs, {options.out.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
