"""Serving the page from the bot's own event loop."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
from typing import Any

import hypercorn.asyncio
import hypercorn.config
from quart import Quart

from bot.web.guard import is_loopback


class WebError(Exception):
    """The page cannot be served; the text says why and what to do."""


def claim(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """Take the port before anything else starts; hand the socket to `serve`. Port 0 takes a free one.

    Raises WebError: the port is taken or not ours to take, or the address is open to other machines and
    `allow_remote` is not set (whoever reaches the page can speak as anyone in the group).
    """
    where = f"{host}:{port}"
    if not is_loopback(host) and not allow_remote:
        raise WebError(
            f"{where} could be reached from other machines, where anyone could speak as anyone; "
            "set web.host to 127.0.0.1, or allow it in config.yaml"
        )
    address = host.strip("[]")
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    except ValueError:
        family = socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(100)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise WebError(
                f"{where} is in use by another program; stop it, or choose another port "
                "(web.port in config.yaml, or BAOANNIAO_WEB__PORT)"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise WebError(f"{where} may not be used by this user; choose a port above 1023 (web.port)") from None
        raise WebError(f"{where} cannot be used ({error.strerror or error}); see web.host in config.yaml") from None
    return sock


async def serve(
    app: Quart,
    host: str,
    port: int,
    shutdown: asyncio.Event,
    *,
    sock: socket.socket | None = None,
    allow_remote: bool = False,
) -> None:
    """Serve until `shutdown` is set. `sock` from `claim` is used when given. Raises WebError before anything starts."""
    sock = sock or claim(host, port, allow_remote=allow_remote)
    app.config["SERVED_HOST"] = host if allow_remote else None
    config: Any = hypercorn.config.Config()
    config.bind = [f"fd://{sock.detach()}"]
    config.accesslog = None
    config.errorlog = logging.getLogger("bot.web.hypercorn")
    config.errorlog.setLevel(logging.WARNING)  # the command that starts us says where the page is
    config.include_server_header = False
    config.graceful_timeout = 2

    async def until_shutdown() -> None:
        await shutdown.wait()
        app.config["CLOSING"].set()

    await hypercorn.asyncio.serve(app, config, shutdown_trigger=until_shutdown)
