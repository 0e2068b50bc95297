"""The OMS's wire formats: Shipper's fulfillment API, plus two calls of ours (blue 5, blue 7). Pure translation."""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from interline.contracts.wire import at, body_of, read, text, wrong
from interline.domain.base import JsonObject
from interline.domain.calls import AmendOrder, CancelOrder, Created, CreateOrder
from interline.domain.order import Kind
from interline.errors import UnknownError

OUTBOUND_PATH: Final = "/v3/fulfillment/outbound/oms"
INBOUND_PATH: Final = "/v3/fulfillment/inbound"
NOT_FOUND_CODE: Final = 3012
"""Shipper: order not found in WMS nor OMS (official page *cancel*)."""

UNUSED: Final[Mapping[str, JsonValue]] = {
    "order_type": "SO",
    "order_source": "",
    "platform": "",
    "order_identification_code": 1,
    "internal_order_status": "",
    "express_code": "",
    "area": "",
    "town": "",
    "zip_code": "",
    "buyer_remark": "",
    "seller_remark": "",
}
"""Shipper asks that unused fields are sent all the same (official page *create-sales-order-b2c*)."""


def create_outbound(call: CreateOrder) -> bytes:
    """`POST outbound/oms`: the client's object, untouched, with the fields Shipper wants to see always."""
    mandatory: JsonObject = {"so_number": call.order_number, "tracking_id": call.tracking_id}
    return body_of({"data": {"outbound": {**UNUSED, **call.body, **mandatory}}})


def create_return(call: CreateOrder) -> bytes:
    """`POST inbound` of type RT; one that came in the outbound form is translated (page *create-purchase-order*)."""
    mandatory: JsonObject = {"doc_no": call.order_number, "po_type": "RT", "tracking_id": call.tracking_id}
    lines: list[JsonValue] = [_inbound_line(line) for line in _lines(call.body)]
    return body_of({"data": {"inbound": {**call.body, **mandatory, "details": lines}}})


def cancel_path(kind: str) -> str:
    """`PATCH` (official page *cancel-sales-order* for outbound; our design for a return)."""
    return f"{OUTBOUND_PATH if kind == Kind.OUTBOUND else INBOUND_PATH}/cancel"


def cancel_body(call: CancelOrder) -> bytes:
    """What is cancelled, where, why."""
    named: JsonObject = {
        "order_no": call.order_number,
        "warehouse_id": call.warehouse_id,
        "cancel_reason": call.reason[:200],
    }
    return body_of({"data": {"cancellation": named}})


def amend_path(kind: str, order_number: str) -> str:
    """`PATCH` of one order (our design: Shipper's *update sales order* is known by its title only)."""
    return f"{OUTBOUND_PATH if kind == Kind.OUTBOUND else INBOUND_PATH}/{order_number}"


def amend_body(call: AmendOrder) -> bytes:
    """The changed fields."""
    return body_of({"data": {"amendment": {**call.changes, "warehouse_id": call.warehouse_id}}})


def refusal(raw: bytes) -> str:
    """The OMS's own words for a no."""
    try:
        errors = at(read("oms", raw), "metadata", "errors")
    except UnknownError:
        return "it gave no reason"
    messages = [text(at(error, "message")) for error in errors] if isinstance(errors, list) else []
    return next((message[:200] for message in messages if message), "it gave no reason")


def outbound_path(warehouse_id: str, order_number: str) -> str:
    """`GET` of one outbound order."""
    return f"/v3/fulfillment/warehouse/{warehouse_id}/outbound/oms/{order_number}"


def inbound_path(order_number: str) -> str:
    """`GET` of the inbounds of one document number."""
    return f"/v3/fulfillment/inbounds?doc_no={order_number}"


def webhook_path(order_number: str) -> str:
    """`PUT` of blue 5 (our design: Shipper's OMS has no such call)."""
    return f"/v3/fulfillment/orders/{order_number}/logistics-webhook"


def shipment_path(order_number: str, event_id: str) -> str:
    """`PUT` of blue 7 (our design)."""
    return f"/v3/fulfillment/orders/{order_number}/shipment-statuses/{event_id}"


def created(raw: bytes, order_number: str) -> Created:
    """The answer of a create.

    Shipper acknowledges with at most a `group_key` and confirms later; an OMS may name the order and confirm at once.

    Raises:
        WrongAnswerError: a 2xx that is not about this order.
    """
    answer = read("oms", raw)
    named = text(at(answer, "data", "order_no")) or text(at(answer, "data", "doc_no"))
    group = text(at(answer, "data", "group_key"))
    if not named and not group:
        wrong("oms", "its answer names no order")
    if named and named != order_number:
        wrong("oms", "its answer names another order")
    number = text(at(answer, "data", "oms_order_no"))
    return Created(oms_order_no=number, confirmed=at(answer, "data", "confirmed") is True and bool(number))


def found_outbound(raw: bytes, order_number: str) -> Created:
    """The answer of a look-up that found the order."""
    answer = read("oms", raw)
    outbound = at(answer, "data", "outbound")
    if text(at(outbound, "so_reference_2")) != order_number and text(at(outbound, "order_no")) != order_number:
        wrong("oms", "its look-up names another order")
    return Created(
        oms_order_no=text(at(outbound, "so_reference_1")), confirmed=at(outbound, "confirmed") is True, found=True
    )


def found_return(raw: bytes, order_number: str) -> Created | None:
    """The answer of the inbound list: this document, or nothing."""
    rows = at(read("oms", raw), "data", "inbounds")
    if not isinstance(rows, list):
        wrong("oms", "its look-up has no list of inbounds")
    for row in rows:
        if text(at(row, "doc_no")) == order_number:
            return Created(
                oms_order_no=text(at(row, "oms_order_no")), confirmed=at(row, "confirmed") is True, found=True
            )
    return None


def acknowledgement(raw: bytes, order_number: str) -> str:
    """The answer of blue 5 and blue 7: it names this order and the id of what was recorded (our design).

    Raises:
        WrongAnswerError: it is not one.
    """
    answer = read("oms", raw)
    if text(at(answer, "data", "order_no")) != order_number:
        wrong("oms", "its answer does not name this order")
    return text(at(answer, "data", "id")) or wrong("oms", "its answer has no id")


def says_not_found(status: int, raw: bytes) -> bool:
    """Is this the OMS's clear word that it has no such order?"""
    try:
        errors = at(read("oms", raw), "metadata", "errors")
    except UnknownError:
        return False
    codes = [at(error, "code") for error in errors] if isinstance(errors, list) else []
    return status in {400, 404} and NOT_FOUND_CODE in codes


def _lines(body: JsonObject) -> list[JsonObject]:
    details = body.get("details")
    return [line for line in details if isinstance(line, dict)] if isinstance(details, list) else []


def _inbound_line(line: JsonObject) -> JsonObject:
    quantity = line.get("ordered_qty", line.get("qty_ordered"))
    return {**{name: value for name, value in line.items() if name != "qty_ordered"}, "ordered_qty": quantity}
