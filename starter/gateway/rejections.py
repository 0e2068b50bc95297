"""The trace of webhooks that did not prove their sender: at most one log line per client and route in ten seconds."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

import structlog

from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.domain.statuses import StrayReason
from interline.domain.stray import StrayEvent
from interline.names import Signal

PAUSE_SECONDS: Final = 10.0
TRACE_SECONDS: Final = 600.0
TRACES: Final = "rejected-webhooks"
"""The waiting room of a client's traces."""

_log = structlog.get_logger("gateway")


class Rejections:
    """Counts between the lines, so that a flood stays visible and small. Clients nobody knows share one name."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._traced: dict[tuple[str, str], float] = {}
        self._said: dict[tuple[str, str], float] = {}
        self._unsaid: dict[tuple[str, str], int] = {}

    def note(self, client_id: str, route: str) -> bool:
        """One rejection; no value of the request is written. True when an operator should find a trace of it."""
        key, now = (client_id, route), self._clock()
        if now - self._said.get(key, -PAUSE_SECONDS) < PAUSE_SECONDS:
            self._unsaid[key] = self._unsaid.get(key, 0) + 1
            return False
        self._said[key] = now
        _log.warning("webhook.rejected", client_id=client_id, route=route, more_before=self._unsaid.pop(key, 0))
        if now - self._traced.get(key, -TRACE_SECONDS) < TRACE_SECONDS:
            return False
        self._traced[key] = now
        return True

    def untraced(self, client_id: str, route: str) -> None:
        """The trace could not be kept: the next line tries again."""
        self._traced.pop((client_id, route), None)


def trace(kind: Signal, route: str, *, at: datetime) -> StrayEvent:
    """What an operator finds with `interline stray list`: that it happened, never what was sent."""
    data: JsonObject = {"route": route, "problem": "a webhook did not prove its sender: compare secret and address"}
    event_id = f"rejected:{route}:{at.isoformat(timespec='minutes')}"
    return StrayEvent(reason=StrayReason.REJECTED, event=Event(event_id=event_id, kind=kind, received_at=at, data=data))
