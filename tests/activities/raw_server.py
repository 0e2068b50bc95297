"""A real socket server that misbehaves in named ways, byte by byte: no mock transport, the wire itself."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@dataclass
class RawServer:
    """Where it listens, and each request's first line and headers as they came."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    behaviour: Behaviour | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, head: bytes) -> None:
        """One more request is here."""
        async with self._news:
            self.requests.append(head)
            self._news.notify_all()

    async def received(self, count: int) -> None:
        """Wait until so many requests are here."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)


@contextlib.asynccontextmanager
async def raw_server(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    """Serve on a free loopback port; open connections are cut at the end."""
    served = RawServer(behaviour=behaviour)
    open_now: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        open_now.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            await served.note(head)
            assert served.behaviour
            await served.behaviour(reader, writer)
        open_now.discard(task)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()
    served.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield served
    finally:
        server.close()
        for task in list(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def answers(status: int = 200, body: bytes = b"{}", headers: str = "") -> Behaviour:
    """A well-formed answer."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return behave


def sends(raw: bytes) -> Behaviour:
    """Exactly these bytes, then the connection is closed."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


def resets(after: bytes = b"") -> Behaviour:
    """These bytes, then RST instead of FIN."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        await writer.drain()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return behave


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """No answer, as long as the other side stays."""
    await reader.read()


async def drips(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One byte each 50 ms: no single read ever times out."""
    writer.write(HEAD + b"content-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


@dataclass
class Endless:
    """A body without end; `sent_bytes` says how much went out."""

    sent_bytes: int = 0

    async def __call__(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"a" * 65_536
        while True:
            writer.write(b"10000\r\n" + chunk + b"\r\n")
            await writer.drain()
            self.sent_bytes += len(chunk)
