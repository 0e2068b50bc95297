"""TLS ends at a proxy before the gateway (deploy/compose.yaml): a handshake that fails reaches nothing behind it."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from interline.names import order_workflow_id
from tests.edge.wire import post
from tests.gateway.support import OUTBOUND, Engine, an_order, keyed

NAME = "localhost"


@dataclass
class Terminator:
    """A TLS proxy. `passed`: connections that it opened to the gateway."""

    port: int
    trusted: ssl.SSLContext
    passed: int = 0

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Key and certificate in one file, and a client's context that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    both = folder / "tls.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(private + made.public_bytes(Encoding.PEM))
    return both, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


@asynccontextmanager
async def terminated(gateway: str, folder: Path) -> AsyncIterator[Terminator]:
    """A terminator before that gateway."""
    file, trusted = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    it = Terminator(0, trusted)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        it.passed += 1
        there, back = await asyncio.open_connection(urlsplit(gateway).hostname, urlsplit(gateway).port)
        with suppress(ConnectionError, ssl.SSLError):
            await asyncio.wait(
                [asyncio.create_task(_copy(reader, back)), asyncio.create_task(_copy(there, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        for each in (back, writer):
            each.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        it.port = server.sockets[0].getsockname()[1]
        yield it


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()


@pytest.fixture
async def tls(address: str, tmp_path: Path) -> AsyncIterator[Terminator]:
    async with terminated(address, tmp_path) as it:
        yield it


async def test_an_order_comes_in_over_tls(tls: Terminator, engine: Engine) -> None:
    order = an_order()
    async with httpx.AsyncClient(base_url=tls.url, verify=tls.trusted, trust_env=False) as shop:
        answer = await shop.post(OUTBOUND, json=order, headers=keyed())
    assert answer.status_code == 202, answer.text
    assert await engine.history(order_workflow_id("shop", str(order["so_number"])))
    assert tls.passed == 1


async def test_a_handshake_that_fails_reaches_nothing(tls: Terminator, engine: Engine) -> None:
    order = an_order()
    async with httpx.AsyncClient(base_url=tls.url, trust_env=False) as distrustful:
        with pytest.raises(httpx.ConnectError):
            await distrustful.post(OUTBOUND, json=order, headers=keyed())
    reader, writer = await asyncio.open_connection("127.0.0.1", tls.port)
    writer.write(post(order))  # no plaintext fallback
    with suppress(ConnectionError):
        assert b"HTTP/" not in await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert await engine.history(order_workflow_id("shop", str(order["so_number"]))) == []
    assert tls.passed == 0
