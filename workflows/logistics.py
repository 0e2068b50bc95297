"""The blue track: pricing (blue 2 to 4), webhook registration (blue 5, 6), shipment statuses (blue 7, 8)."""

import asyncio

from temporalio import workflow

from activities.logistics import Logistics
from activities.oms import Oms
from interline.contracts import client_platform
from interline.contracts.logistics import webhook_object
from interline.domain import rules
from interline.domain.base import JsonObject
from interline.domain.calls import (
    LogisticsWebhook,
    UpdateShipment,
)
from interline.domain.carrier import reading
from interline.domain.events import Event
from interline.domain.order import Kind
from interline.domain.statuses import ClientEvent, StepState
from interline.names import Partner
from interline.steps import Step
from workflows.asking import Asking
from workflows.calls import Call, give_up
from workflows.context import OrderContext
from workflows.order_price import OrderPrice
from workflows.waiting import Awaited, wait_for

PICKUP = "pickup"


class LogisticsTrack:
    """From the price to the courier's last status."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._order = context.order
        self._state = context.state
        self._price = OrderPrice(context)
        self._asking = Asking(context)

    async def run(self) -> None:
        """Blue 2 to blue 8. An order that the OMS refuses or cancels needs no more opening."""
        opening = asyncio.create_task(self._open())
        await workflow.wait_condition(lambda: opening.done() or rules.ended_early(self._state))
        await (opening if opening.done() else give_up(opening))
        self._context.opening.discard("blue")
        await asyncio.gather(self._follow_carrier(), self._watch_delivery())

    async def _open(self) -> None:
        """Pricing starts at once; blue 5 waits for red 4: the OMS must know the order."""
        state = self._state
        if not state.priced:
            await self._price.settle()
            state.priced = True
        await workflow.wait_condition(lambda: state.confirmed)
        webhook = webhook_object(self._order, state.price)
        if not state.recorded:
            await self._record_webhook_in_oms(webhook)
            state.recorded = True
        if not state.hooked:
            state.hooking = self._order.policy.registers_webhook
            await self._register_webhook_at_provider(webhook)
            state.hooked = True

    async def _record_webhook_in_oms(self, webhook: JsonObject) -> None:
        """Blue 5."""
        request = LogisticsWebhook(**self._context.common(Step.BLUE_5), webhook=webhook)
        await self._context.ask(
            Call(
                activity=Oms.record_logistics_webhook,
                request=request,
                step=Step.BLUE_5,
                partner=Partner.OMS,
                correctable="webhook",
            )
        )

    async def _register_webhook_at_provider(self, webhook: JsonObject) -> None:
        """Blue 6: the same object; by hand where the provider has no such call."""
        if not self._order.policy.registers_webhook:
            self._context.mark(Step.BLUE_6, StepState.NOT_APPLICABLE, "registered by hand in the provider's dashboard")
            return
        provider = self._state.price.provider if self._state.price else ""
        request = LogisticsWebhook(**self._context.common(Step.BLUE_6), webhook=webhook, provider=provider)
        await self._context.ask(
            Call(
                activity=Logistics.register_webhook,
                request=request,
                step=Step.BLUE_6,
                partner=Partner.LOGISTICS,
                creates=True,
                correctable="webhook",
            )
        )

    async def _watch_delivery(self) -> None:
        """The wait for the courier's last word begins when the goods have moved (a return: at once).

        The pickup has a ladder in the same wait, so that both need one timer.
        """
        await workflow.wait_condition(self._moving_or_end)
        deadlines = self._order.policy.deadlines
        pickup = [rung.model_copy(update={"of": PICKUP}) for rung in deadlines.pickup]
        awaited = Awaited(
            step=Step.BLUE_7,
            title="last status from the courier",
            ladder=[*pickup, *deadlines.delivery],
            satisfied=self._done_or_end,
            ask=self._asking.courier,
            moot=lambda about: about == PICKUP and rules.picked_up(self._state),
        )
        await wait_for(self._context, awaited)

    def _moving_or_end(self) -> bool:
        return self._order.kind is Kind.RETURN or bool(self._state.goods_seen) or self._done_or_end()

    def _done_or_end(self) -> bool:
        return rules.carrier_done(self._state) or rules.ended_early(self._state) or self._context.over()

    async def _follow_carrier(self) -> None:
        """Blue 7 and blue 8, status by status."""
        inbox = self._state.carrier_inbox
        weighed = self._state.weighed_inbox
        while True:
            await workflow.wait_condition(lambda: bool(inbox or weighed) or self._context.over())
            if weighed:
                await self._price.reprice(weighed[0])
                weighed.pop(0)
                continue
            if not inbox:
                return
            event = inbox[0]
            self.tell_once(event)
            await self._update_oms(event)
            inbox.pop(0)
            self._state.posted.remove(event.event_id)

    def tell_once(self, event: Event) -> None:
        """The client hears of it at its arrival, or here at the latest."""
        if event.event_id not in self._state.posted:
            self._send_shipment_status(event)
            self._state.posted.append(event.event_id)

    def _send_shipment_status(self, event: Event) -> None:
        """Blue 8."""
        body = client_platform.shipment_status(self._order, event)
        self._context.post(Step.BLUE_8, ClientEvent.LOGISTICS_STATUS, body, item=event.event_id)

    async def _update_oms(self, event: Event) -> None:
        """Our half of blue 7: the OMS record follows the carrier."""
        code = event.data.get("code")
        status: JsonObject = {
            **reading(str(code or "")),
            "code": code,
            "name": event.data.get("name"),
            "awb": event.data.get("awb"),
            "tracking_id": self._order.tracking_id,
            "status_time": event.occurred_at.isoformat() if event.occurred_at else None,
        }
        common = self._context.common(Step.BLUE_7, event.event_id)
        request = UpdateShipment(**common, event_id=event.event_id, status=status)
        title = f"update shipment status in OMS ({code})"
        await self._context.ask(
            Call(
                activity=Oms.update_shipment_status, request=request, step=Step.BLUE_7, partner=Partner.OMS, title=title
            )
        )
