"""`photo`: what pictures show, one JSON a line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from bot import config
from bot.cli.errors import fail, plain_errors
from bot.clock import RealClock
from bot.media import hashing, ocr
from bot.media.hashing import Fingerprint
from bot.media.look import Finding, look
from data import roster as rosters


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--elders", type=click.Path(path_type=Path), help="The elders' table: their names are read more surely.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that counts as today (default: today in the community's time).",
)
def photo(files: tuple[str, ...], elders: Path | None, today: dt.datetime | None) -> None:
    """Tell what pictures show: date, time, name and place of the watermark, whether it is today's, whether somebody is in it.

    Prints one JSON a line, in the order given. Nothing is stored, nothing leaves the machine.
    """
    try:
        import PIL  # noqa: F401
    except ImportError:
        fail("photo: looking at pictures needs the dependency group 'media'; make venv installs it")
    with plain_errors():
        names = _names(elders) if elders is not None else frozenset()
        settings = config.load(None)
        day = (today or RealClock().now().astimezone(settings.zone)).date()
    if not ocr.available():
        click.echo("photo: no text reader is installed, watermarks stay unread; make venv installs it", err=True)
    earlier: list[tuple[str, Fingerprint]] = []
    for file in files:
        found = look(
            Path(file),
            day,
            known=lambda print_: hashing.find(print_, earlier),
            roster=names,
            person=settings.media.person,
        )
        if found.fingerprint is not None:
            earlier.append((file, found.fingerprint))
        click.echo(json.dumps(_line(file, found), ensure_ascii=False))


def _names(elders: Path) -> frozenset[str]:
    report = rosters.check([elders])
    if report.roster is None:
        fail("\n".join(str(problem) for problem in report.problems[:2]) or f"{elders}: no elders in it")
    return frozenset(elder.name for elder in report.roster.elders.values())


def _line(file: str, found: Finding) -> dict[str, Any]:
    stamp = found.stamp
    return {
        "file": file,
        "date": stamp.date.isoformat() if stamp.date else None,
        "time": stamp.time.strftime("%H:%M") if stamp.time else None,
        "name": stamp.name,
        "place": stamp.place,
        "same_as": found.same_as,
        "person": found.person,
        "verdict": found.verdict.word,
        "why": found.verdict.why,
    }
