"""Readings are judged."""

from __future__ import annotations

import pytest

from bot.reading.numbers import judge


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("血压128/76", {"fine"}),
        ("高压128 心跳72", {"fine"}),
        ("量了个血压 160", {"poor"}),
        ("血压210/110", {"alarm"}),
        ("血压70/40", {"alarm"}),
        ("血糖6.1", {"fine"}),
        ("血糖16.8", {"poor"}),
        ("血糖2.6", {"alarm"}),
        ("体温36.5", {"fine"}),
        ("低烧37度6", {"poor"}),
        ("烧到39度8", {"poor"}),
        ("血氧只有85", {"alarm"}),
        ("打120", set()),
        ("3号楼2单元501", set()),
        ("11月20日回来", set()),
        ("四十个人 120块", set()),
    ],
)
def test_a_reading_counts_as_fine_poor_or_alarming(text: str, verdict: set[str]) -> None:
    assert judge(text) == verdict
