"""`python -m tests.reading.judge`: the figures of the reading on messages it was never taught, with and without the learned part."""

from __future__ import annotations

from collections import Counter

from bot.reading import hearing

from .scoring import CORPORA, FIGURES, figures, judged


def main() -> None:
    """Print a table: each judge, all of them, and all of them by the rules alone."""
    columns: dict[str, dict[str, float]] = {}
    total: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    nothing: hearing.Weights = {}
    for folder in sorted((CORPORA / "judges").iterdir()):
        counts = judged(folder)
        columns[folder.name] = figures(counts)
        total += counts
        bare += judged(folder, nothing)
    columns["all"], columns["rules alone"] = figures(total), figures(bare)
    print(f"reading, {total['all']} messages that it was never taught")
    print(f"{'':28}" + "".join(f"{name:>13}" for name in columns))
    for figure in FIGURES:
        print(f"{figure:28}" + "".join(f"{column.get(figure, 0):13.3f}" for column in columns.values()))


if __name__ == "__main__":
    main()
