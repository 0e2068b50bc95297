"""A bad network between two processes: a TCP proxy on loopback that holds back, delays and resets.

What a partition swallows is not lost to TCP: it is sent again once the network is back, even when its sender has long
given up and closed. So a cut here *holds* the bytes of its direction, ends of connections included, and lets them go
at the end. A new connection is taken during a cut and hears nothing: the caller cannot know that nothing was read,
which is the harder case for it than an unanswered SYN.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

HOST: Final = "127.0.0.1"
_CHUNK: Final = 65_536
_LINGER_NOT: Final = struct.pack("ii", 1, 0)


class Way(StrEnum):
    """Which direction is cut. `to` is from the caller to the server."""

    BOTH = "both"
    TO = "to"
    FROM = "from"


@dataclass
class Weather:
    """What the network does now: how slow it is, and which directions pass."""

    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    passes: dict[Way, asyncio.Event] = field(default_factory=dict)

    def cut(self, way: Way) -> None:
        """Hold back from now on."""
        for event in self._of(way):
            event.clear()

    def heal(self) -> None:
        """Let go what was held, and pass everything."""
        for event in self._of(Way.BOTH):
            event.set()

    def _of(self, way: Way) -> Iterator[asyncio.Event]:
        for each in (Way.TO, Way.FROM):
            if way in {each, Way.BOTH}:
                yield self.passes.setdefault(each, asyncio.Event())


class FaultProxy:
    """One listener before one server. All of it runs in the loop that entered it; `port` is free when none is given."""

    def __init__(self, target_port: int, *, port: int = 0, seed: int = 0) -> None:
        self.port = port
        self.carried = 0
        self._target_port = target_port
        self._weather = Weather()
        self._dice = random.Random(seed)  # noqa: S311  jitter that can be repeated
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._weather.heal()
        self._server = await asyncio.start_server(self._accept, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self, way: Way = Way.BOTH) -> None:
        """Nothing passes that way from now on."""
        self._weather.cut(way)

    def heal(self) -> None:
        """Let go what was held."""
        self._weather.heal()

    def slow(self, seconds: float, *, jitter_seconds: float = 0.0) -> None:
        """Every piece arrives so much later, either way."""
        self._weather.delay_seconds, self._weather.jitter_seconds = seconds, jitter_seconds

    def reset(self) -> int:
        """Reset every open connection on both sides; how many there were."""
        pairs = list(self._pairs)
        for writer in (writer for pair in pairs for writer in pair):
            _reset(writer)
        return len(pairs)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # pragma: no cover  the server always makes one
            return
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        finally:
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both directions until both have ended."""
        try:
            there, back = await asyncio.open_connection(HOST, self._target_port)
        except OSError:
            _reset(writer)
            return
        pair = (writer, back)
        self._pairs.add(pair)
        self.carried += 1
        try:
            await asyncio.gather(self._pump(reader, back, Way.TO), self._pump(there, writer, Way.FROM))
        finally:
            self._pairs.discard(pair)
            for each in pair:
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        """One direction. A broken side breaks the other as well, as a network that forwards resets does."""
        try:
            while piece := await reader.read(_CHUNK):
                await self._travel(way)
                writer.write(piece)
                await writer.drain()
            await self._travel(way)
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            await self._travel(way)
            _reset(writer)

    async def _travel(self, way: Way) -> None:
        weather = self._weather
        if weather.delay_seconds or weather.jitter_seconds:
            await asyncio.sleep(weather.delay_seconds + self._dice.uniform(0.0, weather.jitter_seconds))
        await weather.passes[way].wait()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket | None = writer.get_extra_info("socket")
    if connection is not None and not writer.transport.is_closing():
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        writer.transport.abort()
