"""Somebody who went out and did not come back is missing; somebody who only does not answer is not."""

from __future__ import annotations

import pytest

from .conftest import Read


@pytest.mark.parametrize(
    "text",
    [
        "吕奶奶早上六点出门买菜，这会儿还没回来，菜市场的人说没见过她",
        "吕奶奶说去公园转转，天都黑了没回来，电话在桌上充着",
        "吕奶奶下楼倒垃圾两个小时了没回家，手机也没带",
        "吕奶奶出去取牛奶都快三个钟头了，手机在桌上，平时一刻钟就回",
        "吕奶奶下楼扔垃圾到现在一个多小时了，拐棍靠在垃圾箱上，人呢",
        "吕奶奶说去接重孙，学校说没来，电话没人接，快两个小时了",
        "吕奶奶昨天傍晚五点出门再没进来，门禁上查的，手机也没带",
        "吕奶奶一点出去买毛线，这都四点了，卖线的说早走了",
    ],
)
def test_gone_out_and_not_back_is_an_emergency(read: Read, text: str) -> None:
    got = read("陶然", text)
    assert (got.intent, got.elders, got.alarm) == ("distress", ("N03",), "lost")


@pytest.mark.parametrize(
    "text",
    [
        "吕奶奶电话打不通，一上午了",
        "吕奶奶昨天出门到天黑没回来，今天在家好着呢",
        "吕奶奶出门两个小时没回来，刚找到了，在理发店",
        "要是吕奶奶出门到天黑还没回来可咋办",
        "吕奶奶出门一个多小时了，刚打通手机，在菜市场挑土豆呢",
    ],
)
def test_but_not_whoever_does_not_answer_or_was_found(read: Read, text: str) -> None:
    assert read("陶然", text).intent != "distress"
