"""A small HTTP/1.1 client for open loops: a general one takes as much processor time as the gateway it measures."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

END: Final = b"\r\n\r\n"
LENGTH: Final = b"\r\ncontent-length: "


class Wire:
    """Connections to one address, kept alive and used again, the last one first."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send, and read the whole answer; its status.

        Raises:
            ConnectionError, asyncio.IncompleteReadError: the connection ended before the answer did.
        """
        reader, writer = await self._connection()
        writer.write(self._request(url, body, headers))
        head = await reader.readuntil(END)
        await reader.readexactly(_length(head))
        self._free.append((reader, writer))
        return int(head[9:12])

    def close(self) -> None:
        """Leave."""
        for _, writer in self._free:
            writer.close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # the gateway closes what was idle for long
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._address.hostname, self._address.port)

    def _request(self, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        fields = {"host": self._address.netloc, "content-length": str(len(body)), **headers}
        lines = "\r\n".join(f"{name}: {value}" for name, value in fields.items())
        return f"POST {urlsplit(url).path} HTTP/1.1\r\n{lines}".encode() + END + body


def _length(head: bytes) -> int:
    return int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0])
