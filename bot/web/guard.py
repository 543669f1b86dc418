"""Who may talk to the page: browsers on this machine, from the page itself, and nobody by way of another site."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bot.web.errors import Problem

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(header: str, served: str | None) -> None:
    """Refuse a Host that another site could have pointed here (DNS rebinding). `served`: the open address in config."""
    host = _hostname("http://" + header)
    if is_loopback(host):
        return
    if served is not None:
        # A name can be rebound by whoever owns it, an address literal cannot.
        if host == served.lower():
            return
        try:
            ipaddress.ip_address(host)
            return
        except ValueError:
            pass
    raise Problem("这个地址打不开报安鸟，请用 127.0.0.1 访问。", 421)


def check_origin(host: str, origin: str | None, fetch_site: str | None) -> None:
    """Refuse what another site's page sends in this person's name."""
    if fetch_site not in (None, "same-origin", "none"):
        raise Problem("只有报安鸟自己的页面能做这件事。", 403)
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Problem("只有报安鸟自己的页面能做这件事。", 403)


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
