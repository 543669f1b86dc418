"""The page beside a real WeChat: is the bot connected, and the QR code when it must log in."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
from dataclasses import dataclass, field

from quart import Quart, Response, request

from bot.clock import Clock
from bot.web import guard
from bot.wechat.login import qr_svg
from bot.wechat.state import WechatState

SAYS = {
    "offline": "连不上网关，正在重试",
    "logged-out": "微信没有登录",
    "scan": "请用小安的微信扫码登录",
    "scan-expired": "二维码过期了，正在换新的",
    "online": "在线",
    "room-found": "在线，已经在群里",
    "room-missing": "在线，但还不在群里",
    "room-lost": "小安被移出了群",
    "room-renamed": "群改了名字，小安还在",
    "invited": "接受了协调员的入群邀请",
    "invite-refused": "有人邀请小安进别的群，没有接受",
    "befriended": "新加了一位好友",
    "friend-refused": "有不在群里的人想加好友，没有通过",
}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>小安</title><h1>小安</h1><p>{said}</p><p>{why}</p>{code}<p>{since}</p></html>"""


@dataclass
class Status:
    """The newest state, and since when."""

    clock: Clock
    state: WechatState = field(default_factory=lambda: WechatState("offline"))
    since: dt.datetime | None = None

    def note(self, state: WechatState) -> None:
        self.state, self.since = state, self.clock.now()


def create_status_app(status: Status) -> Quart:
    """`/` for people. The code to scan is shown to this machine only."""
    app = Quart("bot.web.status", static_folder=None)

    async def page() -> Response:
        state = status.state
        code = qr_svg(state.qrcode) if state.kind == "scan" and state.qrcode else ""
        since = f"{status.since:%Y-%m-%d %H:%M} UTC" if status.since else ""
        text = PAGE.format(said=SAYS[state.kind], why=html.escape(state.why), code=code, since=since)
        return Response(text, content_type="text/html; charset=utf-8")

    async def check() -> None:
        guard.check_host(request.headers.get("Host", ""), app.config.get("SERVED_HOST"))

    app.config["SERVED_HOST"] = None
    app.config["CLOSING"] = asyncio.Event()
    app.before_request(check)
    app.add_url_rule("/", view_func=page)
    return app
