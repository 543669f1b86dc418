"""What checking and importing a roster has to say: problems with their place and mend, and what an import changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model import Roster


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `row` counts as WPS and Excel do (the first line is 1); None: the whole file or column.

    The words never repeat a phone number, an address or a health note.
    """

    file: str
    row: int | None
    column: str | None
    what: str
    mend: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f" 第{self.row}行"
        if self.column:
            place += f"「{self.column}」"
        return f"{place}：{self.what}。{self.mend}"


class RosterError(Exception):
    """The roster cannot be used; `problems` lists everything that is wrong, in order of file and row."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check. `roster` is None when there are problems; `notes` are worth a look but stop nothing."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    elders: int
    volunteers: int
    roster: Roster | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import does to one of the two tables. Keys are ids; `names` knows everyone mentioned."""

    added: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # id → the columns that differ, by header
    left: tuple[str, ...] = ()
    unchanged: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.returned or self.changed or self.left)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changes. Truthy when there is anything to write.

    `kept_deadlines`: elders whose deadline was set by a coordinator's command and stands against what the file says.
    """

    elders: Difference
    volunteers: Difference
    kept_deadlines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.elders) or bool(self.volunteers)
