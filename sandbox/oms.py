"""The OMS: Shipper's fulfillment API (reference: shipper-api §5.1-5.9) and two calls of ours (blue 5, blue 7)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sandbox import flow
from sandbox.answers import INVALID_INPUT, ORDER_NOT_FOUND, Answer, RefusedError, done, read
from sandbox.desk import Task, checked, json_body
from sandbox.ledger import Call
from sandbox.oms_views import inbound_view, outbound_view
from sandbox.records import Kind, Record
from sandbox.wire import JsonObject, now, unwrapped
from sandbox.world import World

_FACTS = ("confirmed", "rejected", "allocated", "cancelled", "closed", "goods_issued", "goods_received")

Text = Annotated[str, Field(min_length=1)]
Quantity = Annotated[int, Field(ge=1)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Line(_Sent):
    sku: Text
    qty_ordered: Quantity | None = None
    ordered_qty: Quantity | None = None


class _Outbound(_Sent):
    so_number: Text
    warehouse_id: Text
    details: Annotated[list[_Line], Field(min_length=1)]


class _Inbound(_Sent):
    doc_no: Text
    warehouse_id: Text
    po_type: Text
    details: Annotated[list[_Line], Field(min_length=1)]


class _Cancellation(_Sent):
    order_no: Text
    warehouse_id: Text


class _Amendment(_Sent):
    warehouse_id: Text
    details: Annotated[list[_Line], Field(min_length=1)] | None = None


def _create_outbound(world: World, call: Call, client_id: str) -> Answer:
    original = unwrapped(json_body(call), "outbound")
    order_no = checked(_Outbound, original).so_number
    record = _create(world, "outbound", client_id, order_no, original)
    return done(
        {"order_no": order_no, "oms_order_no": record.body["number"], "confirmed": record.body["confirmed"]},
        effect_id=record.effect_id,
    )


def _create_inbound(world: World, call: Call, client_id: str) -> Answer:
    original = unwrapped(json_body(call), "inbound")
    doc_no = checked(_Inbound, original).doc_no
    record = _create(world, "return", client_id, doc_no, original)
    return done(
        {"doc_no": doc_no, "oms_order_no": record.body["number"], "confirmed": record.body["confirmed"]},
        effect_id=record.effect_id,
    )


def _create(world: World, kind: Kind, client_id: str, order_no: str, original: JsonObject) -> Record:
    facts = dict.fromkeys(_FACTS, False)
    record = world.records.add(kind, client_id, order_no, {"original": original, **facts})
    numbered = world.records.change(record, number=f"FO{now():%Y%m%d}{record.number:06d}")
    return flow.created(world, numbered)


def _show_outbound(world: World, call: Call, client_id: str) -> Answer:
    order_no, warehouse_id = call.params["order_no"], call.params["warehouse_id"]
    found = world.records.of_order("outbound", client_id, order_no)
    here = [record for record in found if record.body["original"]["warehouse_id"] == warehouse_id]
    if not here:
        raise RefusedError(400, ORDER_NOT_FOUND, "order not found")
    return read({"outbound": outbound_view(world, here[-1])})


def _list_inbounds(world: World, call: Call, client_id: str) -> Answer:
    found = world.records.of_order("return", client_id, call.params.get("doc_no", ""))
    pagination = {"current_page": 1, "current_elements": len(found), "total_pages": 1, "total_elements": len(found)}
    return read({"inbounds": [inbound_view(world, record) for record in found]}, pagination=pagination)


def _cancel(world: World, call: Call, client_id: str) -> Answer:
    order_no = checked(_Cancellation, unwrapped(json_body(call), "cancellation")).order_no
    orders = world.records.orders(client_id, order_no)
    if not orders:
        raise RefusedError(400, ORDER_NOT_FOUND, "order not found in WMS nor OMS")
    _must_be_free(orders)
    for order in orders:
        world.records.change(order, cancelled=True)
    world.outbox.drop(client_id, order_no)
    record = world.records.upsert("cancellation", client_id, order_no, {})
    return done({"order_no": order_no}, effect_id=record.effect_id)


def _amend(world: World, call: Call, client_id: str) -> Answer:
    order_no = call.params["order_no"]
    orders = world.records.orders(client_id, order_no)
    if not orders:
        raise RefusedError(400, ORDER_NOT_FOUND, "order not found in WMS nor OMS")
    changes = unwrapped(json_body(call), "amendment")
    checked(_Amendment, changes)
    _must_be_free(orders)
    for order in orders:
        world.records.change(order, original=order.body["original"] | changes)
    record = world.records.add("amendment", client_id, order_no, changes)
    return done({"order_no": order_no}, effect_id=record.effect_id)


def _must_be_free(orders: list[Record]) -> None:
    """An order can be called back or changed until somebody works on it."""
    if any(order.body["goods_issued"] or order.body["goods_received"] for order in orders):
        raise RefusedError(400, INVALID_INPUT, "the goods have moved")
    if any(order.body.get("allocated") for order in orders):
        raise RefusedError(400, INVALID_INPUT, "already allocated")


def _record_webhook(world: World, call: Call, client_id: str) -> Answer:
    order_no = _known_order(world, call, client_id)
    webhook = unwrapped(json_body(call), "logistics_webhook")
    record = world.records.upsert("recorded_webhook", client_id, order_no, {"logistics_webhook": webhook})
    return done({"id": record.effect_id, "order_no": order_no}, effect_id=record.effect_id)


def _record_status(world: World, call: Call, client_id: str) -> Answer:
    order_no, event_id = _known_order(world, call, client_id), call.params["event_id"]
    status = unwrapped(json_body(call), "shipment_status")
    record = world.records.upsert(
        "recorded_status", client_id, order_no, {"event_id": event_id, "shipment_status": status}, item=event_id
    )
    return done({"id": record.effect_id, "order_no": order_no, "event_id": event_id}, effect_id=record.effect_id)


def _known_order(world: World, call: Call, client_id: str) -> str:
    order_no = call.params["order_no"]
    if world.records.order(client_id, order_no) is None:
        raise RefusedError(404, ORDER_NOT_FOUND, "order not found")
    return order_no


TASKS = (
    Task("POST", "/v3/fulfillment/outbound/oms", _create_outbound),
    Task("PATCH", "/v3/fulfillment/outbound/oms/cancel", _cancel),
    Task("PATCH", "/v3/fulfillment/outbound/oms/{order_no}", _amend),
    Task("POST", "/v3/fulfillment/inbound", _create_inbound),
    Task("PATCH", "/v3/fulfillment/inbound/cancel", _cancel),
    Task("PATCH", "/v3/fulfillment/inbound/{order_no}", _amend),
    Task("GET", "/v3/fulfillment/inbounds", _list_inbounds, lookup=True),
    Task("GET", "/v3/fulfillment/warehouse/{warehouse_id}/outbound/oms/{order_no}", _show_outbound, lookup=True),
    Task("PUT", "/v3/fulfillment/orders/{order_no}/logistics-webhook", _record_webhook),
    Task("PUT", "/v3/fulfillment/orders/{order_no}/shipment-statuses/{event_id}", _record_status),
)
