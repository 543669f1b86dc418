"""One writing for what people write in many: simplified characters, plain width, emoji apart, quotes and mentions apart.

Nothing here judges; every step keeps the words and only makes them comparable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

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
MENTION = re.compile("@([^\u2005\\s，。！？、@]{1,30})")
SPACES = "\u2005\u3000\u00a0\u2002\u2003\u2009\t\r\v\f"
YES = "✅✔☑👌💪👍"
JOKING_PICTURES = "😂🤣😄😁😆😅🤭😜😝😛🙃😹"
SAD_PICTURES = "😭😢😰😨😱😣😖😫😩🤒🤕🤢🤮😷💔🆘😔😞☹🙁"


@dataclass(frozen=True, slots=True)
class Text:
    """A message made readable. `plain` has no mentions, no quote, no emoji; `quote` is the text quoted, from `quoted`."""

    plain: str
    quote: str = ""
    quoted: str = ""
    mentions: tuple[str, ...] = ()
    emoji: frozenset[str] = frozenset()  # of good, joke, sad, word, yes
    marks: int = 0  # how many emoji


def _table(name: str) -> str:
    return (resources.files("bot.reading") / "lexicon" / f"{name}.txt").read_text(encoding="utf-8")


def _lines(name: str) -> list[str]:
    return [line for raw in _table(name).splitlines() if (line := raw.split("#", 1)[0].strip())]


@cache
def _characters() -> dict[int, str | int | None]:
    """Old to simplified, full to half width, odd spaces to a space, ASCII punctuation to Chinese."""
    table: dict[int, str | int | None] = {}
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


@cache
def _slips() -> tuple[dict[int, str], re.Pattern[str], dict[str, str], re.Pattern[str]]:
    """(sound table, pattern of phrases by sound, phrase by its sound, pattern of short slips) of dictation."""
    sounds: dict[int, str] = {}
    for line in _lines("sounds"):
        _, characters = line.split()
        for c in characters:
            sounds.setdefault(ord(c), characters[0])
    heard: dict[str, str] = {}
    short: dict[str, str] = {}
    for line in _lines("slips"):
        wrong, equals, right = line.partition("=")
        if equals:
            short[wrong] = right
        elif len(wrong) >= 3:
            heard[wrong.translate(sounds)] = wrong
    _short_slips.update(short)
    longest = sorted(heard, key=len, reverse=True)
    wrongs = sorted(short, key=len, reverse=True)
    return (
        sounds,
        re.compile("|".join(map(re.escape, longest))),
        heard,
        re.compile("|".join(map(re.escape, wrongs))),
    )


_short_slips: dict[str, str] = {}
LITTLE = re.compile("品安全|平安|评安全|就名单|就命令|就名字|要疼爱|没时间|没是不是|贫安|以一保|滑到底|滑到那|没气味道")


def mend(text: str) -> str:
    """Dictation slips by sound put right: 抱平安 → 报平安, 就命 → 救命."""
    sounds, pattern, heard, wrong = _slips()
    if wrong.search(text):
        text = wrong.sub(lambda m: _short_slips[m[0]] if not LITTLE.match(text, m.start()) else m[0], text)
    by_sound = text.translate(sounds)
    match = pattern.search(by_sound)
    if match is None:
        return text
    out: list[str] = []
    at = 0
    while match is not None:
        out += (text[at : match.start()], heard[match[0]])
        at = match.end()
        match = pattern.search(by_sound, at)
    return "".join(out) + text[at:]


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


def normalise(raw: str, known: Callable[[str], bool] = lambda name: False) -> Text:
    """Any string → Text. `known` tells whether a WeChat name is on the roster (for mentions without a closing space)."""
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
    if not text.isascii():
        text = HIDDEN.sub("", KEYCAP.sub(r"\1", text)) if max(text) >= "\u200b" else text
        found = PICTURE.findall(text)
        if found:
            marks += len(found)
            for picture in found:
                c = picture[0]
                emoji.add(
                    "yes" if c in YES else "joke" if c in JOKING_PICTURES else "sad" if c in SAD_PICTURES else "good"
                )
            text = PICTURE.sub(lambda m: "✓" if m[0][0] in YES else "，", text)
    text = text.translate(_characters())
    text = mend(text)
    if quote:
        quote = mend(quote.translate(_characters()))
    return Text(text.strip(), quote, quoted, mentions, frozenset(emoji), marks)
