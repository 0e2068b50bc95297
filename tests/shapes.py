"""Builders of our own shapes, for tests of rules, card, contracts and activities. Each argument changes one field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.domain.order import Kind, Line, OrderInput
from interline.domain.shipment import Place, RateType, Shipment

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

CANARIES = {
    "consignee_name": "Canary Wijaya",
    "consignee_address_1": "Jalan Kenari 17",
    "consignee_tel_1": "0812-CANARY-99",
    "consignee_email": "canary@example.test",
    "notes": "leave it with Ibu Canary",
}
"""Personal data that may reach the OMS and nobody else: no log, id, memo, card, view or exception text."""


def a_shipment(**changes: object) -> Shipment:
    """One box of 1.2 kg from Jakarta to Bandung, regular service."""
    known = {
        "origin": Place(area_id=4711),
        "destination": Place(area_id=12284),
        "weight_kg": Decimal("1.2"),
        "length_cm": 30,
        "width_cm": 20,
        "height_cm": 10,
        "rate_type": RateType.REGULAR,
        "service_type": 1,
        "item_value_idr": 300_000,
    }
    return Shipment.model_validate({**known, **changes})


def an_order(*, kind: Kind = Kind.OUTBOUND, order_number: str = "SO-1", **changes: object) -> OrderInput:
    """An accepted order of the demo shop whose body is full of canaries."""
    number = {Kind.OUTBOUND: "so_number", Kind.RETURN: "doc_no"}[kind]
    body: JsonObject = {
        number: order_number,
        "warehouse_id": "WH-1",
        "customer_id": "CS-1",
        "details": [{"line_no": 1, "sku": "TEA", "qty_ordered": 2}],
        **CANARIES,
    }
    known = {
        "client_id": "demo-shop",
        "order_number": order_number,
        "kind": kind,
        "tracking_id": "229PE62KWMMNX",
        "warehouse_id": "WH-1",
        "lines": [Line(sku="TEA", quantity=2)],
        "shipment": a_shipment(),
        "body": body,
        "accepted_at": NOON,
        "callback_url": "http://127.0.0.1:8080/webhooks/demo-shop/logistics/status",
    }
    return OrderInput.model_validate({**known, **changes})


def an_event(
    event_id: str, kind: str, *, minutes: float | None = 0, raw: JsonObject | None = None, **data: str
) -> Event:
    """An event whose carrier or warehouse time is so many minutes after noon (None: it names no time)."""
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Event(event_id=event_id, kind=kind, occurred_at=at, data=dict(data), raw=raw or {})
