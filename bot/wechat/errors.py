"""What can go wrong between the bot and its gateway. The texts are our own: a gateway's errors carry stack traces."""

from __future__ import annotations

import traceback
from pathlib import Path

from bot.wechat.causes import Cause


class LinkError(Exception):
    """The endpoint or the token cannot be used as written; the text names the key and the mend, never the token."""


class GatewayError(Exception):
    """The gateway did not do what was asked.

    `lost`: the connection is at fault, so the same may work in a while. `cause`: for people (see causes.py).
    """

    def __init__(self, why: str, *, lost: bool = False, cause: Cause = "") -> None:
        super().__init__(why)
        self.lost = lost
        self.cause: Cause = cause


def describe(error: BaseException) -> str:
    """Where and what kind an error is, without its text, which may hold people's words."""
    if isinstance(error, GatewayError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
    return f"{type(error).__name__} at {places or 'unknown place'}"
