"""A peer's front door as a raw protocol, far cheaper than our gateway (no keys, no signatures, no schema).

`POST /start/ID` with an order, `POST /tell/ID/PLACE` for its webhooks, `GET /end/ID` answers when it is complete.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final

_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

Start = Callable[[str, bytes], Awaitable[None]]
Tell = Callable[[str, int], Awaitable[None]]


class Inlet:
    """Answers 200 once the peer has made durable what was told."""

    def __init__(self, start: Start, tell: Tell) -> None:
        self._start, self._tell = start, tell
        self._ended: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def ended(self, order: str) -> None:
        """The order is complete: whoever asks for its end hears it."""
        self._ended[order].set()

    async def serve(self, port: int) -> None:
        """Until killed."""
        await (await asyncio.start_server(self._connection, "127.0.0.1", port)).serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(_END)
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                await self._answer(head.split(b" ", 2)[1].decode(), body)
                writer.write(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, path: str, body: bytes) -> None:
        _, verb, order, *place = path.split("/")
        if verb == "start":
            await self._start(order, body)
        elif verb == "tell":
            await self._tell(order, int(place[0]))
        else:
            await self._ended[order].wait()
            del self._ended[order]
