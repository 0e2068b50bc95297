"""Sending a webhook again on request: same id, same body, marked as a replay."""

from temporalio import activity
from temporalio.client import WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.client_platform import ClientPlatform
from activities.deliveries import Deliveries
from interline.domain.calls import Delivered, SendWebhook
from interline.domain.deliveries import DeliveryBody, SendAgain
from interline.errors import Outcome
from interline.names import Activity


class Redeliverer:
    """Takes the body from the order itself, so that no other history holds it a second time."""

    def __init__(self, deliveries: Deliveries, platform: ClientPlatform) -> None:
        self._deliveries = deliveries
        self._platform = platform

    @activity.defn(name=Activity.CLIENT_SEND_AGAIN)
    async def send_again(self, call: SendAgain) -> Delivered:
        """Read the delivery from its order, open or closed, and send it. A dead letter is its order's to send."""
        known = await self._read(call)
        if known.parked:
            await self._deliveries.retry(call.client_id, call.order_number, known.step, actor=call.actor)
            return Delivered(status=0)
        return await self._platform.send_webhook(
            SendWebhook(
                client_id=call.client_id,
                order_number=call.order_number,
                step=known.step,
                key=call.key,
                budget_seconds=call.budget_seconds,
                durable=True,
                schedule_seconds=call.schedule_seconds,
                kind=known.kind,
                event=known.event,
                sequence=known.sequence,
                webhook_id=known.webhook_id,
                body=known.body,
                replay=True,
            )
        )

    async def _read(self, call: SendAgain) -> DeliveryBody:
        try:
            known = await self._deliveries.body(call.client_id, call.order_number, call.sequence)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise ApplicationError(
                f"the order cannot be read ({type(error).__name__})", type=Outcome.NOT_SENT
            ) from None
        if known is None:
            raise ApplicationError("its body is not kept any more", type=Outcome.REFUSED, non_retryable=True)
        return known
