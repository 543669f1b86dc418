"""The far end of the gateway tests: a Node process with the real gateway, and the calls that play its world."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
READY_SECONDS = 60
CALL_SECONDS = 30
BOT, ROOM = "wxid-bot", "9001@chatroom"


def node() -> str | None:
    """A Node of 18 or newer, as install.sh looks for it; None when there is none, or its packages are not installed."""
    if not (HERE / "node_modules" / ".installed").exists():
        return None
    for found in (shutil.which("node"), str(Path(sys.prefix) / "bin" / "node")):
        if found and Path(found).exists():
            answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
            if answer.startswith("v") and int(answer[1:].split(".")[0]) >= 18:
                return found
    return None


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Rig:
    """One gateway process. It ends when its standard input closes, so it cannot outlive the tests."""

    def __init__(self, folder: Path, *flags: str, token: str = "rig_token", env: dict[str, str] | None = None) -> None:
        found = node()
        assert found is not None
        self.port, direct, self.control = free_ports(3)
        self.token = token
        self.endpoint = f"127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "gateway.log"
        ports = ["--grpc", str(self.port), "--direct", str(direct), "--control", str(self.control)]
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("WECHATY")}
        with self.log.open("wb") as errors:
            self.process = subprocess.Popen(
                [found, str(HERE / "gateway.mjs"), *ports, "--token", token, *flags],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=surroundings | {"TMPDIR": str(folder)} | (env or {}),
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.strip() == b"ready", self.log.read_text(encoding="utf-8")[-2000:]

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    async def __call__(self, call: str, **body: Any) -> Any:
        """POST /call with a JSON body. Calls: see `routes` in gateway.mjs."""
        return await asyncio.to_thread(self._request, "POST", call, body)

    async def sent(self) -> list[dict[str, Any]]:
        """What the bot sent since the last reset."""
        found: list[dict[str, Any]] = await asyncio.to_thread(self._request, "GET", "sent", None)
        return found

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = await asyncio.to_thread(self._request, "GET", "state", None)
        return found

    def _request(self, method: str, call: str, body: Any) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.control}/{call}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"/{call}: {error.read().decode()[:1000]}") from None
