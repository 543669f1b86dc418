"""Whatever people write, in whatever order: nobody who is waited for or looked for is ever let out of sight."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.invariants import breaches
from tests.world import ELDERS, VOLUNTEERS, World

WORDS = (
    "平安", "早上好", "1", "2", "我去", "收到，我去看看", "马上到", "我来", "发错了，刚才那条不算", "都平安",
    "{n}今天见到了，人好着呢", "{n}平安", "{n}电话打不通，没人接", "{n}摔倒了起不来，快来人", "老人摔倒了，快来人",
    "我去看看{n}", "到{n}家了，敲门没人应", "{n}已经送到医院了，医生在检查", "{n}扶起来了，没伤着，我陪着呢",
    "{n}去女儿家住，后天回来", "{n}回来了", "{n}出院了，已经接回家了", "我妈平安", "我爸有点咳嗽", "我妈去我姐家住几天",
    "我妈回来了", "我出差三天，麻烦大家照看一下我妈", "谁能帮我妈换个灯泡", "河畔小区的孙奶奶平安", "孙奶奶电话没人接",
    "王秀兰奶奶平安", "我妈今天报了没有？", "@小安 今天还有谁没报？", "刚才说{n}的那条发错了，不算", "快打120啊",
    "结束 {n} 平安", "结束 {n} 误会", "结束 {n} 送医院", "暂停 {n}", "恢复 {n}", "{n} 时限 15点", "结束 误会",
    "#接龙\n3月10日报平安\n\n1. {n} 平安\n2. 赵德厚 好", "活着没意思，不想活了", "刚才是误会，没事", "虚惊一场，{n}没事",
    "楼下垃圾三天没拉了", "祝大家平安", "昨天{n}还好好的", "",
)  # fmt: skip
SENDERS = (
    *(e.wechat for e in ELDERS if e.wechat),
    *(r.wechat for e in ELDERS for r in e.relatives if r.wechat),
    *(v.wechat for v in VOLUNTEERS),
    "三楼小赵",
)
SAYING = st.tuples(
    st.integers(0, 90),
    st.sampled_from(SENDERS),
    st.sampled_from(WORDS),
    st.sampled_from([e.name for e in ELDERS]),
    st.sampled_from(["room"] * 4 + ["bot"]),
    st.sampled_from(["text"] * 12 + ["image", "recalled", "restart"]),
)


def _nobody_is_out_of_sight(world: World) -> None:
    found = breaches(world.store, world.people, world.now, world.settings.day.opens, world.settings.zone)
    assert not found, "\n".join(found)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SAYING, max_size=30), st.sampled_from(["05:00", "07:50", "20:30"]))
def test_nobody_is_ever_let_out_of_sight(sayings: list[tuple[int, str, str, str, str, str]], start: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), start)
        try:
            said = [""]
            for minutes, who, words, name, to, kind in sayings:
                world._pass(world.now + dt.timedelta(minutes=minutes))
                if kind == "restart":
                    world.restart()
                    continue
                text = said[-1] if kind == "recalled" else words.format(n=name)
                said.append(world.says(who, text, to=to, type=kind))
                _nobody_is_out_of_sight(world)
            world._pass(world.now + dt.timedelta(hours=7))
            world.until(f"{world.now + dt.timedelta(minutes=1):%m-%d %H:%M}")
            _nobody_is_out_of_sight(world)
            world.check_manners()
        finally:
            world.close()
