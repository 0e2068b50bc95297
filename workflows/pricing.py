"""`DomesticPricing`: one quote without an order (blue 1 to blue 4), six events in all."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.logistics import Logistics
from interline.domain.calls import FailedTry, Priced, RequestPrice
from interline.domain.shipment import PricingInput, Quote
from interline.domain.statuses import PricingProblem
from interline.errors import Outcome
from interline.names import Workflow, effect_key
from interline.steps import Step, summary
from workflows import policies
from workflows.calls import failed_try

_ONCE_MORE = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    maximum_attempts=2,
    non_retryable_error_types=[Outcome.BREAKER.value, Outcome.WAIT.value],
)
"""Not where it was said when to come again: the client would wait for nothing."""


@workflow.defn(name=Workflow.DOMESTIC_PRICING)
class DomesticPricing:
    """Asks the provider within the time a client waits. Its result is the quote: the namespace keeps it."""

    @workflow.run
    async def run(self, asked: PricingInput) -> Quote:
        """Return offers, cheapest first, or the problem. Never fails."""
        waited = (workflow.now() - workflow.info().workflow_start_time).total_seconds()
        if waited > asked.budget_seconds:
            return _quote(asked, problem=PricingProblem.EXPIRED_UNASKED)
        try:
            priced = await self._ask(asked)
        except FailureError as error:
            return _failed(asked, failed_try(error))
        if priced.not_serviceable:
            return _quote(asked, problem=PricingProblem.NOT_SERVICEABLE, detail=priced.not_serviceable)
        return _quote(asked, priced=priced)

    async def _ask(self, asked: PricingInput) -> Priced:
        """Blue 2 and blue 3."""
        request = RequestPrice(
            client_id=asked.client_id,
            order_number=asked.quote_id,
            step=Step.BLUE_2.value,
            key=effect_key(asked.client_id, asked.quote_id, Step.BLUE_2.value),
            budget_seconds=policies.PRICING_TRY,
            shipment=asked.shipment,
        )
        return await workflow.execute_local_activity_method(
            Logistics.request_pricing,
            request,
            schedule_to_close_timeout=timedelta(seconds=asked.budget_seconds),
            retry_policy=_ONCE_MORE,
            summary=summary(Step.BLUE_2),
        )


def _failed(asked: PricingInput, failed: FailedTry) -> Quote:
    answered = any(record.status for record in failed.tries[-1:])
    problem = {
        Outcome.REFUSED.value: PricingProblem.PARTNER_UNAVAILABLE,
        Outcome.NOT_SENT.value: PricingProblem.PARTNER_UNAVAILABLE,
        Outcome.BUSY.value: PricingProblem.PARTNER_UNAVAILABLE,
        Outcome.WAIT.value: PricingProblem.PARTNER_UNAVAILABLE,
        Outcome.BREAKER.value: PricingProblem.PARTNER_UNAVAILABLE,
        Outcome.WRONG_ANSWER.value: PricingProblem.PARTNER_INVALID_RESPONSE,
        Outcome.TLS.value: PricingProblem.PARTNER_INVALID_RESPONSE,
    }.get(failed.outcome, PricingProblem.PARTNER_UNAVAILABLE if answered else PricingProblem.PARTNER_TIMEOUT)
    quote = _quote(asked, problem=problem, detail=failed.message)
    return quote.model_copy(update={"retry_after_seconds": failed.wait_seconds})


def _quote(
    asked: PricingInput, *, priced: Priced | None = None, problem: PricingProblem | None = None, detail: str = ""
) -> Quote:
    now = workflow.now()
    return Quote(
        quote_id=asked.quote_id,
        client_id=asked.client_id,
        made_at=now,
        valid_until=now + timedelta(seconds=asked.valid_seconds),
        shipment=asked.shipment,
        prices=priced.prices if priced else [],
        offers=priced.offers if priced else [],
        problem=problem.value if problem else "",
        problem_detail=detail,
    )
