"""A sign of life to somebody outside (healthchecks.io, its self-hosted kin, Uptime Kuma …): when it stays away, they call.

It goes out only when the bot is really well, so that a bot that runs and hears nothing is noticed too.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

log = logging.getLogger(__name__)

Sign = Literal["start", "well", "fail"]
Method = Literal["GET", "POST"]
Style = Literal["healthchecks", "plain"]


class Heartbeat:
    """One address. `style` healthchecks: "/start" and "/fail" behind the path; plain: only the good sign is sent.

    The address is a secret and never logged.
    """

    def __init__(
        self, url: str, *, method: Method = "POST", style: Style = "healthchecks", timeout: float = 10
    ) -> None:
        self._url, self._method, self._style, self._timeout = url, method, style, timeout
        self._trouble = ""

    async def send(self, sign: Sign, reasons: Sequence[str] = ()) -> bool:
        """Tell it; whether it was taken. Never raises for what the far end does."""
        if not self._url or (self._style == "plain" and sign != "well"):
            return False
        trouble = await asyncio.to_thread(self._call, sign, "\n".join(reasons))
        if trouble != self._trouble:  # once for each change, not each minute
            self._trouble = trouble
            if trouble:
                log.warning("the heartbeat was not taken: %s", trouble)
            else:
                log.info("the heartbeat is taken again")
        return not trouble

    def _call(self, sign: Sign, body: str) -> str:
        data = body.encode() if self._method == "POST" else None
        try:
            request = urllib.request.Request(
                address(self._url, sign),
                data=data,
                method=self._method,
                headers={
                    "User-Agent": "baoanniao",
                    **({"Content-Type": "text/plain; charset=utf-8"} if data is not None else {}),
                },
            )
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                answer.read(1)
            return ""
        except urllib.error.HTTPError as error:
            error.close()
            return f"answered {error.code}"
        except Exception as error:
            # The error's own text may repeat the address.
            reason = getattr(error, "reason", None)
            return type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__


def address(url: str, sign: Sign) -> str:
    """Where a sign goes: "/start" or "/fail" behind the path, a query stays behind it."""
    if sign == "well":
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{sign}"))
