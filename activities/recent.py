"""What this worker sent a moment ago, by idempotency key.

A local activity runs again whenever its workflow task fails. On the same worker the repeat gets the result that is
remembered here and sends nothing; on another worker the partner's key protects (DESIGN §2).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Final, TypeVar

KEPT: Final = 10_000
KEPT_SECONDS: Final = 600.0

T = TypeVar("T")


class RecentResults:
    """Bounded memory of successes, and of what is in flight right now."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._done: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._flying: dict[str, asyncio.Task[Any]] = {}

    async def once(self, key: str, send: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The remembered result of this key, or that of the call in flight, or of sending now.

        The call goes on when its caller is cancelled, so that what was sent is remembered.
        """
        if key in self._done and self._clock() - self._done[key][0] < KEPT_SECONDS:
            remembered: T = self._done[key][1]
            return remembered
        if key not in self._flying:
            self._flying[key] = asyncio.create_task(self._send(key, send))
            self._flying[key].add_done_callback(lambda task: task.cancelled() or task.exception())
        result: T = await asyncio.shield(self._flying[key])
        return result

    async def _send(self, key: str, send: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            result = await send()
        finally:
            del self._flying[key]
        self._done[key] = (self._clock(), result)
        while len(self._done) > KEPT:
            self._done.popitem(last=False)
        return result
