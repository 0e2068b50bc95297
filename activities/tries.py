"""The tries of one call: what came before this one, and what Temporal is told after it.

Heartbeat details survive the tries of a regular activity, so they are the delivery log of a call (DESIGN §2).
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from interline.domain.calls import CallInput, TryRecord
from interline.errors import NOTHING_SENT, Outcome, PartnerCallError

LONGEST_PAUSE_SECONDS: Final = 60.0
RECORDS_KEPT: Final = 50


@dataclass(frozen=True)
class Tries:
    """This attempt among all tries of the call, the local one and those before a continue-as-new included."""

    call: CallInput
    attempt: int
    records: list[TryRecord]

    @classmethod
    def of(cls, call: CallInput) -> "Tries":
        """As the running activity sees it."""
        info = activity.info()
        return cls(call, info.attempt, _readable(info.heartbeat_details) or list(call.records))

    @property
    def number(self) -> int:
        """Which try this is, from 1. After a local failure attempt 1 only repeats it, so the numbers agree."""
        return max(self.call.tries_before, 1) - 1 + self.attempt

    @property
    def repeats_a_failure(self) -> bool:
        """The first durable attempt sends nothing: the UI shows the true failure and the next time without a timer."""
        return self.call.after is not None and self.attempt == 1

    def may_have_been_sent(self) -> bool:
        """Could any try before this one have had its effect? Without proof of the contrary: yes."""
        if self.attempt == 1:
            return False
        before = next((record for record in self.records if record.number == self.number - 1), None)
        if before:
            return before.maybe_sent
        repeated = self.call.after if self.attempt == 2 else None  # noqa: PLR2004  attempt 1 repeated the failure
        return repeated is None or repeated.outcome not in NOTHING_SENT

    def failure_before(self) -> ApplicationError:
        """What the local try said, with the time of the next."""
        after = self.call.after
        if after is None:
            raise ValueError("there was no try before")
        error = PartnerCallError(after.message, wait_seconds=after.wait_seconds)
        pause = after.resume_seconds if after.resume_seconds is not None else self._pause(error)
        return self._failure(Outcome(after.outcome), after.message, pause)

    def failure(self, error: PartnerCallError) -> ApplicationError:
        """Tell Temporal how this try ended and when the next may come; note it in the log of tries."""
        outcome, message, pause = error.outcome, str(error), self._pause(error)
        if self.call.durable:
            self._note(outcome, message, pause)
        if self.call.durable and self.call.schedule_seconds and self.number > len(self.call.schedule_seconds):
            outcome, message = Outcome.EXHAUSTED, f"{message}; no tries are left"
        return self._failure(outcome, message, pause, asked=error.wait_seconds, final=error.final)

    def _failure(
        self, outcome: Outcome, message: str, pause: float, *, asked: float | None = None, final: bool = False
    ) -> ApplicationError:
        return ApplicationError(
            message,
            asked,
            type=outcome.value,
            non_retryable=final or outcome is Outcome.EXHAUSTED,
            next_retry_delay=timedelta(seconds=pause),
        )

    def _pause(self, error: PartnerCallError) -> float:
        """The larger of what the partner asked for and our own schedule, with jitter."""
        return max(self._planned(), error.wait_seconds or 0.0)

    def _planned(self) -> float:
        schedule = self.call.schedule_seconds
        if schedule:
            return schedule[min(self.number, len(schedule)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  jitter
        return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE_SECONDS, 2.0 ** min(self.number - 1, 10))  # noqa: S311  jitter

    def _note(self, outcome: Outcome, message: str, pause: float) -> None:
        record = TryRecord(
            number=self.number,
            at=datetime.now(UTC),
            outcome=outcome.value,
            message=message,
            next_seconds=round(pause, 1),
            maybe_sent=outcome not in NOTHING_SENT or self.may_have_been_sent(),
        )
        activity.heartbeat(*[*self.records, record][-RECORDS_KEPT:])


def _readable(details: object) -> list[TryRecord]:
    if not isinstance(details, list | tuple):
        return []
    try:
        return [TryRecord.model_validate(item) for item in details]
    except ValidationError:
        return []
