"""Why there is no connection to the gateway, and what to do about it, for people: one table for doctor and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Cause = Literal[
    "",  # anything else
    "refused",  # nothing listens there
    "host",  # there is no such host
    "unreachable",  # the host cannot be reached
    "unregistered",  # wechaty's directory knows no gateway for the token
    "certificate",  # the certificate is not trusted, or is for another name
    "tls",  # one side speaks TLS, the other does not
    "token",  # the gateway refuses it
    "taken",  # another client listens
    "silent",  # no answer in time
    "deaf",  # answers, but no events
    "lost",  # the connection broke
]

# What it is, and what to do.
SAID: Mapping[Cause, tuple[str, str]] = {
    "": ("和网关的连接出了问题", "看看小安和网关的日志；小安会一直重试"),
    "refused": ("这个地址没有网关在运行", "启动网关；已经启动了，就检查 puppet.endpoint 的地址和端口"),
    "host": ("找不到网关那台电脑", "检查 puppet.endpoint 里的名字，和这台电脑的网络"),
    "unreachable": ("连不到网关那台电脑", "检查网络、防火墙，和 puppet.endpoint"),
    "unregistered": ("凭令牌查不到网关", "启动网关，或者直接在 puppet.endpoint 里写上它的地址"),
    "certificate": (
        "网关的证书不对",
        "用自己的证书就设 puppet.ca 和 puppet.server_name；网关没有加密就设 puppet.tls: false",
    ),
    "tls": ("两边的加密设置不一样", "网关加密就设 puppet.tls: true，没加密就设 puppet.tls: false"),
    "token": ("网关不认这个令牌", "puppet.token 要和启动网关时用的一模一样，改好后重启小安"),
    "taken": (
        "网关正在给别的程序用",
        "一个网关只接一个小安：停掉另一个；刚断过线的话，网关过一会儿会放开，等不及就重启网关",
    ),
    "silent": ("网关没有回答", "看看网关是不是卡住了，重启网关"),
    "deaf": ("网关在，可消息传不过来", "小安会自己重连；总是这样，就重启网关"),
    "lost": ("和网关的连接断了", "小安会自己重连，不用管；总是这样，就检查网络"),
}
