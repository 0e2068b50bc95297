"""Many callers at once, cheaply: bare sockets, requests made from templates, no task per request.

The generator shares two cores with what it measures. Each answer is counted by what it was; latency counts from the
moment the request was *due*, so that no omission is coordinated.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

from bench.rounds import quantile
from bench.wire import END

PATIENCE_SECONDS: Final = 10.0
"""How long an answer is awaited after the last request was due."""
LOOK_SECONDS: Final = 0.002
TAKEN: Final = {b"200", b"202"}
REFUSED: Final = {b"429", b"503"}

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_AFTER: Final = re.compile(rb"\r\nretry-after: \d+\r\n", re.IGNORECASE)
_CODE: Final = re.compile(rb'"error":"([a-z-]+)"')

Making = Iterator[tuple[str, bytes]]
"""The next request: its mark, its bytes."""


@dataclass
class Tally:
    """What became of every request that was due."""

    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    """Marks of all that were sent."""
    accepted: list[str] = field(default_factory=list)
    """Marks."""
    spent: list[float] = field(default_factory=list)
    """Seconds of the accepted ones."""
    refusals: Counter[str] = field(default_factory=Counter)
    """`429 rate-limited`, `503 overloaded`, …: all with `Retry-After`."""
    others: Counter[str] = field(default_factory=Counter)
    """Everything else, no answer among it."""

    @property
    def due(self) -> int:
        """How many there were."""
        return len(self.asked)

    @property
    def per_second(self) -> float:
        """Accepted."""
        return len(self.accepted) / self.seconds

    def note(self, mark: str, spent: float, answer: bytes) -> None:
        """An answer."""
        status = answer[9:12]
        if status in TAKEN:
            self.accepted.append(mark)
            self.spent.append(spent)
            return
        code = _CODE.search(answer)
        told = f"{status.decode()} {code[1].decode() if code else ''}"
        (self.refusals if status in REFUSED and _AFTER.search(answer) else self.others)[told] += 1

    def times(self) -> str:
        """Of the accepted ones."""
        shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        figures = (f"{name} {1000 * quantile(self.spent, share):.0f} ms" for name, share in shares.items())
        return ", ".join(figures) if self.spent else "none accepted"

    def not_taken(self) -> str:
        """Every request that was not accepted."""
        counts = (f"{count} x {what}" for what, count in (self.refusals + self.others).items())
        told = f"{self.refusals.total()} with Retry-After, {self.others.total()} otherwise"
        return ": ".join([told, *filter(None, [", ".join(counts)])])


class Line(asyncio.Protocol):
    """A kept-alive connection with one request on its way at most."""

    def __init__(self, tally: Tally, free: Callable[["Line"], None]) -> None:
        self._tally, self._free = tally, free
        self._seen = b""
        self._mark, self._due = "", 0.0
        self._transport: asyncio.Transport | None = None

    def ask(self, mark: str, request: bytes, due: float) -> None:
        """Send; a line that is lost is the answer `lost`."""
        self._tally.asked.append(mark)
        self._mark, self._due, self._seen = mark, due, b""
        if self._transport is None:
            self._lose()
        else:
            self._transport.write(request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready; by its type uvloop's transport is none."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of an answer."""
        self._seen += data
        head, end, body = self._seen.partition(END)
        length = _LENGTH.search(head)
        if end and length and len(body) >= int(length[1]):
            mark, self._mark = self._mark, ""
            self._tally.note(mark, time.perf_counter() - self._due, self._seen)
            self._free(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's name
        """The other side left."""
        self._transport = None
        if self._mark:
            self._lose()

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._mark = ""
            self._transport.close()

    @property
    def is_open(self) -> bool:
        """It may be asked."""
        return self._transport is not None

    def _lose(self) -> None:
        self._mark = ""
        self._tally.others["lost"] += 1


@dataclass
class Crowd:
    """All callers of one gateway."""

    url: str
    making: Making

    async def closed(self, callers: int, seconds: float) -> Tally:
        """Each caller asks again as soon as it has its answer."""
        tally, ends = Tally(seconds), time.perf_counter() + seconds

        def again(line: Line) -> None:
            if (now := time.perf_counter()) < ends and line.is_open:
                line.ask(*next(self.making), now)

        lines = [await self._line(tally, again) for _ in range(callers)]
        for line in lines:
            again(line)
        await asyncio.sleep(seconds)
        await _settled(tally)
        for line in lines:
            line.close()
        return tally

    async def open(self, per_second: float, seconds: float) -> Tally:
        """So many a second, evenly, whatever the answers are."""
        tally, free, every = Tally(seconds), list[Line](), list[Line]()
        begun = time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            while tally.due < passed * per_second:
                due = begun + tally.due / per_second
                line = next((line for line in iter(lambda: free.pop() if free else None, None) if line.is_open), None)
                if line is None:
                    every.append(line := await self._line(tally, free.append))
                line.ask(*next(self.making), due)
            await asyncio.sleep(LOOK_SECONDS)
        await _settled(tally)
        for line in every:
            line.close()
        return tally

    async def _line(self, tally: Tally, free: Callable[[Line], None]) -> Line:
        where = urlsplit(self.url)
        _, line = await asyncio.get_running_loop().create_connection(
            lambda: Line(tally, free), where.hostname, where.port
        )
        return line


async def _settled(tally: Tally) -> None:
    """Wait for the answers that are still to come; what never comes is counted."""

    def missing() -> int:
        return tally.due - len(tally.accepted) - tally.refusals.total() - tally.others.total()

    ends = time.perf_counter() + PATIENCE_SECONDS
    while missing() and time.perf_counter() < ends:  # noqa: ASYNC110  an event for each answer costs more
        await asyncio.sleep(LOOK_SECONDS)
    if missing():
        tally.others["no answer"] += missing()
