"""`import-chat`: a community without a WeChat gateway copies its group's chat to the bot."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import sqlite3
import sys
from pathlib import Path

import click

from bot import config
from bot.cli.errors import fail, plain_errors
from bot.clock import RealClock

NOW = "now"


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date like 2026-11-20") from None


def _clock(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.time | str | None:
    if value is None or (param.name == "until" and value == NOW):
        return value
    try:
        hour, minute = value.replace("：", ":").split(":")
        return dt.time(int(hour), int(minute))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time of day like 8:30") from None


@click.command("import-chat")
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default="config.yaml",
    show_default=True,
    help="settings",
)
@click.option("--day", callback=_day, metavar="DATE", help="Only this day; for a chat without dates: the day it is of.")
@click.option("--at", callback=_clock, metavar="HH:MM", help="For a chat without times: when it was said.")
@click.option("--until", callback=_clock, metavar="HH:MM|now", help="Do what falls due up to then as well.")
@click.option("--dry-run", is_flag=True, help="Show what would come of it; change nothing.")
@click.option("--all", "everything", is_flag=True, help="Print in full what no longer needs passing on, too.")
@click.argument("file", metavar="FILE|-", type=click.Path(dir_okay=False, allow_dash=True))
def import_chat(
    config_path: Path,
    day: dt.date | None,
    at: dt.time | None,
    until: dt.time | str | None,
    dry_run: bool,
    everything: bool,
    file: str,
) -> None:
    """Read a copied or exported WeChat chat ("-": standard input) and print what 小安 would say, to be passed on.

    The form is found by itself: copied from WeChat for PC, mailed by a phone, an exporter's HTML, TXT, CSV or JSON, or
    "名字：内容" (with --at). Every day in it is read, unless --day names one. 昨天 and weekdays count back from --day,
    else from today. What was read before acts once, so the same chat can be copied again, longer. Nothing happens after
    the newest message, unless --until says so. With an error nothing is changed.
    """
    from bot.chatlog.entry import ChatError
    from bot.chatlog.importing import Result, Wish, bring_in, choose
    from bot.chatlog.report import report
    from bot.ops import logs
    from bot.ops.lock import DatabaseLock, Held
    from data.snapshots import SnapshotError

    with plain_errors(Held, SnapshotError):
        settings = config.load(config_path)
        logs.set_up(settings.logs.style, logging.WARNING)
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        now = RealClock().now().astimezone(settings.zone)
        moment = now if until == NOW else until if isinstance(until, dt.time) else None
        wish = Wish(now.date(), day, at, moment, dry_run)

        def tell(result: Result) -> None:
            click.echo(report(result, now, settings, dry_run=dry_run, everything=everything), nl=False)

        try:
            chosen = choose(data, settings, wish)
            with contextlib.ExitStack() as held:
                if not dry_run:
                    held.enter_context(DatabaseLock(settings.store.path))
                bring_in(chosen, settings, wish, tell)
        except ChatError as error:
            fail(error.named("(stdin)" if file == "-" else file))
        except sqlite3.Error as error:
            fail(f"{settings.store.path}: {error}; nothing was changed")
