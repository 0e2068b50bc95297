"""Stand-ins for the workflows, as small as the edge needs them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue

from interline.attributes import KEYWORDS
from interline.domain.base import JsonObject
from interline.domain.order import OrderInput
from interline.domain.shipment import Price, PricingInput, Quote
from interline.domain.statuses import LogisticsStatus, OrderStatus, PricingProblem
from interline.domain.stray import StrayInput
from interline.domain.view import OrderView
from interline.names import STATUS_QUERY, Attribute, Signal, Workflow

PROBLEM_AREAS = {
    900_001: PricingProblem.PARTNER_TIMEOUT,
    900_002: PricingProblem.PARTNER_UNAVAILABLE,
    900_003: PricingProblem.PARTNER_INVALID_RESPONSE,
    900_004: PricingProblem.NOT_SERVICEABLE,
    900_005: PricingProblem.EXPIRED_UNASKED,
}
"""Destinations for which there is no price, and why."""


@workflow.defn(name=Workflow.ORDER, sandboxed=False)
class Order:
    """Says its view; ends when the goods were issued."""

    @workflow.init
    def __init__(self, order: OrderInput) -> None:
        self._order = order
        self._issued = False

    @workflow.run
    async def run(self, order: OrderInput) -> OrderView:  # noqa: ARG002  the engine asks for the same as in init
        """Wait for the goods issue."""
        await workflow.wait_condition(lambda: self._issued)
        workflow.upsert_search_attributes([KEYWORDS[Attribute.ORDER_STATUS].value_set(OrderStatus.COMPLETED.value)])
        return self._view(OrderStatus.COMPLETED)

    @workflow.signal(dynamic=True)
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:  # noqa: ARG002  the engine's own shape
        """Only the goods issue matters."""
        self._issued = self._issued or name == Signal.GOODS_ISSUED

    @workflow.query(name=STATUS_QUERY)
    def status(self) -> OrderView:
        """The order as of now."""
        return self._view(OrderStatus.CONFIRMED)

    def _view(self, status: OrderStatus) -> OrderView:
        order = self._order
        return OrderView(
            client_id=order.client_id,
            order_number=order.order_number,
            kind=order.kind.value,
            tracking_id=order.tracking_id,
            warehouse_id=order.warehouse_id,
            oms_order_no="FO1",
            order_status=status.value,
            logistics_status=LogisticsStatus.NONE.value,
            awbs=["AWB1"],
            courier="JNE",
            accepted_at=order.accepted_at,
        )


@workflow.defn(name=Workflow.DOMESTIC_PRICING, sandboxed=False)
class DomesticPricing:
    """One offer whose price tells the parameters apart."""

    @workflow.run
    async def run(self, asked: PricingInput) -> Quote:
        """Answer at once."""
        shipment = asked.shipment
        problem = PROBLEM_AREAS.get(shipment.destination.area_id or 0)
        offer: JsonObject = {"rate": {"id": 58}, "final_price": 9000, "currency": "IDR"}
        return Quote(
            quote_id=asked.quote_id,
            client_id=asked.client_id,
            made_at=datetime(2026, 11, 23, tzinfo=UTC),
            valid_until=datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=asked.valid_seconds),
            shipment=shipment,
            prices=[] if problem else [Price(rate_id=58, final_price_idr=9000)],
            offers=[] if problem else [offer],
            problem=problem.value if problem else "",
        )


@workflow.defn(name=Workflow.STRAY, sandboxed=False)
class Stray:
    """Ends at once."""

    @workflow.run
    async def run(self, room: StrayInput) -> None:
        """Nothing."""

    @workflow.signal(dynamic=True)
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Taken."""
