"""One picture, all checks: what kind of file, what its watermark says, whether it was sent before, whether it is today's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.media import hashing, ocr, presence, reading, sheet, verdict, watermark
from bot.media.decode import decode
from bot.media.hashing import Fingerprint
from bot.media.ocr import Line
from bot.media.sniff import PICTURES, Kind, Limits, UnreadableError, read, sniff
from bot.media.verdict import Verdict
from bot.media.watermark import Stamp

if TYPE_CHECKING:
    from PIL.Image import Image

Known = Callable[[Fingerprint], str | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a picture shows. `same_as`: the key of an earlier one, `fingerprint` None where nothing could be decoded.

    `person`: whether somebody was seen in it; None: nobody looked, or it could not be judged.
    """

    verdict: Verdict
    kind: Kind
    stamp: Stamp = field(default_factory=Stamp)
    taken: dt.datetime | None = None
    same_as: str | None = None
    fingerprint: Fingerprint | None = None
    person: bool | None = None


def look(
    path: Path,
    today: dt.date,
    *,
    known: Known = lambda _: None,
    roster: Collection[str] = frozenset(),
    limits: Limits | None = None,
    person: bool = True,
) -> Finding:
    """All that can be said of the file at `path`; about half a second of one core where there is text. Never raises for a bad file.

    `known` gives the key of an earlier picture that is the same (see `hashing.find`), or None. `roster`: the elders'
    names. `person` False: nobody looks for people in it. Raises ImportError without Pillow; without the text reader it goes on and says so.
    """
    try:
        data = read(path, limits or Limits())
    except UnreadableError as error:
        return Finding(verdict.refused(str(error)), "unknown")
    return look_at(data, today, known=known, roster=roster, limits=limits, person=person)


def look_at(
    data: bytes,
    today: dt.date,
    *,
    known: Known = lambda _: None,
    roster: Collection[str] = frozenset(),
    limits: Limits | None = None,
    person: bool = True,
) -> Finding:
    """The same for a file's bytes."""
    limits = limits or Limits()
    kind: Kind = "unknown"
    try:
        sniffed = sniff(data, limits)
        kind = sniffed.kind
        if kind not in PICTURES or sniffed.problem:
            raise UnreadableError(sniffed.problem)
        picture = decode(data, sniffed)
    except UnreadableError as error:
        return Finding(verdict.refused(str(error)), kind)
    image = picture.image
    can_read = ocr.available()
    lines, stamp = _stamp(image, today, roster) if can_read else ([], Stamp())
    boxes = [line.box for line in lines]
    print_ = hashing.fingerprint(data, image, boxes)
    same_as = known(print_)
    card = watermark.is_card(lines) or (stamp.date is not None and sheet.is_sheet(image, boxes, watermark.dated(lines)))
    animated = sniffed.frames > 1
    # A face on a card or in an animation is nobody who was seen.
    seen = presence.somebody(image) if person and not card and not animated else None
    return Finding(
        verdict.decide(
            today,
            stamp,
            repeated=same_as is not None,
            taken=picture.taken,
            animated=animated,
            card=card,
            read=can_read,
            person=seen is True,
        ),
        kind,
        stamp,
        picture.taken,
        same_as,
        print_,
        seen,
    )


def _stamp(image: Image, today: dt.date, roster: Collection[str]) -> tuple[list[Line], Stamp]:
    try:
        lines = reading.text_of(image)
        stamp = watermark.read(lines, image.width, image.height, today, roster)
        if stamp.date is not None and stamp.time is None:
            # A large clock on a busy ground escapes the rough look.
            more = reading.all_text_of(image)
            again = watermark.read(more, image.width, image.height, today, roster)
            if again.date == stamp.date and again.time is not None:
                return more, dataclasses.replace(stamp, time=again.time)
    except RuntimeError:  # the native reader gave up on this picture; the other checks still count
        return [], Stamp()
    return lines, stamp
