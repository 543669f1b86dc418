"""Who writes: the elder himself, one of the family, a helper, or a stranger whose WeChat name may tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from bot.model import Elder, Person
from bot.reading.names import Names, titles


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: as far as known. `elders` are his own id, or those he looks after; `relations` go with them."""

    role: str = ""
    elders: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    spouse: tuple[str, ...] = ()
    sex: str = ""
    shared: bool = False  # several people could be meant
    near: tuple[str, ...] = ()  # of somebody on no roster: the elders whom, or whose relatives, the WeChat name names
    kin: bool = False  # and as one of the family: 仇亮媳妇, not 仇亮同事

    elder: bool = field(init=False)
    family: bool = field(init=False)
    writers: tuple[str, ...] = field(init=False)  # the elder who writes, if it is one (or those who share the account)

    def __post_init__(self) -> None:
        # A sender is found once and asked of at every turn.
        object.__setattr__(self, "elder", self.role == "elder")
        object.__setattr__(self, "family", self.role == "family")
        object.__setattr__(self, "writers", self.elders if self.elder else ())


FAMILY_WORDS = (
    ("inlaw", re.compile("媳|婿")),
    ("spouse", re.compile("配偶|老伴|丈夫|妻|爱人|夫妻|老公|老婆")),
    ("grand", re.compile("孙")),
    ("nephew", re.compile("侄|外甥|甥")),
    ("sibling", re.compile("弟|妹|哥|姐|兄")),
    ("child", re.compile("儿|女|子|闺")),
)


@cache
def relation_class(relation: str) -> str:
    """儿媳 → inlaw, 外孙女 → grand …; any where it says nothing."""
    return next((name for name, pattern in FAMILY_WORDS if pattern.search(relation)), "any")


RELATED = re.compile("媳|婿|老婆|老公|爱人|外甥|侄|孙|儿子|女儿|闺女|丫头")


# 尹奶奶的外孙女
SOMEBODY_S = re.compile(
    "([\u4e00-\u9fff])(奶奶|婆婆|姥姥|爷爷|大爷|阿姨|叔叔|老师)(?:的|家)*(?:小|老|大|二|三)?(?:外?孙|儿|女|媳|婿|侄|外甥|丫头|闺女)"
)
HOUSE_OF = re.compile("([\u4e00-\u9fff])家(?:的|小|老|大|二|三)*(?:孙|儿|女|媳|婿|侄|外甥|丫头|闺女)")  # 屈家小孙子


def stranger_of(wechat: str, names: Names) -> Sender:
    """Somebody on no roster, whose WeChat name may name a relative or an elder: 程莉同事, 项秀莲的外甥, 尹奶奶的外孙女."""
    named = {word for _, kind, word in names.words_in(wechat) if kind in ("full", "alias", "other")}
    ids = dict.fromkeys(
        i
        for word in sorted(named)
        for i in (*names.full.get(word, ()), *names.alias.get(word, ()), *names.kin_of.get(word, ()))
    )
    if not ids and (whose := SOMEBODY_S.search(wechat)):
        called = names.of_surname(whose[1], titles()[whose[2]])
        ids = dict.fromkeys(called if len(called) == 1 else ())
    if not ids and (house := HOUSE_OF.search(wechat)):
        homes = {tuple(sorted(names.roster.household(i))) for i in names.surname.get(house[1], ())}
        ids = dict.fromkeys(homes.pop() if len(homes) == 1 else ())
    return Sender(near=tuple(ids), kin=bool(ids) and RELATED.search(wechat) is not None)


def sender_of(people: Sequence[Person], names: Names) -> Sender:
    """What is known of the one who writes; several people under one name make it `shared`."""
    if not people:
        return Sender()
    elders = names.roster.elders
    if len(people) > 1:
        roles = {p.role for p in people}
        ids = tuple(dict.fromkeys(i for p in people for i in p.elders))
        role = "elder" if "elder" in roles else people[0].role
        relations = tuple((i, r) for p in people for i, r in _relations(p, elders))
        partners = tuple(
            dict.fromkeys(
                j for i in ids for j in names.roster.household(i) if j not in ids and elders[j].sex != elders[i].sex
            )
        )
        return Sender(
            role, ids, relations, partners if role == "elder" and len(partners) == 1 else (), shared=len(ids) > 1
        )
    person = people[0]
    if person.role == "elder":
        me = elders[person.id]
        household = tuple(i for i in names.roster.household(me.id) if i != me.id)
        partners = tuple(i for i in household if elders[i].sex != me.sex or not me.sex)
        return Sender("elder", (me.id,), (), partners if len(partners) == 1 else (), me.sex)
    return Sender(person.role, person.elders, tuple(_relations(person, elders)))


def _relations(person: Person, elders: object) -> Iterable[tuple[str, str]]:
    for i in person.elders:
        elder: Elder = elders[i]  # type: ignore[index]
        for r in elder.relatives:
            if r.person == person.id:
                yield i, relation_class(r.relation)
