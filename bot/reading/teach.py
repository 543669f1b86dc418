"""`python -m bot.reading.teach`: the weights of hearing.py from labelled messages, the same bytes from the same files.

Reads training/messages.tsv and any labelled corpora named (folders with elders.csv, volunteers.csv, messages.jsonl).
Softmax regression by AdaGrad with a light L1 pull to zero, in a fixed order, without any library.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from bot.model import INTENTS, Elder, Intent, Message, Relative, Role, Roster, Volunteer, relative_id
from bot.reading.hearing import LIMIT, MODEL

HERE = Path(__file__).resolve().parent
AT = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
WRITERS = {"E": "田德福", "F": "王桂英女儿", "V": "小吕志愿者"}
LEAST = 2  # a feature that only one message has teaches nothing
Sample = tuple[list[str], int]


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
    """Features and intent of every labelled message."""
    from bot.reading.reader import Reader

    reader = Reader(small_roster())
    for line in (HERE / "training" / "messages.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            intent, who, text = line.split("\t")
            yield reader.features(Message("t", AT, WRITERS[who], "text", text)), INTENTS.index(cast(Intent, intent))
    for folder in corpora:
        reader = Reader(corpus_roster(folder))
        for line in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines():
            if line.strip() and (row := json.loads(line)).get("type", "text") == "text":
                message = Message(row["id"], dt.datetime.fromisoformat(row["at"]), row["sender"], "text", row["text"])
                yield reader.features(message), INTENTS.index(row["gold"]["intent"])


def train(data: list[Sample], rounds: int, rate: float, pull: float) -> dict[str, list[float]]:
    """Weights by feature, one an intent."""
    classes = len(INTENTS)
    counts: dict[str, int] = {}
    for found, _ in data:
        for f in found:
            counts[f] = counts.get(f, 0) + 1
    kept = {f for f, n in counts.items() if n >= LEAST}
    rows = [(sorted(f for f in found if f in kept), label) for found, label in data]
    table: dict[str, list[float]] = {f: [0.0] * classes for f in sorted(kept)}
    speed: dict[str, list[float]] = {f: [1e-6] * classes for f in sorted(kept)}
    bias = [0.0] * classes
    order = list(range(len(rows)))
    dice = random.Random(7)
    for _ in range(rounds):
        dice.shuffle(order)
        for n in order:
            found, label = rows[n]
            total = bias[:]
            for f in found:
                w = table[f]
                for k in range(classes):
                    total[k] += w[k]
            top = max(total)
            powers = [math.exp(t - top) for t in total]
            whole = sum(powers)
            slopes = [p / whole for p in powers]
            slopes[label] -= 1.0
            live = [k for k in range(classes) if abs(slopes[k]) > 1e-3]
            for k in live:
                bias[k] -= 0.01 * slopes[k]
            for f in found:
                w, v = table[f], speed[f]
                for k in live:
                    v[k] += slopes[k] * slopes[k]
                    step = rate / math.sqrt(v[k])
                    moved = w[k] - step * slopes[k]
                    limit = step * pull
                    w[k] = moved - limit if moved > limit else moved + limit if moved < -limit else 0.0
    table["::bias"] = bias
    return table


def write(table: dict[str, list[float]], out: Path) -> int:
    """Write the weights that are left, in hundredths; returns how many features."""
    lines = ["#! feature, then a weight in hundredths for each intent in the guide's order (bot.reading.teach)"]
    for feature, row in sorted(table.items()):
        whole = [max(-LIMIT, min(LIMIT, round(w * 100))) for w in row]
        if any(whole) and "\t" not in feature and "\n" not in feature:
            lines.append(feature + "\t" + " ".join(map(str, whole)))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description="train the learned part of the reading")
    parser.add_argument("corpora", nargs="*", type=Path, help="folders of labelled messages")
    parser.add_argument("--out", type=Path, default=HERE / MODEL)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--pull", type=float, default=0.001)
    options = parser.parse_args()
    data = list(samples(options.corpora))
    table = train(data, options.rounds, options.rate, options.pull)
    print(f"{len(data)} messages, {write(table, options.out)} features")


if __name__ == "__main__":
    main()
