"""An invented community of any size, and an ordinary day of it: rosters as files, a record as JSON lines."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from dataclasses import dataclass
from pathlib import Path

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
WOMEN = ("秀英", "桂兰", "玉梅", "淑珍", "凤琴", "素芳", "惠芳", "兰芝", "月娥", "金花", "巧云", "菊香")
MEN = ("建国", "永福", "守义", "学礼", "国庆", "大山", "继祖", "德福", "长生", "明德", "振华", "志强")
PLACES = ("柳沟", "东岗", "雁滩", "黄河", "安宁", "五泉", "白塔", "兰工", "西站", "盘旋", "敦煌", "金昌")
KINDS = ("苑", "小区", "家属院", "佳园", "新村")
OWN = ("平安", "早", "起来了，好着呢", "到", "今天好着呢，吃过早饭了", "[太阳]", "没麻达", "平安，勿念")
FAMILY = ("我{kin}今天好着呢", "刚跟我{kin}通了电话，平安", "我{kin}报平安", "早上视频了，我{kin}精神挺好")
SEEN = ("{place}{address}{name}，今天已联系上，平安", "刚去看了{place}{address}的{name}，一切都好")
KIN = {
    "女": (("女儿", "妈"), ("儿子", "妈"), ("孙女", "奶奶")),
    "男": (("女儿", "爸"), ("儿子", "爸"), ("孙女", "爷爷")),
}
ELDER_HEAD = "编号,姓名,性别,出生年,小区,住址,电话,居住情况,健康备注,报平安时限,家属1姓名,家属1关系,家属1微信,家属1电话,本人微信,责任志愿者,后备志愿者,别名"
VOLUNTEER_HEAD = "编号,姓名,微信,电话,单位,角色"
EACH_LOOKS_AFTER = 15
SILENT = 0.01


@dataclass(frozen=True)
class Community:
    """The files of one community's day."""

    elders: Path
    volunteers: Path
    events: Path
    messages: int


def make(folder: Path, size: int, day: dt.date, seed: int = 1) -> Community:
    """Write `size` elders, their families and volunteers, and a day on which nearly everybody reports before the deadline."""
    chance = random.Random(seed)
    helpers = [f"志愿{i:05d}" for i in range(max(size // EACH_LOOKS_AFTER, 5))]
    found = Community(folder / "elders.csv", folder / "volunteers.csv", folder / "events.jsonl", 0)
    _write(found.volunteers, VOLUNTEER_HEAD, _volunteers(helpers))
    opens = dt.datetime.combine(day, dt.time(5, 30), tzinfo=dt.timezone(dt.timedelta(hours=8)))
    rows, events = [], []
    for i in range(size):
        row, said = _elder(i, helpers, chance)
        rows.append(row)
        if chance.random() >= SILENT:
            at = opens + dt.timedelta(seconds=chance.randrange(4 * 3600))
            events.append({"at": at.isoformat(), "sender": said[0], "type": "text", "text": said[1]})
    _write(found.elders, ELDER_HEAD, rows)
    events.sort(key=lambda e: str(e["at"]))
    lines = (json.dumps({"id": f"b{i}", **e}, ensure_ascii=False) for i, e in enumerate(events))
    found.events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Community(found.elders, found.volunteers, found.events, len(events))


def _volunteers(helpers: list[str]) -> list[list[str]]:
    rows = [[f"V{i}", name, name, f"100{i:08d}", "志愿者协会", "志愿者"] for i, name in enumerate(helpers)]
    rows.append(["C1", "卫生站甲", "卫生站甲", "10099999991", "卫生站", "卫生站"])
    rows += [[f"K{i}", f"协调员{i}", f"协调员{i}", f"1009999998{i}", "社区", "协调员"] for i in (1, 2)]
    return rows


def _elder(i: int, helpers: list[str], chance: random.Random) -> tuple[list[str], tuple[str, str]]:
    sex = chance.choice("女男")
    name = chance.choice(SURNAMES) + chance.choice(WOMEN if sex == "女" else MEN)
    # A compound has forty homes, so that the number of compounds grows with the community, as it does in a district.
    compound, home = divmod(i, 40)
    place = f"{PLACES[compound % 12]}{compound // 12 + 1}{KINDS[compound % 5]}"
    address = f"{home // 12 + 1}号楼{home // 4 % 3 + 1}单元{home % 4 + 1}0{home % 3 + 1}"
    relation, kin = chance.choice(KIN[sex])
    own, family = f"老人{i:06d}", f"家属{i:06d}"
    helper, backup = helpers[i % len(helpers)], helpers[(i + 1) % len(helpers)]
    row = [f"E{i:06d}", name, sex, str(1930 + i % 18), place, address, f"100{i:08d}", "独居", "", ""]
    row += [f"家人{i:06d}", relation, family, f"101{i:08d}", own, helper, backup, ""]
    kind = chance.random()
    if kind < 0.4:
        return row, (own, chance.choice(OWN))
    if kind < 0.75:
        return row, (family, chance.choice(FAMILY).format(kin=kin))
    return row, (helper, chance.choice(SEEN).format(place=place, address=address, name=name))


def _write(path: Path, head: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head.split(","), *rows])
