"""The tries of one call: what came before this one, and what Temporal is told after it.

Heartbeat details survive the tries of a regular activity, so they are the delivery log of a call (DESIGN §2).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from interline.domain.calls import CallInput, FailedTry, TryRecord
from interline.errors import DELIVERED, NOTHING_SENT, TRIES, WAIT_STATUSES, HeldError, Outcome, PartnerCallError

LONGEST_PAUSE_SECONDS: Final = 60.0
LONGEST_JITTER: Final = 1.2
RECORDS_KEPT: Final = 50


@dataclass(frozen=True)
class Tries:
    """This attempt among all tries of the call, the local one and those before a continue-as-new included."""

    call: CallInput
    attempt: int
    records: list[TryRecord]
    told: bool = False
    """This activity has recorded something, so it is past repeating the local failure."""
    made_due: bool = False
    """Somebody reset the activity: the engine counts from 1 again."""

    @classmethod
    def of(cls, call: CallInput) -> "Tries":
        """As the running activity sees it."""
        info = activity.info()
        told = _readable(info.heartbeat_details)
        reset = info.attempt == 1 and info.current_attempt_scheduled_time > info.scheduled_time
        return cls(call, info.attempt, told or _before(call), told=bool(told), made_due=reset)

    @property
    def number(self) -> int:
        """Which try this is, from 1."""
        last = self._last
        return 1 if last is None else last.number + (last.outcome != Outcome.HELD)

    @property
    def repeats_a_failure(self) -> bool:
        """The first durable attempt sends nothing: the UI shows the true failure and the next time without a timer."""
        return self.call.after is not None and not self.told

    def may_have_been_sent(self) -> bool:
        """Could any try before this one have had its effect? Without proof of the contrary: yes."""
        after, last = self.call.after, self._last
        recorded = last is not None and after is not None and after.outcome == Outcome.WAIT
        failed_unknown = after is not None and after.outcome not in NOTHING_SENT and not recorded
        return failed_unknown or self._lost_one or (last is not None and last.maybe_sent)

    def failure_before(self) -> ApplicationError:
        """What the local try said, with the time of the next."""
        after, last = self.call.after, self._last
        if after is None or last is None:
            raise ValueError("there was no try before")
        pause = after.resume_seconds if after.resume_seconds is not None else self._pause(last.place, _again(after))
        record = last.model_copy(update={"attempt": self.attempt, "next_seconds": round(pause, 1)})
        activity.heartbeat(*[*self.records[:-1], record])
        return self._failure(Outcome(after.outcome), after.message, pause)

    def failure(self, error: PartnerCallError) -> ApplicationError:
        """Tell Temporal how this try ended and when the next may come; note it in the log of tries."""
        outcome, message, pause = error.outcome, str(error), self._pause(self._place, error)
        records = self._with(self._record(error, pause))
        if self.call.durable:
            activity.heartbeat(*records)
        if why := self._used_up(outcome):
            outcome, message = Outcome.EXHAUSTED, f"{message}; {why}"
        final = error.final or outcome is Outcome.EXHAUSTED
        log = records if final or not self.call.durable else []
        return self._failure(outcome, message, pause, asked=error.wait_seconds, final=final, log=log)

    def success(self, *, status: int, milliseconds: int, answer: str) -> list[TryRecord]:
        """The whole log, with this try that was taken."""
        record = TryRecord(
            number=self.number,
            at=datetime.now(UTC),
            outcome=DELIVERED,
            attempt=self.attempt,
            place=self._place,
            destination=self.call.destination,
            status=status,
            milliseconds=milliseconds,
            answer=answer,
        )
        return self._with(record)

    def _used_up(self, outcome: Outcome) -> str:
        """Why no other try follows, or nothing. A held webhook has no tries to use up, but does not wait for ever."""
        call = self.call
        if not (call.durable and call.schedule_seconds):
            return ""
        if outcome is Outcome.HELD:
            return f"held since {self._held_since:%Y-%m-%d %H:%M} UTC" if self._hold_left <= 0 else ""
        return "no tries are left" if self._place > len(call.schedule_seconds) or self._went_on_too_long else ""

    @property
    def _went_on_too_long(self) -> bool:
        """Made due again and again it has more tries than the schedule, but not more time."""
        schedule, row = self.call.schedule_seconds, self.records[self._row_begins :]
        if self.number <= len(schedule) + 1 or not row:
            return False
        return datetime.now(UTC) - row[0].at > timedelta(seconds=sum(schedule) * LONGEST_JITTER)

    @property
    def _row_begins(self) -> int:
        """Where in the records the tries since it was last held begin."""
        return next(
            (place + 1 for place, one in reversed([*enumerate(self.records)]) if one.outcome == Outcome.HELD), 0
        )

    @property
    def _held_since(self) -> datetime:
        last = self._last
        return last.at if last and last.outcome == Outcome.HELD else datetime.now(UTC)

    @property
    def _hold_left(self) -> float:
        return self.call.hold_seconds - (datetime.now(UTC) - self._held_since).total_seconds()

    @property
    def _last(self) -> TryRecord | None:
        return self.records[-1] if self.records else None

    @property
    def _place(self) -> int:
        last = self._last
        if last is None or self.made_due:
            return 1
        return last.place + (last.outcome != Outcome.HELD)

    @property
    def _lost_one(self) -> bool:
        """An attempt before this one left no record: its worker was killed."""
        if self.attempt == 1 and not self.made_due:
            return False
        if self.repeats_a_failure:
            return False
        return not self.told or self.records[-1].attempt != self.attempt - 1

    def _failure(  # noqa: PLR0913  all parts of one failure
        self,
        outcome: Outcome,
        message: str,
        pause: float,
        *,
        asked: float | None = None,
        final: bool = False,
        log: Sequence[TryRecord] = (),
    ) -> ApplicationError:
        """The engine cuts a failure that it keeps for a retry at 4 KB, so only those that end a call carry the log."""
        told = [{TRIES: [record.model_dump(mode="json") for record in log]}] if log else []
        return ApplicationError(
            message,
            asked,
            *told,
            type=outcome.value,
            non_retryable=final,
            next_retry_delay=timedelta(seconds=pause),
        )

    def _pause(self, place: int, error: PartnerCallError) -> float:
        """The larger of what the partner asked for and our own schedule, with jitter. Held: as said, while we hold."""
        asked = error.wait_seconds or 0.0
        if error.outcome is Outcome.HELD:
            return min(asked, max(self._hold_left, 0.0)) if self.call.schedule_seconds else asked
        return max(self._planned(place), asked)

    def _planned(self, place: int) -> float:
        schedule = self.call.schedule_seconds
        if schedule:
            return schedule[min(max(place, 1), len(schedule)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311  jitter
        return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE_SECONDS, 2.0 ** min(max(place, 1) - 1, 10))  # noqa: S311  jitter

    def _record(self, error: PartnerCallError, pause: float) -> TryRecord:
        return TryRecord(
            number=self.number,
            at=datetime.now(UTC),
            outcome=error.outcome.value,
            message=str(error),
            next_seconds=round(pause, 1),
            maybe_sent=not _nothing_done(error) or self.may_have_been_sent(),
            attempt=self.attempt,
            place=self._place,
            destination=self.call.destination,
            status=error.status,
            milliseconds=error.milliseconds,
            answer=error.answer,
        )

    def _with(self, record: TryRecord) -> list[TryRecord]:
        """Waiting while held is one record since the first of it, however often we looked."""
        last = self._last
        if last is None or not last.outcome == record.outcome == Outcome.HELD:
            return [*self.records, record][-RECORDS_KEPT:]
        return [*self.records[:-1], record.model_copy(update={"at": last.at})]


def _before(call: CallInput) -> list[TryRecord]:
    """What was tried before this activity began: the local try, or what a continued history brings along."""
    if call.records or call.after is None:
        return list(call.records)
    number = max(call.tries_before, 1)
    unseen = TryRecord(
        number=number,
        place=number,
        at=datetime.now(UTC),
        outcome=call.after.outcome,
        message=call.after.message,
        maybe_sent=call.after.outcome not in NOTHING_SENT,
        destination=call.destination,
    )
    return list(call.after.tries) or [unseen]


def _nothing_done(error: PartnerCallError) -> bool:
    """Nothing left us, or the partner said itself that it did nothing yet (408, 425, 429)."""
    return error.outcome in NOTHING_SENT or error.status in WAIT_STATUSES


def _again(after: FailedTry) -> PartnerCallError:
    """The failure of the local try, for its pause."""
    known = HeldError if after.outcome == Outcome.HELD else PartnerCallError
    return known(after.message, wait_seconds=after.wait_seconds)


def _readable(details: object) -> list[TryRecord]:
    if not isinstance(details, list | tuple):
        return []
    try:
        return [TryRecord.model_validate(item) for item in details]
    except ValidationError:
        return []
