"""The roster as indexes: which words in a text can name which elder. Linear to make; looking up never walks the roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from bot.model import Elder, Roster
from bot.reading.finding import Finder
from bot.reading.normalise import _lines

DOOR = re.compile(
    r"(\d{1,3}|[一二三四五六七八九十]{1,3})(?:号楼|栋|幢|号|楼)\s?(\d{1,2}|[一二三四五六七八九十]{1,2})(?:单元|门)\s?(\d{3,4})(?:室|号|户)?"
)
DOOR_PART = re.compile(
    r"(\d{1,3}|[一二三四五六七八九十]{1,3})(?:号楼|栋楼?|幢|楼)(?:\s?的?(\d{1,2}|[一二三四五六七八九十]{1,2})(?:单元|门洞|门)(?:\s?(\d{3,4})(?:室|号|户)?)?)?"
)
ROOM = re.compile(r"\s?的?(\d{3,4})(?!\d|[年月块元斤步])(?:室|号|户)?")  # after a building, its unit left out: 1号楼203
UNIT_DOOR = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2})单元\s?(\d{3,4})")
HAN = re.compile("[\u4e00-\u9fff]")  # a Chinese character
DASHED = re.compile(r"(?<![\d\-/.])(\d{1,3})[-－#](\d{1,2})[-－](\d{3,4})(?![\d\-/])")
DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")}
ENDINGS = re.compile(r"(?:家属院|小区|社区|家园|花园|家属区|生活区|院区|大院|公寓|院|苑|园|里|坊|村|区)$")

LONGEST_NAME = 4
LONGEST_CALLED = 6  # characters of a WeChat name that somebody is called by in the group: 晚霞阿姨

Door = tuple[int, int, int]
Kind = Literal["full", "alias", "other", "given", "called"]  # what a word of the roster names


def number(text: str) -> int:
    """Digits or a Chinese number up to 99 → int."""
    if text.isascii():
        return int(text)
    tens, ten, units = text.rpartition("十")
    if not ten:
        return DIGITS[text[-1]]
    return (DIGITS[tens[-1]] if tens else 1) * 10 + (DIGITS[units[-1]] if units else 0)


@cache
def surnames() -> tuple[frozenset[str], frozenset[str]]:
    """(one character, two characters) common surnames."""
    lines = _lines("surnames")
    double = frozenset(name for line in lines for name in line.split() if " " in line)
    return frozenset("".join(line for line in lines if " " not in line)), double


@cache
def titles() -> Mapping[str, str]:
    """Title → sex: f, m, or - for either."""
    return dict(line.split() for line in _lines("titles"))


def _tells(form: str) -> bool:
    """Is a short form enough to know a compound by? Not a bare number: 二十, 10号."""
    if len(form) < 2 or form.isascii() or all(c in DIGITS for c in form):
        return False
    return not form[0].isdigit() or (len(form) >= 4 and form.endswith("院"))


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name."""
    if len(name) >= 3 and name[:2] in surnames()[1]:
        return name[:2], name[2:]
    return name[:1], name[1:]


class Names:
    """Every way to name an elder, as dictionaries from words to roster ids."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.full: dict[str, list[str]] = {}
        self.given: dict[str, list[str]] = {}
        self.alias: dict[str, list[str]] = {}
        self.surname: dict[str, list[str]] = {}
        self.rooms: dict[int, list[str]] = {}  # a room's number, whatever the building → who lives in one of it
        self.compounds: dict[str, list[str]] = {}
        self.others: set[str] = set()
        self.called: dict[str, list[str]] = {}  # an elder's WeChat name
        self.kin_of: dict[str, list[str]] = {}  # a relative's name, whole or given → the elders
        self._by_sex: dict[tuple[str, str], tuple[str, ...]] = {}
        self.door: dict[str, Door] = {}
        for e in roster.elders.values():
            self._add(e)
        for v in roster.volunteers.values():
            self.others.add(v.name)
        for e in roster.elders.values():
            for r in e.relatives:
                if r.name not in self.full:
                    self.others.add(r.name)
                for name in {r.name, split_name(r.name)[1]}:
                    if len(name) >= 2:
                        self.kin_of.setdefault(name, []).append(e.id)
        self.others.difference_update(self.full)
        self.helpers = {split_name(v.name)[0] for v in roster.volunteers.values()}
        self.places = self._places()
        self._words = self._finder()
        self._places_finder = Finder({form: (len(form), compounds) for form, compounds in self.places.items()})

    def _add(self, e: Elder) -> None:
        self.full.setdefault(e.name, []).append(e.id)
        surname, given = split_name(e.name)
        if len(given) >= 2:
            self.given.setdefault(given, []).append(e.id)
        self.surname.setdefault(surname, []).append(e.id)
        for alias in e.aliases:
            if len(alias) >= 2:
                self.alias.setdefault(alias, []).append(e.id)
        if 2 <= len(e.wechat) <= LONGEST_CALLED and all(HAN.match(c) for c in e.wechat):
            self.called.setdefault(e.wechat, []).append(e.id)
        if match := DOOR.search(e.address):
            self.door[e.id] = (number(match[1]), number(match[2]), int(match[3]))
        elif match := DASHED.search(e.address):
            self.door[e.id] = (int(match[1]), int(match[2]), int(match[3]))
        if door := self.door.get(e.id):
            self.rooms.setdefault(door[2], []).append(e.id)
        if e.compound:
            self.compounds.setdefault(e.compound, []).append(e.id)

    def _finder(self) -> Finder[tuple[Kind, str]]:
        words: dict[str, tuple[Kind, str]] = {}
        kinds: tuple[tuple[Kind, Iterable[str]], ...] = (
            ("full", self.full),
            ("alias", self.alias),
            ("other", self.others),
            ("given", self.given),
            ("called", self.called),
        )
        for kind, named in kinds:
            for word in named:
                if len(word) >= 2:
                    words.setdefault(word, (kind, word))
        return Finder(words)

    def _places(self) -> dict[str, tuple[str, ...]]:
        """Compound, or a short form that fits only some of them → the compounds meant."""
        forms: dict[str, set[str]] = {}
        for compound in self.compounds:
            short = {compound, re.sub(r"\d+号?", "", compound), re.sub(r"\d+号楼?", "", compound)}
            for form in tuple(short):
                bare = ENDINGS.sub("", form)
                short.add(bare)
                short.add(re.sub(r"\d+.{0,2}$", "", bare))
                short.add(ENDINGS.sub("", bare))
                if match := re.search(r"\d+号院?", form):
                    short.update((match[0], match[0].replace("号", "")))
                    head = re.split(r"[路街巷道]|[东西南北中]街|[东西南北中]路", form)[0]
                    digits = re.findall(r"\d+", form)
                    short.update((head, head + digits[0], digits[0] + "院", digits[0] + "号院"))
            for size in range(2, min(len(compound), 6)):
                if not (compound[size - 1].isdigit() and compound[size].isdigit()):  # 红星巷18号院 is not 红星巷1
                    short.add(compound[:size])
            for form in short:
                if _tells(form):
                    forms.setdefault(form, set()).add(compound)
        return {
            form: tuple(sorted(compounds))
            for form, compounds in forms.items()
            if len(compounds) == 1 or form in self.compounds
        }

    def of_surname(self, surname: str, sex: str) -> tuple[str, ...]:
        """The elders of a surname, of one sex (f, m) or any (-)."""
        known = self._by_sex.get((surname, sex))
        if known is None:
            ids, wanted = self.surname.get(surname, ()), {"f": "女", "m": "男"}.get(sex)
            elders = self.roster.elders
            known = tuple(i for i in ids if wanted is None or elders[i].sex in (wanted, ""))
            self._by_sex[surname, sex] = known
        return known

    def words_in(self, text: str) -> list[tuple[int, Kind, str]]:
        """(start, kind, word) of the names in a text, the longest at each start, in order."""
        at: dict[int, tuple[Kind, str]] = {}
        for last, (kind, word) in self._words.every(text):
            start = last + 1 - len(word)
            if kind != "called" or start not in at:  # 登科, and not the 登科老汉 who calls himself so
                at[start] = (kind, word)  # longer ones of the same start come later
        return [(start, *at[start]) for start in sorted(at)]

    def held(self, text: str, start: int, end: int) -> bool:
        """Does a name hold some of text[start:end]?"""
        low = max(0, start - LONGEST_NAME)
        near = text[low : end + LONGEST_NAME]
        return any(low + at < end and start < low + at + len(word) for at, _, word in self.words_in(near))

    def places_in(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """(start, end, compounds) of the compounds named in a text."""
        return [(last + 1 - size, last + 1, compounds) for last, (size, compounds) in self._places_finder.longest(text)]
