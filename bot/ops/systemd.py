"""Talking to systemd (Type=notify): ready, still alive, stopping. Without systemd nothing happens."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping


class Systemd:
    """The socket that systemd names in the environment."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        self._path = environ.get("NOTIFY_SOCKET", "")
        mine = environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        self._usec = environ.get("WATCHDOG_USEC", "") if mine else ""

    @property
    def watchdog_seconds(self) -> float | None:
        """How long systemd waits for a sign of life; None: it does not watch."""
        return int(self._usec) / 1e6 if self._usec.isdigit() and int(self._usec) else None

    def ready(self) -> None:
        self.tell("READY=1")

    def alive(self) -> None:
        self.tell("WATCHDOG=1")

    def stopping(self) -> None:
        self.tell("STOPPING=1")

    def tell(self, text: str) -> None:
        if not self._path:
            return
        name = "\0" + self._path[1:] if self._path.startswith("@") else self._path
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as far,
        ):
            far.sendto(text.encode(), name)
