"""The names under which the day's boards lie in the media folder: which day, and for whom."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

Reader = Literal["coordinator", "group"]
_NAME = re.compile(r"drawn/board-(\d{4}-\d\d-\d\d)-(coordinator|group)\.png")


def name_of(day: dt.date, reader: Reader) -> str:
    return f"drawn/board-{day}-{reader}.png"


def reader_of(name: str) -> tuple[dt.date, Reader] | None:
    """The day and the reader of a board's name; None for any other file."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    return dt.date.fromisoformat(found[1]), "coordinator" if found[2] == "coordinator" else "group"


def remove_before(folder: Path, day: dt.date) -> None:
    """Boards hold names: those of days before `day` have been posted and are not needed any more."""
    for path in sorted((folder / "drawn").glob("board-*.png")):
        found = reader_of(f"drawn/{path.name}")
        if found is not None and found[0] < day:
            path.unlink(missing_ok=True)
