"""The page's requests, each a small JSON in and out; what is wrong with one is said in Chinese."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math
import re
from pathlib import Path
from typing import Any

from quart import Quart, Response, jsonify, request, send_file

from bot.ports import Controls
from bot.web import view
from bot.web.errors import Problem
from bot.web.files import LIMITS, Files, sniff
from bot.web.live import stream
from bot.web.play import Player
from bot.wechat.world import ROOM, LocalWorld, WorldContact

LONGEST_TEXT = 100_000
LARGEST_JSON = 2 * 1024 * 1024
FARTHEST_JUMP = dt.timedelta(days=31)
RATES = (1, 60)
SENDABLE = ("text", "emoticon", "image", "video", "audio", "location")


class Api:
    """The routes, on one world and one clock."""

    def __init__(self, world: LocalWorld, controls: Controls, player: Player, files: Files, zone: dt.tzinfo) -> None:
        self.world = world
        self.controls = controls
        self.player = player
        self.files = files
        self.zone = zone
        self._clock = asyncio.Lock()
        self._jobs: set[asyncio.Task[None]] = set()

    def register(self, app: Quart) -> None:
        self.closing: asyncio.Event = app.config["CLOSING"]
        for rule, function, method in (
            ("state", self.state, "GET"),
            ("contacts", self.contacts, "GET"),
            ("messages", self.messages, "GET"),
            ("media/<message_id>", self.media, "GET"),
            ("events", self.events, "GET"),
            ("say", self.say, "POST"),
            ("recall", self.recall, "POST"),
            ("upload", self.upload, "POST"),
            ("clock", self.clock, "POST"),
            ("play", self.play, "POST"),
        ):
            app.add_url_rule(f"/api/{rule}", endpoint=function.__name__, view_func=function, methods=[method])

    # Looking

    async def state(self) -> Response:
        return jsonify(self._state())

    def _state(self) -> dict[str, Any]:
        due, play = self.controls.next_due(), self.player.progress
        return {
            "topic": self.world.topic,
            "count": len(self.world.contacts()) + 1,
            "now": self._local(self.controls.now()),
            "rate": self.controls.rate(),
            "next_due": None if due is None else self._local(due),
            "play": {
                "running": play.running,
                "done": play.done,
                "total": play.total,
                "day": play.day.isoformat() if play.day else None,
                "problem": play.problem,
            },
        }

    def _local(self, moment: dt.datetime) -> str:
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds")

    async def contacts(self) -> Response:
        bot = self.world.contact(self.world.BOT)
        assert bot is not None
        people = [view.person(c) for c in self.world.contacts()]
        knocks = [{"id": contact, "seq": seq} for contact, seq in self.world.written_to()]
        return jsonify({"topic": self.world.topic, "bot": view.person(bot), "contacts": people, "knocks": knocks})

    async def messages(self) -> Response:
        """A chat as `viewer` sees it: the last `limit` (before a seq), or those after one."""
        args = request.args
        viewer = self._viewer(args.get("viewer", ""))
        chat = self._chat(args.get("chat", "room"), viewer)
        limit = min(max(_number(args.get("limit"), 100), 1), 500)
        if args.get("after") is not None:
            found = tuple(m for m in self.world.since(_number(args.get("after"), 0), limit) if m.chat == chat)
        else:
            before = _number(args.get("before"), 0) or None
            found = self.world.history(chat, before, limit) if chat else ()
        shown = [view.shown(self.world, m, viewer, self.zone) for m in found if m.type != "recalled"]
        first = found[0].seq if found else 0
        more = bool(chat and first and self.world.history(chat, first, 1))
        return jsonify({"messages": shown, "first": first, "more": more, "last_seq": self.world.last_seq()})

    async def media(self, message_id: str) -> Response:
        """The file of a message that the viewer sees."""
        viewer = self._viewer(request.args.get("viewer", ""))
        message = self.world.message(message_id)
        if message is None or message.file is None or message.recalled or not view.visible(message, viewer):
            raise Problem("这个文件看不到了。", 404)
        try:
            head = await asyncio.to_thread(_head, message.file)
        except OSError:
            raise Problem("这个文件看不到了。", 404) from None
        found = sniff(head)
        mime = found.mime if found and found.plays else "application/octet-stream"
        if found and message.type == "audio" and mime.startswith("video/"):
            mime = mime.replace("video/", "audio/")
        response: Response = await send_file(message.file, mimetype=mime, conditional=True)
        response.headers["Cache-Control"] = "private, max-age=300"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        if mime == "application/octet-stream":
            response.headers["Content-Disposition"] = "attachment"
        return response

    async def events(self) -> Response:
        viewer = self._viewer(request.args.get("viewer", ""))
        resumed = request.headers.get("Last-Event-ID") or request.args.get("after")
        after = self.world.last_seq() if resumed is None else _number(resumed, 0)
        body = stream(self.world, viewer, after, self.zone, self._state, self.closing)
        response = Response(body, content_type="text/event-stream; charset=utf-8")
        response.timeout = None  # the stream lives as long as the page
        response.headers["Cache-Control"] = "no-store"
        return response

    # Speaking

    async def say(self) -> Response:
        data = await _json()
        speaker = self._speaker(data.get("as"))
        kind = _text(data, "type") or "text"
        if kind not in SENDABLE:
            raise Problem("这种消息发不了。")
        text = _text(data, "text")
        if len(text) > LONGEST_TEXT:
            raise Problem(f"这条消息太长了，最多 {LONGEST_TEXT} 个字，分成几条发吧。")
        file: str | None = None
        if kind in LIMITS:
            file = str(await asyncio.to_thread(self.files.path, _text(data, "file"), kind))
        mentions = data.get("mentions") or []
        if not isinstance(mentions, list) or not all(isinstance(m, str) for m in mentions) or len(mentions) > 500:
            raise Problem("@的人不在群里。")
        message = await self.world.say(
            speaker.id,
            text,
            chat=self._chat(_text(data, "chat") or "room", speaker.id),
            type=kind,
            mentions=mentions,
            quote=_text(data, "quote") or None,
            file=file,
        )
        return jsonify({"message": view.shown(self.world, message, speaker.id, self.zone)})

    async def recall(self) -> Response:
        data = await _json()
        speaker = self._speaker(data.get("as"))
        await self.world.recall(speaker.id, _text(data, "message"))
        return jsonify({"ok": True})

    async def upload(self) -> Response:
        """The raw bytes of a file; the query tells `name` and `type` as the browser knows them."""
        if request.mimetype != "application/octet-stream":
            raise Problem("附件没有传上来，请再试一次。", 415)
        content = await request.get_data(cache=False)
        name, claimed = request.args.get("name", ""), request.args.get("type", "")
        stored, kind = await asyncio.to_thread(self.files.keep, content, name, claimed)
        return jsonify({"file": stored, "type": kind})

    # Time

    async def clock(self) -> Response:
        """`action`: "rate" with `rate` 1 or 60; "next"; "until" with `at` ("HH:MM", or an ISO moment)."""
        data = await _json()
        if self.player.progress.running:
            raise Problem("正在播放一天，先停下再拨钟。", 409)
        action = _text(data, "action")
        if action == "rate":
            rate = data.get("rate")
            if rate not in RATES or isinstance(rate, bool):
                raise Problem("钟只能走真实时间，或者快 60 倍。")
            await self.controls.set_rate(float(rate))
        elif action == "next":
            due = self.controls.next_due()
            if due is None:
                raise Problem("眼下没有要做的事。")
            await self._go(due)
        elif action == "until":
            await self._go(self._moment(_text(data, "at")))
        else:
            raise Problem("不知道要怎么拨钟。")
        return jsonify(self._state())

    async def _go(self, moment: dt.datetime) -> None:
        async def go() -> None:
            async with self._clock:
                await self.controls.run_until(max(moment, self.controls.now()))

        # A page that is closed meanwhile must not stop the bot half-way.
        job = asyncio.create_task(go())
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        await asyncio.shield(job)

    def _moment(self, text: str) -> dt.datetime:
        now = self.controls.now().astimezone(self.zone)
        clock = re.fullmatch(r"(\d{1,2})[:：](\d{2})", text.strip())
        if clock and int(clock[1]) < 24 and int(clock[2]) < 60:
            moment = dt.datetime.combine(now.date(), dt.time(int(clock[1]), int(clock[2])), self.zone)
            return moment if moment > now else moment + dt.timedelta(days=1)
        try:
            moment = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            raise Problem("时间写成 08:30 这样就行。") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        if moment < now:
            raise Problem("钟只能往前拨，不能往回拨。")
        if moment - now > FARTHEST_JUMP:
            raise Problem(f"一次最多往前拨 {FARTHEST_JUMP.days} 天。")
        return moment

    async def play(self) -> Response:
        """`action`: "start" or "stop"."""
        data = await _json()
        action = _text(data, "action")
        if action == "start":
            async with self._clock:
                await self.player.start()
        elif action == "stop":
            await self.player.stop()
        else:
            raise Problem("播放只有开始和停下。")
        return jsonify(self._state())

    # Who and where

    def _viewer(self, contact_id: str) -> str:
        if contact_id and self.world.contact(contact_id) is None:
            raise Problem("群里没有这个人。")
        return contact_id

    def _speaker(self, contact_id: object) -> WorldContact:
        found = self.world.contact(contact_id) if isinstance(contact_id, str) else None
        if found is None or found.id == self.world.BOT:
            raise Problem("先选好要替谁说话。")
        return found

    def _chat(self, name: str, viewer: str) -> str:
        """The world's name of a chat; "" for the private chat of nobody."""
        if name == "room":
            return ROOM
        if name == "bot":
            return viewer
        raise Problem("没有这个聊天。")


def _head(file: str) -> bytes:
    with Path(file).open("rb") as handle:
        return handle.read(32)


def _number(text: str | None, default: int) -> int:
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        raise Problem("请求里的数字不对。") from None
    if not math.isfinite(number) or abs(number) > 2**53:
        raise Problem("请求里的数字不对。")
    return int(number)


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Problem("请求的写法不对。")
    return value


async def _json() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise Problem("请求的写法不对。", 415)
    raw = await request.get_data(cache=False)
    if len(raw) > LARGEST_JSON:
        raise Problem("这条消息太长了，分成几条发吧。", 413)
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Problem("请求的写法不对。")
    return data
