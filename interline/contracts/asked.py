"""What a partner says when it is asked, as the same events its webhooks would have been (a webhook is a hint)."""

import hashlib
from datetime import datetime

from pydantic import JsonValue

from interline.contracts.wire import at, read, text, wrong
from interline.domain.base import JsonObject
from interline.domain.events import ASKED, Event
from interline.names import Partner, Signal


def outbound_facts(raw: bytes, order_number: str) -> list[Event]:
    """`GET` of one outbound order: confirmed, cancelled, goods issued (page *get-sales-order-detail*)."""
    found = at(read("oms", raw), "data", "outbound")
    if order_number not in {text(at(found, "so_reference_2")), text(at(found, "order_no"))}:
        wrong("oms", "its answer names another order")
    return _order_facts(found, order_number, text(at(found, "so_reference_1")), moved="qty_shipped")


def inbound_facts(raw: bytes, order_number: str) -> list[Event]:
    """`GET` of the inbounds of one document: confirmed, cancelled, goods received."""
    rows = _rows(at(read("oms", raw), "data", "inbounds"))
    found = next((row for row in rows if text(at(row, "doc_no")) == order_number), None)
    if found is None:
        return []
    return _order_facts(found, order_number, text(at(found, "oms_order_no")), moved="received_qty")


def shipment_facts(raw: bytes, order_number: str) -> list[Event]:
    """`GET` of one logistics order: a status event for each tracking row (page *get-order-details*)."""
    data = at(read("logistics", raw), "data")
    awb = text(at(data, "awb_number"))
    found = [_status(row, order_number, text(at(row, "awb")) or awb) for row in _rows(at(data, "trackings"))]
    return [event for event in found if event is not None]


def _order_facts(found: JsonValue, order_number: str, number: str, *, moved: str) -> list[Event]:
    events: list[Event] = []
    if at(found, "confirmed") is True or at(found, "release_status") is True:
        events.append(_event(Signal.ORDER_CONFIRMED, order_number, {"accepted": True, "oms_order_no": number}))
    if text(at(found, "so_status")) == "CANCELLED" or text(at(found, "po_status")) == "CANCELLED":
        events.append(_event(Signal.ORDER_STATUS, order_number, {"code": "90", "name": "Cancelled"}))
    issued = moved == "qty_shipped"
    parts = _rows(at(found, "sub_orders")) or [found]
    counted = [(part, _moved_lines(at(part, "details"), moved)) for part in parts]
    return events + [_goods(part, order_number, lines, issued=issued) for part, lines in counted if lines]


def _goods(found: JsonValue, order_number: str, lines: list[JsonObject], *, issued: bool) -> Event:
    """One goods movement. A split order has a sub-order for each parcel (reference §5.9; their fields: our reading)."""
    awb, carrier = text(at(found, "delivery_no")), text(at(found, "carrier_name"))
    quantity = "qty_shipped" if issued else "received_qty"
    raw: JsonObject = {
        "warehouse_id": text(at(found, "warehouse_id")),
        "order_type": "SO" if issued else "RT",
        "doc_no": order_number,
        "order_no": order_number,
        "delivery_no": awb,
        "carrier_name": carrier,
        "details": [{"sku": line["sku"], quantity: line["quantity"]} for line in lines],
    }
    data: JsonObject = {"doc_no": order_number, "awb": awb or None, "carrier": carrier or None, "lines": [*lines]}
    kind = Signal.GOODS_ISSUED if issued else Signal.GOODS_RECEIVED
    return _event(kind, order_number, data, raw=raw, item=f"{awb} {lines}")


def _moved_lines(details: JsonValue, name: str) -> list[JsonObject]:
    found = [(text(at(row, "sku")), at(row, name)) for row in _rows(details)]
    return [{"sku": sku, "quantity": count} for sku, count in found if isinstance(count, int) and count > 0]


def _status(row: JsonValue, order_number: str, awb: str) -> Event | None:
    code = text(at(row, "shipper_status", "code"))
    if not code:
        return None
    said = text(at(row, "created_date"))
    data: JsonObject = {"code": code, "name": text(at(row, "shipper_status", "name")), "awb": awb or None}
    raw: JsonObject = {"external_status": at(row, "shipper_status"), "status_date": said, "awb": awb}
    return _event(Signal.SHIPMENT_STATUS, order_number, data, raw=raw, item=f"{code} {said}", at_time=_time(said))


def _event(  # noqa: PLR0913  one event has that many parts
    kind: Signal,
    order_number: str,
    data: JsonObject,
    *,
    raw: JsonObject | None = None,
    item: str = "",
    at_time: datetime | None = None,
) -> Event:
    digest = hashlib.sha256(f"{order_number} {kind} {item}".encode()).hexdigest()[:24]
    partner = Partner.LOGISTICS if kind is Signal.SHIPMENT_STATUS else Partner.OMS
    return Event(
        event_id=f"{ASKED}{digest}",
        kind=kind.value,
        partner=partner.value,
        order_number=order_number,
        occurred_at=at_time,
        data=data,
        raw=raw or {},
    )


def _time(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _rows(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
