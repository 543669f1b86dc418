"""Fetching a file that a gateway only names by its web address."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping

from bot.wechat.errors import GatewayError
from bot.wechat.files import MAX_BYTES


def fetch(url: str, headers: Mapping[str, object], seconds: float) -> bytes:
    """The bytes at `url` (blocking). Raises GatewayError without naming the address, which may be private."""
    if not url.lower().startswith(("http://", "https://")):
        raise GatewayError("the gateway names a file by an address that is not of the web")
    request = urllib.request.Request(url, headers={str(k): str(v) for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            data: bytes = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise GatewayError(f"the file could not be fetched (HTTP {error.code})") from None
    except (OSError, ValueError) as error:
        raise GatewayError(f"the file could not be fetched ({type(error).__name__})", lost=True) from None
    if len(data) > MAX_BYTES:
        raise GatewayError(f"the file is larger than {MAX_BYTES} bytes")
    return data
