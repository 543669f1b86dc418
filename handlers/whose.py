"""Whose picture is it? From the surest sign to the weakest; where two signs contradict each other, nobody's yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Elder, Reading
from bot.ports import Seen
from data import alerts, promises
from handlers.claims import RECENT
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Whose:
    """`elders` empty: nobody knows; then `candidates` may be meant. `how`: words, mention, claim, only, stamp."""

    elders: tuple[str, ...] = ()
    how: str = ""
    candidates: tuple[str, ...] = ()


def whose(ctx: Context, seen: Seen, words: Reading | None, mentioned: Sequence[str]) -> Whose:
    """By caption, by the sender's words beside it, by mention, by what the sender went for, by the family, by the stamp.

    A stamp that names another elder than the rest suggests beats a guess, and makes words a question.
    """
    stamped = by_stamp(ctx, seen)
    named = Whose(stamped, "stamp") if len(stamped) == 1 else Whose(candidates=stamped)
    said = _by_words(ctx, words, mentioned)
    if said.elders:
        contradicted = bool(stamped) and not set(stamped) & set(said.elders)
        return Whose(candidates=(*said.elders, *stamped)) if contradicted else said
    if len(said.candidates) > 1:
        both = [e for e in stamped if e in said.candidates]
        return Whose(tuple(both), "stamp") if len(both) == 1 else said
    gone = _went_to(ctx)
    guessed = gone if gone.elders else _only(ctx)
    if not guessed.elders:
        return named
    if stamped and guessed.elders[0] not in stamped:
        # The team makes its rounds; a family sends on what others took.
        return named if ctx.may("hear_all") else Whose(candidates=(*guessed.elders, *stamped))
    return guessed


def _by_words(ctx: Context, words: Reading | None, mentioned: Sequence[str]) -> Whose:
    own = ctx.reading
    if ctx.message.text.strip() and own.elders:
        return Whose(candidates=own.elders) if own.ambiguous else Whose(own.elders, "words")
    if words is not None:
        return Whose(words.elders, "words")
    if mentioned:
        return Whose(tuple(mentioned), "mention") if len(mentioned) == 1 else Whose(candidates=tuple(mentioned))
    return Whose()


def _went_to(ctx: Context) -> Whose:
    """The one elder to whom the sender has said "我去", for an alert or for a favour."""
    if ctx.person is None:
        return Whose()
    me = ctx.person.id
    gone = [a["elder"] for a in alerts.open_all(ctx.store) if a["claimed_by"] == me and a["elder"]]
    gone = gone or [r["elder"] for r in promises.claimed_requests(ctx.store, me, ctx.now - RECENT)]
    found = tuple(dict.fromkeys(gone))
    return Whose(found, "claim") if len(found) == 1 else Whose()


def _only(ctx: Context) -> Whose:
    """The family's only elder."""
    if not ctx.people or any(p.role != "family" for p in ctx.people):
        return Whose()
    found = dict.fromkeys(e for p in ctx.people for e in p.elders)
    return Whose(tuple(found), "only") if len(found) == 1 else Whose()


def by_stamp(ctx: Context, seen: Seen) -> tuple[str, ...]:
    """The elders whom the stamp's name and place may mean; none where it names somebody off the roster."""
    if not seen.name and not seen.place:
        return ()
    place = _plain(seen.place or "")
    elders = list(ctx.roster.elders.values())
    if seen.name:
        called = [e for e in elders if seen.name in (e.name, *e.aliases)]
        at_home = [e for e in called if _lives(e, place)] or [e for e in called if e.compound and e.compound in place]
        if called:
            return tuple(e.id for e in (at_home if len(at_home) == 1 else called))
        if all(p.name != seen.name for p in ctx.roster.people.values()):
            return ()  # somebody who is not looked after here
    homes = [e.id for e in elders if _lives(e, place)]
    return tuple(homes)


def _lives(elder: Elder, place: str) -> bool:
    home, compound = _plain(elder.address), _plain(elder.compound)
    return bool(place and len(home) >= 4 and home in place and (not compound or compound in place))


def _plain(text: str) -> str:
    """Addresses are written in many ways: 3号楼 is 3栋, 501 is 501室."""
    squeezed = "".join(c for c in text if c.isalnum())
    return squeezed.replace("号楼", "栋").replace("幢", "栋").removesuffix("室")
