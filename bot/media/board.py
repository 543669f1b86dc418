"""The day's board: every elder by name, state by colour and sign, drawn for a phone.

Two readers: coordinators see all names with their states; in the group only those who are well are named, the others
are counted, so that nobody's trouble is shown around.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.media import fonts, signs

State = Literal["safe", "concern", "waiting", "missed", "away"]
STATES: tuple[State, ...] = ("safe", "concern", "waiting", "missed", "away")
Reader = Literal["coordinator", "group"]

WIDTH = 1080
MOST = 1000


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the board; {total}, {heard}, {away}, {n} and {safe} are filled in."""

    labels: tuple[str, str, str, str, str] = ("平安", "多留心", "等消息", "正联系", "外出")
    all_heard: str = "{total}位老人，都有消息"
    heard: str = "{total}位老人，{heard}位有消息"
    and_away: str = "，{away}位外出"
    nobody: str = "今天没有要报平安的老人"
    group_note: str = "下面是今天平安的老人，其余几位社区都在跟进"
    compound_count: str = "{n}位，{safe}位平安"
    compound_group: str = "{safe}位平安"
    elsewhere: str = "其他"
    nameless: str = "报安鸟"
    foot: str = "小安和大家一起，把每一位老人放在心上"


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of one state: the sign's disc, the card, the name, and the card's edge ("" none)."""

    disc: str
    card: str
    ink: str = "#2f2a24"
    edge: str = ""


GROUND, INK, SOFT, ACCENT, RULE = "#fbf5ea", "#2f2a24", "#6d6358", "#d9622b", "#eadfcb"
PAINTS: dict[State, Paint] = {
    "safe": Paint("#2c8a57", "#e8f3e6"),
    "concern": Paint("#c77700", "#ffe9bd", edge="#dd9a2a"),
    "waiting": Paint("#4a7296", "#dceaf5"),
    "missed": Paint("#c0392b", "#fddfd8", "#7d1a10", "#cf5a4b"),
    "away": Paint("#7a64a8", "#eee5f4"),
}
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns and sizes in pixels: few elders get larger names, many get more columns."""

    columns: int
    name: int
    row: int
    disc: int
    gap: int = 12
    margin: int = 36
    pad: int = 13

    @property
    def cell(self) -> int:
        return (WIDTH - 2 * self.margin - (self.columns - 1) * self.gap) // self.columns


def layout_for(count: int) -> Layout:
    if count <= 30:
        return Layout(3, 56, 104, 54, gap=14, pad=18)
    if count <= 120:
        return Layout(4, 47, 86, 45)
    return Layout(5, 40, 72, 36, gap=9, pad=8)


def draw(
    people: Sequence[tuple[str, str, State]],
    day: dt.date,
    *,
    reader: Reader = "coordinator",
    community: str = "",
    at: dt.time | None = None,
    words: Words = Words(),
    font: Path | None = None,
) -> bytes:
    """The board as a PNG, 1080 pixels wide. `people`: (name, compound, state) in the order they shall stand.

    Compounds stand in the order of their first elder. `at`: the local time the states are of. `font`: a font file to use
    before the machine's own. Raises fonts.NoFontError without a Chinese font, ImportError without Pillow, ValueError for
    a state that is none or for more than 1000 people.
    """
    if len(people) > MOST:
        raise ValueError(f"a board holds at most {MOST} people")
    for _, _, state in people:
        if state not in PAINTS:
            raise ValueError(f"{state!r} is not a state of a day")
    sheet = _Sheet(fonts.chinese(font), layout_for(len(people)), words)
    sheet.head(day, at, community, Counter(state for _, _, state in people))
    if reader == "group" and any(state != "safe" for _, _, state in people):
        sheet.note(words.group_note)
    for compound, members in _by_compound(people, words.elsewhere):
        safe = sum(state == "safe" for _, state in members)
        if reader == "coordinator":
            sheet.compound(compound, words.compound_count.format(n=len(members), safe=safe))
            sheet.cards(members)
        elif safe:
            sheet.compound(compound, words.compound_group.format(safe=safe))
            sheet.cards([m for m in members if m[1] == "safe"])
    sheet.foot(words.foot)
    return sheet.png()


def picture(
    people: Sequence[tuple[str, str, State]], day: dt.date, reader: Reader, community: str, at: dt.time
) -> bytes:
    """`draw`, for the pool."""
    return draw(people, day, reader=reader, community=community, at=at)


def _by_compound(
    people: Iterable[tuple[str, str, State]], elsewhere: str
) -> Iterable[tuple[str, list[tuple[str, State]]]]:
    groups: dict[str, list[tuple[str, State]]] = {}
    for name, compound, state in people:
        groups.setdefault(compound.strip() or elsewhere, []).append((name, state))
    return groups.items()


class _Sheet:
    """Paper that grows downwards while it is written on."""

    def __init__(self, faces: Sequence[fonts.Face], layout: Layout, words: Words) -> None:
        from PIL import Image, ImageDraw

        self.faces, self.layout, self.words = faces, layout, words
        self.y = 0
        self._image = Image.new("RGB", (WIDTH, 2048), GROUND)
        self._draw = ImageDraw.Draw(self._image)

    def _room(self, height: int) -> None:
        from PIL import Image, ImageDraw

        if self.y + height > self._image.height:
            larger = Image.new("RGB", (WIDTH, max(2 * self._image.height, self.y + height)), GROUND)
            larger.paste(self._image)
            self._image, self._draw = larger, ImageDraw.Draw(larger)

    def _face(self, text: str) -> fonts.Face:
        # A rare character in a name may be in another font of the machine only.
        return next((face for face in self.faces if face.has(text)), self.faces[0])

    def _width(self, text: str, size: int) -> float:
        return float(self._face(text).load(size).getlength(text))

    def _text(
        self, x: float, y: float, text: str, size: int, fill: str = INK, *, bold: bool = False, anchor: str = "lm"
    ) -> None:
        """`y` is the middle of the line of writing."""
        weight = max(1, round(size / 44)) if bold else 0
        font = self._face(text).load(size)
        self._draw.text((x, y), text, fill, font, anchor=anchor, stroke_width=weight, stroke_fill=fill)

    def _fitted(self, text: str, size: int, room: float, least: int) -> tuple[str, int]:
        """The text and the size at which it fits into `room`; cut only where even `least` is too large."""
        while size > least and self._width(text, size) > room:
            size -= 1
        if self._width(text, size) > room:
            while text and self._width(text + "…", size) > room:
                text = text[:-1]
            text += "…"
        return text, size

    def head(self, day: dt.date, at: dt.time | None, community: str, counts: Counter[State]) -> None:
        left, right = self.layout.margin, WIDTH - self.layout.margin
        self._draw.rectangle((0, 0, WIDTH, 12), fill=ACCENT)
        bird = signs.bird(84)
        self._image.paste(bird, (left, 36), bird)
        self.y = 78
        shown, size = self._fitted(_plain(community or self.words.nameless), 40, right - left - 108, 30)
        self._text(left + 106, self.y, shown, size, SOFT)
        self.y += 100
        self._text(left, self.y, f"{day.month}月{day.day}日", 76, bold=True)
        ahead = left + self._width(f"{day.month}月{day.day}日", 76) + 26
        self._text(ahead, self.y + 10, f"星期{_WEEKDAYS[day.weekday()]}", 46, SOFT)
        if at is not None:
            self._text(right, self.y + 10, f"{at:%H:%M}", 46, SOFT, anchor="rm")
        self.y += 88
        total = sum(counts.values())
        heard = counts["safe"] + counts["concern"]
        saying = self.words.nobody if not total else self.words.all_heard if heard == total else self.words.heard
        saying += self.words.and_away if counts["away"] else ""
        shown, size = self._fitted(saying.format(total=total, heard=heard, away=counts["away"]), 48, right - left, 36)
        self._text(left, self.y, shown, size, bold=True)
        self.y += 60
        self._tiles(counts)

    def _tiles(self, counts: Counter[State]) -> None:
        """How many are in each state; this is also the key to the signs."""
        left, gap, height = self.layout.margin, 12, 148
        width = (WIDTH - 2 * left - 4 * gap) // 5
        for i, state in enumerate(STATES):
            paint, x = PAINTS[state], left + i * (width + gap)
            here = counts[state] > 0
            tile = signs.card(width, height, paint.card if here else "#f3ecdf", "")
            self._image.paste(tile, (x, self.y), tile)
            disc = signs.badge(state, 54, paint.disc if here else "#b9ae9e")
            self._image.paste(disc, (x + 18, self.y + 22), disc)
            ink = paint.ink if here else SOFT
            number, size = self._fitted(str(counts[state]), 60, width - 54 - 46, 30)
            self._text(x + width - 20, self.y + 50, number, size, ink, bold=here, anchor="rm")
            self._text(x + width / 2, self.y + 112, self.words.labels[i], 40, ink, anchor="mm")
        self.y += height + 30

    def note(self, text: str) -> None:
        self._room(80)
        shown, size = self._fitted(text, 40, WIDTH - 2 * self.layout.margin, 32)
        self._text(self.layout.margin, self.y + 24, shown, size, SOFT)
        self.y += 66

    def compound(self, name: str, count: str) -> None:
        self._room(110)
        left, right = self.layout.margin, WIDTH - self.layout.margin
        middle = self.y + 44
        self._draw.rounded_rectangle((left, middle - 20, left + 9, middle + 20), 4, fill=ACCENT)
        taken = self._width(count, 36)
        self._text(right, middle, count, 36, SOFT, anchor="rm")
        shown, size = self._fitted(_plain(name), 44, right - left - taken - 60, 34)
        self._text(left + 26, middle, shown, size, bold=True)
        self.y += 86

    def cards(self, members: Sequence[tuple[str, State]]) -> None:
        plan, column = self.layout, 0
        for name, state in members:
            shown = _plain(name)
            room = plan.cell - plan.disc - 3 * plan.pad
            least = round(plan.name * 0.78)
            wide = self._width(shown, least) > room and plan.columns > 1
            span = 2 if wide else 1
            if column + span > plan.columns:
                self.y, column = self.y + plan.row + plan.gap, 0
            self._room(plan.row + plan.gap)
            self._card(column, span, shown, state, least)
            column += span
        self.y += plan.row + plan.gap + 20

    def _card(self, column: int, span: int, name: str, state: State, least: int) -> None:
        plan, paint = self.layout, PAINTS[state]
        x = plan.margin + column * (plan.cell + plan.gap)
        width = span * plan.cell + (span - 1) * plan.gap
        card = signs.card(width, plan.row, paint.card, paint.edge)
        self._image.paste(card, (x, self.y), card)
        disc = signs.badge(state, plan.disc, paint.disc)
        self._image.paste(disc, (x + plan.pad, self.y + (plan.row - plan.disc) // 2), disc)
        shown, size = self._fitted(name, plan.name, width - plan.disc - 3 * plan.pad, least)
        self._text(x + 2 * plan.pad + plan.disc, self.y + plan.row / 2, shown, size, paint.ink, bold=bool(paint.edge))

    def foot(self, text: str) -> None:
        self._room(120)
        self._draw.line((self.layout.margin, self.y + 6, WIDTH - self.layout.margin, self.y + 6), fill=RULE, width=3)
        self._text(WIDTH / 2, self.y + 56, text, 36, SOFT, anchor="mm")
        self.y += 104

    def png(self) -> bytes:
        from PIL import Image

        # A palette holds all the colours there are, at a third of the bytes; the octree would merge the cards' pale grounds.
        sheet = self._image.crop((0, 0, WIDTH, self.y)).quantize(
            255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        out = io.BytesIO()
        sheet.save(out, "PNG", compress_level=6)
        return out.getvalue()


def _plain(text: str) -> str:
    """One line without control characters, or a dash where nothing is left."""
    return " ".join("".join(c for c in text if c.isprintable()).split()) or "—"
