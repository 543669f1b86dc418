"""Taking a task on, asking about status, public matters, events."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.clauses import Clause
from bot.reading.scene import Scene, Verdict

DECLINES = re.compile(
    r"(?:去|来|过|到|上|赶|走|送|帮|办|接)不(?:了|成|过去|过来|上)|没法(?:去|来)|(?:不能|不|没空|没时间)(?:去|来)(?!不行)"
)

WENT = re.compile("去(?:了|过)|到了$|看过|来(?:了|过)")


def claim(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict) -> None:
    if "claim" not in tags:
        return
    if "notclaim" in tags and not re.search("我去看|马上到|我来", scene.text):
        return
    for c in clauses:
        if (
            "claim" in c.tags
            and not c.past
            and not c.supposed
            and not c.told
            and not (c.asked and re.search("吗|能不能|谁|怎么|咋|啥|什么", c.text))
        ):
            if WENT.search(c.text) and not re.search("马上|这就|分钟|路上", c.text):
                continue
            if DECLINES.search(c.text):
                continue
            v.reasons["claim"] = f"有人接手（{c.text}）"
            return


REPORTING = re.compile("报|小安|打卡|签到|接龙")
STATUS = re.compile(r"报|平安|打卡|签到|小安|机器人|接龙|漏|名单|提醒")


def query(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict) -> None:
    if scene.addressed and any(c.asked for c in clauses):
        v.reasons["query"] = "问小安"
        return
    if "howis" in tags:
        for c in clauses:
            if "howis" in c.tags and (c.asked or re.search("名单|人数|统计|谁没|还差", c.text)) and not c.unreal:
                v.reasons["query"] = f"询问情况（{c.text}）"
                return
        if any(c.asked for c in clauses) and STATUS.search(scene.text):
            v.reasons["query"] = "询问怎么用或报没报"
            return
    if scene.own and REPORTING.search(scene.text) and any(c.asked and REPORTING.search(c.text) for c in clauses):
        v.reasons["query"] = "本人问报没报"
        return
    for c in clauses:
        if (
            c.asked
            and not c.unreal
            and ({"fine", "seen", "act", "symptom", "over", "goaway", "goback", "fall", "reached"} & c.tags)
            and (scene.subject or scene.own or (scene.known and re.search("他|她|人|老", c.text)))
            and not {"activity", "issue"} & tags
        ):
            if scene.own and not STATUS.search(c.text):
                continue
            v.reasons["query"] = f"询问情况（{c.text}）"
            return


def public(clauses: Sequence[Clause], tags: set[str], scene: Scene, v: Verdict, text: str) -> None:
    issue = [c for c in clauses if "issue" in c.tags and not c.supposed]
    activity = [c for c in clauses if "activity" in c.tags]
    if "ad" in tags and "notice" not in tags and not issue:
        return
    if (
        issue
        and activity
        and re.search(r"演练|演习|活动室|合唱|二胡|讲座|义诊|手机课|培训|报名|排练", text)
        and not re.search("没人管|报修|坏|漏|吵|扰民|堆", text)
    ):
        issue = []
    if issue:
        v.reasons["issue"] = f"公共事务（{issue[0].text}）"
    if activity:
        v.reasons["activity"] = f"活动（{activity[0].text}）"
