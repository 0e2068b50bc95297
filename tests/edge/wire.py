"""Bytes on a socket: what an HTTP client library would refuse to send, and what came back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from interline.domain.base import JsonObject
from tests.gateway.support import OUTBOUND, SHOP_KEY

Headers = Mapping[str, str] | list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """One response as it stood on the wire. `closed`: the server ended the connection behind it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool

    @property
    def code(self) -> str:
        """The stable name of the first problem; empty for a success."""
        errors = orjson.loads(self.body)["metadata"].get("errors", [{"error": ""}])
        return str(errors[0]["error"])

    @property
    def data(self) -> JsonObject:
        """The envelope's data."""
        found: JsonObject = orjson.loads(self.body)["data"]
        return found


def request(method: str, target: str, *, headers: Headers | None = None, body: bytes = b"", host: str = "x") -> bytes:
    """One request, framed by its length."""
    given = list(headers.items()) if isinstance(headers, Mapping) else list(headers or [])
    fields = [("Host", host), *given, *([("Content-Length", str(len(body)))] if body else [])]
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def post(body: bytes | JsonObject, *, target: str = OUTBOUND, headers: Headers | None = None) -> bytes:
    """A JSON body of the client `shop`, unless other headers are given."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    usual = {"X-API-Key": SHOP_KEY, "Content-Type": "application/json"}
    return request("POST", target, headers=usual if headers is None else headers, body=content)


async def talk(address: str, sent: bytes, *, seconds: float = 5.0) -> Answer | None:
    """Send these bytes on a fresh connection: the first answer, or None when it was closed without one."""
    where = urlsplit(address)
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            writer.write(sent)
            return await read_answer(reader)
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> Answer | None:
    """The next answer of a connection; an interim 100 is skipped."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    status = int(first.split(" ")[1])
    if status == 100:
        return await read_answer(reader)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    closing = headers.get("connection") == "close"
    return Answer(status, headers, body, closed=closing and await _ended(reader))


async def _ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read(1) == b""
    except ConnectionResetError:
        return True
