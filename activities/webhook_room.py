"""The places at one endpoint, and when those who found none look again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from interline.errors import HeldError

AT_ONCE: Final = 20
"""Durable calls of one worker at one endpoint: a receiver that hangs takes a tenth of the slots, not all."""
SOONEST_SECONDS: Final = 0.2
LATEST_SECONDS: Final = 10.0
LATEST_OF_FAILING_SECONDS: Final = 60.0
"""A failing endpoint has no hurry: its first success makes what waits due."""


class Room:
    """The places at one endpoint. Who finds none comes again when one may be free: looking costs the server too.

    How long that takes is what the newest call took, or has taken so far while all places are taken.
    """

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._begun: list[float] = []
        self._newest_seconds = 0.0
        self._free_at = 0.0

    @contextmanager
    def place(self, *, failing: bool = False) -> Iterator[None]:
        """One of the places.

        Raises:
            HeldError: all are taken.
        """
        if len(self._begun) >= AT_ONCE:
            latest = LATEST_OF_FAILING_SECONDS if failing else LATEST_SECONDS
            raise HeldError(f"{AT_ONCE} calls to this endpoint are under way", wait_seconds=self._queue(latest))
        begun = self._clock()
        self._begun.append(begun)
        try:
            yield
        finally:
            self._begun.remove(begun)
            self._ended(self._clock() - begun)

    def _queue(self, latest: float) -> float:
        now = self._clock()
        one_call = max(self._newest_seconds, now - self._begun[-1])
        self._free_at = min(max(self._free_at, now) + one_call / AT_ONCE, now + latest)
        return max(self._free_at - now, SOONEST_SECONDS)

    def _ended(self, seconds: float) -> None:
        """Much quicker than the one before: it is well again, so the queue is as good as gone."""
        if seconds < self._newest_seconds / 2:
            self._free_at = 0.0
        self._newest_seconds = seconds
