"""A person's answer to "which one do you mean?": a number, a name, a place, "both"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading.names import Names, number, split_name
from bot.reading.senders import Sender
from bot.reading.who import Who

ALL = re.compile(
    r"^(?:她们|他们|俩|两个|两位|都|全|全部|三个|三位|几个|这几个|这两|两人|两个人|二位|一起)(?:人|位)?(?:都|全)?(?:是|好|平安|没事|好着|有|要|算|看过了|见了|见着了|报|看了)?(?:的|呢|了|着呢|啊|平安)?$"
)
NTH = re.compile(
    r"^(?:是|就是|选|我说的是|说的是|应该是)?(?:第)?([1-9]|[一二三四五六七八九])(?:个|号|位|\.|、)?(?:那个|那位)?(?:的|吧|啊|呀|哈|！|。)?$"
)
LAST = re.compile(r"^(?:是|就是|选)?(?:最后|后面|后头|末尾)(?:那|一|那一|面)?(?:个|位)?(?:的|吧)?$")
FIRST = re.compile(r"^(?:是|就是|选)?(?:前面|前头|头)(?:那|一|那一)?(?:个|位)(?:的|吧)?$")
NONE = re.compile(r"都不是|不是|谁啊|不知道|不清楚|什么意思|没有")
LEAD = re.compile(r"^(?:是|就是|我说的是|说的是|我是说|我说|指的是|应该是|对|嗯)")


def choose(text: str, candidates: Sequence[str], names: Names, who: Who) -> tuple[str, ...] | None:
    """The candidates that a short text chooses, in their order; None if it is no answer. `text` is normalised."""
    body = text.strip(" ，。！？~～✓")
    elders = names.roster.elders
    known = [i for i in candidates if i in elders]
    if not body or len(body) > 40 or not known or NONE.search(body):
        return None
    if m := NTH.match(body):
        index = number(m[1])
        return (known[index - 1],) if index <= len(known) else None
    if LAST.match(body):
        return (known[-1],)
    if FIRST.match(body):
        return (known[0],)
    if ALL.match(body) and len(known) > 1:
        return tuple(known)
    body = LEAD.sub("", body)
    chosen = {i for i in known if elders[i].name in body or any(a in body for a in elders[i].aliases if len(a) > 1)}
    if not chosen:
        chosen = {i for i in known if len(given := split_name(elders[i].name)[1]) > 1 and given in body}
    if not chosen:
        tokens = who.tokens(body, Sender())
        found = {i for t in tokens for i in t.ids} & set(known)
        if found and len(found) < len(known):
            chosen = found
    if len(chosen) != 1:
        places = who.places(body)
        doors = who.door_spans(body, places)
        if places or doors:
            start = [i for i in known if i in chosen] or known
            narrowed = who.narrow(start, places, doors)
            if len(narrowed) < len(start) or len(start) == 1:
                chosen = set(narrowed)
    if not chosen or (len(chosen) == len(known) > 1 and not re.search("和|都|两|、|，|跟", body)):
        return None
    return tuple(i for i in known if i in chosen)
