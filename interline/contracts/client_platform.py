"""What the client platform receives: Shipper's bodies for Shipper's events, ours otherwise (DESIGN §7).

Every body carries an `interline` object that names order, step and time; Shipper's own receivers ignore it.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from interline.contracts.wire import body_of
from interline.domain import parcels
from interline.domain.account import HealthPolicy, Standing
from interline.domain.base import JsonObject
from interline.domain.carrier import reading
from interline.domain.events import Event
from interline.domain.order import Kind, OrderInput
from interline.domain.pricing import PriceCheck
from interline.domain.shipment import Shipment
from interline.domain.state import Delivery
from interline.domain.statuses import ClientEvent
from interline.domain.view import Problem, Wait

_KEY_NAME: Final = {Kind.OUTBOUND: "so_number", Kind.RETURN: "doc_no"}


def confirmation(order: OrderInput, oms_order_no: str) -> JsonObject:
    """Red 5, Shipper's *SO success created*: the request comes back as a JSON string."""
    return _created(order, {"oms_order_no": oms_order_no}, succeeded=True)


def rejection(order: OrderInput, reason: str) -> JsonObject:
    """Red 5 for an order the OMS refused, in the same shape."""
    return _created(order, {"error_message": reason}, succeeded=False)


def goods_moved(order: OrderInput, event: Event) -> JsonObject:
    """Red 6: the warehouse's own PGI or GRN object, as Shipper sends it, and our count of the pieces beside it."""
    counted: JsonObject = {"pieces": parcels.pieces_of(event), "damaged": parcels.damaged_of(event)}
    return {**event.raw, "order_no": order.order_number, "interline": counted}


def oms_status(order: OrderInput, event: Event) -> JsonObject:
    """A status of the OMS, as Shipper's *SO status change*."""
    return {**event.raw, "order_no": order.order_number}


def awb_assigned(order: OrderInput, event: Event) -> JsonObject:
    """The waybill number, as Shipper's *logistics created confirmation*."""
    return {"order_no": order.order_number, "express_no": event.data.get("awb"), "success_flag": True}


def shipment_status(order: OrderInput, event: Event) -> JsonObject:
    """Blue 8: the carrier's status as Shipper sends it, and our reading beside it. `auth` comes at sending."""
    ours = reading(str(event.data.get("code") or ""))
    return {**event.raw, "tracking_id": order.tracking_id, "external_id": order.order_number, "interline": ours}


def priced(order: OrderInput, checked: PriceCheck, *, requoted: str = "") -> JsonObject:
    """Blue 4 of an order (our event): the price that holds for it, beside the one that was promised."""
    return {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "quote_id": order.quote_id,
        "requoted_because": requoted or None,
        **_compared(checked),
    }


def repriced(order: OrderInput, checked: PriceCheck, shipment: Shipment) -> JsonObject:
    """The price for the weight that the warehouse reports at goods issue (our event)."""
    return {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "weight_kg": str(shipment.weight_kg),
        **_compared(checked),
    }


def _compared(checked: PriceCheck) -> JsonObject:
    return {
        "price": checked.price.model_dump(mode="json"),
        "promised_price_idr": checked.promised.final_price_idr if checked.promised else None,
        "difference_percent": checked.difference_percent,
        "within_tolerance": checked.within_tolerance,
    }


def overdue(order: OrderInput, wait: Wait, due: datetime) -> JsonObject:
    """Something did not come in time (our event): which step, what, since when, when it was due."""
    return {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "step": wait.step,
        "awaited": wait.what,
        "since": wait.since.isoformat(),
        "due": due.isoformat(),
    }


def attention(order: OrderInput, problem: Problem) -> JsonObject:
    """A human is needed (our event): which step, why, since when."""
    return {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "step": problem.step,
        "reason": problem.reason,
        "since": problem.since.isoformat(),
    }


def cancelled(order: OrderInput, reason: str) -> JsonObject:
    """The order will not be fulfilled (our event)."""
    return {"order_no": order.order_number, "tracking_id": order.tracking_id, "reason": reason}


def amended(order: OrderInput, fields: list[str], reason: str) -> JsonObject:
    """Fields of the order were changed (our event): their names, not their values."""
    return {"order_no": order.order_number, "tracking_id": order.tracking_id, "fields": [*fields], "reason": reason}


def ping(kind: str, *, at: datetime) -> JsonObject:
    """A test of an endpoint (our event)."""
    return {"interline": {"event": ClientEvent.WEBHOOK_PING.value, "endpoint": kind, "occurred_at": at.isoformat()}}


def endpoint_notice(
    event: ClientEvent, kind: str, standing: Standing, policy: HealthPolicy, *, at: datetime
) -> JsonObject:
    """Your other endpoint fails, or was disabled (our events), told to the one that works."""
    since = standing.failing_since
    disables = (since + timedelta(seconds=policy.disable_seconds)).isoformat() if since else None
    return {
        "interline": {"event": event.value, "endpoint": kind, "occurred_at": at.isoformat()},
        "failing_since": since.isoformat() if since else None,
        "disabled": standing.disabled or None,
        "disables_at": None if standing.disabled else disables,
    }


def stamped(order: OrderInput, delivery: Delivery) -> JsonObject:
    """The body with its `interline` object: what, which order, which place in the order's own sequence, when."""
    known = delivery.body.get("interline")
    ours: JsonObject = {
        **(known if isinstance(known, dict) else {}),
        "event": delivery.event.value,
        "step": delivery.step,
        "order_number": order.order_number,
        "tracking_id": order.tracking_id,
        "sequence": delivery.sequence,
        "occurred_at": delivery.occurred_at.isoformat(),
    }
    return {**delivery.body, "interline": ours}


def shipper_auth(key: str, url: str) -> str:
    """The `auth` of Shipper's logistics webhooks (official page *payload*): md5 of key, registered URL and `json`."""
    return hashlib.md5(f"{key}{url}json".encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def webhook_bytes(body: JsonObject, *, auth: str | None) -> bytes:
    """The bytes that are signed and sent. An `auth` that came with the body is somebody else's and gives way."""
    return body_of({"auth": auth} | body | {"auth": auth} if auth else body)


def _created(order: OrderInput, item: JsonObject, *, succeeded: bool) -> JsonObject:
    payload = {**order.body, _KEY_NAME[order.kind]: order.order_number, "tracking_id": order.tracking_id}
    return {
        "client_id": order.client_id,
        "group_key": f"interline.{order.kind.value}.{order.order_number}",
        "status": "success" if succeeded else "failed",
        "total_data": 1,
        "total_success": int(succeeded),
        "items": [{"payload": body_of(payload).decode(), **item}],
    }
