from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot.web import WebError, claim, create_app, serve
from bot.wechat.world import LocalWorld
from tests.web.stage import StillControls, named


def test_a_busy_port_is_an_error_that_says_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WebError, match=rf"127\.0\.0\.1:{port} is in use by another program; stop it, or choose"):
            claim("127.0.0.1", port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "group.example"])
def test_an_address_open_to_other_machines_is_refused_unless_allowed(host: str) -> None:
    with pytest.raises(WebError, match="other machines"):
        claim(host, 0)


def test_an_address_this_machine_does_not_have_is_an_error() -> None:
    with pytest.raises(WebError, match=r"192\.0\.2\.1:0 cannot be used"):
        claim("192.0.2.1", 0, allow_remote=True)


async def test_the_page_is_served_and_stops_with_a_stream_open(
    world: LocalWorld, controls: StillControls, tmp_path: Path
) -> None:
    app = create_app(world, controls, tmp_path / "day.yaml")
    sock = claim("127.0.0.1", 0)
    port = sock.getsockname()[1]
    shutdown = asyncio.Event()
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, shutdown, sock=sock))

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head and b"text/event-stream" in head
        await world.say(named(world, "素芬").id, "平安")
        assert b"event: message" in await reader.readuntil(b"event: message")
        shutdown.set()
        await serving
    writer.close()
    assert world.listeners == 0
