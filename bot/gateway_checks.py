"""What `doctor` says about WeChat: gateway, token, login and group, each with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.config import ConfigError, Settings
from bot.findings import Finding
from bot.gateway_group import link_of
from bot.ops.lock import in_use
from bot.wechat.causes import SAID
from bot.wechat.link import Link, is_loopback
from bot.wechat.probe import LOOK_SECONDS, Probe, probe


def findings(settings: Settings, seconds: float = LOOK_SECONDS) -> Iterator[Finding]:
    """One finding a subject, as far as the way is clear; `seconds`: how long each answer may take."""
    try:
        link = link_of(settings)
    except ConfigError as error:
        yield Finding("微信", str(error), "按提示改 config.yaml 里的 puppet")
        return
    yield from _encryption(link)
    found = asyncio.run(probe(link, settings.room.topic, seconds))
    if found.cause == "token":
        yield Finding("微信网关", f"{link.name} 连得上")
        yield Finding("网关令牌", *SAID["token"])
    elif found.problem and not found.version:
        what, mend = SAID[found.cause]
        yield Finding("微信网关", f"{link.name}：{what}", mend)
    else:
        yield Finding("微信网关", f"{link.name} 可用，版本 {found.version}")
        yield Finding("网关令牌", "网关认")
        yield from _account(found, settings.room.topic, running=in_use(settings.store.path))


def _encryption(link: Link) -> Iterator[Finding]:
    if not link.tls and link.host and not is_loopback(link.host):
        mend = "在网关上装自己的证书，设 puppet.ca；或者让网关和小安在同一台电脑上"
        yield Finding("网关加密", "没有加密：令牌和大家的话在网络上谁都看得到", mend, hint=True)
    elif link.tls and link.ca is None:
        mend = "网关自带的证书，密钥是公开的；跨网络用，请装自己的证书，设 puppet.ca"
        yield Finding("网关加密", "用的是网关自带的证书", mend, hint=True)


def _account(found: Probe, topic: str, *, running: bool) -> Iterator[Finding]:
    if found.taken and running:
        yield Finding("微信登录", "网关正在给小安用，登录没有请看小安的页面")
    elif found.taken:
        yield Finding("微信登录", "网关正在给别的程序用，小安没有在运行", SAID["taken"][1])
    elif not found.account:
        yield Finding("微信登录", "没有登录", "运行小安，用她的手机扫终端里或页面上的二维码")
        return
    else:
        yield Finding("微信登录", "已登录")
    if found.rooms == 1:
        yield Finding("微信群", f"群“{topic}”找到了")
    elif found.rooms:
        yield Finding("微信群", f"有 {found.rooms} 个群叫“{topic}”", "改掉别的群的名字，或者让小安退出去，只留一个")
    elif found.problem and found.cause:
        what, mend = SAID[found.cause]
        yield Finding("微信群", f"没看成：{what}", mend)
    else:
        mend = "请协调员在微信里邀请小安进群；群名不一样，就把 room.topic 改成群的名字"
        yield Finding("微信群", f"小安不在叫“{topic}”的群里", mend)
