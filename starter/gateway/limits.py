"""How much one client, one address and all together may ask of this process. In memory: a restart forgives."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Final

from interline.contracts.problems import ErrorCode, RequestError, refused

NAMES_KEPT: Final = 10_000
READING_PER_WORKING: Final = 8
"""Requests whose body is still on its way hold a connection and its bytes, but no processor and no Temporal."""
PLACE_BYTES: Final = 64 * 1024
"""A body takes one more place for each so many bytes: read and sent on, it takes five times its size of memory."""
OVERLOAD_SECONDS: Final = 1.0


class Buckets:
    """A token bucket for each name: `burst` at once, `per_second` in the long run. Of many names the oldest go."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, name: str, *, per_second: float, burst: float) -> float:
        """Take one token: 0.0, or how long until there is one."""
        now = self._clock()
        tokens, since = self._known.pop(name, (burst, now))
        tokens = min(burst, tokens + (now - since) * per_second)
        wait = max(0.0, (1.0 - tokens) / per_second)
        self._known[name] = (tokens if wait else tokens - 1.0, now)
        if len(self._known) > NAMES_KEPT:
            self._known.popitem(last=False)
        return wait


@dataclass
class Place:
    """What one request takes of the room."""

    size: int = 1


class Load:
    """Requests under way. Beyond the limit the next one is told to come again; nothing queues up."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._working = 0
        self._reading = 0

    @contextmanager
    def working(self) -> Iterator[Place]:
        """One request. Its place may grow while it has it.

        Raises:
            RequestError: 503, there is no room.
        """
        if self._working >= self._most:
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        place = Place()
        self._working += place.size
        try:
            yield place
        finally:
            self._working -= place.size

    def grow(self, place: Place, body_bytes: int) -> None:
        """The body is there: a large one needs more room, unless it is alone.

        Raises:
            RequestError: 503, there is not as much.
        """
        more = body_bytes // PLACE_BYTES
        if more and self._working > place.size and self._working + more > self._most:
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        self._working += more
        place.size += more

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A request that waits for its body leaves its place to others.

        Raises:
            RequestError: 503, too many wait like this, or there is no room any more when the body is there.
        """
        if self._reading >= self._most * READING_PER_WORKING:
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        self._working -= 1
        self._reading += 1
        try:
            yield
        finally:
            self._reading -= 1
            self._working += 1
        if self._working > self._most:
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)


def later(error: ErrorCode, wait_seconds: float) -> RequestError:
    """A refusal that says when to come again."""
    refusing = refused(error)
    refusing.headers = {"retry-after": str(max(1, ceil(wait_seconds)))}
    return refusing
