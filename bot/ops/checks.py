"""What `doctor` looks at here: the second channel, the heartbeat, the backups. Changes nothing, except that it can send a test."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
from collections.abc import Iterator

from bot.config import Settings
from bot.findings import Finding
from bot.ops import backup
from bot.ops.heartbeat import Heartbeat
from bot.ops.lock import marker
from bot.ops.notify import send_test
from data import figures

# Clocks differ by a little, and the bot may have heard a moment ago.
AHEAD = dt.timedelta(minutes=2)


def findings(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """One finding a subject."""
    yield _second_channel(settings)
    yield _heartbeat(settings)
    yield _backups(settings, now)
    heard = figures.last_heard(settings.store.path, settings.community)
    if heard is not None and heard - now > AHEAD:
        shown = f"{now.astimezone(settings.zone):%Y-%m-%d %H:%M}，比小安上次在线（{heard.astimezone(settings.zone):%Y-%m-%d %H:%M}）还早"
        yield Finding("时钟倒退", shown, "打开自动对时（NTP）；要是刚刚对过时就不用管")


def sent_test(settings: Settings) -> Iterator[Finding]:
    """Send a test over every address of the second channel, and one sign of life; what came of each."""
    addresses = [url.get_secret_value() for url in settings.notify.urls]
    if not addresses:
        yield Finding("试发", "第二通道还没有设置", "在 config.yaml 的 notify.urls 里写上地址，再试一次")
    for tried in asyncio.run(send_test(addresses, settings.community)):
        what = f"试发 {tried.place}（{tried.kind}）"
        if tried.problem:
            yield Finding(what, tried.problem, f"检查 notify.urls 的第 {tried.place} 个地址和这台电脑的网络")
        else:
            yield Finding(what, "对方收下了，请看看收到没有")
    part = settings.heartbeat
    if part.url.get_secret_value():
        beat = Heartbeat(
            part.url.get_secret_value(), method=part.method, style=part.style, timeout=part.timeout_seconds
        )
        if asyncio.run(beat.send("well")):
            yield Finding("心跳", "对方收下了")
        else:
            yield Finding("心跳", "没有送到", "检查 heartbeat.url 和这台电脑的网络")


def _second_channel(settings: Settings) -> Finding:
    count = len(settings.notify.urls)
    if not count:
        mend = "在 config.yaml 的 notify.urls 里写上（邮件、短信、企业微信、飞书、钉钉都行），掉线时才有人知道"
        return Finding("第二通道", "还没有设置", mend, hint=True)
    if importlib.util.find_spec("apprise") is None:
        return Finding("第二通道", "没有装 apprise", "在小安的环境里安装 apprise")
    return Finding("第二通道", f"{count} 个地址（用 doctor --send-test 试发）")


def _heartbeat(settings: Settings) -> Finding:
    if settings.heartbeat.url.get_secret_value():
        return Finding("心跳", f"每 {settings.heartbeat.every_seconds} 秒一次")
    return Finding("心跳", "还没有设置", "设 heartbeat.url，电脑关机断电时才有人知道", hint=True)


def _backups(settings: Settings, now: dt.datetime) -> Finding:
    plan = settings.backup
    if marker(settings.store.path).exists():
        return Finding("备份", "上次恢复没有做完", "再运行一次 backup restore")
    if not plan.every_minutes:
        return Finding("备份", "关着（backup.every_minutes 是 0）", "设成 60", hint=True)
    found = backup.snapshots_in(plan.folder)
    if not found:
        return Finding("备份", "还没有", "小安运行起来就会自己做；也可以运行 backup now", hint=True)
    good = backup.last_good(plan.folder)
    if good is None:
        return Finding("备份", f"{len(found)} 份都坏了", "检查磁盘，运行 backup now")
    shown = f"{len(found)} 份，最近一份好的是 {good.at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    if now - good.at > dt.timedelta(minutes=max(plan.every_minutes * 3, 24 * 60)):
        return Finding("备份", shown, "太旧了；小安运行时会自己做，也可以运行 backup now", hint=True)
    return Finding("备份", shown)
