"""A small community of invented people for the tests of the reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from bot.model import Elder, Message, Reading, Relative, Roster, Volunteer, relative_id
from bot.reading import Reader

AT = dt.datetime(2026, 11, 18, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))  # a Wednesday


def relative(name: str, relation: str, wechat: str) -> Relative:
    return Relative(relative_id(name, wechat, ""), name, relation, wechat)


def community() -> Roster:
    son = relative("邵鹏", "儿子", "邵鹏")
    daughter = relative("吕静", "女儿", "静静")
    nephew = relative("柳刚", "侄子", "柳刚")
    grandchild = relative("白雪", "孙女", "白雪飘")
    elders = [
        Elder("N01", "邵长林", "男", 1939, "纺织厂家属院", "3号楼2单元501", relatives=(son,), wechat="邵长林"),
        Elder("N02", "高桂枝", "女", 1941, "纺织厂家属院", "3号楼2单元501", relatives=(son,), wechat="桂枝"),
        Elder("N03", "吕秀云", "女", 1937, "红星小区", "1号楼1单元102", relatives=(daughter,), aliases=("吕老师",)),
        Elder("N04", "柳国庆", "男", 1940, "红星小区", "5号楼3单元302", relatives=(nephew,), wechat="柳国庆"),
        Elder("N05", "高玉霞", "女", 1943, "金河苑", "3号楼2单元501", relatives=(grandchild,), wechat="霞姐"),
        Elder("N06", "孟祥和", "男", 1936, "金河苑", "7号楼1单元201", wechat="霞姐"),
    ]
    helpers = [
        Volunteer("NV1", "陶然", "陶然"),
        Volunteer("NV2", "柳国", "柳国"),
        Volunteer("NV3", "袁医生", "袁医生", role="clinic"),
        Volunteer("NV4", "钟主任", "钟主任", role="coordinator"),
    ]
    return Roster({e.id: e for e in elders}, {v.id: v for v in helpers})


Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(community())


def reading_by(reader: Reader) -> Read:
    """(sender, text) → what this reader makes of it."""

    def one(sender: str, text: str, **more: object) -> Reading:
        return reader.read(Message("m", AT, sender, text=text, **more))  # type: ignore[arg-type]

    return one


@pytest.fixture
def read(reader: Reader) -> Read:
    return reading_by(reader)
