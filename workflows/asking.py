"""A webhook is a hint: when one is overdue, the partner is asked, and its answer goes through the same rules."""

from temporalio import workflow

from activities.logistics import Logistics
from activities.oms import Oms
from interline.domain import rules
from interline.domain.calls import AskOms, CheckTracking, Facts
from interline.names import Partner
from interline.steps import Step
from workflows.calls import Call, CallFailedError, In
from workflows.context import OrderContext


def oms_call(request: AskOms) -> Call[AskOms, Facts]:
    """The question to the OMS."""
    return Call(
        activity=Oms.look_up_order,
        request=request,
        step=Step.RED_4,
        partner=Partner.OMS,
        title="ask the OMS where the order stands",
    )


def courier_call(request: CheckTracking) -> Call[CheckTracking, Facts]:
    """The question to the logistics provider."""
    return Call(
        activity=Logistics.look_up_shipment,
        request=request,
        step=Step.BLUE_7,
        partner=Partner.LOGISTICS,
        title="ask the provider where the shipment stands",
    )


class Asking:
    """The two partners that can be asked where an order stands."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._asked = 0

    async def oms(self) -> None:
        """Was it confirmed or cancelled, did the goods move?"""
        order = self._context.order
        common = self._context.common(Step.RED_4, self._turn())
        request = AskOms(**common, kind=order.kind.value, warehouse_id=order.warehouse_id)
        await self._learn(oms_call(request))

    async def courier(self) -> None:
        """Which statuses did we miss?"""
        common = self._context.common(Step.BLUE_7, self._turn())
        price = self._context.state.price
        provider = price.provider if price else ""
        request = CheckTracking(**common, tracking_id=self._context.order.tracking_id, provider=provider)
        await self._learn(courier_call(request))

    def _turn(self) -> str:
        self._asked += 1
        return f"ask {workflow.now().isoformat()} {self._asked}"

    async def _learn(self, call: Call[In, Facts]) -> None:
        try:
            facts = await self._context.calls.make(call, durably=False)
        except CallFailedError as failure:
            rules.note(self._context.state, workflow.now(), f"{call.title}: {failure}", step=call.step.value)
            return
        if not facts.known:
            rules.note(self._context.state, workflow.now(), f"{call.title}: it knows none", step=call.step.value)
        for event in facts.events:
            rules.apply(self._context.state, event, now=workflow.now())
