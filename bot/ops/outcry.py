"""The bot cannot start: nobody watches, and only the second channel can say so. Once in a while, however often it is tried.

A file beside the database remembers what was told, since the database itself may be what is broken.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.config import Settings
from bot.ops.heartbeat import Heartbeat
from bot.ops.lock import Held
from bot.ops.notify import Sender, by_apprise
from bot.ops.words import word
from data.store import StoreError

log = logging.getLogger(__name__)


def memory(database: Path) -> Path:
    """The file that remembers; it is gone once the bot has started again."""
    return database.with_name(database.name + ".told")


@contextlib.contextmanager
def on_failure(
    settings: Settings,
    now: Callable[[], dt.datetime],
    what: type[Exception] = Exception,
    send: Sender = by_apprise,
) -> Iterator[None]:
    """What keeps the bot from starting inside is told outside, and raised on. A second bot by mistake is none of it."""
    try:
        yield
    except Held:
        raise
    except what as error:
        damaged = isinstance(error, StoreError) and "damaged" in str(error)
        # Telling must not hide what is wrong.
        with contextlib.suppress(Exception):
            asyncio.run(_tell(settings, "damaged" if damaged else "start", now(), send))
        raise


def begun(settings: Settings) -> bool:
    """The bot has started: whether somebody was told before that it could not."""
    try:
        memory(settings.store.path).unlink()
    except OSError:
        return False
    return True


async def _tell(settings: Settings, subject: str, now: dt.datetime, send: Sender) -> None:
    beat = settings.heartbeat
    heartbeat = Heartbeat(
        beat.url.get_secret_value(), method=beat.method, style=beat.style, timeout=beat.timeout_seconds
    )
    await heartbeat.send("fail", ("cannot start",))
    path = memory(settings.store.path)
    if not settings.notify.urls or _was_told(path, subject, now, dt.timedelta(minutes=settings.notify.repeat_minutes)):
        return
    try:
        # First the note: what cannot be remembered would be told with each try, every few seconds.
        _remember(path, subject, now)
    except OSError:
        log.error("nobody is told that the bot cannot start: %s cannot be written", path.name)
        return
    title = word("title", community=settings.community)
    for place, url in enumerate(settings.notify.urls, 1):
        try:
            if not await send(url.get_secret_value(), title, word(subject)):
                log.error("address %d of the second channel did not take the notice", place)
        except Exception as error:  # NotInstalled, or whatever the service does
            log.error("address %d of the second channel: %s", place, type(error).__name__)


def _was_told(path: Path, subject: str, now: dt.datetime, again_after: dt.timedelta) -> bool:
    try:
        last = json.loads(path.read_text(encoding="utf-8"))
        return (
            last["subject"] == subject and dt.timedelta() <= now - dt.datetime.fromisoformat(last["at"]) < again_after
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remember(path: Path, subject: str, now: dt.datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"subject": subject, "at": now.astimezone(dt.UTC).isoformat()}, file)
