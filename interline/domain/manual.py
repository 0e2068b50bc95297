"""Facts that an operator states in a partner's place: the same events, the same rules."""

from datetime import datetime

from interline.domain import parcels, rules
from interline.domain.base import JsonObject
from interline.domain.commands import ConfirmCommand, Fact
from interline.domain.events import Event
from interline.domain.order import Kind, OrderInput
from interline.domain.state import OrderState


def refusal(state: OrderState, command: ConfirmCommand) -> str | None:
    """Why this fact cannot be stated now, or None."""
    known = {
        Fact.CONFIRMATION: (state.confirmed, "the order is confirmed already"),
        Fact.GOODS: (
            bool(state.goods_seen) and parcels.all_moved(state),
            "the warehouse has reported all goods already",
        ),
        Fact.DELIVERY: (rules.carrier_done(state), f"the courier has said its last word: {state.carrier.status.value}"),
    }
    if command.fact not in {fact.value for fact in Fact}:
        return f"there is no such fact; it is one of {', '.join(fact.value for fact in Fact)}"
    if rules.ended_early(state):
        return f"the order has ended: {state.order_status.value}"
    holds, why = known[Fact(command.fact)]
    return why if holds else None


def event(order: OrderInput, command: ConfirmCommand, *, at: datetime) -> Event:
    """The event that the partner would have sent."""
    kinds = {
        Fact.CONFIRMATION: "order_confirmed",
        Fact.GOODS: rules.expects(order),
        Fact.DELIVERY: "shipment_status",
    }
    fact = Fact(command.fact)
    return Event(
        event_id=f"manual-{fact.value}{command.data.get('awb') or ''}",
        kind=kinds[fact],
        partner="operator",
        order_number=order.order_number,
        occurred_at=at,
        data={**_defaults(order, fact), **command.data},
        raw=_raw(order, command, at) if fact is not Fact.CONFIRMATION else {},
    )


def _defaults(order: OrderInput, fact: Fact) -> JsonObject:
    if fact is Fact.CONFIRMATION:
        return {"accepted": True}
    if fact is Fact.DELIVERY:
        return {"code": "2000", "name": "delivered, stated by an operator"}
    return {"doc_no": f"MANUAL-{order.order_number}"}


def _raw(order: OrderInput, command: ConfirmCommand, at: datetime) -> JsonObject:
    """Shipper's PGI, GRN or status object with what the operator knows."""
    if command.fact == Fact.DELIVERY:
        status: JsonObject = {"code": 2000, "name": "delivered, stated by an operator"}
        return {"external_status": status, "status_date": at.isoformat(), "awb": command.data.get("awb", "")}
    returned = order.kind is Kind.RETURN
    quantity = "received_qty" if returned else "qty_shipped"
    return {
        "warehouse_id": order.warehouse_id,
        "order_type": "RT" if returned else "SO",
        "doc_no": command.data.get("doc_no", f"MANUAL-{order.order_number}"),
        "order_no": order.order_number,
        "delivery_no": command.data.get("awb", ""),
        "carrier_name": command.data.get("carrier", ""),
        "received_time" if returned else "pgi_date": f"{at:%Y-%m-%d %H:%M:%S}",
        "details": [{"sku": line.sku, quantity: line.quantity} for line in order.lines],
    }
