"""Whatever is said on a day with an evening, and however the clock is set: nobody waits without a next step."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.moments import text_of
from tests.world import ELDERS, VOLUNTEERS, World, community

TWICE = ("E03", "E04", "E08")
WORDS = (
    "平安", "我去", "发错了，刚才那条不算", "{n}今天见到了，人好着呢", "{n}平安", "{n}电话打不通，没人接", "{n}摔倒了起不来，快来人",
    "我去看看{n}", "{n}已经送到医院了，医生在检查", "{n}去女儿家住，后天回来", "{n}回来了", "我妈有点咳嗽", "刚才说{n}的那条发错了，不算",
    "结束 {n} 平安", "结束 {n} 误会", "暂停 {n}", "恢复 {n}", "{n} 时限 15点", "{n} 时限 18点", "派 三楼小赵 去 {n}", "派 郭晓雨 去",
)  # fmt: skip
SENDERS = (
    "桂花飘香",
    "周强",
    "红红火火",
    "小洁",
    "三楼小赵",
    *(v.wechat for v in VOLUNTEERS),
)
SAYING = st.tuples(
    st.integers(0, 120),
    st.sampled_from(SENDERS),
    st.sampled_from(WORDS),
    st.sampled_from([e.name for e in ELDERS if e.id in TWICE]),
    st.sampled_from(["room", "bot"]),
    st.sampled_from(["says"] * 10 + ["restart", "set back"]),
)


def everyone_has_a_next_step(world: World) -> None:
    now = text_of(world.now)
    waiting = world.store.all(
        "SELECT * FROM days WHERE state = 'waiting' AND (next_step_at IS NULL OR next_step_at < ?)", now
    )
    untold = world.store.all("SELECT * FROM alerts WHERE told = 0 AND (next_step_at IS NULL OR next_step_at < ?)", now)
    far = world.store.all(
        "SELECT * FROM alerts WHERE told = 0 AND next_step_at > ?", text_of(world.now + dt.timedelta(hours=9))
    )
    unseen = world.store.all(
        "SELECT d.elder FROM days d WHERE d.day = ? AND d.state = 'missed' AND NOT EXISTS (SELECT 1 FROM alerts a"
        " WHERE a.elder = d.elder AND (a.closed_at IS NULL OR (a.day = d.day AND a.outcome IN ('false_alarm', 'away'))))",
        world.engine._moment(world.now).day.isoformat(),
    )
    failed = world.store.all("SELECT * FROM messages WHERE state = 'failed'")
    for rows in (waiting, untold, far, unseen, failed):
        assert not rows, [dict(r) for r in rows]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SAYING, max_size=25), st.sampled_from(["05:00", "09:00", "15:30"]))
def test_on_no_evening_anybody_is_let_out_of_sight(
    sayings: list[tuple[int, str, str, str, str, str]], start: str
) -> None:
    people = community([replace(e, twice=e.id in TWICE) for e in ELDERS])
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), start, people)
        try:
            for minutes, who, words, name, to, kind in sayings:
                if kind == "set back":
                    world.clock_shows(world.now - dt.timedelta(minutes=3 + minutes))
                    world.wakes()
                    continue
                world._pass(world.now + dt.timedelta(minutes=minutes))
                if kind == "restart":
                    world.restart()
                    continue
                world.says(who, words.format(n=name), to=to)
                everyone_has_a_next_step(world)
            world.until_moment(world.now + dt.timedelta(hours=8))
            everyone_has_a_next_step(world)
            for sent in world.messages():
                assert sent.to != "room" or not any(e.phone in sent.text for e in people.elders.values())
        finally:
            world.close()
