"""The page's application: routes, the checks before each request, the headers after it, and errors in plain words."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from pathlib import Path
from zoneinfo import ZoneInfo

from quart import Quart, Response, jsonify, request, send_from_directory
from werkzeug.exceptions import HTTPException

from bot.ports import Controls
from bot.web import guard
from bot.web.api import Api
from bot.web.errors import Problem
from bot.web.files import LIMITS, Files
from bot.web.play import Player
from bot.wechat.world import LocalWorld, Refused, WorldError

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
SAYS = {
    404: "没有这个页面。",
    405: "这个地址不能这样用。",
    413: "文件太大了，压缩一下再发吧。",
    408: "传得太慢，断开了，再试一次吧。",
}


def create_app(
    world: LocalWorld,
    controls: Controls,
    play_script: Path,
    *,
    zone: dt.tzinfo | None = None,
    watch_seconds: float = 75,
) -> Quart:
    """The page on one world. `zone`: the community's; `watch_seconds`: how long a played day takes to watch."""
    app = Quart("bot.web", static_folder=None)
    zone = zone or ZoneInfo("Asia/Shanghai")
    app.config["MAX_CONTENT_LENGTH"] = max(LIMITS.values()) + 1
    app.config["CLOSING"] = asyncio.Event()
    app.config["SERVED_HOST"] = None
    player = Player(world, controls, play_script, zone, watch_seconds)
    Api(world, controls, player, Files(world.path.with_name(world.path.stem + "-files")), zone).register(app)

    async def check() -> None:
        guard.check_host(request.headers.get("Host", ""), app.config["SERVED_HOST"])
        if request.method not in ("GET", "HEAD"):
            headers = request.headers
            guard.check_origin(headers.get("Host", ""), headers.get("Origin"), headers.get("Sec-Fetch-Site"))

    async def dress(response: Response) -> Response:
        for name, value in guard.HEADERS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "application/json":
            response.headers["Cache-Control"] = "no-store"
        return response

    async def page() -> Response:
        return await _static("index.html")

    async def asset(name: str) -> Response:
        return await _static(name)

    app.before_request(check)
    app.after_request(dress)
    app.add_url_rule("/", endpoint="page", view_func=page)
    app.add_url_rule("/static/<path:name>", endpoint="asset", view_func=asset)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(WorldError, _not_stored)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)
    app.after_serving(player.stop)
    return app


async def _static(name: str) -> Response:
    response: Response = await send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _answer(say: str, status: int) -> tuple[Response, int]:
    return jsonify({"error": say}), status


async def _problem(error: Problem) -> tuple[Response, int]:
    return _answer(error.say, error.status)


async def _refused(error: Refused) -> tuple[Response, int]:
    return _answer(str(error), 400)


async def _not_stored(error: WorldError) -> tuple[Response, int]:
    log.error("%s", error)
    return _answer("这条没存下来，这台电脑的磁盘可能满了或者不能写。", 507)


async def _http(error: HTTPException) -> tuple[Response, int]:
    status = error.code or 500
    return _answer(SAYS.get(status, "这个请求小安看不懂。"), status)


async def _unforeseen(error: Exception) -> tuple[Response, int]:
    log.exception("a request of the page failed", exc_info=error)
    return _answer("这边出了点问题，请再试一次。", 500)
