"""Who waits, and whose turn it is to be recorded.

Temporal records so many requests a second, however many are under way: more of them only wait longer, in the end beyond
their deadline, and their work was for nothing. So the number under way follows the time that it takes, as a sender's
window follows the network: less at once when it takes long, one more when it does not and all turns are taken.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Final

GOAL_SECONDS: Final = 0.2
"""How long recording may take before fewer are let in."""
LEAST, FIRST = 8, 32
LESS: Final = 0.8
PATIENT_SECONDS, HASTY_SECONDS = 0.8, 0.1
"""A burst is waited for; where others had to be sent away just now, waiting only makes every answer late."""
JUST_NOW_SECONDS: Final = 1.0


class Waiting:
    """Those who found no room, in the order of their arrival."""

    def __init__(self) -> None:
        self._line: deque[tuple[Callable[[], bool], asyncio.Future[None]]] = deque()

    def __bool__(self) -> bool:
        """Does anybody wait?"""
        while self._line and self._line[0][1].done():
            self._line.popleft()
        return bool(self._line)

    async def admitted(self, enter: Callable[[], bool], *, within_seconds: float) -> bool:
        """Whether `enter`, which takes the room if there is any, succeeded in time."""
        if not self and enter():
            return True
        called = asyncio.get_running_loop().create_future()
        self._line.append((enter, called))
        try:
            async with asyncio.timeout(within_seconds):
                await called
        except TimeoutError:
            return called.done() and not called.cancelled()
        return True

    def call(self) -> None:
        """There may be room: let in who comes first, as many as fit."""
        while self and self._line[0][0]():
            self._line.popleft()[1].set_result(None)


class Turns:
    """As many at a time as Temporal answers quickly. In memory: a restart begins in the middle."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = float(most)
        self._limit = float(min(FIRST, most))
        self._clock = clock
        self._taken = 0
        self._lessened = self._sent_away = -inf
        self._waiting = Waiting()

    @property
    def limit(self) -> int:
        """How many there are now."""
        return int(self._limit)

    async def taken(self) -> bool:
        """Wait for a turn; False when there is none soon."""
        busy = self._clock() - self._sent_away < JUST_NOW_SECONDS
        if await self._waiting.admitted(self._take, within_seconds=HASTY_SECONDS if busy else PATIENT_SECONDS):
            return True
        self._sent_away = self._clock()
        return False

    def give_back(self, seconds: float) -> None:
        """It took so long."""
        self._adapt(seconds)
        self._taken -= 1
        self._waiting.call()

    def _take(self) -> bool:
        if self._taken >= self.limit:
            return False
        self._taken += 1
        return True

    def _adapt(self, seconds: float) -> None:
        """Those who began together end together: lessen once for all of them."""
        if seconds > GOAL_SECONDS:
            now = self._clock()
            if now - self._lessened > seconds:
                self._limit, self._lessened = max(min(LEAST, self._most), self._limit * LESS), now
        elif self._taken >= self.limit:
            self._limit = min(self._most, self._limit + 1 / self._limit)
