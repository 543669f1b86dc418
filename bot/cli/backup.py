"""`backup`: snapshots of the database: make one, list them, check them, put one back."""

from __future__ import annotations

from pathlib import Path

import click

from bot import config
from bot.cli.errors import fail, plain_errors
from bot.clock import RealClock
from bot.config import Settings

CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default="config.yaml",
    show_default=True,
    help="settings",
)


@click.group()
def backup() -> None:
    """Snapshots of the database: make, list, verify, restore."""


@backup.command()
@CONFIG
def now(config_path: Path) -> None:
    """Make a snapshot now (the bot may be running), check it, and thin out the old ones."""
    from bot.ops.backup import BackupError, Keep, make

    with plain_errors(BackupError):
        settings = config.load(config_path)
        plan = settings.backup
        keep = Keep(plan.hourly, plan.daily, plan.weekly)
        made = make(settings.store.path, plan.folder, RealClock().now(), keep, settings.zone)
        click.echo(f"备份好了，已检查：{made.path}（{_size(made.size)}）")


@backup.command("list")
@CONFIG
def list_(config_path: Path) -> None:
    """List the snapshots, newest first."""
    from bot.ops.backup import snapshots_in

    with plain_errors():
        settings = config.load(config_path)
        found = snapshots_in(settings.backup.folder)
        for snapshot in found:
            click.echo(
                f"{snapshot.at.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}  {_size(snapshot.size)}  {snapshot.path}"
            )
        if not found:
            click.echo(f"{settings.backup.folder} 里还没有备份")


@backup.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@CONFIG
def verify(files: tuple[Path, ...], config_path: Path) -> None:
    """Check FILES, or all snapshots: whole, sound, and what was written."""
    from bot.ops.backup import BackupError, snapshots_in
    from bot.ops.backup import verify as check

    with plain_errors():
        chosen = files or tuple(s.path for s in snapshots_in(config.load(config_path).backup.folder))
        bad = 0
        for path in chosen:
            try:
                rows = check(path)
                click.echo(f"✓ {path}：完好，老人 {rows['elders']}，消息 {rows['messages']}，提醒 {rows['alerts']}")
            except BackupError as error:
                bad += 1
                click.echo(f"✗ {error}", err=True)
        if not chosen:
            fail("还没有备份；先运行 backup now")
        if bad:
            raise SystemExit(2)


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@CONFIG
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, config_path: Path, yes: bool) -> None:
    """Put snapshot FILE in the database's place. The present database is moved aside, never overwritten."""
    from bot.ops.backup import BackupError, verify
    from bot.ops.backup import restore as put_back
    from bot.ops.lock import Held

    with plain_errors(BackupError, Held):
        settings: Settings = config.load(config_path)
        rows = verify(file)
        if not yes:
            _confirm(file, rows["messages"])
        done = put_back(file, settings.store.path, settings.community, RealClock().now(), settings.backup.folder)
        click.echo(f"已恢复：{settings.store.path}（消息 {done.rows['messages']}，提醒 {done.rows['alerts']}）")
        if done.aside:
            click.echo(f"原来的数据库留在 {done.aside}")
        if done.erased_again:
            click.echo(f"备份之后删除过的人已再次删除：{'、'.join(done.erased_again)}")


def _confirm(file: Path, messages: int) -> None:
    try:
        agreed = click.confirm(
            f"用 {file.name}（消息 {messages}）换下现在的数据库，之后的记录不在里面。确定吗", default=False
        )
    except click.Abort:
        agreed = False
    if not agreed:
        fail("没有恢复，什么也没有动；确定无误就加上 --yes")


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
