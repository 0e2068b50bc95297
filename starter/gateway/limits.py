"""How much one client, one address and all together may ask of this process. In memory: a restart forgives."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from time import monotonic
from typing import Final

from interline.contracts.problems import ErrorCode, RequestError, refused
from starter.gateway.turns import Turns, Waiting

NAMES_KEPT: Final = 10_000
READING_PER_WORKING: Final = 8
"""Requests whose body is still on its way hold a connection and its bytes, but no processor and no Temporal."""
PLACE_BYTES: Final = 64 * 1024
"""A body takes one more place for each so many bytes: read and sent on, it takes five times its size of memory."""
LARGE_WAIT_SECONDS: Final = 1.0
"""How long a large body that is read may wait for its room."""
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
    """What one request takes of the room, and since when it is its turn to be recorded."""

    size: int = 1
    waited_seconds: float = 0.0
    turn_since: float | None = None


class Load:
    """Requests under way. Beyond the limit the next one is told to come again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._working = 0
        self._reading = 0
        self._turns = Turns(most)
        self._large = Waiting()

    @contextmanager
    def working(self) -> Iterator[Place]:
        """One request. Its place may change while it has it.

        Raises:
            RequestError: 503, there is no room.
        """
        place = Place(0)
        if not self._enter(place, 1):
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        try:
            yield place
        finally:
            self._leave(place)
            if place.turn_since is not None:
                self._turns.give_back(monotonic() - place.turn_since)

    @contextmanager
    def reading(self, place: Place) -> Iterator[None]:
        """A request that waits for its body leaves its place to others; `resume` takes one again.

        Raises:
            RequestError: 503, too many wait like this.
        """
        if self._reading >= self._most * READING_PER_WORKING:
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        self._leave(place)
        self._reading += 1
        try:
            yield
        finally:
            self._reading -= 1

    async def resume(self, place: Place, body_bytes: int) -> None:
        """The body is there. A large one needs more room, and may wait a moment for it.

        Raises:
            RequestError: 503, there is not as much.
        """
        size, came = 1 + body_bytes // PLACE_BYTES, monotonic()
        enter = partial(self._enter, place, size)
        if not (enter() if size == 1 else await self._large.admitted(enter, within_seconds=LARGE_WAIT_SECONDS)):
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        place.waited_seconds = monotonic() - came

    async def turn(self, place: Place) -> float:
        """What follows is recorded by Temporal: wait for a turn, which ends with the request.

        Returns:
            How long it has waited so far, for its room too: time that its answer has no more.

        Raises:
            RequestError: 503, there is none soon.
        """
        came = monotonic()
        if not await self._turns.taken():
            raise later(ErrorCode.OVERLOADED, OVERLOAD_SECONDS)
        place.turn_since = monotonic()
        return place.waited_seconds + place.turn_since - came

    def _enter(self, place: Place, size: int) -> bool:
        """Take so much if there is as much, or if nobody else is there."""
        if self._working and self._working + size > self._most:
            return False
        self._working += size
        place.size = size
        return True

    def _leave(self, place: Place) -> None:
        self._working -= place.size
        place.size = 0
        self._large.call()


def later(error: ErrorCode, wait_seconds: float) -> RequestError:
    """A refusal that says when to come again."""
    refusing = refused(error)
    refusing.headers = {"retry-after": str(max(1, ceil(wait_seconds)))}
    return refusing
