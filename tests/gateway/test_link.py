"""Endpoint, token and encryption: what the settings may say, and TLS against the real gateway."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.server
import ipaddress
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.wechat.errors import GatewayError, LinkError
from bot.wechat.link import Link
from data.store import Store

from .conftest import running
from .rig import Rig


@pytest.mark.parametrize(
    "endpoint, host, port",
    [
        ("127.0.0.1:8788", "127.0.0.1", 8788),
        ("https://gateway.example.org:443/", "gateway.example.org", 443),
        ("[::1]:99", "::1", 99),
        (" localhost:1 ", "localhost", 1),
    ],
)
def test_an_endpoint_is_read(endpoint: str, host: str, port: int) -> None:
    link = Link.of(endpoint, "a_b")
    assert (link.host, link.port) == (host, port)


@pytest.mark.parametrize("endpoint", ["gateway", "gateway:0", "gateway:70000", "a b:1", ":1", "h:1:2"])
def test_an_endpoint_that_is_none_is_refused_by_its_key(endpoint: str) -> None:
    with pytest.raises(LinkError, match=r"puppet\.endpoint"):
        Link.of(endpoint, "a_b")


@pytest.mark.parametrize("token", ["", "  ", "口令", "a b", "a\nb"])
def test_a_token_that_is_none_is_refused_by_its_key_and_not_repeated(token: str) -> None:
    with pytest.raises(LinkError, match=r"puppet\.token") as caught:
        Link.of("127.0.0.1:1", token)
    assert not token.strip() or token not in str(caught.value)


def test_loopback_is_plain_and_everywhere_else_is_encrypted_unless_told_otherwise() -> None:
    for endpoint, tls in [("127.0.0.1:1", False), ("localhost:1", False), ("[::1]:1", False), ("10.0.0.5:1", True)]:
        assert Link.of(endpoint, "a_b").tls is tls
    assert Link.of("", "a_b").tls
    assert Link.of("127.0.0.1:1", "a_b", tls=True).tls
    assert not Link.of("10.0.0.5:1", "a_b", tls=False).tls


def test_the_name_in_the_certificate_comes_from_the_token_the_host_or_the_settings(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")
    assert Link.of("h.example:1", "insecure_1234").verified_name == "insecure"
    assert Link.of("h.example:1", "1234").verified_name == "h.example"
    assert Link.of("h.example:1", "insecure_1234", ca=ca).verified_name == "h.example"
    assert Link.of("h.example:1", "insecure_1234", ca=ca, server_name="gate").verified_name == "gate"
    with pytest.raises(LinkError, match=r"puppet\.ca"):
        Link.of("h.example:1", "insecure_1234", ca=ca).tls_context()
    with pytest.raises(LinkError, match=r"puppet\.ca"):
        Link.of("h.example:1", "insecure_1234", ca=tmp_path / "none.pem")


@pytest.fixture
def directory_answer() -> Iterator[tuple[str, dict[str, object]]]:
    answer: dict[str, object] = {}

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/v0/known_token"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v0/", answer
        server.shutdown()


def test_a_token_alone_is_looked_up(directory_answer: tuple[str, dict[str, object]]) -> None:
    url, answer = directory_answer
    answer.update(ip="192.0.2.7", port=8788)
    assert Link.of("", "known_token", directory=url).look_up() == ("192.0.2.7", 8788)
    answer.update(ip="0.0.0.0")
    with pytest.raises(GatewayError, match="no gateway is registered"):
        Link.of("", "known_token", directory=url).look_up()
    answer.clear()
    with pytest.raises(GatewayError, match=r"set puppet\.endpoint"):
        Link.of("", "known_token", directory=url).look_up()
    with pytest.raises(GatewayError, match="404"):
        Link.of("", "other_token", directory=url).look_up()


def certificate(folder: Path, name: str) -> dict[str, str]:
    """A root of our own in root.pem, and what the gateway needs to show a certificate for `name`."""
    now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

    def made(
        subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, ca: bool
    ) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + dt.timedelta(days=36500))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
        return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    (folder / "root.pem").write_bytes(made("our root", root, "our root", root, True))
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "WECHATY_PUPPET_SERVICE_TLS_SERVER_CERT": made(name, leaf, "our root", root, False).decode(),
        "WECHATY_PUPPET_SERVICE_TLS_SERVER_KEY": key.decode(),
    }


async def test_tls_as_the_gateway_offers_it_by_default(gateway_here: None, store: Store, tmp_path: Path) -> None:
    rig = await asyncio.to_thread(Rig, tmp_path / "rig", "--tls", token="insecure_7777")
    try:
        async with running(Link.of(rig.endpoint, rig.token, tls=True), store, tmp_path) as bot:
            await rig("say", **{"from": "c-guihua"}, text="平安")
            assert [m.text for m in await bot.hears(1)] == ["平安"]
        async with running(Link.of(rig.endpoint, "other_7777", tls=True), store, tmp_path, wait=False) as bot:
            assert "not trusted for the name 'other'" in (await bot.becomes("offline")).why
        async with running(Link.of(rig.endpoint, rig.token, tls=False), store, tmp_path, wait=False) as bot:
            assert (await bot.becomes("offline")).why
    finally:
        await asyncio.to_thread(rig.close)


async def test_tls_with_certificates_of_our_own(gateway_here: None, store: Store, tmp_path: Path) -> None:
    shown = certificate(tmp_path, "gateway.example")
    rig = await asyncio.to_thread(Rig, tmp_path / "rig", "--tls", env=shown)
    ca = tmp_path / "root.pem"
    try:
        async with running(Link.of(rig.endpoint, rig.token, tls=True, ca=ca), store, tmp_path) as bot:
            await rig("say", **{"from": "c-guihua"}, text="平安")
            assert [m.text for m in await bot.hears(1)] == ["平安"]
        named = Link.of(rig.endpoint, rig.token, tls=True, ca=ca, server_name="gateway.example")
        async with running(named, store, tmp_path):
            pass
        async with running(Link.of(rig.endpoint, rig.token, tls=True), store, tmp_path, wait=False) as bot:
            assert "not trusted" in (await bot.becomes("offline")).why
    finally:
        await asyncio.to_thread(rig.close)
