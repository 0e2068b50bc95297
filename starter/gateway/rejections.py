"""The trace of webhooks that did not prove their sender: at most one log line per client and route in ten seconds."""

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

PAUSE_SECONDS: Final = 10.0

_log = structlog.get_logger("gateway")


class Rejections:
    """Counts between the lines, so that a flood stays visible and small. Clients nobody knows share one name."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._said: dict[tuple[str, str], float] = {}
        self._unsaid: dict[tuple[str, str], int] = {}

    def note(self, client_id: str, route: str) -> None:
        """One rejection; no value of the request is written."""
        key, now = (client_id, route), self._clock()
        if now - self._said.get(key, -PAUSE_SECONDS) < PAUSE_SECONDS:
            self._unsaid[key] = self._unsaid.get(key, 0) + 1
            return
        self._said[key] = now
        _log.warning("webhook.rejected", client_id=client_id, route=route, more_before=self._unsaid.pop(key, 0))
