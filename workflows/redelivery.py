"""`Redelivery`: webhooks sent again on request, one after the other, in the order of their sequence.

Best effort beside the orders themselves: each gets a few tries, and what still fails is named in the result.
"""

from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.deliveries import Deliveries
from activities.redelivery import Redeliverer
from interline.domain.deliveries import DeliveryRef, FoundDeliveries, RedeliveryInput, RedeliveryOutcome, SendAgain
from interline.names import Partner, Workflow, effect_key
from workflows import policies
from workflows.calls import failed_try

SCHEDULE_SECONDS: Final = [2.0, 10.0, 60.0]
FAILED_KEPT: Final = 500


@workflow.defn(name=Workflow.REDELIVERY)
class Redelivery:
    """Finds what is meant, then sends it at a gentle rate."""

    @workflow.run
    async def run(self, asked: RedeliveryInput) -> RedeliveryOutcome:
        """Return when everything was tried."""
        found = asked.found or await self._find(asked)
        outcome = asked.outcome or RedeliveryOutcome(more=found.more)
        waiting = list(found.deliveries)
        while waiting:
            await self._send(asked, waiting.pop(0), outcome)
            self._show(asked, outcome, left=len(waiting))
            if waiting and workflow.info().is_continue_as_new_suggested():
                found = FoundDeliveries(deliveries=waiting, more=found.more)
                workflow.continue_as_new(asked.model_copy(update={"found": found, "outcome": outcome}))
            if waiting:
                await workflow.sleep(1.0 / asked.per_second, summary="keep the rate")
        return outcome

    async def _find(self, asked: RedeliveryInput) -> FoundDeliveries:
        return await workflow.execute_activity_method(
            Deliveries.find,
            asked.wanted,
            start_to_close_timeout=policies.RECOVERY_TRY,
            retry_policy=policies.PARTNER_RETRIES,
            summary="find the deliveries to send again",
        )

    async def _send(self, asked: RedeliveryInput, one: DeliveryRef, outcome: RedeliveryOutcome) -> None:
        key = effect_key(asked.wanted.client_id, one.order_number, workflow.info().workflow_id, str(one.sequence))
        call = SendAgain(
            client_id=asked.wanted.client_id,
            order_number=one.order_number,
            sequence=one.sequence,
            actor=asked.actor,
            key=f"{key}-{workflow.info().first_execution_run_id}",
            budget_seconds=policies.WEBHOOK_BUDGET,
            schedule_seconds=SCHEDULE_SECONDS,
        )
        try:
            await workflow.execute_activity_method(
                Redeliverer.send_again,
                call,
                task_queue=Partner.CLIENT_PLATFORM.queue,
                start_to_close_timeout=policies.seconds(policies.WEBHOOK_BUDGET + 2 * policies.DURABLE_SLACK),
                schedule_to_close_timeout=policies.delivery_window(SCHEDULE_SECONDS),
                retry_policy=policies.PARTNER_RETRIES,
                summary=f"send {one.order_number} #{one.sequence} again",
            )
            outcome.sent += 1
        except FailureError as error:
            failed_try(error)  # a cancellation passes
            outcome.failed = [*outcome.failed, f"{one.order_number}~{one.sequence}"][-FAILED_KEPT:]

    def _show(self, asked: RedeliveryInput, outcome: RedeliveryOutcome, *, left: int) -> None:
        workflow.set_current_details(
            f"asked by {asked.actor}\n\n{outcome.sent} sent, {len(outcome.failed)} failed, {left} left"
        )
