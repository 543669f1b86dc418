"""One random day, all of it from its seed: what people say, and what goes wrong on the way."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from bot.model import Message, MessageType
from tests.world import ELDERS, VOLUNTEERS

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = dt.date(2026, 3, 2)
# From check-ins' opening until noon of the next day; faults end at LAST_FAULT, so that what is left over must come to rest.
HOURS = 31.0
LAST_FAULT = 29.0

ODD = (
    "平安", "早上好", "1", "2", "我去", "收到，我去看看", "马上到", "我来", "发错了，刚才那条不算", "都平安",
    "{n}今天见到了，人好着呢", "{n}平安", "{n}电话打不通，没人接", "{n}摔倒了起不来，快来人", "老人摔倒了，快来人",
    "我去看看{n}", "我去不了了", "到{n}家了，敲门没人应", "{n}已经送到医院了，医生在检查", "{n}扶起来了，没伤着，我陪着呢",
    "{n}去女儿家住，后天回来", "{n}回来了", "我妈平安", "我爸有点咳嗽", "我妈去我姐家住几天", "我出差三天，麻烦大家照看一下我妈",
    "谁能帮我妈换个灯泡", "河畔小区的孙奶奶平安", "孙奶奶电话没人接", "王秀兰奶奶平安", "我妈今天报了没有？",
    "@小安 今天还有谁没报？", "刚才说{n}的那条发错了，不算", "快打120啊", "结束 {n} 平安", "结束 {n} 误会", "结束 {n} 送医院",
    "暂停 {n}", "恢复 {n}", "{n} 时限 15点", "结束 误会", "#接龙\n报平安\n\n1. {n} 平安\n2. 赵德厚 好", "活着没意思，不想活了",
    "刚才是误会，没事", "虚惊一场，{n}没事", "楼下垃圾三天没拉了", "祝大家平安", "昨天{n}还好好的",
)  # fmt: skip
SENDERS = (
    *(e.wechat for e in ELDERS if e.wechat),
    *(r.wechat for e in ELDERS for r in e.relatives if r.wechat),
    *(v.wechat for v in VOLUNTEERS),
    "三楼小赵",
)
# How a message fares on its way to the bot.
FATES = (("in time", 80), ("late", 8), ("twice", 6), ("lost", 3), ("recalled", 3))

Trouble = Literal["outage", "locked", "full", "flaky", "jump"]


@dataclass(frozen=True)
class Delivery:
    """A message reaches the bot `after` so many seconds of the plan's own time."""

    after: float
    message: Message


@dataclass(frozen=True)
class Fault:
    """Something is wrong for a while. `amount`: seconds by which the clock jumps, or how likely a sending fails."""

    kind: Trouble
    after: float
    until: float
    amount: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A day. Times are seconds since `start`, by a clock that never jumps."""

    seed: int
    start: dt.datetime
    deliveries: tuple[Delivery, ...]
    faults: tuple[Fault, ...]
    lost_on_the_way: int
    # The far end: whether it can look back at what arrived, whether it shows own messages, whether it keeps what it
    # could not hand over while the bot was away.
    looks_back: bool
    echoes: bool
    keeps: bool
    # How likely the process ends at a transaction boundary or a sending, and how likely it then stays down for a while.
    crash: float
    down: float
    said: int = field(default=0)


def plan(seed: int) -> Plan:
    chance = random.Random(f"day {seed}")
    start = dt.datetime.combine(FIRST + dt.timedelta(days=seed % 360), dt.time(5), tzinfo=ZONE)
    deliveries: list[Delivery] = []
    lost = said = 0
    for n, (after, who, text, kind, to) in enumerate(sorted(_sayings(chance))):
        said += 1
        message = Message(f"m{n}", start + dt.timedelta(seconds=after), who, kind, text, to=to, contact=who)
        fate = chance.choices([f for f, _ in FATES], [w for _, w in FATES])[0]
        if fate == "lost":
            lost += 1
            continue
        late = chance.uniform(20, 1800) if fate == "late" else 0.0
        deliveries.append(Delivery(after + late, message))
        if fate == "twice":
            deliveries.append(Delivery(after + chance.choice([0.5, 30, 4000]), message))
        if fate == "recalled":
            at = after + chance.uniform(2, 110)
            recall = Message(f"r{n}", start + dt.timedelta(seconds=at), who, "recalled", message.id, to=to, contact=who)
            # Now and then the recall overtakes what it takes back.
            deliveries.append(Delivery(chance.choice([at, at, max(after - 1, 0.0)]), recall))
    deliveries.sort(key=lambda d: (d.after, d.message.id))
    return Plan(
        seed,
        start,
        tuple(deliveries),
        tuple(sorted(_faults(chance), key=lambda f: f.after)),
        lost,
        looks_back=chance.random() < 0.5,
        echoes=chance.random() < 0.5,
        keeps=chance.random() < 0.7,
        crash=chance.choice([0.004, 0.01, 0.03]),
        down=chance.choice([0.0, 0.0, 0.15]),
        said=said,
    )


def _sayings(chance: random.Random) -> list[tuple[float, str, str, MessageType, Literal["room", "bot"]]]:
    found: list[tuple[float, str, str, MessageType, Literal["room", "bot"]]] = []
    for day in (0, 1):
        for elder in ELDERS:
            if chance.random() < 0.25:
                continue
            at = day * 86400 + min(chance.expovariate(1 / 7000), 5.5 * 3600) + 60
            words = f"{elder.compound}{elder.address}{elder.name}，今天已联系上，平安"
            if elder.wechat and chance.random() < 0.6:
                found.append((at, elder.wechat, "平安", "text", "room"))
            else:
                found.append((at, chance.choice(VOLUNTEERS).wechat, words, "text", "room"))
    for _ in range(chance.randrange(6, 26)):
        words = chance.choice(ODD).format(n=chance.choice(ELDERS).name)
        kind: MessageType = "image" if chance.random() < 0.03 else "text"
        where: Literal["room", "bot"] = "bot" if chance.random() < 0.2 else "room"
        found.append((chance.uniform(0, LAST_FAULT * 3600), chance.choice(SENDERS), words, kind, where))
    return found


def _faults(chance: random.Random) -> list[Fault]:
    end = LAST_FAULT * 3600
    found: list[Fault] = []
    for _ in range(chance.choice([0, 0, 1, 2])):
        at = chance.uniform(600, end - 600)
        found.append(Fault("outage", at, min(at + chance.choice([60, 900, 5400, 30000]), end)))
    for kind in ("locked", "full"):
        if chance.random() < 0.35:
            at = chance.uniform(600, end - 600)
            found.append(Fault(kind, at, at + chance.uniform(5, 240)))  # type: ignore[arg-type]
    if chance.random() < 0.4:
        at = chance.uniform(600, end - 7200)
        found.append(Fault("flaky", at, at + chance.uniform(300, 7000), chance.choice([0.2, 0.6, 1.0])))
    if chance.random() < 0.3:
        at = chance.uniform(600, end - 600)
        found.append(Fault("jump", at, at, chance.choice([-3600, -600, -61, 90, 1800, 7200])))
    return found
