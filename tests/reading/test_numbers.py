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
        ("血压146/84", {"fine"}),  # for people over 80 below 150/90 is the aim
        ("血压148/92", {"poor"}),
        ("血压152/80", {"poor"}),
        ("血压210/110", {"alarm"}),
        ("血压70/40", {"alarm"}),
        ("血糖6.1", {"fine"}),
        ("血糖16.8", {"poor"}),
        ("血糖2.6", {"alarm"}),
        ("体温36.5", {"fine"}),
        ("低烧37度6", {"poor"}),
        ("烧到39度8", {"poor"}),
        ("血氧只有85", {"alarm"}),
        ("高压一百七", {"poor"}),
        ("高压一百三十五 低压八十", {"fine"}),
        ("血压量了二百一", {"alarm"}),
        ("烧到三十九度二", {"poor"}),
        ("血糖六点八", {"fine"}),
        ("血糖十六", {"poor"}),
        ("心率一百零五", {"fine"}),
        ("走了一百步 花了三十块", set()),
        ("打120", set()),
        ("3号楼2单元501", set()),
        ("11月20日回来", set()),
        ("四十个人 120块", set()),
    ],
)
def test_a_reading_counts_as_fine_poor_or_alarming(text: str, verdict: set[str]) -> None:
    assert judge(text) == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("血糖3.4，手抖得端不住碗，头上冒汗", {"alarm"}),
        ("血糖3.4，没啥感觉", {"poor"}),
        ("血糖3.4，刚才手抖，吃了块糖缓过来了", {"poor"}),
        ("血糖3.4，喝了糖水还没缓过来，直冒汗", {"alarm"}),
    ],
)
def test_low_sugar_that_is_felt_is_an_emergency(text: str, verdict: set[str]) -> None:
    assert judge(text) == verdict
    assert judge("血糖3.4", text) == verdict
