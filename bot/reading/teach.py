"""`python -m bot.reading.teach`: the weights of hearing.py from labelled messages, the same bytes from the same files.

Reads training/messages.tsv and any labelled corpora named (folders with elders.csv, volunteers.csv, messages.jsonl).
Logistic regression by AdaGrad with dropout of features (a model must not lean on one word), averaged over a few seeds. NumPy
does only sums, products and roots here, which round the same everywhere, and the order is fixed.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bot.model import CONTACT, INTENTS, Elder, Message, Reading, Relative, Role, Roster, Volunteer, relative_id
from bot.reading.hearing import BIAS, HEADS, MODEL, dump, grams, probabilities
from bot.reading.reader import Features, Reader

HERE = Path(__file__).resolve().parent
AT = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
WRITERS = {"E": "田德福", "F": "王桂英女儿", "V": "小吕志愿者", "X": "三楼小赵"}
PLAIN = 3  # how much a line of training/messages.tsv counts
LEAST = 3  # a feature that fewer messages have teaches little
SLIGHT = 0.15  # a feature whose weights are all below this is not worth keeping
INTENT_COUNT = len(INTENTS)
Whole = np.ndarray[Any, np.dtype[np.int64]]
Row = np.ndarray[Any, np.dtype[np.float64]]
Table = np.ndarray[Any, np.dtype[np.float64]]


class Sample(NamedTuple):
    """One labelled message."""

    features: list[str]
    intent: int
    contact: bool
    writer: bool  # in contact are: the old person who writes,
    others: bool  # and somebody else
    text: str  # persons blotted out
    role: str  # of who writes
    people: tuple[
        tuple[int, bool], ...
    ]  # where in the text somebody of the roster stands, and whether he is in contact


def small_roster() -> Roster:
    """The three people of training/messages.tsv."""
    daughter = Relative(relative_id("王芳", "王桂英女儿", ""), "王芳", "女儿", "王桂英女儿")
    elders = (
        Elder("T1", "王桂英", "女", 1940, "和平小区", "5号楼3单元101", relatives=(daughter,)),
        Elder("T2", "田德福", "男", 1938, "和平小区", "2号楼1单元302", wechat="田德福"),
    )
    helper = Volunteer("TV1", "吕志愿", "小吕志愿者")
    return Roster({e.id: e for e in elders}, {helper.id: helper})


def corpus_roster(folder: Path) -> Roster:
    """The roster of a labelled corpus: only what the reading looks at."""
    elders: dict[str, Elder] = {}
    for row in _table(folder / "elders.csv"):
        relatives = tuple(
            Relative(
                relative_id(name, row[f"家属{k}微信"], row[f"家属{k}电话"]),
                name,
                row[f"家属{k}关系"],
                row[f"家属{k}微信"],
            )
            for k in (1, 2)
            if (name := row[f"家属{k}姓名"])
        )
        aliases = tuple(row["别名"].split())
        elders[row["编号"]] = Elder(
            row["编号"], row["姓名"], row["性别"], None, row["小区"], row["住址"], relatives=relatives,
            wechat=row["本人微信"], aliases=aliases,
        )  # fmt: skip
    roles: dict[str, Role] = {"卫生站": "clinic", "协调员": "coordinator"}
    helpers = {
        row["编号"]: Volunteer(row["编号"], row["姓名"], row["微信"], role=roles.get(row["角色"], "volunteer"))
        for row in _table(folder / "volunteers.csv")
    }
    return Roster(elders, helpers)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def samples(corpora: list[Path]) -> Iterator[Sample]:
    """Features and labels of every labelled message."""
    reader = Reader(small_roster(), {})
    for line in (HERE / "training" / "messages.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            intent, who, text = line.split("\t")
            seen = reader.features(Message("t", AT, WRITERS[who], "text", text))
            # The plain ways to say a thing: writers of corpora avoid them, people in need do not.
            gold = {
                "intent": intent,
                "elders": seen.writers or ("T1",),
                "also": (),
                "also_elders": {},
                "ambiguous": False,
            }
            sample = _sample(seen, gold)
            yield from (sample,) * PLAIN
    for folder in corpora:
        reader = Reader(corpus_roster(folder), {})
        for message, row in labelled(folder):
            if message.type == "text":
                yield _sample(reader.features(message), row["gold"])


def _sample(seen: Features, gold: Mapping[str, Any]) -> Sample:
    well = label(gold)._replace(ambiguous=False).contacts().keys()  # also where it is left open which of them
    writer, others = bool(well & set(seen.writers)), bool(well - set(seen.writers))
    text, places, named = seen.seen
    people = tuple((k, not well.isdisjoint(ids)) for k, ids in zip(places, named, strict=True) if ids)
    features = [*seen.tags, *grams(text)]
    return Sample(features, INTENTS.index(gold["intent"]), in_contact(gold), writer, others, text, seen.role, people)


def labelled(folder: Path) -> Iterator[tuple[Message, dict[str, Any]]]:
    """The messages of a labelled corpus, each with its row: `gold`, what it means, and `hard`."""
    for line in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            at = dt.datetime.fromisoformat(row["at"])
            yield Message(row["id"], at, row["sender"], row.get("type", "text"), row["text"]), row


def in_contact(gold: Mapping[str, Any]) -> bool:
    """Does a label say that somebody is in contact today?"""
    return not CONTACT.isdisjoint((gold["intent"], *gold["also"]))


def label(gold: Mapping[str, Any]) -> Reading:
    """A label as the reading that it asks for."""
    return Reading("", gold["intent"], gold["elders"], gold["also"], gold["also_elders"], gold["ambiguous"])


def train(
    data: list[Sample],
    rounds: int = 20,
    rate: float = 0.03,
    dropped: float = 0.5,
    smoothing: float = 0.05,
    seeds: Iterable[int] = (1, 2, 3),
) -> dict[str, list[float]]:
    """Weights by feature, one a head (hearing.HEADS). `dropped`: the share of features left out of each step."""
    counts: dict[str, int] = {}
    for sample in data:
        for f in sample.features:
            counts[f] = counts.get(f, 0) + 1
    names = [BIAS, *sorted(f for f, n in counts.items() if n >= LEAST)]
    index = {f: k for k, f in enumerate(names)}
    rows = [np.array([0, *sorted(index[f] for f in s.features if f in index)]) for s in data]
    aims = np.full((len(data), HEADS), smoothing / INTENT_COUNT)
    for k, s in enumerate(data):
        aims[k, s.intent] += 1 - smoothing
        aims[k, -1] = (1 - smoothing) * s.contact + smoothing / 2
    total = np.zeros((len(names), HEADS))
    every = tuple(seeds)
    for seed in every:
        total += _descend(rows, aims, len(names), rounds, rate, dropped, seed)
    means = total / len(every)
    return {f: means[k].tolist() for k, f in enumerate(names) if k == 0 or np.abs(means[k]).max() >= SLIGHT}


def _descend(rows: list[Whole], aims: Table, size: int, rounds: int, rate: float, dropped: float, seed: int) -> Table:
    """One run of AdaGrad over the messages in a shuffled order."""
    dice = np.random.Generator(np.random.PCG64(seed))
    table = np.zeros((size, HEADS))
    speed = np.full((size, HEADS), 1e-3)
    more = 1 / (1 - dropped)
    for turn in range(rounds):
        step = rate * (1 - 0.9 * turn / max(1, rounds - 1))
        for n in dice.permutation(len(rows)):
            whole = rows[n]
            kept = whole[dice.random(len(whole)) >= dropped]
            kept = kept[kept != 0]
            slopes = _guess(table[0] + more * table[kept].sum(axis=0)) - aims[n]
            ids = np.append(kept, 0)
            speed[ids] += slopes * slopes
            table[ids] -= step * slopes / np.sqrt(speed[ids])
    return table


def _guess(scores: Row) -> Row:
    """Scores → probabilities, by the C library's exp, which does not depend on the processor as NumPy's does."""
    *intents, contact = scores.tolist()
    return np.array([*probabilities(intents), 1 / (1 + math.exp(-contact))])


def arguments(what: str, model: str, many: str = "+", untaught: bool = False) -> argparse.ArgumentParser:
    """A command line that names corpora (`many`: as nargs) and, with --out, the file that is written for `model`."""
    parser = argparse.ArgumentParser(description=what)
    folders = "folders of labelled messages" + (" that no look was taught" if untaught else "")
    parser.add_argument("corpora", nargs=many, type=Path, help=folders)
    parser.add_argument("--out", type=Path, default=HERE / model)
    return parser


def main() -> None:
    """Train and write the weights."""
    options = arguments("train the learned part of the reading", MODEL, many="*").parse_args()
    data = list(samples(options.corpora))
    table = train(data)
    options.out.write_bytes(dump(table))
    print(f"{len(data)} messages, {len(table)} features, {options.out.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
