"""A circuit breaker per destination: while a partner is down, calls are not sent but told to wait.

At least 20 calls in 60 s of which half failed open it for 30 s; then three probes decide (reliability OUT-06). A clear
refusal is an answer, not a failure, except bad credentials: those open it at once, for they burn the account.
"""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog
from temporalio.common import MetricGauge, MetricMeter

from interline.errors import BreakerOpenError, Outcome, PartnerCallError, RefusedError

log = structlog.get_logger()

OPEN_GAUGE: Final = "interline_breaker_open"
WINDOW_SECONDS: Final = 60.0
FEWEST_CALLS: Final = 20
FAILED_SHARE: Final = 0.5
OPEN_SECONDS: Final = 30.0
PROBES: Final = 3
BAD_CREDENTIALS: Final = frozenset({401, 403})
_FAILURES: Final = frozenset({Outcome.NOT_SENT, Outcome.TLS, Outcome.UNKNOWN, Outcome.WRONG_ANSWER})


def open_gauge(meter: MetricMeter) -> MetricGauge:
    """By destination: 1 from opening until three probes were good, else 0."""
    return meter.create_gauge(OPEN_GAUGE, "1 while this worker sends a destination nothing, or only probes")


class Breaker:
    """One destination as this worker sees it. What it holds back says since when and why; so does the gauge."""

    def __init__(
        self, destination: str, *, clock: Callable[[], float] = monotonic, gauge: MetricGauge | None = None
    ) -> None:
        self._destination = destination
        self._gauge = gauge or open_gauge(MetricMeter.noop)
        self._because = ""
        self._clock = clock
        self._calls: deque[tuple[float, bool]] = deque()
        self._failures = 0
        """Among them, counted as they come and go: at fifty calls a second a minute of them is long."""
        self._open_until: float | None = None
        self._probing = 0
        self._good_probes = 0

    @property
    def state(self) -> str:
        """closed, open or probing."""
        if self._open_until is None:
            return "closed"
        return "open" if self._clock() < self._open_until else "probing"

    def admit(self) -> None:
        """Let a call pass.

        Raises:
            BreakerOpenError: none may leave now; it says when the next may.
        """
        if self.state == "closed":
            return
        left = (self._open_until or 0.0) - self._clock()
        if left > 0 or self._probing >= PROBES:
            wait = max(left, 1.0)
            said = f"{self._destination}: breaker open {self._because}, next probe in {wait:.0f} s"
            raise BreakerOpenError(said, wait_seconds=wait)
        self._probing += 1

    def record(self, error: PartnerCallError | None) -> None:
        """What became of an admitted call."""
        if self.state == "open":
            return
        if self.state == "probing":
            self._probed(failed=_counts(error))
        elif isinstance(error, RefusedError) and error.status in BAD_CREDENTIALS:
            self._open("bad credentials")
        else:
            self._note(failed=_counts(error))

    def _probed(self, *, failed: bool) -> None:
        self._probing = max(0, self._probing - 1)
        if failed:
            self._open("probe failed")
            return
        self._good_probes += 1
        if self._good_probes >= PROBES:
            self._open_until = None
            self._because = ""
            self._calls.clear()
            self._failures = 0
            self._gauge.set(0, {"destination": self._destination})
            log.info("breaker.closed", destination=self._destination)

    def _note(self, *, failed: bool) -> None:
        now = self._clock()
        self._calls.append((now, failed))
        self._failures += failed
        while self._calls[0][0] < now - WINDOW_SECONDS:
            self._failures -= self._calls.popleft()[1]
        if len(self._calls) >= FEWEST_CALLS and self._failures >= FAILED_SHARE * len(self._calls):
            self._open(f"{self._failures} of {len(self._calls)} calls failed")

    def _open(self, why: str) -> None:
        self._open_until = self._clock() + OPEN_SECONDS
        self._probing = self._good_probes = 0
        self._because = self._because or f"since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC ({why})"
        self._gauge.set(1, {"destination": self._destination})
        log.warning("breaker.opened", destination=self._destination, why=why, seconds=OPEN_SECONDS)


def _counts(error: PartnerCallError | None) -> bool:
    return error is not None and error.outcome in _FAILURES
