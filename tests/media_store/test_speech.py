"""The recogniser of the community's own: a real server on the loopback, and every way in which it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.media.speech import Heard, Recogniser, url_problem

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[str]:
    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    listening.close()


def saying(body: bytes, status: str = "200 OK", seen: list[bytes] | None = None) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        content = await reader.readexactly(length)
        if seen is not None:
            seen.extend([head, content])
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status.encode(), len(body)) + body)
        await writer.drain()
        writer.close()

    return answer


async def test_the_words_of_a_note_come_back_on_one_line() -> None:
    seen: list[bytes] = []
    async with server(saying('{"text": " 我挺好的\\n今天吃了\\u0000面 "}'.encode(), seen=seen)) as url:
        heard = await Recogniser(url, key="k-123", model="sensevoice").hear(b"RIFFsound", "voice.wav")
    assert heard == Heard("我挺好的 今天吃了 面")
    assert seen[0].startswith(b"POST /v1/audio/transcriptions HTTP/1.1") and b"bearer k-123" in seen[0].lower()
    assert b"sensevoice" in seen[1] and b"RIFFsound" in seen[1] and b'name="language"\r\n\r\nzh' in seen[1]


async def test_without_a_key_none_is_sent() -> None:
    seen: list[bytes] = []
    async with server(saying(b'{"text": ""}', seen=seen)) as url:
        assert await Recogniser(url).hear(b"x") == Heard()
    assert b"authorization" not in seen[0].lower()


@pytest.mark.parametrize(
    "body, status, problem",
    [
        (b"{}", "200 OK", "not understood"),
        (b"[]", "200 OK", "not understood"),
        (b'{"text": 5}', "200 OK", "not understood"),
        (b"\xff\xfe", "200 OK", "not understood"),
        (b"[" * 100_000, "200 OK", "not understood"),
        (b"private words", "500 Internal Server Error", "status 500"),
        (b"", "302 Found\r\nLocation: http://example.org/", "status 302"),
        (b"x" * 400_000, "200 OK", "cannot be reached"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_calm_failure(body: bytes, status: str, problem: str) -> None:
    async with server(saying(body, status)) as url:
        heard = await Recogniser(url).hear(b"x")
    assert heard.text == "" and problem in heard.problem and "private" not in heard.problem


async def test_a_recogniser_that_never_answers_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with server(silent) as url:
        assert "did not answer" in (await Recogniser(url, seconds=0.2).hear(b"x")).problem


async def test_a_recogniser_that_drips_is_given_up() -> None:
    async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            writer.close()

    async with server(dripping) as url:
        assert "did not answer" in (await Recogniser(url, seconds=0.3).hear(b"x")).problem


@pytest.mark.parametrize(
    "said", [b"", b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"]
)
async def test_a_connection_that_breaks_is_a_calm_failure(said: bytes) -> None:
    async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        writer.close()

    async with server(breaking) as url:
        assert "cannot be reached" in (await Recogniser(url, seconds=5).hear(b"x" * 10)).problem


async def test_nobody_listening_is_a_calm_failure() -> None:
    async with server(saying(b"")) as url:
        pass
    assert "cannot be reached" in (await Recogniser(url, seconds=5).hear(b"x")).problem


async def test_too_large_a_note_is_not_sent() -> None:
    assert "too large" in (await Recogniser("http://127.0.0.1:9/v1").hear(bytes(26 * 1024 * 1024))).problem


def test_the_key_is_never_shown() -> None:
    assert "k-123" not in repr(Recogniser("https://example.org/v1", key="k-123"))


@pytest.mark.parametrize(
    "url",
    ["https://asr.example.org/v1", "http://127.0.0.1:8000/v1", "http://192.168.1.9/v1", "http://asr/v1", "http://[::1]:80/v1"],
)  # fmt: skip
def test_addresses_that_keep_a_voice_private_are_taken(url: str) -> None:
    assert url_problem(url) == ""


@pytest.mark.parametrize(
    "url",
    ["", "asr.example.org", "ftp://asr/v1", "http://asr.example.org/v1", "http://8.8.8.8/v1", "https://a:b@host/v1", "http://x:99999/",
     "https://host/v1?key=1"],
)  # fmt: skip
def test_addresses_that_do_not_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Recogniser(url)
