"""*Try now, then durably*: the one way an order calls a partner (DESIGN §2, "Try now, then durably").

A change of this branching is a change for every open order: patch it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception
from temporalio.exceptions import TimeoutError as EngineTimeoutError

from interline.domain.base import JsonObject
from interline.domain.calls import CallInput, CarriedCall, FailedTry, TryRecord
from interline.domain.policy import Keys, OrderPolicy, PartnerTerms
from interline.domain.state import OrderState
from interline.errors import FINAL, TRIES, Outcome
from interline.names import Partner
from interline.steps import Step, summary
from workflows import policies

In = TypeVar("In", bound=CallInput)
Out = TypeVar("Out")


@dataclass(frozen=True, kw_only=True)
class Call(Generic[In, Out]):
    """One call to be made."""

    activity: Callable[[Any, In], Awaitable[Out]]
    request: In
    step: Step
    partner: Partner
    title: str | None = None
    creates: bool = False
    """A repeat could make a second thing at a partner that ignores keys."""
    correctable: str = ""
    """The field of the request that an operator may correct, if any."""

    def corrected(self, data: JsonObject, key: str) -> "Call[In, Out]":
        """The same call with corrected data, as a new effect."""
        sent = {**getattr(self.request, self.correctable), **data}
        return replace(self, request=self.request.model_copy(update={self.correctable: sent, "key": key}))


class CallFailedError(Exception):
    """Refused for good, or all tries are used up. A human decides."""

    def __init__(self, failed: FailedTry) -> None:
        super().__init__(failed.message)
        self.outcome = failed.outcome
        self.tries = failed.tries


class Calls:
    """The calls of one order, with its memory of which destinations were unwell."""

    def __init__(
        self, policy: OrderPolicy, state: OrderState, going_durable: Callable[[], None] = lambda: None
    ) -> None:
        self._terms: dict[Partner, PartnerTerms] = {
            Partner.OMS: policy.oms,
            Partner.WMS: policy.wms,
            Partner.LOGISTICS: policy.logistics,
            Partner.CLIENT_PLATFORM: policy.client_platform,
        }
        self._going_durable = going_durable
        self._state = state
        self.flying_now = 0
        """Local tries in flight."""
        self.blind = 0
        """Durable creates at partners that can neither be asked nor honour keys: they must not be issued again."""
        self.gone_durable: set[Step] = set()
        """Steps with a call that was made durable, at once or after its first try."""
        self.settled = 0
        """Durable calls that have ended."""
        self.stopping = False
        self.durable: dict[str, FailedTry | None] = {}
        """Durable calls under way, by label, with the failure that sent them there."""
        self.issued: dict[str, CallInput] = {}
        """The same calls as they were issued, by key."""

    async def make(self, call: Call[In, Out], *, now: bool = True, durably: bool = True) -> Out:
        """Make the call; return its result, however long that takes.

        `durably=False`: for a question that may stay without an answer: once, or for half a minute on the partner's
        queue where a declared rate forbids local tries.

        Raises:
            CallFailedError: it was refused for good or ran out of tries.
        """
        if self.stopping:
            await workflow.wait_condition(lambda: False)
        if carried := self._state.carried.pop(call.request.key, None):
            return await self._durably(resumed(call, carried), carried.failed)
        failed: FailedTry | None = None
        if (not durably and not self._terms[call.partner].rated) or (now and self._may_try_now(call)):
            try:
                return await self._try_now(call)
            except FailureError as error:
                failed = failed_try(error)
                if not durably:
                    raise CallFailedError(failed) from error
                self._state.unwell = sorted({*self._state.unwell, call.partner.value})
        return await self._durably(call, failed, durably=durably)

    def is_durable(self, step: Step) -> bool:
        """Is a durable call of this step under way?"""
        return any(label.startswith(step.value) for label in self.durable)

    def is_unwell(self, partner: Partner) -> bool:
        """Did the last try at this destination fail, so that calls go durable?"""
        return partner.value in self._state.unwell

    def _may_try_now(self, call: Call[In, Out]) -> bool:
        terms = self._terms[call.partner]
        blind = call.creates and terms.keys is not Keys.HONOURED
        return not (terms.rated or blind or self.is_unwell(call.partner))

    async def _try_now(self, call: Call[In, Out]) -> Out:
        terms = self._terms[call.partner]
        update = {"keys": terms.keys, "budget_seconds": terms.local_budget_seconds}
        limit = policies.seconds(terms.local_budget_seconds + policies.LOCAL_SLACK)
        self.flying_now += 1
        try:
            return await workflow.execute_local_activity_method(
                call.activity,
                call.request.model_copy(update=update),
                start_to_close_timeout=limit,
                schedule_to_close_timeout=limit,
                retry_policy=policies.ONE_TRY,
                summary=summary(call.step, call.title),
            )
        finally:
            self.flying_now -= 1

    async def _durably(self, call: Call[In, Out], failed: FailedTry | None, *, durably: bool = True) -> Out:
        if failed and failed.outcome in FINAL:
            raise CallFailedError(failed)
        label = summary(call.step, call.title)
        blind = call.creates and self._terms[call.partner].keys is Keys.NONE
        self.blind += blind
        self.gone_durable.add(call.step)
        self.durable[label] = failed
        self._going_durable()
        try:
            result = await self._execute(call, failed, durably=durably)
        except FailureError as error:
            failure = CallFailedError(failed_try(error))
            if _is_given_up():
                raise asyncio.CancelledError from failure
            raise failure from error
        finally:
            self.blind -= blind
            self.settled += 1
            self.durable.pop(label, None)
            self.issued.pop(call.request.key, None)
        self._state.unwell = [name for name in self._state.unwell if name != call.partner.value]
        return result

    async def _execute(self, call: Call[In, Out], failed: FailedTry | None, *, durably: bool) -> Out:
        terms = self._terms[call.partner]
        update = {"keys": terms.keys, "budget_seconds": terms.budget_seconds, "durable": True, "after": failed}
        schedule = call.request.schedule_seconds
        request = self.issued[call.request.key] = call.request.model_copy(update=update)
        window = policies.delivery_window(schedule, request.hold_seconds) if schedule else policies.PARTNER_TRIES
        return await workflow.execute_activity_method(
            call.activity,
            request,
            task_queue=call.partner.queue,
            start_to_close_timeout=policies.seconds(terms.budget_seconds + policies.DURABLE_SLACK),
            schedule_to_close_timeout=window if durably else policies.ASKING,
            retry_policy=policies.PARTNER_RETRIES,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            activity_id=call.request.key,
            summary=summary(call.step, call.title),
        )


def resumed(call: Call[In, Out], carried: CarriedCall) -> Call[In, Out]:
    """The same call, with the tries it had before the history was continued."""
    update = {"tries_before": carried.tries_before, "records": carried.records}
    return replace(call, request=call.request.model_copy(update=update))


async def give_up(task: asyncio.Task[Any]) -> None:
    """Cancel what is not needed any more; a bug in it still comes up."""
    task.cancel()
    await workflow.wait_condition(task.done)
    error = None if task.cancelled() else task.exception()
    if error and not is_cancelled_exception(error):
        raise error


def _is_given_up() -> bool:
    """A cancelled call may still end as a timeout: its worker was killed. Nobody waits for its result any more."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def failed_try(error: FailureError) -> FailedTry:
    """What a failed activity says, unwrapped. Cancellation is not a failure and passes."""
    if is_cancelled_exception(error):
        raise error
    cause = error.cause if isinstance(error, ActivityError) and error.cause else error
    if isinstance(cause, ApplicationError):
        asked = next((float(item) for item in cause.details if isinstance(item, int | float)), None)
        known = cause.type in {outcome.value for outcome in Outcome}
        outcome = cause.type if known and cause.type else Outcome.UNKNOWN.value
        return FailedTry(outcome=outcome, message=cause.message, wait_seconds=asked, tries=_tries(cause))
    text = "no answer in time" if isinstance(cause, EngineTimeoutError) else type(cause).__name__
    return FailedTry(outcome=Outcome.UNKNOWN.value, message=text)


def _tries(cause: ApplicationError) -> list[TryRecord]:
    told: list[object] = next((item[TRIES] for item in cause.details if isinstance(item, dict) and TRIES in item), [])
    return [TryRecord.model_validate(record) for record in told]
