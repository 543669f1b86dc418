"""The roster: reading and checking its files, what an import changes, saving it, giving it back as files."""

from data.roster.exporting import Exported, export, export_roster
from data.roster.reading import check, load
from data.roster.report import Changes, Difference, Problem, Report, RosterError
from data.roster.saving import current, plan, save

__all__ = [
    "Changes",
    "Difference",
    "Exported",
    "Problem",
    "Report",
    "RosterError",
    "check",
    "current",
    "export",
    "export_roster",
    "load",
    "plan",
    "save",
]
