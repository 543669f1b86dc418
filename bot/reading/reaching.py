"""Tried and not reached, or somebody is asked to look; and what says that it succeeded after all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.retractions import cited
from bot.reading.scene import Scene, Verdict

GUESS = re.compile(r"估计|可能|大概|应该|也许|说不定|怕是|八成|好像|是不是|没准|猜|兴许")


EXPLAIN = re.compile(
    r"是(?:因为|在|去|睡|手机|没|洗|怕)|因为|原来|怪不得|难怪|没听见|没听到|静音|听不见|没电|掉|忘带|没带|停机|欠费"
)


def not_reached(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict, retracted: Clause | None) -> None:
    weak = {"notin"} if "notin" in tags and scene.role not in ("family", "elder") else set()
    if (
        "unseen" in tags
        and "correct" not in v.reasons
        and re.search("今天|一天|早上|上午|下午|一早|一直|到现在", scene.text)
        and scene.role != "family"
    ):
        weak = weak | {"unseen"}
    if not (weak or "noanswer" in tags or "askcheck" in tags) or (scene.own and not scene.subject):
        return
    at = -1
    why = None
    for k, c in enumerate(clauses):
        if c.unreal or c.told or c.past:
            continue
        if ("noanswer" in c.tags or weak & c.tags) and not ("habit" in c.tags and "提醒" in scene.text):
            if (
                c.asked
                and re.search(r"(?:没有|没|吗|不)$", c.text)
                and "askcheck" not in c.tags
                and re.search(r"(?:见|看|去|来|送|接)(?:过)?(?:没有|没)$|见到?.{0,3}(?:没有|没|吗)$", c.text)
            ):
                continue
            if c.future and not re.search("还|又|到现在", c.text):
                continue
            if "howis" in c.tags and "算不算" in scene.text:
                continue
            if retracted is not None and cited(clauses, k, retracted):
                continue
            if (
                EXPLAIN.search(c.text)
                and not GUESS.search(scene.text)
                and any("fine" in d.tags or "seen" in d.tags or "reached" in d.tags for d in clauses if not d.past)
            ):
                continue
            at, why = k, c
        elif "askcheck" in c.tags and (scene.subject or scene.known or scene.stranger):
            if c.future and not re.search("谁", c.text):
                continue
            if (
                "service" in c.tags
                and re.search("灯|电视|水管|暖气|煤气灶|灶|锁|手机|马桶|收音机|热水器|网|电|药|饭", c.text)
            ) or ("service" in tags and not {"noanswer"} & tags):
                continue
            if (
                re.search("不放心|担心|放心不下|没底", c.text)
                and not re.search("谁|麻烦|帮|看看|看一", scene.text)
                and "noanswer" not in tags
            ):
                continue
            if retracted is not None and cited(clauses, k, retracted):
                continue
            at, why = k, c
    if why is None:
        return
    if not (
        scene.subject
        or scene.known
        or scene.stranger
        or scene.quote
        or ("noanswer" in tags and _about_person(scene.text))
    ):
        return
    if scene.role == "elder" and not scene.subject:
        return
    good = -1
    for k, c in enumerate(clauses):
        if c.unreal or c.past or c.asked or "strongneg" in c.tags:
            continue
        if "hearsay" in c.tags and not re.search("自己说|亲口", c.text):
            continue
        if GUESS.search(c.text):
            continue
        if (
            ("reached" in c.tags and "reached" not in c.denied and "noanswer" not in c.tags)
            or ({"fine", "core", "minor"} & c.tags and "noanswer" not in c.tags)
            or (
                "seen" in c.tags
                and "noanswer" not in c.tags
                and re.search("在家|出来|见|跟前|旁边|车上|身边|我家", c.text)
            )
            or ("noanswer" in c.tags and {"reached", "fine"} & c.tags and _ends_reached(c))
            or (
                k > at
                and "act" in c.tags
                and re.search("呢|着", c.text)
                and not re.search("电视|灯|鞋|窗|狗|屋里", c.text)
            )
        ):
            good = k
    if "strongneg" in tags:
        v.reasons["unreachable"] = f"没联系上（{why.text}）"
    elif good < at or (good == at and not _ends_reached(clauses[at])):
        if (
            good >= 0
            and at == good + 1
            and "askcheck" in why.tags
            and "noanswer" not in why.tags
            and "noanswer" not in tags
        ):
            return
        v.reasons["unreachable"] = f"没联系上、请人去看（{why.text}）"


def _about_person(text: str) -> bool:
    return re.search(r"敲|电话|联系|打|门|喊|叫|接|开", text) is not None


def _ends_reached(c: Clause) -> bool:
    good = max((h.end for h in c.hits if h.tag in ("reached", "fine", "minor")), default=-1)
    bad = max((h.end for h in c.hits if h.tag == "noanswer"), default=-1)
    return good > bad
