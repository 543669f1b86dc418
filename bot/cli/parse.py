"""`parse`: what the bot understands of messages, one JSON a line; sends and stores nothing."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, get_args

import click

from bot.model import Message, MessageType, Reading

TYPES = get_args(MessageType)


class BadLine(click.ClickException):
    """The input cannot be read; like every bad input it ends with status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), err=True)


@click.command("parse")
@click.option("--elders", required=True, type=click.Path(path_type=Path), help="Roster of elders: .csv or .xlsx.")
@click.option(
    "--volunteers", required=True, type=click.Path(path_type=Path), help="Roster of volunteers: .csv or .xlsx."
)
@click.argument("source", metavar="[IN.jsonl|-]", default="-", type=click.Path(allow_dash=True, path_type=Path))
def parse(elders: Path, volunteers: Path, source: Path) -> None:
    """Read messages (one JSON a line, - for standard input) and print what each one means."""
    from bot.reading import Reader
    from data import roster

    try:
        reader = Reader(roster.load(elders, volunteers))
    except roster.RosterError as error:
        raise BadLine(str(error)) from None
    except OSError as error:
        raise BadLine(f"{error.filename or elders}: {error.strerror or error}") from None
    name = "standard input" if str(source) == "-" else str(source)
    try:
        opened = nullcontext(sys.stdin.buffer) if str(source) == "-" else source.open("rb")
    except OSError as error:
        raise BadLine(f"{name}: {error.strerror}") from None
    with opened as stream:
        for message in messages(stream, name):
            click.echo(json.dumps(as_json(reader.read(message)), ensure_ascii=False).encode())


def messages(stream: IO[bytes], name: str) -> Iterator[Message]:
    """The messages of a JSON-lines file; BadLine names file and line of what cannot be one."""
    for count, raw in enumerate(stream, 1):
        try:
            line = raw.decode("utf-8-sig" if count == 1 else "utf-8").strip()
        except UnicodeDecodeError:
            raise BadLine(f"{name}, line {count}: not UTF-8 text") from None
        if not line:
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise BadLine(f"{name}, line {count}: not valid JSON") from None
        try:
            yield message_of(row)
        except ValueError as error:
            raise BadLine(f"{name}, line {count}: {error}") from None


def message_of(row: Any) -> Message:
    """One message from its JSON form. Raises ValueError naming the field that is wrong."""
    if not isinstance(row, dict):
        raise ValueError("a message must be an object with id, at and sender")
    for key in ("id", "at", "sender"):
        if not isinstance(row.get(key), str):
            raise ValueError(f"{key}: must be given, as text")
    for key in ("text", "file"):
        if not isinstance(row.get(key, ""), str | None):
            raise ValueError(f"{key}: must be text")
    try:
        at = dt.datetime.fromisoformat(row["at"])
    except ValueError:
        raise ValueError("at: must be a moment like 2026-11-20T08:12:00+08:00") from None
    if at.utcoffset() is None:
        raise ValueError("at: must carry its offset, like +08:00")
    kind: Any = row.get("type") or "text"
    to: Any = row.get("to") or "room"
    if kind not in TYPES:
        raise ValueError(f"type: must be one of {', '.join(TYPES)}")
    if to not in ("room", "bot"):
        raise ValueError("to: must be room or bot")
    return Message(row["id"], at, row["sender"], kind, row.get("text") or "", row.get("file"), to)


def as_json(reading: Reading) -> dict[str, object]:
    """A reading in the form that stays fixed."""
    return {
        "id": reading.id,
        "intent": reading.intent,
        "also": list(reading.also),
        "elders": list(reading.elders),
        "also_elders": {intent: list(ids) for intent, ids in reading.also_elders.items()},
        "ambiguous": reading.ambiguous,
        "from": reading.start.isoformat() if reading.start else None,
        "to": reading.end.isoformat() if reading.end else None,
        "why": reading.why,
    }
