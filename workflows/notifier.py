"""The notifier: this order's client webhooks, strictly in sequence (red 5, red 6, blue 4, blue 8).

A dead client endpoint never stops the other tracks, and no order waits for another.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from temporalio import workflow

from activities.client_platform import ClientPlatform
from interline.contracts.client_platform import stamped
from interline.domain import deliveries, rules
from interline.domain.calls import Delivered, SendWebhook, TryRecord
from interline.domain.deliveries import DeliveryBody, DeliveryFound, DeliveryState
from interline.domain.state import Delivery
from interline.domain.statuses import ClientEvent, OrderStatus, StepState
from interline.names import Partner
from interline.steps import Step
from workflows import policies
from workflows.calls import Call, CallFailedError
from workflows.context import OrderContext

ARROWS = frozenset(
    {
        ClientEvent.ORDER_CONFIRMED,
        ClientEvent.ORDER_REJECTED,
        ClientEvent.ORDER_GOODS_ISSUED,
        ClientEvent.ORDER_GOODS_RECEIVED,
        ClientEvent.LOGISTICS_PRICED,
        ClientEvent.LOGISTICS_STATUS,
    }
)
"""The webhooks that are arrows of the flow; the others are told beside it."""


STEP_STATES: Final = {
    DeliveryState.DELIVERED: StepState.DONE,
    DeliveryState.SKIPPED: StepState.SKIPPED,
    DeliveryState.NOT_CHOSEN: StepState.NOT_APPLICABLE,
}


class Notifier:
    """Empties the outbox, oldest first."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context

    async def run(self) -> None:
        """Deliver until the order is over."""
        await asyncio.gather(self._empty_outbox(), self._watch_backlog())

    async def _empty_outbox(self) -> None:
        state = self._context.state
        while True:
            await workflow.wait_condition(lambda: bool(state.outbox) or self._context.over())
            if not state.outbox:
                return
            await self._deliver(state.outbox[0])

    async def _deliver(self, delivery: Delivery) -> None:
        state = self._context.state
        now = len(state.outbox) <= policies.WEBHOOKS_TRIED_NOW and not delivery.recorded
        taken = await self._context.insist(
            self._call(delivery), now=now, tell_client=False, failed=lambda failure: self._failed(delivery, failure)
        )
        state.outbox.pop(0)
        became = _became(taken)
        self._record(delivery, became, taken.tries if taken else [])
        if became is DeliveryState.DELIVERED:
            state.webhooks_sent += 1
            note = f"{delivery.event.value} #{delivery.sequence} delivered"
            rules.note(state, workflow.now(), note, step=delivery.step)
        if delivery.event in ARROWS:
            self._context.mark(Step(delivery.step), STEP_STATES[became])

    def _failed(self, delivery: Delivery, failure: CallFailedError) -> None:
        """No tries are left: a dead letter, until somebody redelivers or skips it."""
        self._record(delivery, DeliveryState.DEAD, failure.tries)

    def _record(self, delivery: Delivery, became: DeliveryState, tries: Sequence[TryRecord]) -> None:
        deliveries.record(self._context.state, delivery, became=became, tries=tries, at=workflow.now())

    async def _watch_backlog(self) -> None:
        """Business is done, the client's endpoint is not: the order stays open and says so."""
        state = self._context.state
        while not self._context.over():
            if self._is_backlog():
                state.order_status = OrderStatus.DELIVERING
                self._context.milestone()
            await workflow.wait_condition(lambda: self._is_backlog() or self._context.over())

    def _is_backlog(self) -> bool:
        """New: what is `delivering` already says so."""
        state, unwell = self._context.state, self._context.calls.is_unwell(Partner.CLIENT_PLATFORM)
        known = state.order_status is OrderStatus.DELIVERING
        return unwell and bool(state.outbox) and rules.business_done(state) and not known

    def _call(self, delivery: Delivery) -> Call[SendWebhook, Delivered]:
        order = self._context.order
        step = Step(delivery.step)
        request = SendWebhook(
            client_id=order.client_id,
            order_number=order.order_number,
            step=step.value,
            key=delivery.webhook_id,
            schedule_seconds=order.policy.delivery_schedule_seconds,
            hold_seconds=order.policy.delivery_hold_seconds,
            kind=delivery.event.kind,
            event=delivery.event.value,
            sequence=delivery.sequence,
            webhook_id=delivery.webhook_id,
            body=stamped(order, delivery),
        )
        return Call(
            activity=ClientPlatform.send_webhook,
            request=request,
            step=step,
            partner=Partner.CLIENT_PLATFORM,
            title=f"send {delivery.event.value} #{delivery.sequence}",
        )


def found_delivery(context: OrderContext, sequence: int) -> DeliveryFound:
    """One webhook as it is sent, to be sent again."""
    known = deliveries.find(context.state, sequence)
    if known is None:
        return DeliveryFound()
    body = DeliveryBody(
        sequence=known.sequence,
        event=known.event.value,
        kind=known.event.kind,
        step=known.step,
        webhook_id=known.webhook_id,
        body=stamped(context.order, known),
        parked=any(problem.key == known.webhook_id for problem in context.state.problems),
    )
    return DeliveryFound(delivery=body)


def _became(taken: Delivered | None) -> DeliveryState:
    if taken is None:
        return DeliveryState.SKIPPED
    return DeliveryState.DELIVERED if taken.chosen else DeliveryState.NOT_CHOSEN
