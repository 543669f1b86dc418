"""`roster`: checking the coordinator's tables, loading them, and giving them back."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bot import config
from bot.cli.errors import fail
from bot.clock import RealClock
from bot.model import Roster
from data import roster as rosters
from data.roster import Changes, Difference, Problem, Report
from data.store import Store, StoreError

_SHOWN = 500  # problems printed; a file with more is not a roster
_NAMED = 12  # people named per kind of change
_CONFIG = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), default=Path("config.yaml"), show_default=True
)
_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group()
def roster() -> None:
    """Check, load or export the roster (elders and volunteers, .csv or .xlsx)."""


@roster.command()
@_FILES
def check(files: Sequence[Path]) -> None:
    """List every problem in FILES, each with file, row, column and mend. Nothing is written."""
    report = rosters.check(files)
    _tell(report)
    click.echo(f"没有问题：老人 {report.elders} 位，志愿者 {report.volunteers} 位。")


@roster.command("import")
@_FILES
@_CONFIG
@click.option("--yes", is_flag=True, help="Do not ask, even when many elders would leave.")
def import_(files: Sequence[Path], config_file: Path, yes: bool) -> None:
    """Make FILES the roster in use, all or nothing. Who is no longer in them is kept as history."""
    store = _store(config_file)
    try:
        known = rosters.current(store)
        report = rosters.check(files, known)
        _tell(report)
        if report.roster is None or not (report.roster.elders and report.roster.volunteers):
            fail("还缺一半名册：第一次导入时，老人名册和志愿者名册要一起给")
        changes = rosters.plan(store, report.roster)
        _show(changes)
        _kept(changes, report.roster)
        if not changes:
            # The order of the rows may still be another.
            rosters.save(store, report.roster, RealClock().now())
            click.echo("名册没有变化。")
            return
        leaving = len(changes.elders.left)
        if leaving * 3 > len(known.elders) and not yes:
            _confirm(leaving, len(known.elders))
        rosters.save(store, report.roster, RealClock().now())
        click.echo(f"已导入：老人 {report.elders} 位，志愿者 {report.volunteers} 位。")
    except (StoreError, sqlite3.Error) as error:
        fail(f"数据库写不进去（{error}），什么也没有导入")
    finally:
        store.close()


@roster.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_CONFIG
def export(folder: Path, config_file: Path) -> None:
    """Write the roster in use to FOLDER as elders.csv and volunteers.csv (private: phones, addresses, health notes)."""
    store = _store(config_file)
    try:
        found = rosters.export(store)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("elders.csv", found.elders), ("volunteers.csv", found.volunteers)):
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # the owner's eyes only
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            click.echo(str(folder / name))
    except OSError as error:
        fail(f"{folder}：写不进去（{error.strerror or error}）")
    finally:
        store.close()


def _store(config_file: Path) -> Store:
    try:
        settings = config.load(config_file)
        return Store.open(settings.store.path, settings.community)
    except (config.ConfigError, StoreError) as error:
        fail(str(error))


def _tell(report: Report) -> None:
    for problem in report.problems[:_SHOWN]:
        click.echo(_line(problem), err=True)
    if len(report.problems) > _SHOWN:
        click.echo(f"……还有 {len(report.problems) - _SHOWN} 处", err=True)
    for note in report.notes[:_SHOWN]:
        click.echo(f"提示 {_line(note)}", err=True)
    if report.problems:
        fail(f"共 {len(report.problems)} 处要改，什么也没有写入。")


def _line(problem: Problem) -> str:
    # A file's name and headers come from outside: they may not break the line or steer the terminal.
    return "".join(c if c.isprintable() else "?" for c in str(problem))


def _show(changes: Changes) -> None:
    for name, difference in (("老人", changes.elders), ("志愿者", changes.volunteers)):
        click.echo(
            f"{name}：新增 {len(difference.added)}，回来 {len(difference.returned)}，"
            f"修改 {len(difference.changed)}，离开 {len(difference.left)}，不变 {difference.unchanged}"
        )
        _name("新增", difference, difference.added)
        _name("回来", difference, difference.returned)
        _name("修改", difference, difference.changed)
        _name("离开", difference, difference.left)


def _kept(changes: Changes, people: Roster) -> None:
    for i in changes.kept_deadlines[:_NAMED]:
        click.echo(f"  时限不变 {i} {people.elders[i].name}：协调员在微信里改过，名册里还是原来的")
    if len(changes.kept_deadlines) > _NAMED:
        click.echo(f"  时限不变 ……还有 {len(changes.kept_deadlines) - _NAMED} 位")
    if changes.kept_deadlines:
        click.echo("  要以名册为准，就在名册里写上新的时限；roster export 给出的名册里是现在用的时限")


def _name(what: str, difference: Difference, ids: Iterable[str]) -> None:
    ids = list(ids)
    for i in ids[:_NAMED]:
        columns = difference.changed.get(i)
        click.echo(f"  {what} {i} {difference.names[i]}" + (f"（{'、'.join(columns)}）" if columns else ""))
    if len(ids) > _NAMED:
        click.echo(f"  {what} ……还有 {len(ids) - _NAMED} 位")


def _confirm(leaving: int, known: int) -> None:
    question = f"{known} 位老人里有 {leaving} 位不在新名册里，导入后小安就不再守着他们。确定要导入吗"
    try:
        agreed = click.confirm(question, default=False)
    except click.Abort:
        click.echo(err=True)
        agreed = False
    if not agreed:
        hint = "" if sys.stdin.isatty() else "；确定无误就加上 --yes"
        fail(f"没有导入，什么也没有写入{hint}")
