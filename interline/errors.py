"""What can go wrong with a call to a partner, and what follows.

    PartnerCallError
    ├── NotSentError      nothing left us (refused, DNS, TLS, pool): repeat freely
    │   ├── TlsError           no trusted connection: certificate or handshake, an alarm for the operator
    │   └── BreakerOpenError   the partner is down and is left in peace for a while
    ├── UnknownError      it may have happened (timeout, reset, 5xx): same key, or ask first, or a human
    │   └── WrongAnswerError   a 2xx that is not the agreed answer
    ├── WaitError         the partner asked us to wait (408, 425, 429, 503 with Retry-After)
    ├── HeldError         we chose not to send yet (endpoint paused, its rate is used up): not a try
    ├── BusyError         our own bulkhead is full: nothing was sent, go durable
    └── RefusedError      a clear no (other 4xx, a redirect): never repeated by itself
        └── UnaskableError   unknown outcome at a partner without keys that cannot be asked

Messages name the partner, the step and the status, never a body.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """The type of the Temporal failure, as the UI shows it and the workflow reads it."""

    NOT_SENT = "NotSent"
    TLS = "TlsFailed"
    UNKNOWN = "OutcomeUnknown"
    WRONG_ANSWER = "WrongAnswer"
    WAIT = "Wait"
    HELD = "Held"
    BUSY = "Busy"
    BREAKER = "BreakerOpen"
    REFUSED = "Refused"
    UNASKABLE = "NotAskable"
    EXHAUSTED = "Exhausted"


class PartnerCallError(Exception):
    """A call that did not end in an agreed answer. `wait_seconds` is the partner's own Retry-After, if any."""

    outcome = Outcome.UNKNOWN

    def __init__(self, message: str, *, wait_seconds: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
        self.status = status
        self.answer = ""
        """The beginning of the answer, for the log that the client itself reads; never for ours."""
        self.milliseconds = 0

    @property
    def final(self) -> bool:
        """No try of the same request can end otherwise."""
        return self.outcome in FINAL


class NotSentError(PartnerCallError):
    """Nothing left us."""

    outcome = Outcome.NOT_SENT


class TlsError(NotSentError):
    """Whoever answered is not shown to be the partner, so nothing was said to them."""

    outcome = Outcome.TLS


class BreakerOpenError(NotSentError):
    """The partner's breaker is open; nothing was sent."""

    outcome = Outcome.BREAKER


class UnknownError(PartnerCallError):
    """The effect may have happened."""


class WrongAnswerError(UnknownError):
    """A success that is not the agreed answer (HTML, empty, another order's id)."""

    outcome = Outcome.WRONG_ANSWER


class WaitError(PartnerCallError):
    """The partner answered: not now."""

    outcome = Outcome.WAIT


class HeldError(PartnerCallError):
    """Not sent on purpose; `wait_seconds` is exactly when to look again."""

    outcome = Outcome.HELD


class BusyError(PartnerCallError):
    """Our bulkhead is full; nothing was sent."""

    outcome = Outcome.BUSY


class RefusedError(PartnerCallError):
    """The partner answered: no."""

    outcome = Outcome.REFUSED


class UnaskableError(RefusedError):
    """Nobody can say whether the effect happened, so a human must."""

    outcome = Outcome.UNASKABLE


DELIVERED = "Delivered"
"""The outcome of a try that was taken, in the log of tries."""
TRIES = "tries"
"""Where a failure that ends a call carries its log of tries (in the details of the engine's failure)."""

NOTHING_SENT = frozenset({Outcome.NOT_SENT, Outcome.TLS, Outcome.BUSY, Outcome.BREAKER, Outcome.HELD})
FINAL = frozenset({Outcome.REFUSED, Outcome.UNASKABLE, Outcome.EXHAUSTED})

WAIT_STATUSES = frozenset({408, 425, 429})
SUCCESS_STATUSES = frozenset({200, 201, 202})
SUCCESS, REDIRECT, SERVER_ERROR = 200, 300, 500

LONGEST_WAIT_SECONDS = 86_400.0
"""A Retry-After is believed between 1 second and 24 hours."""


def from_status(status: int, *, who: str, wait_seconds: float | None = None) -> PartnerCallError | None:
    """The error of an HTTP status, or None for the success we agreed on (200, 201, 202)."""
    if status in SUCCESS_STATUSES:
        return None
    text = f"{who} answered {status}"
    if status in WAIT_STATUSES or (status >= SERVER_ERROR and wait_seconds is not None):
        return WaitError(text, wait_seconds=wait_seconds, status=status)
    if status >= SERVER_ERROR or SUCCESS <= status < REDIRECT:
        return UnknownError(text, status=status)
    return RefusedError(text, status=status)
