"""Greetings: from an elder they are enough, from anyone else they say nothing."""

from __future__ import annotations

import re

FEAST = "节日?|周末|新[年春]|元旦|元宵|中秋|国庆|端午|重阳|春节|圣诞|冬至|腊八|小年"
HELLO = re.compile(
    r"(?:早上|上午|中午|下午|晚上|大家|各位|你|您|都)(?:好|早)|早安|晚安|早[啊呀哦]|安好"
    rf"|(?:{FEAST})(?:快乐|愉快|吉祥|安康|好)"
)
HELLO_SIGNS = frozenset("好早安乐愉吉")  # one of which every HELLO has
GREETING_REST = re.compile(
    r"各位|大家|老哥|老姐|老姐妹|姐妹们?|兄弟|老伙计|朋友们?|邻居|亲们?|群友|家人们?|街坊|老朋友|老姊妹|们|老师|小安|志愿者|[，。！？~～✓、；… ]|"
    r"早上|上午|中午|下午|晚上|今天|周[一二三四五六日末]|星期[一二三四五六日天]|礼拜[一二三四五六天]|新的一天|你|您|都|好|早|安|啊|呀|哦|吉祥|快乐|愉快|开心|的|和|群里"
    rf"|祝|诸位|{FEAST}|妇女|教师|老?同志们?|女|姊妹|老友|身体健康|健康|福寿|安康"
    r"|万事如意|阖家|全家|幸福|欢乐|平安"
)
GOOD_NIGHT = re.compile("晚")


def is_greeting(body: str) -> bool:
    """Nothing but 早上好, 大家好 and the like: it says something of an elder who writes it, and nothing of anyone else."""
    return body in ("早", "早早", "早早早") or (
        not HELLO_SIGNS.isdisjoint(body) and HELLO.search(body) is not None and not GREETING_REST.sub("", body)
    )


ALL_MORNING = re.compile("(?:各位|大家|大伙|老姊妹|老姐妹|老伙计|老哥们|邻居|街坊)[^，。]{0,5}(?:早上?好?|早安)$")


def greets_all(last: str) -> bool:
    """Does a last clause wish everybody a good morning, behind a poem or an article: 各位老姊妹早?"""
    return ALL_MORNING.search(last) is not None


def opens_the_day(first: str) -> bool:
    """Does a first clause greet in the morning, or by day? Whoever writes more after it is up and about."""
    return is_greeting(first) and not GOOD_NIGHT.search(first)
