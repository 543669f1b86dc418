"""`privacy`: give one elder's data out, or make it nobody's."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import click

from bot import config
from bot.cli.backup import CONFIG
from bot.cli.errors import fail, plain_errors
from bot.clock import RealClock
from data.privacy import stem_of
from data.store import Store

BY = click.option(
    "--by", required=True, help="Who asked for it: an id of the roster, or a name. It stays in the journal."
)


@click.group()
def privacy() -> None:
    """One elder's data: export everything there is, or erase it."""


@privacy.command()
@click.argument("elder")
@click.option("--out", type=click.Path(path_type=Path), help="A .zip (with pictures and voice notes) or .json file.")
@BY
@CONFIG
def export(elder: str, out: Path | None, by: str, config_path: Path) -> None:
    """Write everything about ELDER (id or full name) into a file that only this user can read."""
    from data import privacy as people
    from data.retention import media_folder

    with plain_errors(people.Unknown):
        settings = config.load(config_path)
        store = _open(settings)
        try:
            who, now = people.find(store, elder), RealClock().now()
            found = people.export(store, who)
            target = out or Path(f"{who}-{now.astimezone(settings.zone):%Y%m%d}.zip")
            _write(target, found, media_folder(settings.store.path), people.files_of(found))
            people.note_export(store, who, now, by=by)
        finally:
            store.close()
        click.echo(f"已导出 {who}：{target}（里面有电话、住址和健康备注，请妥善保管）")


@privacy.command()
@click.argument("elder")
@BY
@click.option("--reason", default="", help="Why, in a few words without names; it stays in the journal.")
@click.option(
    "--snapshots", is_flag=True, help="Make a new snapshot and remove all older ones, which still hold the person."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@CONFIG
def erase(elder: str, by: str, reason: str, snapshots: bool, yes: bool, config_path: Path) -> None:
    """Erase ELDER (id or full name): the history is made nobody's, the figures stay, the roster's row is emptied."""
    from bot.ops import backup
    from bot.ops.lock import DatabaseLock, Held
    from data import privacy as people
    from data.retention import media_folder

    with plain_errors(people.Unknown, people.InAlarm, backup.BackupError):
        settings = config.load(config_path)
        store = _open(settings)
        try:
            who = people.find(store, elder)
            if not yes:
                _confirm(who)
            now = RealClock().now()
            # First the list: a crash in between must not let an old snapshot bring the person back.
            backup.record_erasure(settings.backup.folder, who, now)
            done = people.erase(store, who, now, by=by, reason=reason)
            files = people.remove_files(media_folder(settings.store.path), done.files)
            try:
                with DatabaseLock(settings.store.path):
                    people.scrub(store, alone=True)
            except Held:
                people.scrub(store, alone=False)
        finally:
            store.close()
        click.echo(f"已删除 {who}：改动 {sum(done.rows.values())} 行，文件 {files} 个。")
        click.echo("名册文件里也请删掉这位，不然下次导入又会出现。")
        if snapshots:
            made = backup.make(settings.store.path, settings.backup.folder, RealClock().now())
            click.echo(f"旧备份删掉 {backup.drop_all(settings.backup.folder, made.path)} 份，新备份 {made.path}")
        elif left := backup.snapshots_in(settings.backup.folder):
            click.echo(f"还有 {len(left)} 份旧备份里有这位的资料，会随轮换消失；要马上删掉请加 --snapshots。")


def _open(settings: config.Settings) -> Store:
    if not settings.store.path.exists():
        fail(f"{settings.store.path}：还没有数据库")
    return Store.open(settings.store.path, settings.community)


def _confirm(who: str) -> None:
    try:
        agreed = click.confirm(f"删除 {who} 的全部资料，删了就找不回来。确定吗", default=False)
    except click.Abort:
        agreed = False
    if not agreed:
        fail("没有删除；确定无误就加上 --yes")


def _write(target: Path, found: dict[str, object], folder: Path, files: list[str]) -> None:
    text = json.dumps(found, ensure_ascii=False, indent=1)
    try:
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        fail(f"{target}：已经有这个文件，换个名字（--out）")
    with os.fdopen(handle, "wb") as file:
        if target.suffix == ".json":
            file.write(text.encode())
            return
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", text)
            wanted = {stem_of(name) for name in files}
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if stem_of(path.name) in wanted and path.is_file() and not path.is_symlink():
                    archive.write(path, f"media/{path.name}")
