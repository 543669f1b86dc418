"""What wechaty 0.10.7 needs to import and behave on Python 3.11-3.13 with today's pyee and urllib3.

Call `prepare()` before `import wechaty`. Importing this module does nothing. Each patch is one function with its
reason.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import shutil
import socket
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PACKAGES = ("wechaty_puppet", "wechaty", "wechaty_puppet_service")
_prepared = False


def prepare() -> None:
    """Patch and import wechaty. Doing it again changes nothing."""
    global _prepared
    if _prepared:
        return
    give_pyee_its_emitter()
    give_urllib3_get_host()
    with quiet_surroundings(), telnetlib_stand_in():
        importlib.import_module("wechaty_puppet")
        make_puppet_options_hashable()
        for name in _PACKAGES:
            importlib.import_module(name)
    keep_text_out_of_logs()
    keep_cache_private()
    start_plugins_without_a_server()
    schedule_in_memory()
    let_start_raise()
    _prepared = True


def give_pyee_its_emitter() -> None:
    """pyee 12 moved AsyncIOEventEmitter to pyee.asyncio; wechaty takes it from pyee."""
    import pyee
    import pyee.asyncio

    if not hasattr(pyee, "AsyncIOEventEmitter"):
        pyee.AsyncIOEventEmitter = pyee.asyncio.AsyncIOEventEmitter


def give_urllib3_get_host() -> None:
    """urllib3 2 dropped get_host(url) → (scheme, host, port), which wechaty's url links import."""
    import urllib3

    def get_host(url: str) -> tuple[str, str | None, int | None]:
        parts = urllib3.util.parse_url(url)
        return parts.scheme or "http", parts.host, parts.port

    if not hasattr(urllib3, "get_host"):
        urllib3.get_host = get_host  # type: ignore[attr-defined]


def make_puppet_options_hashable() -> None:
    """Python 3.11 takes an unhashable dataclass default for a mutable one and refuses WechatyOptions.

    One default is still shared by all bots, so XiaoAn always passes its own.
    """
    from wechaty_puppet.schemas.puppet import PuppetOptions

    PuppetOptions.__hash__ = object.__hash__


@contextmanager
def quiet_surroundings() -> Iterator[None]:
    """WECHATY_LOG, WECHATY_LOG_FILE and CACHE_DIR are read while wechaty is imported.

    An unknown log level there raises, a log file is opened at once, and without CACHE_DIR a folder is made in the
    working directory. The person's own values come back afterwards.
    """
    names = ("WECHATY_LOG", "WECHATY_LOG_FILE", "CACHE_DIR")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory(prefix="baoanniao-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old syntax in packages that nobody mends any more
        os.environ.pop("WECHATY_LOG_FILE", None)
        os.environ["WECHATY_LOG"] = "error"
        os.environ["CACHE_DIR"] = folder
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextmanager
def telnetlib_stand_in() -> Iterator[None]:
    """Python 3.13 lost telnetlib, which wechaty imports only to see whether a port answers."""
    before = sys.modules.get("telnetlib")
    module: Any = types.ModuleType("telnetlib")
    module.Telnet = PortProbe
    sys.modules["telnetlib"] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules["telnetlib"]
        else:
            sys.modules["telnetlib"] = before


class PortProbe:
    """The one thing wechaty does with telnetlib.Telnet. Raises OSError when the port does not answer."""

    def open(self, host: str, port: int = 0, timeout: float = 3) -> None:
        socket.create_connection((host, port), timeout).close()


def keep_text_out_of_logs() -> None:
    """wechaty logs message texts and tokens, with handlers of its own that no configuration reaches.

    Its loggers lose their handlers and levels below ERROR, and what is left says only where in wechaty it happened.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _PACKAGES:
            for value in list(vars(module).values()):
                if isinstance(value, logging.Logger):
                    _silence(value)
            if hasattr(module, "get_logger"):
                vars(module)["get_logger"] = _get_logger


def _get_logger(name: str | None = None, file: str | None = None) -> logging.Logger:
    # In place of wechaty's own, which opens `file` and prints on its own account.
    return _silence(logging.getLogger(name or "wechaty"))


def _silence(logger: logging.Logger) -> logging.Logger:
    for handler in logger.handlers:
        handler.close()
    logger.handlers = []
    logger.setLevel(logging.ERROR)
    logger.propagate = True
    if _only_the_place not in logger.filters:
        logger.addFilter(_only_the_place)
    return logger


def _only_the_place(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "trouble"
    record.msg, record.args = "%s in wechaty, %s line %d", (kind, record.module, record.lineno)
    record.exc_info = record.exc_text = record.stack_info = None
    return True


def keep_cache_private() -> None:
    """wechaty keeps its cache in .wechaty of the working directory. Should anything ask for it: a folder of our own."""
    from wechaty.config import Config

    made: list[str] = []

    def cache_dir(self: object) -> str:
        if not made:
            made.append(tempfile.mkdtemp(prefix="baoanniao-"))
            atexit.register(shutil.rmtree, made[0], ignore_errors=True)
        return made[0]

    Config.cache_dir = property(cache_dir)


def start_plugins_without_a_server() -> None:
    """At login wechaty starts a web server on 0.0.0.0:5000 for its plugins, takes over SIGINT and SIGTERM,
    and, when the port is busy, never calls on_login. Plugins are still prepared; nothing listens.
    """
    from wechaty.plugin import WechatyPluginManager

    async def start(self: Any) -> None:
        for plugin in self._plugins.values():
            plugin.set_bot(self._wechaty)
            await plugin.init_plugin(self._wechaty)

    WechatyPluginManager.start = start


def schedule_in_memory() -> None:
    """Without a scheduler given, wechaty makes one that keeps its jobs in a database in the working directory."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler
    from wechaty.plugin import WechatyPluginManager

    stock = WechatyPluginManager.__init__

    def init(self: Any, wechaty: Any, endpoint: Any, scheduler_options: Any = None) -> None:
        stock(self, wechaty, endpoint, AsyncIOScheduler() if scheduler_options is None else scheduler_options)

    WechatyPluginManager.__init__ = init


def let_start_raise() -> None:
    """wechaty's start() prints an error and returns as if all were well, or stops the whole event loop."""
    from wechaty import Wechaty

    async def start(self: Any) -> None:
        await self.init_puppet()
        await self.init_puppet_event_bridge(self.puppet)
        await self.puppet.start()
        self.started = True

    Wechaty.start = start
