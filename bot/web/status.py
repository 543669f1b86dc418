"""The page beside a real WeChat: is the bot connected, what to do if not, and the QR code when it must log in."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from quart import Quart, Response, request, send_from_directory

from bot.clock import Clock
from bot.web import guard
from bot.web.errors import Problem
from bot.wechat.causes import SAID
from bot.wechat.login import qr_svg
from bot.wechat.state import StateKind, WechatState

STATIC = Path(__file__).with_name("static")
# What the bot can do in a state, and what a person should do.
SAYS: dict[StateKind, tuple[str, str]] = {
    "offline": ("连不上网关，正在重试", ""),
    "logged-out": ("微信没有登录", "稍等一会儿，二维码会出现在这里；一直没有，就重启网关。"),
    "scan": ("请扫码登录", "用小安的手机打开微信，扫下面的二维码，再在手机上点“登录”。"),
    "scan-expired": ("二维码过期了", "稍等，新的二维码会出现在这里。"),
    "online": ("在线", ""),
    "room-found": ("在线，在群里", ""),
    "room-missing": (
        "在线，可还不在群里",
        "请协调员在微信里邀请小安进群；已经在群里，就检查设置里的 room.topic 和群名是不是一样。",
    ),
    "room-lost": ("被移出了群", "请协调员在微信里重新邀请小安进群。"),
}
WELL: tuple[StateKind, ...] = ("online", "room-found")
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>小安 · {state}</title>
<link rel="stylesheet" href="/static/status.css"><link rel="icon" href="/static/icon.svg">
<main><h1><img src="/static/icon.svg" alt="">小安 · {community}</h1>
<section class="{mood}"><p class="state">{state}</p>{lines}{code}</section>{facts}</main></html>"""

Facts = Callable[[], Iterable[tuple[str, str]]]


@dataclass
class Status:
    """The newest state, and since when. What happens beside it (an invitation, a new friend) does not change it."""

    clock: Clock
    state: WechatState = field(default_factory=lambda: WechatState("offline"))
    since: dt.datetime | None = None

    def note(self, state: WechatState) -> None:
        if state.kind in SAYS:
            self.state, self.since = state, self.clock.now()


def create_status_app(status: Status, community: str, zone: ZoneInfo, facts: Facts) -> Quart:
    """`/` for people, on this machine only. `facts`: more to show, name and value, asked for each time."""
    app = Quart("bot.web.status", static_folder=None)

    async def page() -> Response:
        return Response(page_of(status, community, zone, facts()), content_type="text/html; charset=utf-8")

    async def asset(name: str) -> Response:
        if name not in ("status.css", "icon.svg"):
            raise Problem("没有这个页面。", 404)
        response: Response = await send_from_directory(STATIC, name)
        return response

    async def check() -> None:
        guard.check_host(request.headers.get("Host", ""), app.config.get("SERVED_HOST"))

    async def dress(response: Response) -> Response:
        for name, value in guard.HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def refuse(error: Problem) -> tuple[Response, int]:
        return Response(f"{error.say}\n", content_type="text/plain; charset=utf-8"), error.status

    app.config["SERVED_HOST"] = None
    app.config["CLOSING"] = asyncio.Event()
    app.before_request(check)
    app.after_request(dress)
    app.register_error_handler(Problem, refuse)
    app.add_url_rule("/", endpoint="page", view_func=page)
    app.add_url_rule("/static/<name>", endpoint="asset", view_func=asset)
    return app


def page_of(status: Status, community: str, zone: ZoneInfo, facts: Iterable[tuple[str, str]]) -> str:
    """The page as HTML."""
    state = status.state
    said, mend = SAYS[state.kind]
    lines = [mend] if mend else []
    if state.kind == "offline" and status.since is not None:
        lines += [f"{what}：{do}。" for what, do in [SAID[state.cause]]]
    shown = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    if status.since is not None:
        shown += f'<p class="soft">从 {status.since.astimezone(zone):%m月%d日 %H:%M} 起</p>'
    code = f'<div class="code">{_svg(state.qrcode)}</div>' if state.kind == "scan" and state.qrcode else ""
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in facts)
    return PAGE.format(
        state=said,
        community=html.escape(community),
        mood="well" if state.kind in WELL else "ill",
        lines=shown,
        code=code,
        facts=f"<section><dl>{rows}</dl></section>" if rows else "",
    )


def _svg(text: str) -> str:
    """The picture to stand in a page: without the line that declares it a file of its own."""
    picture = qr_svg(text)
    return picture[picture.index("<svg") :]
