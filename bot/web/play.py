"""Playing an invented day: each line is said at its own time, with the bot's own doings between, to be watched."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.model import MessageType
from bot.ports import Controls
from bot.web.errors import Problem
from bot.wechat.world import ROOM, LocalWorld, WorldContact, WorldError, contact_id

log = logging.getLogger(__name__)

START = dt.time(5, 0)
END = dt.time(21, 0)
TYPES = frozenset(get_args(MessageType)) - {"recalled"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the day; `sender` and `mentions` are contact ids."""

    at: dt.time
    sender: str
    text: str
    to_bot: bool = False
    type: str = "text"
    mentions: tuple[str, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the play is. `problem` tells in Chinese why it ended early."""

    running: bool = False
    done: int = 0
    total: int = 0
    day: dt.date | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A day: its lines, and the strangers in it who have to join the group first."""

    lines: tuple[Line, ...]
    strangers: tuple[WorldContact, ...] = ()


def read_script(path: Path, world: LocalWorld) -> Script:
    """The day, checked against the people of the group. Raises Problem naming the first line that is wrong.

    A list of {at: "HH:MM", from: WeChat name, text, to?: room|bot, type?, file?, stranger?: true}, in order of time.
    """
    try:
        rows: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise Problem("演示的一天打不开，剧本文件不在或者写坏了。") from None
    if not isinstance(rows, list) or not rows:
        raise Problem("演示的一天是空的。")
    names: dict[str, str] = {}
    for contact in world.contacts():
        names.setdefault(contact.shown, contact.id)
        names.setdefault(contact.name, contact.id)
    strangers = []
    for row in rows:
        name = str(row.get("from", "")) if isinstance(row, dict) and row.get("stranger") is True else ""
        if name and name not in names:
            strangers.append(WorldContact(contact_id(name), name, "", "neighbour", "不在名册里"))
            names[name] = strangers[-1].id
    mention = _mention_pattern([*names, "小安"])
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        line = _line(row, number, names, mention, path.parent)
        if lines and line.at < lines[-1].at:
            raise Problem(f"演示的第 {number} 句时间倒回去了。")
        lines.append(line)
    return Script(tuple(lines), tuple(strangers))


def _line(row: Any, number: int, names: dict[str, str], mention: re.Pattern[str], folder: Path) -> Line:
    if not isinstance(row, dict):
        raise Problem(f"演示的第 {number} 句写法不对。")
    at = _clock(row.get("at"))
    if at is None or at < START:
        raise Problem(f"演示的第 {number} 句时间不对，要在 05:00 以后，写成 08:12 这样。")
    sender = names.get(str(row.get("from", "")))
    if sender is None:
        raise Problem(f"演示的第 {number} 句的人不在群里。")
    text, kind, to = str(row.get("text") or ""), str(row.get("type") or "text"), str(row.get("to") or "room")
    if kind not in TYPES or to not in ("room", "bot"):
        raise Problem(f"演示的第 {number} 句的类型或去处不对。")
    file = str(folder / str(row["file"])) if row.get("file") else None
    found = dict.fromkeys(names.get(name, LocalWorld.BOT) for name in mention.findall(text)) if to == "room" else ()
    return Line(at, sender, text, to == "bot", kind, tuple(found), file)


def _clock(value: Any) -> dt.time | None:
    # YAML 1.1 reads an unquoted 10:05 as the number 605 (base 60).
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return dt.time(value // 60, value % 60)
    try:
        return dt.time.fromisoformat(str(value).strip().zfill(5))
    except ValueError:
        return None


def _mention_pattern(names: list[str]) -> re.Pattern[str]:
    return re.compile("@(" + "|".join(re.escape(n) for n in sorted(set(names), key=len, reverse=True)) + ")")


class Player:
    """Plays one day at a time. `watch_seconds`: about how long the whole day takes, in real seconds; 0: no pauses."""

    def __init__(
        self, world: LocalWorld, controls: Controls, script: Path, zone: dt.tzinfo, watch_seconds: float = 75
    ) -> None:
        self.world = world
        self.controls = controls
        self.script = script
        self.zone = zone
        self.watch_seconds = watch_seconds
        self.progress = Progress()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with the next 05:00. Raises Problem: already playing, or a script that cannot be played."""
        if self.progress.running:
            raise Problem("正在播放一天，先停下再播。", 409)
        script = read_script(self.script, self.world)
        now = self.controls.now().astimezone(self.zone)
        day = now.date() if now.time() < START else now.date() + dt.timedelta(days=1)
        self._stop.clear()
        self.progress = Progress(running=True, total=len(script.lines), day=day)
        await self.controls.set_rate(1)
        self._task = asyncio.create_task(self._play(script, day))

    async def stop(self) -> None:
        """End after the step at hand; what was said stays said. Nothing playing: nothing happens."""
        self._stop.set()
        await self.ended()

    async def ended(self) -> None:
        """Wait until nothing is playing."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _play(self, script: Script, day: dt.date) -> None:
        try:
            await self._run(script, day)
        except WorldError:
            self.progress = replace(self.progress, problem="有一句话没发出去，播放停下了。")
            log.exception("the day stopped at line %d", self.progress.done + 1)
        except Exception:
            self.progress = replace(self.progress, problem="播放中出了点问题，停下了。")
            log.exception("the day stopped at line %d", self.progress.done + 1)
        finally:
            self.progress = replace(self.progress, running=False)

    async def _run(self, script: Script, day: dt.date) -> None:
        total = len(script.lines)
        beat = min(2.0, self.watch_seconds / (total + 20))
        strangers = {stranger.id: stranger for stranger in script.strangers}
        await self._walk(dt.datetime.combine(day, START, self.zone), 0)
        passed = asyncio.get_running_loop().time
        began = passed()
        for number, line in enumerate(script.lines, 1):
            await self._walk(dt.datetime.combine(day, line.at, self.zone), beat / 2)
            if self._stop.is_set():
                return
            for stranger in strangers.keys() & {line.sender, *line.mentions}:
                self.world.join(strangers[stranger])
            chat = line.sender if line.to_bot else ROOM
            await self.world.say(
                line.sender, line.text, chat=chat, type=line.type, mentions=line.mentions, file=line.file
            )
            self.progress = replace(self.progress, done=number)
            # What the bot took is made up for, so that the day lasts as long as it should.
            behind = began + self.watch_seconds * number / total - passed()
            await self._pause(min(max(behind, beat / 6), beat * 1.5))
        await self._walk(dt.datetime.combine(day, END, self.zone), beat / 2)

    async def _walk(self, moment: dt.datetime, beat: float) -> None:
        """Go to `moment` by way of everything the bot does before it, resting a beat where it spoke."""
        while not self._stop.is_set():
            due, seen = self.controls.next_due(), self.world.last_seq()
            if due is None or due >= moment:
                break
            await self.controls.run_until(max(due, self.controls.now()))
            if self.controls.next_due() == due:
                break  # it will not be done now; do not wait for it here
            if self.world.last_seq() != seen:
                await self._pause(beat)
        if not self._stop.is_set():
            await self.controls.run_until(max(moment, self.controls.now()))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds or 0.0001)
