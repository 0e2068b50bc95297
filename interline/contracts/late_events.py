"""What the client is told of an event whose order has ended: Shipper's own object where it has one, marked as late."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from interline.domain.base import JsonObject
from interline.domain.carrier import reading
from interline.domain.events import Event
from interline.domain.statuses import ClientEvent
from interline.domain.stray import EndedOrder
from interline.names import Signal
from interline.steps import Step

_TOLD_AS: Final[Mapping[str, tuple[ClientEvent, Step]]] = {
    Signal.ORDER_CONFIRMED: (ClientEvent.ORDER_CONFIRMED, Step.RED_5),
    Signal.ORDER_STATUS: (ClientEvent.ORDER_STATUS, Step.RED_4),
    Signal.GOODS_ISSUED: (ClientEvent.ORDER_GOODS_ISSUED, Step.RED_6),
    Signal.GOODS_RECEIVED: (ClientEvent.ORDER_GOODS_RECEIVED, Step.RED_6),
    Signal.AWB_ASSIGNED: (ClientEvent.ORDER_AWB_ASSIGNED, Step.RED_6),
    Signal.SHIPMENT_STATUS: (ClientEvent.LOGISTICS_STATUS, Step.BLUE_8),
}


class LateWebhook(NamedTuple):
    """One webhook without a place in the order's sequence."""

    event: ClientEvent
    step: Step
    body: JsonObject


def late_webhook(order: EndedOrder, event: Event) -> LateWebhook | None:
    """The client's webhook of a late event, or None for one that nobody can name."""
    if event.kind not in _TOLD_AS:
        return None
    name, step = _TOLD_AS[event.kind]
    if event.kind == Signal.ORDER_CONFIRMED and event.data.get("accepted") is False:
        name = ClientEvent.ORDER_REJECTED
    ours: JsonObject = {
        "event": name.value,
        "step": step.value,
        "order_number": order.order_number,
        "tracking_id": order.tracking_id,
        "late": True,
        "occurred_at": event.occurred_at.isoformat() if event.occurred_at else None,
    }
    return LateWebhook(name, step, {**_theirs(order, event), "interline": {**ours, **_reading(event)}})


def status_update(order: EndedOrder, event: Event) -> JsonObject:
    """Blue 7 of a reopening, as an open order tells it to the OMS."""
    code = event.data.get("code")
    return {
        **reading(str(code or "")),
        "code": code,
        "name": event.data.get("name"),
        "awb": event.data.get("awb"),
        "tracking_id": order.tracking_id,
        "status_time": event.occurred_at.isoformat() if event.occurred_at else None,
    }


def _theirs(order: EndedOrder, event: Event) -> JsonObject:
    if event.kind == Signal.SHIPMENT_STATUS:
        return {**event.raw, "tracking_id": order.tracking_id, "external_id": order.order_number}
    if event.kind == Signal.AWB_ASSIGNED:
        return {"order_no": order.order_number, "express_no": event.data.get("awb"), "success_flag": True}
    return {**event.raw, "order_no": order.order_number}


def _reading(event: Event) -> JsonObject:
    """Our reading of a courier's code, as in every webhook of blue 8."""
    if event.kind != Signal.SHIPMENT_STATUS:
        return {}
    return reading(str(event.data.get("code") or ""))
