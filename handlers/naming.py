"""A coordinator names who goes, on the roster or not: 派 三楼小赵 去 孙桂芳."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

from data import alerts, promises
from data.contacts import ADDRESS
from data.phrases import say
from handlers import claims, offers, queries
from handlers.context import Context

_ORDER = re.compile(
    r"^\s*(?:@?小安[\s，,:：]*)?(?:派|安排|叫|让|请)\s*(\S.{0,29}?)\s*去(?:看看|看一看|看一下|看下|看|一趟)?\s*(.{0,20}?)\s*[。！!]?\s*$"
)

Choose = Callable[[str, Sequence[str]], tuple[str, ...] | None]


def obey(ctx: Context, choose: Choose) -> bool:
    """Carry the order out and say so; False when the message is none. Only for coordinators: the caller has looked.

    `choose`: whom of some elders a few words mean. In the room only where the bot is spoken to: "请你去看看" is for people.
    """
    order = _ORDER.match(ctx.message.text) if ctx.reading.addressed or not ctx.from_room else None
    if order is None:
        return False
    current, asked = alerts.open_all(ctx.store), promises.open_requests(ctx.store)
    meant = _meant(ctx, order[2], current, choose)
    wanted = [] if meant else _meant(ctx, order[2], asked, choose)[:1]
    if len(meant) != 1 and not wanted:
        queries.reply(ctx, _ask(ctx, order, current or asked, meant))
        return True
    address, name = _who(ctx, order[1])
    if wanted:
        meant = wanted
        claims.give_request(ctx, wanted[0], address, name)
    else:
        claims.give(ctx, meant[0], address, name)
    queries.reply(ctx, say("command_named", who=name, name=offers.title(ctx, meant[0])))
    return True


def _meant(ctx: Context, words: str, current: Sequence[sqlite3.Row], choose: Choose) -> list[sqlite3.Row]:
    """The open alert (or request) that an order is about. One elder may have two (a fall after a search): the emergency."""
    if not words:
        return list(current) if len(current) == 1 else []
    found = choose(words, sorted({a["elder"] for a in current if a["elder"] in ctx.roster.elders})) or ()
    theirs = [a for a in current if a["elder"] in found]
    urgent = [a for a in theirs if "kind" in a.keys() and a["kind"] == "distress"]  # noqa: SIM118 (a row is no dict)
    return urgent or theirs


def _ask(ctx: Context, order: re.Match[str], current: Sequence[sqlite3.Row], meant: Sequence[sqlite3.Row]) -> str:
    if not current:
        return say("command_named_nothing")
    told = list(dict.fromkeys(offers.title(ctx, a) for a in (meant or current)))
    return say(
        "command_named_whom", names="、".join(told), who=offers.shown(order[1]), name=offers.plain(ctx, current[0])
    )


def _who(ctx: Context, words: str) -> tuple[str, str]:
    """The address and the name of whoever is meant: of the roster, else the account that offered to go, else just a name."""
    wanted = words.strip()
    found = [p for p in ctx.roster.people.values() if wanted in (p.name, p.wechat)]
    if len(found) == 1:
        return found[0].id, found[0].name
    name = offers.shown(wanted)
    return offers.address_of(ctx, name) or f"{ADDRESS}{name}", name
