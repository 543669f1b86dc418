"""Words of a voice note from a recogniser of the community's own (an OpenAI-compatible endpoint); off unless configured.

It may fail in any way and at any time: the note is then simply one to be listened to by a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import secrets
import ssl
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import h11

MAX_ANSWER = 256 * 1024
MAX_WORDS = 600
MAX_AUDIO = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """`text`: the words on one line, "" where there are none. `problem`: why not, for the log, without the words."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Where to ask. `url`: the API's root, like https://host/v1. seconds: for the whole of one note."""

    url: str
    key: str = field(default="", repr=False)
    model: str = "whisper-1"
    seconds: float = 20.0
    language: str = "zh"

    def __post_init__(self) -> None:
        problem = url_problem(self.url)
        if problem:
            raise ValueError(problem)

    async def hear(self, audio: bytes, name: str = "voice.wav") -> Heard:
        """What is said in a WAV or MP3. Never raises but when cancelled; never takes longer than `seconds`."""
        if len(audio) > MAX_AUDIO:
            return Heard(problem="the note is too large for the recogniser")
        try:
            async with asyncio.timeout(self.seconds):
                status, body = await self._ask(audio, name)
        except TimeoutError:
            return Heard(problem=f"the recogniser did not answer within {self.seconds:g} s")
        except (OSError, ssl.SSLError, h11.ProtocolError, EOFError) as error:
            return Heard(problem=f"the recogniser cannot be reached ({type(error).__name__})")
        if status != 200:
            return Heard(problem=f"the recogniser answered with status {status}")
        try:
            said = json.loads(body)["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            said = None
        if not isinstance(said, str):
            return Heard(problem="the recogniser's answer is not understood")
        return Heard(_one_line(said))

    async def _ask(self, audio: bytes, name: str) -> tuple[int, bytes]:
        place = urlsplit(self.url)
        content, kind = _form({"model": self.model, "language": self.language, "response_format": "json"}, audio, name)
        secure = ssl.create_default_context() if place.scheme == "https" else None
        port = place.port or (443 if secure else 80)
        reader, writer = await asyncio.open_connection(place.hostname, port, ssl=secure)
        try:
            link = h11.Connection(h11.CLIENT)
            headers = [("Host", place.netloc.rpartition("@")[2]), ("Content-Type", kind), ("Connection", "close")]
            headers += [("Content-Length", str(len(content))), ("Accept", "application/json")]
            if self.key:
                headers.append(("Authorization", f"Bearer {self.key}"))
            target = place.path.rstrip("/") + "/audio/transcriptions"
            for event in (
                h11.Request(method="POST", target=target, headers=headers),
                h11.Data(data=content),
                h11.EndOfMessage(),
            ):
                writer.write(link.send(event) or b"")
            await writer.drain()
            return await _answer(link, reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                if secure is None:
                    await writer.wait_closed()


async def _answer(link: h11.Connection, reader: asyncio.StreamReader) -> tuple[int, bytes]:
    status, body = 0, b""
    while True:
        event = link.next_event()
        if event is h11.NEED_DATA:
            link.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
            if len(body) > MAX_ANSWER:
                raise EOFError
        elif isinstance(event, h11.EndOfMessage):
            return status, body
        elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            raise EOFError


def _form(fields: dict[str, str], audio: bytes, name: str) -> tuple[bytes, str]:
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    kind = "audio/mpeg" if name.endswith(".mp3") else "audio/wav"
    parts.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
    )
    return b"".join([*parts, audio, f"\r\n--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


def _one_line(said: str) -> str:
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in said[: 20 * MAX_WORDS])
    return " ".join(plain.split())[:MAX_WORDS]


def url_problem(url: str) -> str:
    """What is wrong with an endpoint's address, "" when nothing is: for the settings' check."""
    try:
        place = urlsplit(url)
        _ = place.port
    except ValueError:
        return "must be an address like https://host/v1"
    if place.scheme not in ("http", "https") or not place.hostname or place.query or place.fragment:
        return "must be an address like https://host/v1"
    if place.username or place.password:
        return "must hold no user name and no password; the key has its own place"
    if place.scheme == "http" and not _own_net(place):
        return "must begin with https:// outside the community's own network: a voice is private"
    return ""


def _own_net(place: SplitResult) -> bool:
    host = place.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".lan", ".internal")) or "." not in host
    return address.is_private or address.is_loopback
