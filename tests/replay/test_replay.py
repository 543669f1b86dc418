"""A record played in virtual time; stopped at any point, it comes out the same."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import Settings
from bot.replay import EventError, Replay, message_of, read_events
from tests.world import community

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 3, 10)

# A busy day and night: everything the bot does, at least once.
SCRIPT = """
05:10 向阳老赵|我和老伴都好着呢
06:00 老冯|早
06:00 桂花飘香|平安
06:05 周强|我出差三天，麻烦大家照看一下我妈
07:00 许医生（卫生站）|河畔小区的孙奶奶平安
07:02 许医生（卫生站）|孙兰芝
07:10 林小满|#接龙\\n3月10日报平安\\n\\n1. 陈月娥 平安\\n2. 冯长贵 好
07:15 郭晓雨|#接龙\\n3月10日报平安\\n\\n1. 陈月娥 平安\\n2. 冯长贵 好\\n3. 周玉梅 平安
07:20 何平|我岳母有点咳嗽
07:30 田芳|我妈平安
07:31 田芳|发错了，刚才那条不算
08:40 卫东|谁能帮我爸换个灯泡
08:45 林小满|我来吧
08:50 周强|我妈今天报了没有？
09:00 >丁立（协调员）|谁没报
09:05 >丁立（协调员）|孙兰芝 时限 11点
10:04 林小满|我去看看褚凤英奶奶
10:20 林小满|见到褚凤英奶奶了，人好着呢
10:30 李伟|我爸电话没人接
11:00 何建国（志愿者）|我去看看李国栋爷爷
12:00 >丁立（协调员）|结束 李国栋 平安
13:10 红红火火|我妈摔倒了起不来，快来人
13:12 何建国（志愿者）|我去，马上到
13:40 何建国（志愿者）|孙兰芝奶奶已经送到医院了，医生在检查
15:00 三楼小赵|楼下垃圾三天没拉了
16:00 冯涛|老人都平安
23:30 周强|给我妈打了三个电话都没人接
02:10 国栋|救命，我起不来了
02:30 李伟|我到家了，我爸扶起来了，没大事
"""


def _events() -> list[Any]:
    events, day = [], DAY
    before = "00:00"
    for n, line in enumerate(SCRIPT.strip().splitlines()):
        at, rest = line.split(" ", 1)
        day, before = (day + dt.timedelta(days=1), at) if at < before else (day, at)
        who, text = rest.split("|", 1)
        row = {
            "id": f"m{n}",
            "at": f"{day}T{at}:00+08:00",
            "sender": who.removeprefix(">"),
            "type": "text",
            "text": text.replace("\\n", "\n"),
            "to": "bot" if who.startswith(">") else "room",
        }
        events.append(message_of(row))
    return events


def _play(seed: int | None) -> tuple[list[dict[str, Any]], int]:
    start = dt.datetime.combine(DAY, dt.time(5), tzinfo=ZONE)
    replay = Replay(Settings(), community(), crash_seed=seed)
    lines = asyncio.run(replay.play(_events(), start, start + dt.timedelta(hours=30)))
    return lines, replay.crasher.crashes


@pytest.fixture(scope="module")
def calm() -> list[dict[str, Any]]:
    return _play(None)[0]


def test_the_busy_day_does_everything(calm: list[dict[str, Any]]) -> None:
    *sent, end = calm
    assert {m["kind"] for m in sent} >= {
        "reminder",
        "alert",
        "escalation",
        "resolved",
        "receipt",
        "question",
        "reply",
        "summary",
        "request",
        "coverage",
    }
    assert {a["kind"] for a in end["alerts"]} == {"missed", "unreachable", "distress"}
    assert end["requests"][0]["claimed_by"] == "林小满"
    assert end["coverages"][0]["elder"] == "E03"
    assert end["days"]["2026-03-11"]["E04"] == "away"


@pytest.mark.parametrize("seed", range(1, 16))
def test_stopped_at_any_point_it_comes_out_the_same(calm: list[dict[str, Any]], seed: int) -> None:
    lines, crashes = _play(seed)
    assert crashes > 0
    assert lines == calm


def test_the_output_has_the_lines_of_the_contract(calm: list[dict[str, Any]]) -> None:
    *sent, end = calm
    keys = {"at", "kind", "to", "elders", "mentions", "text", "file", "alert"}
    assert all(set(m) == keys for m in sent)
    assert [m["at"] for m in sent] == sorted(m["at"] for m in sent)
    assert set(end) >= {"kind", "at", "days", "alerts", "requests", "coverages", "matters", "activities"}
    assert end["kind"] == "end"
    assert set(end["days"]) == {"2026-03-10", "2026-03-11"}
    assert all(set(day) == set(community().elders) for day in end["days"].values())
    assert json.loads(json.dumps(calm, ensure_ascii=False)) == calm
    known = {a["id"] for a in end["alerts"]}
    assert {m["alert"] for m in sent if m["alert"]} <= known


def test_events_outside_the_time_are_left_out() -> None:
    start = dt.datetime.combine(DAY, dt.time(20, 30), tzinfo=ZONE)
    lines = asyncio.run(Replay(Settings(), community()).play(_events(), start, start + dt.timedelta(minutes=30)))
    assert lines[-1]["alerts"] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ('{"id": "a"}', "missing 'at'"),
        ('{"id": "a", "at": "2026-03-10T05:00:00", "sender": "x"}', "no time zone"),
        ('{"id": "a", "at": "2026-03-10T05:00:00+08:00", "sender": "x", "type": "smell"}', "smell"),
        ('{"id": "a", "at": "2026-03-10T05:00:00+08:00", "sender": "x", "to": "all"}', "neither room nor bot"),
        ("[]", "not a JSON object"),
    ],
)
def test_a_bad_line_is_named_with_the_mend(line: str, said: str) -> None:
    with pytest.raises(EventError, match=r"events\.jsonl, line 2: ") as error:
        read_events(["", line], "events.jsonl")
    assert said in str(error.value)
