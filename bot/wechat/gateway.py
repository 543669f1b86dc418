"""One connection to a wechaty gateway: calls with deadlines, the event stream, files up and down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

from grpclib.client import Channel, StreamUnaryMethod, UnaryUnaryMethod
from grpclib.config import Configuration
from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

from bot.wechat import compat, wire
from bot.wechat.causes import Cause
from bot.wechat.errors import GatewayError
from bot.wechat.files import MAX_BYTES
from bot.wechat.link import Link

compat.prepare()

from wechaty_grpc.wechaty import puppet as pb  # noqa: E402

log = logging.getLogger(__name__)

CALL_SECONDS = 15.0
CHUNK_BYTES = 64 * 1024
_LOST = (Status.UNAVAILABLE, Status.CANCELLED, Status.DEADLINE_EXCEEDED)


class Gateway:
    """An open connection. Every error is a GatewayError in plain words; nothing here ever calls the gateway's Stop."""

    def __init__(self, link: Link, host: str, port: int) -> None:
        """Raises LinkError. Connects with the first call."""
        self.link = link
        self._metadata = {"authorization": f"Wechaty {link.token}"}
        self._channel = Channel(
            host,
            port,
            ssl=link.tls_context(),
            config=Configuration(ssl_target_name_override=link.verified_name if link.tls else None),
        )

    def close(self) -> None:
        """Drop the connection; the account stays logged in."""
        self._channel.close()

    async def call(self, name: str, request: Any, reply: type[Any], seconds: float = CALL_SECONDS) -> Any:
        """One question, one answer, within `seconds`. Raises GatewayError."""
        method = UnaryUnaryMethod(self._channel, wire.SERVICE + name, type(request), reply)
        with self._plainly(name):
            async with asyncio.timeout(seconds):
                return await method(request, metadata=self._metadata)

    async def version(self, seconds: float = CALL_SECONDS) -> str:
        """The cheapest question there is. Raises GatewayError."""
        answer = await self.call("Version", pb.VersionRequest(), pb.VersionResponse, seconds)
        return str(answer.version)

    async def events(self) -> AsyncGenerator[tuple[int, str], None]:
        """Number and JSON text of each event, until the gateway ends the stream. Raises GatewayError."""
        async for event in self._stream("Event", pb.EventRequest(), pb.EventResponse):
            yield int(event.type), event.payload

    async def download(self, uuid: str, seconds: float) -> bytes:
        """A file that the gateway keeps under `uuid`. Raises GatewayError."""
        return await self._collect("Download", wire.DownloadRequest(id=uuid), wire.DownloadResponse, seconds)

    async def file_stream(self, message_id: str, seconds: float) -> bytes:
        """A message's file, in the gateway's old way, which still serves small buffers. Raises GatewayError."""
        request = pb.MessageFileStreamRequest(id=message_id)
        return await self._collect("MessageFileStream", request, pb.MessageFileStreamResponse, seconds)

    async def upload(self, data: bytes, seconds: float) -> str:
        """Hand a file to the gateway; the uuid under which it keeps it. Raises GatewayError."""
        method = StreamUnaryMethod(self._channel, wire.SERVICE + "Upload", wire.UploadRequest, wire.UploadResponse)
        parts = [wire.UploadRequest(chunk=data[i : i + CHUNK_BYTES]) for i in range(0, len(data), CHUNK_BYTES)]
        with self._plainly("Upload"):
            async with asyncio.timeout(seconds):
                answer = await method(parts, metadata=self._metadata)
        return str(answer.id)

    async def _collect(self, name: str, request: Any, reply: type[Any], seconds: float) -> bytes:
        data = bytearray()
        with self._plainly(name):
            async with asyncio.timeout(seconds):
                async for part in self._stream(name, request, reply):
                    chunk = part.chunk if isinstance(part, wire.DownloadResponse) else part.file_box_chunk.data
                    data += _within_bounds(data, chunk)
        return bytes(data)

    async def _stream(self, name: str, request: Any, reply: type[Any]) -> AsyncGenerator[Any, None]:
        route = wire.SERVICE + name
        with self._plainly(name):
            async with self._channel.request(
                route, Cardinality.UNARY_STREAM, type(request), reply, metadata=self._metadata
            ) as stream:
                await stream.send_message(request, end=True)
                async for part in stream:
                    yield part

    @contextmanager
    def _plainly(self, name: str) -> Iterator[None]:
        """Whatever the connection throws becomes a GatewayError that says what happened and who can mend it."""
        try:
            yield
        except GatewayError:
            raise
        except TimeoutError:
            raise GatewayError(f"the gateway did not answer in time ({name})", lost=True, cause="silent") from None
        except GRPCError as error:
            raise self._refusal(name, error.status) from None
        except (StreamTerminatedError, ProtocolError):
            raise GatewayError("the connection to the gateway was lost", lost=True, cause="lost") from None
        except OSError as error:
            raise _not_connected(error, self.link) from None

    def _refusal(self, name: str, status: Status) -> GatewayError:
        if status == Status.UNAUTHENTICATED:
            why = "the gateway refuses the token; puppet.token must be the one it was started with"
            return GatewayError(why, cause="token")
        if status == Status.ALREADY_EXISTS:
            why = (
                "the gateway already serves another client (or still holds our old connection): a gateway has one client;"
                " stop the other one, or restart the gateway if there is none"
            )
            return GatewayError(why, cause="taken")
        if status == Status.UNIMPLEMENTED:
            return GatewayError(f"the gateway cannot do {name}")
        return GatewayError(f"the gateway failed at {name} ({status.name})", lost=status in _LOST)


def _within_bounds(have: bytearray, more: bytes) -> bytes:
    if len(have) + len(more) > MAX_BYTES:
        raise GatewayError(f"the file is larger than {MAX_BYTES} bytes")
    return more


def _not_connected(error: OSError, link: Link) -> GatewayError:
    kind = type(error).__name__
    cause: Cause
    if "CertificateVerification" in kind or "SSLCertVerification" in kind:
        cause, why = (
            "certificate",
            (
                f"the certificate of {link.name} is not trusted for the name {link.verified_name!r};"
                " set puppet.ca to its root, and puppet.server_name to the name in it"
            ),
        )
    elif "SSL" in kind:
        cause, why = "tls", f"{link.name} does not speak TLS as expected; is puppet.tls set as the gateway was started?"
    elif isinstance(error, ConnectionRefusedError):
        cause, why = "refused", f"nothing listens at {link.name}; is the gateway running, and is puppet.endpoint right?"
    elif kind == "gaierror":
        cause, why = "host", f"{link.name}: there is no such host; check puppet.endpoint"
    else:
        cause, why = "unreachable", f"{link.name} cannot be reached ({error.strerror or kind})"
    return GatewayError(why, lost=True, cause=cause)
