"""The red track: red 3 to red 7, in the seed's order from top to bottom."""

import asyncio
from collections.abc import Callable

from temporalio import workflow

from activities.oms import Oms
from activities.wms import Wms
from interline.contracts import client_platform
from interline.domain import parcels, rules
from interline.domain.calls import Created, CreateOrder, ForwardGoods
from interline.domain.events import Event
from interline.domain.order import Kind
from interline.domain.statuses import ClientEvent, StepState
from interline.names import Partner, Signal
from interline.steps import Step
from workflows.asking import Asking
from workflows.calls import Call, give_up
from workflows.context import OrderContext
from workflows.waiting import Awaited, wait_for

GOODS = frozenset({Signal.GOODS_ISSUED.value, Signal.GOODS_RECEIVED.value})


class FulfillmentTrack:
    """From the OMS's record to the WMS's acknowledgement of the goods movement."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._order = context.order
        self._state = context.state
        self._asking = Asking(context)

    async def run(self) -> None:
        """Red 3 to red 7."""
        await self._create_order_in_oms()
        await self._await_confirmation()
        if self._order.policy.tells_at_arrival:
            await workflow.wait_condition(self._price_had_its_turn)
        self._send_order_confirmation()
        self._context.opening.discard("red")
        self._context.after_confirmation()
        await asyncio.gather(self._follow_warehouse(), self._watch_goods())

    async def _create_order_in_oms(self) -> None:
        """Red 3. A confirmation that arrives first settles an unknown outcome: the OMS has the order."""
        if self._state.registered:
            return
        call = self._create_call()
        asking = self._context.ask(call)
        creating = asyncio.create_task(asking)
        await workflow.wait_condition(lambda: creating.done() or self._need_not_be_created())
        if not creating.done():
            await give_up(creating)
            note = "the cancellation settles it" if rules.cancel_asked(self._state) else "the OMS's webhook shows it"
            self._context.mark(Step.RED_3, StepState.DONE, note)
        elif created := creating.result():
            self._registered(created)
        self._state.registered = True
        rules.settle(self._state)

    def _need_not_be_created(self) -> bool:
        """The OMS has shown that it has the order, or nobody wants it any more (not while a local try is in flight)."""
        parked = any(problem.step == Step.RED_3.value for problem in self._state.problems)
        settled = self._answered() or rules.cancel_asked(self._state)
        return settled and (parked or self._context.calls.is_durable(Step.RED_3))

    def _registered(self, created: Created) -> None:
        self._state.oms_order_no = self._state.oms_order_no or created.oms_order_no
        self._state.confirmed = self._state.confirmed or created.confirmed

    async def _await_confirmation(self) -> None:
        """Red 4: in the answer of red 3, or as a webhook."""
        awaited = Awaited(
            step=Step.RED_4,
            title="confirmation from OMS",
            ladder=self._order.policy.deadlines.confirmation,
            satisfied=self._answered,
            ask=self._asking.oms,
        )
        await wait_for(self._context, awaited)
        if not self._state.confirmation_told:
            rules.settle(self._state)
            self._context.mark(Step.RED_4, StepState.DONE)
            self._context.milestone()

    def _answered(self) -> bool:
        known = self._state.confirmed or self._state.rejection is not None or self._state.cancelled_by_oms
        return known or rules.cancelled_by_us(self._state)

    def _price_had_its_turn(self) -> bool:
        """Blue 4 goes before red 5, unless the price takes longer than its first try.

        Both follow local calls, and which of these ends first may differ when their task is repeated.
        """
        state, calls = self._state, self._context.calls
        late = calls.is_durable(Step.BLUE_2) or any(problem.step.startswith("blue") for problem in state.problems)
        return state.priced or late or "blue" not in self._context.opening or rules.ended_early(state)

    def _send_order_confirmation(self) -> None:
        """Red 5, or the client's word that the OMS refused or cancelled."""
        if self._state.confirmation_told:
            return
        self._state.confirmation_told = True
        if rules.cancelled_by_us(self._state):
            return
        if self._state.confirmed:
            body = client_platform.confirmation(self._order, self._state.oms_order_no)
            self._context.post(Step.RED_5, ClientEvent.ORDER_CONFIRMED, body, recorded=self._context.price_took_long())
        elif self._state.rejection is not None:
            body = client_platform.rejection(self._order, self._state.rejection)
            self._context.post(Step.RED_5, ClientEvent.ORDER_REJECTED, body, recorded=self._context.price_took_long())

    async def _watch_goods(self) -> None:
        """The wait for red 6 has its own ladder, over the whole phase; so has the wait for what was back-ordered."""
        title = "goods receipt" if self._order.kind is Kind.RETURN else "goods issue"
        await wait_for(self._context, self._goods(f"{title} from the warehouse", self._some_or_end))
        await wait_for(self._context, self._goods(f"{title} of the rest from the warehouse", self._all_or_end))

    def _goods(self, title: str, satisfied: Callable[[], bool]) -> Awaited:
        ladder = self._order.policy.deadlines.goods
        return Awaited(step=Step.RED_6, title=title, ladder=ladder, satisfied=satisfied, ask=self._asking.oms)

    def _some_or_end(self) -> bool:
        return bool(self._state.goods_seen) or rules.ended_early(self._state) or self._context.over()

    def _all_or_end(self) -> bool:
        done = parcels.all_moved(self._state) or self._state.came_back
        return (bool(self._state.goods_seen) and done) or rules.ended_early(self._state) or self._context.over()

    async def _follow_warehouse(self) -> None:
        """Act on each fact of the warehouse, in the order of arrival."""
        inbox = self._state.warehouse_inbox
        while True:
            await workflow.wait_condition(lambda: bool(inbox) or self._context.over())
            if not inbox:
                return
            event = inbox[0]
            self.tell_once(event)
            if event.event_id in self._state.goods_seen:
                await self._forward_goods_to_wms(event)
            inbox.pop(0)
            self._state.posted.remove(event.event_id)

    def tell_once(self, event: Event) -> None:
        """The client hears of it at its arrival, or here at the latest."""
        if event.event_id not in self._state.posted:
            self._tell_client(event)
            self._state.posted.append(event.event_id)

    def _tell_client(self, event: Event) -> None:
        if event.kind in GOODS:
            self._send_goods_webhook(event)
        elif event.kind == Signal.AWB_ASSIGNED:
            body = client_platform.awb_assigned(self._order, event)
            self._context.post(Step.RED_6, ClientEvent.ORDER_AWB_ASSIGNED, body, item=event.event_id)
        elif self._state.cancelled_by_oms and event.data.get("code") == rules.OMS_CANCELLED:
            body = client_platform.cancelled(self._order, "the OMS cancelled the order")
            self._context.post(Step.RED_4, ClientEvent.ORDER_CANCELLED, body, item=event.event_id)
        else:
            body = client_platform.oms_status(self._order, event)
            self._context.post(Step.RED_4, ClientEvent.ORDER_STATUS, body, item=event.event_id)

    def _send_goods_webhook(self, event: Event) -> None:
        """Red 6."""
        received = event.kind == Signal.GOODS_RECEIVED
        name = ClientEvent.ORDER_GOODS_RECEIVED if received else ClientEvent.ORDER_GOODS_ISSUED
        body = client_platform.goods_moved(self._order, event)
        self._context.post(Step.RED_6, name, body, item=event.event_id)
        self._context.milestone()

    async def _forward_goods_to_wms(self, event: Event) -> None:
        """Red 7: at once, acknowledged; an order does not complete without it."""
        if self._order.policy.tells_wms:
            await self._context.ask(self._forward_call(event))
        else:
            self._context.mark(Step.RED_7, StepState.NOT_APPLICABLE, "the WMS itself reports goods movements")
        self._state.goods_told.append(event.event_id)

    def _create_call(self) -> Call[CreateOrder, Created]:
        order = self._order
        request = CreateOrder(
            **self._context.common(Step.RED_3),
            warehouse_id=order.warehouse_id,
            tracking_id=order.tracking_id,
            body=order.body,
        )
        outbound = order.kind is Kind.OUTBOUND
        return Call(
            activity=Oms.create_outbound if outbound else Oms.create_return,
            request=request,
            step=Step.RED_3,
            partner=Partner.OMS,
            title=f"create {order.kind.value} in OMS",
            creates=True,
            correctable="body",
        )

    def _forward_call(self, event: Event) -> Call[ForwardGoods, object]:
        received = event.kind == Signal.GOODS_RECEIVED
        doc_no = event.data.get("doc_no")
        request = ForwardGoods(
            **self._context.common(Step.RED_7, event.event_id),
            item=event.event_id,
            doc_no=doc_no if isinstance(doc_no, str) and doc_no else event.event_id,
            goods=event.raw,
        )
        return Call(
            activity=Wms.forward_goods_receipt if received else Wms.forward_goods_issue,
            request=request,
            step=Step.RED_7,
            partner=Partner.WMS,
            title=f"forward goods {'receipt' if received else 'issue'} to WMS",
            creates=True,
            correctable="goods",
        )
