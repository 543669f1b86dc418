"""Where the gateway is and how to speak to it: endpoint, token, and whether the connection is encrypted."""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bot.wechat.errors import GatewayError, LinkError
from bot.wechat.published import ROOT

DIRECTORY = "https://api.chatie.io/v0/hosties/"  # where wechaty's own clients look a token's gateway up
LOOKUP_SECONDS = 10.0
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class Link:
    """A gateway to connect to. Make it with `Link.of`.

    `host` is "" while only the token is known. `tls` False: plaintext. `ca` is a PEM file with the only root to trust.
    """

    host: str
    port: int
    token: str
    tls: bool
    ca: Path | None = None
    server_name: str = ""
    directory: str = DIRECTORY

    @classmethod
    def of(
        cls,
        endpoint: str,
        token: str,
        *,
        tls: bool | None = None,
        ca: Path | None = None,
        server_name: str = "",
        directory: str = DIRECTORY,
    ) -> Link:
        """Check what the settings say. `tls` None: plaintext on loopback, TLS elsewhere. Raises LinkError."""
        if not token.strip():
            raise LinkError("puppet.token: is empty; write the token that the gateway was started with")
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise LinkError("puppet.token: may hold only letters, digits and signs of ASCII, without spaces")
        host, port = _host_and_port(endpoint) if endpoint.strip() else ("", 0)
        if ca is not None and not ca.is_file():
            raise LinkError(f"puppet.ca: {ca}: no such file")
        if tls is None:
            tls = not is_loopback(host)
        return cls(host, port, token, tls, ca, server_name, directory)

    @property
    def name(self) -> str:
        """For people and logs; never the token."""
        return f"{self.host}:{self.port}" if self.host else "the gateway of this token"

    @property
    def verified_name(self) -> str:
        """The name that the gateway's certificate must carry.

        As wechaty's own clients do it: what stands before the last "_" of the token; with an own CA, the host.
        """
        prefix = self.token.rpartition("_")[0].lower()
        return self.server_name or (self.host if self.ca or not prefix else prefix)

    def tls_context(self) -> ssl.SSLContext | None:
        """None for plaintext. Raises LinkError for a CA file that is none."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
            if self.ca is None:
                context.load_verify_locations(cadata=ROOT)
        except (ssl.SSLError, OSError):
            raise LinkError(f"puppet.ca: {self.ca}: is not a readable PEM certificate") from None
        if hasattr(ssl, "VERIFY_X509_STRICT"):
            # Python 3.13 began to refuse certificates made by older tools, wechaty's among them.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.set_alpn_protocols(["h2"])
        return context

    def look_up(self) -> tuple[str, int]:
        """Host and port; for a token alone they are asked from wechaty's directory (blocking). Raises GatewayError."""
        if self.host:
            return self.host, self.port
        try:
            with urllib.request.urlopen(self.directory + self.token, timeout=LOOKUP_SECONDS) as answer:
                found = json.loads(answer.read(100_000))
            host, port = str(found.get("host") or found["ip"]), int(found["port"])
        except urllib.error.HTTPError as error:
            why = f"wechaty's directory knows no gateway for this token (HTTP {error.code})"
            raise GatewayError(why, cause="unregistered") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise GatewayError(
                f"the gateway of this token could not be looked up ({type(error).__name__}); set puppet.endpoint",
                lost=True,
                cause="unregistered",
            ) from None
        if host in ("", "0.0.0.0") or not 0 < port < 65536:
            why = "no gateway is registered for this token now; start it, or set puppet.endpoint"
            raise GatewayError(why, cause="unregistered")
        return host, port


def is_loopback(host: str) -> bool:
    """Whether a connection to `host` never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_and_port(endpoint: str) -> tuple[str, int]:
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", endpoint.strip(), flags=re.IGNORECASE).rstrip("/")
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})", bare)
    if found is None or not 0 < int(found[3]) < 65536:
        raise LinkError('puppet.endpoint: must be "host:port", for example "127.0.0.1:8788"')
    return found[1] or found[2], int(found[3])
