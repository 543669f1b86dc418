"""`replay`: play a record of a group through the whole bot in virtual time."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from bot import config
from bot.cli.errors import fail, plain_errors
from bot.model import Message

FILE = click.Path(dir_okay=False, path_type=Path)


def _moment(ctx: click.Context, param: click.Parameter, value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a moment like 2026-11-20T05:00:00+08:00") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no time zone; write it like 2026-11-20T05:00:00+08:00")
    return moment


def _beside(folder: Path, message: Message) -> Message:
    """A picture's path counts from where the command runs, or else from beside the record."""
    if not message.file or Path(message.file).exists() or not (folder / message.file).exists():
        return message
    return replace(message, file=str(folder / message.file))


@click.command()
@click.option("--config", "config_path", type=FILE, default="config.yaml", show_default=True, help="settings")
@click.option("--elders", type=FILE, required=True, help="roster of elders (.csv or .xlsx)")
@click.option("--volunteers", type=FILE, required=True, help="roster of volunteers (.csv or .xlsx)")
@click.option("--start", callback=_moment, required=True, help="when the run begins (ISO with zone)")
@click.option("--end", callback=_moment, required=True, help="when it ends (ISO with zone)")
@click.option("--out", type=FILE, help="where to write what was sent (default: standard output)")
@click.option("--crash-seed", type=int, help="stop and restart the bot at seeded random points")
@click.argument("events", type=click.Path(dir_okay=False, allow_dash=True))
def replay(
    config_path: Path,
    elders: Path,
    volunteers: Path,
    start: dt.datetime,
    end: dt.datetime,
    out: Path | None,
    crash_seed: int | None,
    events: str,
) -> None:
    """Play EVENTS.jsonl ("-": standard input) and print what the bot would have sent, one JSON a line.

    Pictures and voice notes that go out are kept in the folder "files" beside --out; without --out they are left out.
    """
    from bot.replay import EventError, Replay, read_events
    from data import roster

    if end <= start:
        fail(f"--end {end.isoformat()} must be later than --start {start.isoformat()}")
    with plain_errors(EventError):
        settings = config.load(config_path)
        people = roster.load(elders, volunteers)
        try:
            text = sys.stdin.read() if events == "-" else Path(events).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            fail(f"{events}: not a UTF-8 text file")
        messages = read_events(text.split("\n"), events)
        if events != "-":
            messages = [_beside(Path(events).parent, m) for m in messages]
        files = out.with_name("files") if out is not None else None
        lines = asyncio.run(Replay(settings, people, crash_seed=crash_seed, files=files).play(messages, start, end))
        written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        if out is None:
            sys.stdout.write(written)
        else:
            out.write_text(written, encoding="utf-8")
