"""Of the one who writes and those named, who is in the trouble, or goes away: the one of whom the telling clause speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.reading.clauses import Clause
from bot.reading.who import Token

DANGER = frozenset({"fall"})
CALLS = frozenset({"alarm-cry", "alarm-aid"})
ABSENCE = frozenset({"goaway", "goback", "hospital", "selfaway"})
EVERYBODYS = frozenset({"fire", "gas"})  # alarms of a place, and so of everybody there
PLACES = frozenset(f"alarm-{alarm}" for alarm in EVERYBODYS)  # as tags
SEARCHED = PLACES | {"alarm-lost"}  # or of one who is missing
OF_ANOTHER = re.compile("[他她您你]|人家|老伴|老[头太婆]|婆[娘姨]|妹子|兄弟|不是我|着人|对门|隔壁|楼[上下]|邻居")
# All that the writer says of himself is what he does about it: 我拉不动他, 我手抖得按不住号
BESIDE_IT = re.compile("我.{0,4}(?:[拉扶抱拽背弄抬搬追]|瞅|看见?着?|打了|找|转了|喊|叫|手都?抖)")
OWN_HEAD = re.compile("(?:就|但|可|倒是|只是)?(?:我|俺|咱)(?![们家老妈爸娘爹儿女孙屋看听见叫喊扶刚才])")
# What the writer does for, or about, another: 我在门口喊了他半天, 我刚看见的
AT_ANOTHER = re.compile(
    "(?:喊|叫|敲|拍|等(?!你)|扶|看见|看到|瞅见|推|摸|掐|追|找|转).{0,6}(?:[他她]|半天|[了几十两三五]|没|遍|不应|的$)|[他她]$"
    "|(?:[拉扶拽抬抱背弄喊叫]|都){1,3}不[动起应醒]|上个?(?:厕所|茅房)|(?:工夫|功夫)$"
)


def _alarming(c: Clause) -> bool:
    return not c.unreal and (not DANGER.isdisjoint(c.tags) or any(t.startswith("alarm-") for t in c.tags))


def _only_calls(c: Clause) -> bool:
    """Is it only a cry for help, which tells of nobody: 快来人?"""
    return DANGER.isdisjoint(c.tags) and CALLS.issuperset(t for t in c.tags if t.startswith("alarm-"))


def _names(c: Clause, people: Iterable[Token]) -> bool:
    return any(c.holds(t.start) for t in people)


def writers_own(clauses: Sequence[Clause], named: Sequence[Token], away: bool = False) -> bool:
    """Does an old person who names others tell of his own trouble (or, `away`, absence): 胸口闷得很 老翟给我含了药?"""
    telling = [c for c in clauses if (not ABSENCE.isdisjoint(c.tags) if away else _alarming(c) and not _only_calls(c))]
    if not telling:
        return False
    first = telling[0]
    if any(_names(c, named) for c in telling) or (not away and any(not SEARCHED.isdisjoint(c.tags) for c in telling)):
        return False
    if not away and BESIDE_IT.match(first.text):
        return False
    if OF_ANOTHER.search(first.text):
        return False
    return first.start < named[0].start or OWN_HEAD.match(first.text) is not None


def alarmed(clauses: Sequence[Clause], named: Sequence[Token]) -> list[Token]:
    """Those named in the clauses that alarm: 我妈摔了，我爸在边上急. None where a place is in danger, or nobody is named there."""
    telling = [c for c in clauses if _alarming(c)]
    if any(not PLACES.isdisjoint(c.tags) for c in telling):
        return []
    return [t for t in named if any(c.holds(t.start) for c in telling)]


def goes(c: Clause, people: Iterable[Token]) -> bool:
    """Does a clause tell of these that they go away, or are back?"""
    return not ABSENCE.isdisjoint(c.tags) and _names(c, people)


def at_another(clause: str) -> bool:
    """Does the writer in a clause of his own only do something to another?"""
    return AT_ANOTHER.search(clause) is not None
