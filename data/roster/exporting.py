"""The roster as the two CSV files it came from, in UTF-8 with a BOM so that Excel reads the Chinese."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model import Roster
from data.roster import cells
from data.roster.columns import HEADERS, RELATIVE_PARTS, relative_header
from data.roster.layout import elder_cells, numbered, volunteer_cells
from data.roster.saving import current

if TYPE_CHECKING:
    from data.store import Store

_RELATIVES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Exported:
    """The bytes of elders.csv and volunteers.csv. They hold phone numbers and health notes: keep them private."""

    elders: bytes
    volunteers: bytes


def export(store: Store) -> Exported:
    """The active roster in the format's headers; `load` reads it back the same."""
    return export_roster(current(store))


def export_roster(roster: Roster) -> Exported:
    """As `export`, for a roster in hand."""
    most = max((len(e.relatives) for e in roster.elders.values()), default=0)
    headers = list(HEADERS["elders"].values())
    at = headers.index(HEADERS["elders"]["wechat"])
    headers[at:at] = [
        relative_header(n, part) for n in range(1, max(most, _RELATIVES_SHOWN) + 1) for part in RELATIVE_PARTS
    ]
    names = {v.id: v.name for v in roster.volunteers.values()}
    elders = [(elder_cells(e, names), e.extra) for e in roster.elders.values()]
    volunteers = [(volunteer_cells(v), v.extra) for v in roster.volunteers.values()]
    return Exported(_csv(headers, elders), _csv(list(HEADERS["volunteers"].values()), volunteers))


def _csv(headers: list[str], people: Sequence[tuple[Mapping[str, str], tuple[tuple[str, str], ...]]]) -> bytes:
    last = sorted({key for _, extra in people for key, _ in numbered(extra)})
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([cells.harmless(h) for h in (*headers, *(name for name, _ in last))])
    for known, extra in people:
        more = dict(numbered(extra))
        row = [known.get(h, "") for h in headers] + [more.get(key, "") for key in last]
        writer.writerow([cells.harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
