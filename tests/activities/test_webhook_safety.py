"""What a hostile receiver, or a hostile name server, can do to the sender of webhooks (reliability WH-06)."""

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from time import monotonic
from typing import cast

import pytest
from aiohttp.connector import AddrInfoType
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.addresses import Address
from activities.http import Http, Outgoing
from activities.pinning import CheckedNetwork
from interline.errors import NotSentError, RefusedError, UnknownError

NAME = "hooks.shop.example"
PUBLIC, INSIDE = "93.184.216.34", "127.0.0.1"
Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]


class NameServer(asyncio.DatagramProtocol):
    """A real one, on UDP, whose answers change from question to question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        question = data[12 : data.index(b"\0", 12) + 5]
        head = data[:2] + struct.pack(">HHHHH", 0x8180, 1, len(addresses), 0, 0)
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + IPv4Address(address).packed for address in addresses
        )
        assert self._transport
        self._transport.sendto(head + question + records, addr)


async def ask(port: int, host: str) -> list[Address]:
    """One question over UDP, without any cache."""
    loop = asyncio.get_running_loop()
    name = b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", port))
        await loop.sock_sendall(sock, struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1))
        answer = await loop.sock_recv(sock, 1500)
    count = struct.unpack(">H", answer[6:8])[0]
    return [IPv4Address(answer[len(answer) - 16 * (count - index) + 12 :][:4]) for index in range(count)]


@dataclass
class Wire:
    """The network below: it notes where a connection was to go, and leads it to our server instead."""

    port: int
    went_to: list[str] = field(default_factory=list)

    def open(self, where: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = where
        wire = self

        class Led(socket.socket):
            def connect(self, address: tuple[str, int]) -> None:  # type: ignore[override]  # only those of the network
                wire.went_to.append(f"{address[0]}:{address[1]}")
                super().connect((INSIDE, wire.port))

        return Led(family, kind, protocol)


@dataclass
class TlsReceiver:
    """A receiver with a certificate for NAME, which notes the name asked for in TLS and the Host header."""

    port: int
    trust: ssl.SSLContext
    names: list[str | None]
    heads: list[bytes]


@contextlib.asynccontextmanager
async def serving(
    serve: Serve, *, tls: ssl.SSLContext | None = None, heads: list[bytes] | None = None
) -> AsyncIterator[int]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heads is not None:
            heads.append(head)
        with contextlib.suppress(ConnectionError):
            await serve(writer)
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def name_server(*answers: list[str]) -> AsyncIterator[tuple[NameServer, int]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(*answers), local_addr=("127.0.0.1", 0))
    try:
        yield server, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await asyncio.sleep(0)


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[TlsReceiver]:
    certificate, key = _certificate(tmp_path)
    names: list[str | None] = []
    heads: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    async def serve(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()

    async with serving(serve, tls=context, heads=heads) as port:
        yield TlsReceiver(port, ssl.create_default_context(cafile=str(certificate)), names, heads)


def a_webhook(url: str, *, public_only: bool = True) -> Outgoing:
    return Outgoing("client_platform", "POST", url, {}, b"{}", 1024, cut_answer=True, public_only=public_only)


async def test_the_checked_address_is_the_one_connected_under_the_name(receiver: TlsReceiver) -> None:
    wire = Wire(receiver.port)
    async with name_server([PUBLIC], [INSIDE]) as (server, port):
        checked = CheckedNetwork(lambda host, _port: ask(port, host), wire.open)
        async with Http(checked=checked, tls=receiver.trust) as http:
            answer = await http.send(a_webhook(f"https://{NAME}/hooks"), budget_seconds=5)
    assert (answer.status, answer.body) == (200, b"ok")
    assert wire.went_to == [f"{PUBLIC}:443"]
    assert server.asked == 1, "a second question could have been answered otherwise"
    assert receiver.names == [NAME]
    assert f"host: {NAME}".encode() in receiver.heads[0].lower()


@pytest.mark.parametrize("answer", [[INSIDE], [PUBLIC, INSIDE], ["169.254.169.254"], ["10.0.0.1"], []])
async def test_a_name_that_changes_to_an_inside_address_is_never_connected(
    receiver: TlsReceiver, answer: list[str]
) -> None:
    wire = Wire(receiver.port)
    async with name_server([PUBLIC], answer) as (_, port):
        checked = CheckedNetwork(lambda host, _port: ask(port, host), wire.open)
        async with Http(checked=checked, tls=receiver.trust) as http:
            await http.send(a_webhook(f"https://{NAME}/"), budget_seconds=5)
            with pytest.raises(NotSentError):
                await http.send(a_webhook(f"https://{NAME}/"), budget_seconds=5)
    assert wire.went_to == [f"{PUBLIC}:443"]


async def test_a_name_in_disguise_is_resolved_and_checked_like_any_other() -> None:
    async with Http() as http:
        for host in ("0x7f.1", "localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(NotSentError, match=r"not public|not a public"):
                await http.send(a_webhook(f"https://{host}:8443/"), budget_seconds=5)
        for host in ("2130706433", "127.1"):
            with pytest.raises(RefusedError):
                await http.send(a_webhook(f"https://{host}:8443/"), budget_seconds=5)


async def test_proxies_of_the_environment_are_not_used(receiver: TlsReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    wire = Wire(receiver.port)

    async def public(_host: str, _port: int) -> list[Address]:
        return [IPv4Address(PUBLIC)]

    async with Http(checked=CheckedNetwork(public, wire.open), tls=receiver.trust) as http:
        assert (await http.send(a_webhook(f"https://{NAME}/"), budget_seconds=5)).status == 200


async def test_a_bomb_is_not_inflated_and_cut_at_one_kibibyte() -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)

    async def serve(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"
        writer.write(head.encode() + bomb)
        await writer.drain()

    async with serving(serve) as port, Http() as http:
        answer = await http.send(a_webhook(f"http://127.0.0.1:{port}/", public_only=False), budget_seconds=5)
    assert answer.status == 200
    assert answer.body == bomb[:1024]


async def test_an_endless_answer_is_cut_at_once() -> None:
    async def serve(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            await writer.drain()

    started = monotonic()
    async with serving(serve) as port, Http() as http:
        answer = await http.send(a_webhook(f"http://127.0.0.1:{port}/", public_only=False), budget_seconds=5)
    assert answer.body == b"x" * 1024
    assert monotonic() - started < 2


async def test_a_slow_drip_costs_its_budget_and_no_more() -> None:
    async def serve(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    started = monotonic()
    async with serving(serve) as port, Http() as http:
        with pytest.raises(UnknownError):
            await http.send(a_webhook(f"http://127.0.0.1:{port}/", public_only=False), budget_seconds=0.5)
    assert 0.4 < monotonic() - started < 1.5


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
