"""One writing for what people write in many: simplified characters, plain width, emoji apart, quotes and mentions apart.

Nothing here judges; every step keeps the words and only makes them comparable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import NamedTuple

from bot.reading.finding import Finder, rarity

MOST_MENTIONS = 30
MOST = 6000  # characters that are read of one message; the rest cannot change what it is about
QUOTE = re.compile(r"\s{0,9}[「『“]([^」』”]{0,3000}?)[」』”][ \t]{0,9}\n?[ \t\-—–－_=─━―]{3,80}\n?")
BARE_QUOTE = re.compile(r"\s{0,9}「([^」：:\n]{1,40}[：:][^」]{0,3000})」\s{0,9}")
QUOTED_SENDER = re.compile(r"@?([^：:\n]{1,40})[：:]")
CODE = re.compile(r"\[([^\[\]\n]{1,8})\]")
OLD_CODE = re.compile(r"/:[:@$&~,!*8#%<>|()a-zA-Z'\"+\-]{1,9}")
PICTURE = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u3030\u303d\u2049\u203c\u00a9\u00ae\u2122]"
    "[\ufe0f\u200d\U0001f3fb-\U0001f3ff]{0,3}"
)
KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ufe0e\ufe0f\u202a-\u202e]")
ODD = frozenset(  # what PICTURE, KEYCAP and HIDDEN look for: where none of it is, they need not be tried
    c
    for c in map(chr, (*range(0xA9, 0x3040), 0xFE0E, 0xFE0F, 0xFEFF, *range(0x1F000, 0x1FB00)))
    if PICTURE.match(c) or HIDDEN.match(c) or c == "\u20e3"
)
MENTION = re.compile("@([^\u2005\\s，。！？、@]{1,30})")
SPACES = "\u2005\u3000\u00a0\u2002\u2003\u2009\t\r\v\f"
YES = "✅✔✓☑👌💪👍"
PICTURES = {  # groups of emoji; any other picture is a good one
    "yes": YES,
    "no": "❌❎✖✗✘🚫⛔❓❔",
    "joke": "😂🤣😄😁😆😅🤭😜😝😛🙃😹",
    "sad": "😭😢😰😨😱😣😖😫😩🤒🤕🤢🤮😷💔🆘😔😞☹🙁",
}


class Text(NamedTuple):
    """A message made readable. `plain` has no mentions, no quote, no emoji; `quote` is the text quoted, from `quoted`."""

    plain: str
    quote: str = ""
    quoted: str = ""
    mentions: tuple[str, ...] = ()
    emoji: frozenset[str] = frozenset()  # of good, joke, sad, word, passed (an article and the like), yes, no
    marks: int = 0  # how many emoji


def _table(name: str) -> str:
    return (resources.files("bot.reading") / "lexicon" / f"{name}.txt").read_text(encoding="utf-8")


def _lines(name: str) -> list[str]:
    return [line for raw in _table(name).splitlines() if (line := raw.split("#", 1)[0].strip())]


@cache
def _characters() -> dict[int, str]:
    """Old to simplified, full to half width, odd spaces to a space, ASCII punctuation to Chinese."""
    table: dict[int, str] = {}
    for pair in " ".join(_lines("simplify")).split():
        if len(pair) == 2 and pair[0] != pair[1]:
            table[ord(pair[0])] = pair[1]
    for code in range(0xFF10, 0xFF5B):
        half = chr(code - 0xFEE0)
        if half.isalnum():
            table[code] = half
    for mark in SPACES:
        table[ord(mark)] = " "
    for ascii_mark, mark in (
        (",", "，"),
        ("?", "？"),
        ("!", "！"),
        (";", "；"),
        ("﹐", "，"),
        ("．", "."),
        ("：", ":"),
    ):
        table[ord(ascii_mark)] = mark
    return table


@cache
def _odd() -> frozenset[str]:
    """All that is not yet plain: where none of it is, there is nothing to be done."""
    return ODD.union(map(chr, _characters()))


@cache
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines("emoji"):
        group, *names = line.split()
        for name in names:
            if group != "good":
                found[name] = group
            else:
                found.setdefault(name, group)
    return found


class _Slips(NamedTuple):
    """What dictation gets wrong: `sounds` gives characters of one sound the same one; `heard` finds phrases by their sound,
    `short` slips to the letter, each with its length and what was meant. Every phrase has one of `signs`, in its sound."""

    sounds: dict[str, str]
    signs: frozenset[str]
    heard: Finder[tuple[int, str]]
    short: Finder[tuple[int, str]]


@cache
def _slips() -> _Slips:
    sounds: dict[str, str] = {}
    for line in _lines("sounds"):
        _, characters = line.split()
        for c in characters:
            sounds.setdefault(c, characters[0])
    heard: dict[str, tuple[int, str]] = {}
    short: dict[str, tuple[int, str]] = {}
    for line in _lines("slips"):
        wrong, equals, right = line.partition("=")
        if equals:
            short[wrong] = (len(wrong), right)
        elif len(wrong) >= 3:
            heard[_by_sound(wrong, sounds)] = (len(wrong), wrong)
    rarest = {max(phrase, key=rarity) for phrase in heard}
    signs = rarest | {c for c, sound in sounds.items() if sound in rarest}
    return _Slips(sounds, frozenset(signs), Finder(heard), Finder(short))


LITTLE = re.compile("品安全|平安|评安全|就名单|就命令|就名字|要疼爱|没时间|没是不是|贫安|以一保|滑到底|滑到那|没气味道")


# What one character, and nothing else, is short for.
ALONE = {"救": "救命", "救救": "救命", "撤": "撤回", "撤了": "撤回了", "收回": "撤回"}
Held = Callable[[str, int, int], bool]  # does somebody's name hold some of text[start:end]?


def mend(text: str, held: Held | None = None) -> str:
    """Dictation slips by sound put right: 抱平安 → 报平安, 就命 → 救命; but 马国良血压高 is no 量血压."""
    sounds, signs, heard, short = _slips()
    text = _replaced(text, text, short, held, LITTLE)
    return text if signs.isdisjoint(text) else _replaced(text, _by_sound(text, sounds), heard, held)


def _by_sound(text: str, sounds: dict[str, str]) -> str:
    return "".join(map(sounds.get, text, text))  # str.translate is slow on characters that a table lacks


def _replaced(
    text: str, seen: str, finder: Finder[tuple[int, str]], held: Held | None, never: re.Pattern[str] | None = None
) -> str:
    """The text with what the finder finds in `seen` (the same text, in another writing) put right."""
    out: list[str] = []
    at = 0
    for last, (size, right) in finder.longest(seen):
        start = last + 1 - size
        if text.startswith(right, start) or (held is not None and held(text, start, last + 1)):
            continue
        if never is None or not never.match(text, start):
            out += (text[at:start], right)
            at = last + 1
    return "".join(out) + text[at:] if out else text


def split_quote(text: str) -> tuple[str, str, str]:
    """(own words, quoted words, quoted sender) of a reply; the latter two empty without a quote."""
    match = QUOTE.match(text)
    if match is None:
        match = BARE_QUOTE.match(text)
        if match is None or match.end() == len(text):
            return text, "", ""
    inner = match[1].strip()
    sender = QUOTED_SENDER.match(inner)
    if sender is None:
        return text[match.end() :], inner, ""
    return text[match.end() :], inner[sender.end() :].strip(), sender[1].strip()


def take_mentions(text: str, known: Callable[[str], bool], longest: int = 24) -> tuple[str, tuple[str, ...]]:
    """The text without its @mentions, and the names; a known WeChat name wins over the guess by spaces."""
    names: list[str] = []
    out: list[str] = []
    at = tries = 0
    while len(names) < MOST_MENTIONS and tries < 3 * MOST_MENTIONS and (i := text.find("@", at)) >= 0:
        tries += 1
        size = next((n for n in range(min(longest, len(text) - i - 1), 0, -1) if known(text[i + 1 : i + 1 + n])), 0)
        if size == 0:
            match = MENTION.match(text, i)
            if match is None:
                out.append(text[at : i + 1])
                at = i + 1
                continue
            size = len(match[1])
        names.append(text[i + 1 : i + 1 + size])
        out += (text[at:i], " ")
        at = i + 1 + size
    return "".join(out) + text[at:], tuple(names)


def normalise(raw: str, known: Callable[[str], bool] = lambda name: False, held: Held | None = None) -> Text:
    """Any string → Text. `known` tells whether a WeChat name is on the roster (for mentions without a closing space), `held` what
    belongs to a name and is no slip.
    """
    text = raw[:MOST]
    quote = quoted = ""
    mentions: tuple[str, ...] = ()
    head = text.lstrip()[:1]
    if head in "「『“" and head:
        text, quote, quoted = split_quote(text)
    if "@" in text:
        text, mentions = take_mentions(text, known)
    emoji: set[str] = set()
    marks = 0
    if "[" in text:
        codes = _codes()

        def drop(match: re.Match[str]) -> str:
            nonlocal marks
            group = codes.get(match[1])
            if group is None:
                return match[0]
            marks += 1
            emoji.add(group)
            return "，"

        text = CODE.sub(drop, text)
    if "/:" in text:
        text, count = OLD_CODE.subn("，", text)
        if count:
            emoji.add("good")
            marks += count
    odd = not _odd().isdisjoint(text)
    if odd and not ODD.isdisjoint(text):
        text = HIDDEN.sub("", KEYCAP.sub(r"\1", text))
        found = PICTURE.findall(text)
        if found:
            marks += len(found)
            for picture in found:
                emoji.add(next((group for group, pictures in PICTURES.items() if picture[0] in pictures), "good"))
            text = PICTURE.sub(lambda m: "✓" if m[0][0] in YES else "，", text)
    if odd:
        text = text.translate(_characters())
    text = mend(text, held)
    text = ALONE.get(text.strip("，。！？!?~～ "), text)
    if quote:
        quote = mend(quote if _odd().isdisjoint(quote) else quote.translate(_characters()), held)
    return Text(text.strip(), quote, quoted, mentions, frozenset(emoji), marks)
