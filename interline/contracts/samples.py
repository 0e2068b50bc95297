"""One webhook body of each event, made by the very functions that make the real ones: the catalogue's examples."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from interline.contracts import client_platform
from interline.domain.account import HealthPolicy, Standing
from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.domain.order import Kind, Line, OrderInput
from interline.domain.pricing import PriceCheck
from interline.domain.shipment import Place, Price, RateType, Shipment
from interline.domain.state import Delivery
from interline.domain.statuses import ClientEvent
from interline.domain.view import Problem, Wait

_AT: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_SHIPMENT: Final = Shipment(
    origin=Place(area_id=4711),
    destination=Place(area_id=12284),
    weight_kg=Decimal("1.2"),
    length_cm=30,
    width_cm=20,
    height_cm=10,
    rate_type=RateType.REGULAR,
    service_type=1,
)
_PRICE: Final = Price(rate_id=58, carrier_name="JNE", rate_name="REG", rate_type="regular", final_price_idr=23000)


def _order(kind: Kind, number: str) -> OrderInput:
    return OrderInput(
        client_id="demo-shop",
        order_number=number,
        kind=kind,
        tracking_id="219PE62KWMMNX",
        warehouse_id="WH-JKT-1",
        lines=[Line(sku="SKU-1", quantity=2)],
        shipment=_SHIPMENT,
        quote_id="QABCDEFGHIJKLMNOPQRSTUVWX",
        body={"warehouse_id": "WH-JKT-1", "details": [{"line_no": 1, "sku": "SKU-1", "qty_ordered": 2}]},
        accepted_at=_AT,
    )


_OUT: Final = _order(Kind.OUTBOUND, "SO-20261123-1")
_BACK: Final = _order(Kind.RETURN, "RT-20261123-1")
_STANDING: Final = Standing(failing_since=_AT)


def _event(kind: str, raw: JsonObject, **data: str) -> Event:
    return Event(event_id="e1", kind=kind, occurred_at=_AT, raw=raw, data=dict(data))


_STATUS: Final[JsonObject] = {
    "warehouse_id": "WH-JKT-1",
    "order_type": "SO",
    "status": "Picked",
    "status_code": "60",
    "status_descr": "Picked",
    "status_time": "2026-11-23 16:00:00",
}
_ISSUED: Final[JsonObject] = {
    "warehouse_id": "WH-JKT-1",
    "order_type": "SO",
    "doc_no": "DO20261123",
    "delivery_no": "JNE0001",
    "carrier_name": "JNE",
    "pgi_date": "2026-11-23 16:00:00",
    "details": [{"sku": "SKU-1", "qty_shipped": 2, "batch_no": "BATCH-A", "stock_condition": "N"}],
}
_RECEIVED: Final[JsonObject] = {
    "warehouse_id": "WH-JKT-1",
    "order_type": "RT",
    "received_time": "2026-11-23 16:00:00",
    "details": [{"sku": "SKU-1", "received_qty": 2, "product_condition": "Good", "grn_no": "GRN1"}],
}
_COURIER: Final[JsonObject] = {
    "order_id": "5f0c0a0a0a0a0a0a0a0a0a0a",
    "order_tracking_id": "5f0c0a0a0a0a0a0a0a0a0a0b",
    "status_date": "2026-11-23T09:00:00+00:00",
    "external_status": {"code": 2000, "name": "Paket Terkirim", "description": "delivered"},
    "awb": "JNE0001",
}

_MAKERS: Final[Mapping[ClientEvent, Callable[[], JsonObject]]] = {
    ClientEvent.ORDER_CONFIRMED: lambda: client_platform.confirmation(_OUT, "FO-1"),
    ClientEvent.ORDER_REJECTED: lambda: client_platform.rejection(_OUT, "sku not found"),
    ClientEvent.ORDER_STATUS: lambda: client_platform.oms_status(_OUT, _event("order_status", _STATUS)),
    ClientEvent.ORDER_GOODS_ISSUED: lambda: client_platform.goods_moved(_OUT, _event("goods_issued", _ISSUED)),
    ClientEvent.ORDER_GOODS_RECEIVED: lambda: client_platform.goods_moved(_BACK, _event("goods_received", _RECEIVED)),
    ClientEvent.ORDER_AWB_ASSIGNED: lambda: client_platform.awb_assigned(
        _OUT, _event("awb_assigned", {}, awb="JNE0001")
    ),
    ClientEvent.ORDER_OVERDUE: lambda: client_platform.overdue(
        _OUT, Wait(step="red 4", what="confirmation from OMS", since=_AT), _AT + timedelta(hours=1)
    ),
    ClientEvent.ORDER_ATTENTION: lambda: client_platform.attention(
        _OUT, Problem(step="red 3", reason="red 3 · create outbound in OMS: oms answered 422", since=_AT)
    ),
    ClientEvent.ORDER_CANCELLED: lambda: client_platform.cancelled(_OUT, "the buyer changed their mind"),
    ClientEvent.ORDER_AMENDED: lambda: client_platform.amended(_OUT, ["consignee_phone"], "new number"),
    ClientEvent.LOGISTICS_PRICED: lambda: client_platform.priced(_OUT, PriceCheck(price=_PRICE)),
    ClientEvent.LOGISTICS_REPRICED: lambda: client_platform.repriced(_OUT, PriceCheck(price=_PRICE), _SHIPMENT),
    ClientEvent.LOGISTICS_STATUS: lambda: client_platform.shipment_status(
        _OUT, _event("shipment_status", _COURIER, code="2000")
    ),
    ClientEvent.WEBHOOK_PING: lambda: client_platform.ping("logistics", at=_AT),
    ClientEvent.WEBHOOK_FAILING: lambda: client_platform.endpoint_notice(
        ClientEvent.WEBHOOK_FAILING, "fulfillment", _STANDING, HealthPolicy(), at=_AT
    ),
    ClientEvent.WEBHOOK_DISABLED: lambda: client_platform.endpoint_notice(
        ClientEvent.WEBHOOK_DISABLED,
        "fulfillment",
        Standing(disabled="it only failed since 2026-11-18 09:00:00 UTC", failing_since=_AT - timedelta(days=5)),
        HealthPolicy(),
        at=_AT,
    ),
}


def sample(event: ClientEvent, *, step: str) -> JsonObject:
    """A whole body as it is sent, without Shipper's `auth`."""
    body = _MAKERS[event]()
    if event.kind == "either":
        return body
    order = _BACK if event is ClientEvent.ORDER_GOODS_RECEIVED else _OUT
    delivery = Delivery(sequence=3, event=event, step=step, webhook_id="msg_1", body=body, occurred_at=_AT)
    return client_platform.stamped(order, delivery)
