"""Looks over everything the bot needs and says, for each thing that is wrong, how to mend it. Changes nothing."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from bot import config
from bot.config import ConfigError, Settings
from bot.findings import Finding
from data import roster
from data.roster import RosterError

LITTLE_DISK = 500 * 1024 * 1024
FIRST_SANE_YEAR = 2026


def examine(config_path: Path, now: dt.datetime, *, send_test: bool = False) -> Iterator[Finding]:
    """Every check in turn; without usable settings the rest cannot be looked at."""
    try:
        settings = config.load(config_path)
    except ConfigError as error:
        yield Finding("设置", str(error), "按上面的提示改 config.yaml")
        return
    yield Finding("设置", f"{config_path} 可用")
    checks: tuple[Callable[[Settings], Finding], ...] = (_roster, _database, _disk, _port)
    yield from (check(settings) for check in checks)
    yield from _wechat(settings)
    yield _clock(now)
    yield _fonts()
    yield _media(settings)
    from bot.ops import checks as ops_checks

    yield from ops_checks.findings(settings, now)
    if send_test:
        yield from ops_checks.sent_test(settings)


def _roster(settings: Settings) -> Finding:
    try:
        people = roster.load(settings.roster.elders, settings.roster.volunteers)
    except RosterError as error:
        return Finding("名单", str(error), "按上面的提示改名单，再运行 roster check")
    except OSError as error:
        return Finding("名单", f"{error.filename}：读不了", "检查 config.yaml 里 roster 的路径")
    if not people.with_role("coordinator"):
        return Finding("名单", "没有协调员", "志愿者名单里至少要有一位角色是“协调员”的人，提醒最后要有人接")
    return Finding("名单", f"{len(people.elders)} 位老人，{len(people.volunteers)} 位志愿者和工作人员")


def _database(settings: Settings) -> Finding:
    path = settings.store.path
    if not path.exists():
        folder = next(p for p in (path.parent, *path.parent.parents) if p.exists())
        if os.access(folder, os.W_OK):
            return Finding("数据库", "还没有，第一次运行时会建好")
        return Finding("数据库", f"{folder} 不能写", "给运行小安的用户这个文件夹的写权限，或改 store.path")
    try:
        conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            result = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
        finally:
            conn.close()
    except sqlite3.Error as error:
        return Finding("数据库", f"{path}：{error}", "把文件移开，换上最近一份好的备份")
    if result != "ok":
        return Finding("数据库", f"{path} 有损坏", "把文件移开，换上最近一份好的备份")
    if not os.access(path, os.W_OK):
        return Finding("数据库", f"{path} 只能读", "给运行小安的用户写权限")
    if path.stat().st_mode & 0o077:
        return Finding("数据库", f"{path} 别的用户也能读", f"运行 chmod 600 {path.name}")
    return Finding("数据库", f"{path} 完好")


def _disk(settings: Settings) -> Finding:
    folder = next(p for p in (settings.store.path.parent, *settings.store.path.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    shown = f"还有 {free // 2**20} MiB"
    return Finding("磁盘", shown, "快满了，清出一些地方" if free < LITTLE_DISK else "")


def _port(settings: Settings) -> Finding:
    host, port = settings.web.host, settings.web.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            mend = "小安正在运行就不用管；不然换一个端口（web.port）"
            return Finding("页面端口", f"{host}:{port} 被占用", mend, hint=True)
    return Finding("页面端口", f"{host}:{port} 可用")


def _wechat(settings: Settings) -> Iterator[Finding]:
    if settings.puppet.kind == "local":
        yield Finding("微信", "本机演示群，不连微信")
        return
    from bot import gateway_checks  # wechaty is slow to import

    yield from gateway_checks.findings(settings)


def _clock(now: dt.datetime) -> Finding:
    if now.year < FIRST_SANE_YEAR:
        return Finding("时钟", f"机器时间是 {now:%Y-%m-%d %H:%M}", "时间不对，请打开自动对时（NTP）")
    return Finding("时钟", f"{now:%Y-%m-%d %H:%M}")


def _fonts() -> Finding:
    """Whether there is a Chinese font to draw the day's board with."""
    from bot.media import fonts

    try:
        return Finding("中文字体", fonts.chinese()[0].path.name)
    except (fonts.NoFontError, ImportError):
        mend = "运行 make venv（带一个中文字体），或安装 fonts-wqy-microhei，小结才能配图"
        return Finding("中文字体", "没有找到", mend, hint=True)


def _media(settings: Settings) -> Finding:
    """What can be looked at and listened to on this machine."""
    from bot.looking.eyes import recogniser_of

    try:
        recogniser_of(settings)
    except ConfigError as error:
        return Finding("照片和语音", str(error), "按提示改 config.yaml 里的 media.speech.url")
    if not settings.media.look:
        return Finding("照片和语音", "设置里关着（media.look），只看文字")
    parts = {"PIL": "看照片", "faster_paddle": "读水印", "av": "看视频", "pysilk": "放语音"}
    if settings.media.person:
        parts["ai_edge_litert"] = "看出照片里有没有人"
    lacking = [what for module, what in parts.items() if importlib.util.find_spec(module) is None]
    if lacking:
        return Finding(
            "照片和语音", f"还不能{'、'.join(lacking)}", "运行 make venv，装上 media 和 person 这两部分", hint=True
        )
    return Finding("照片和语音", "、".join(f"能{what}" for what in parts.values()))
