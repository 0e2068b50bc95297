"""An order as the OMS shows it (reference: shipper-api §5.9), with three fields of ours at the end of each."""

from sandbox.movements import moved
from sandbox.records import Record
from sandbox.subject import subject_of
from sandbox.wire import JsonObject
from sandbox.world import World


def outbound_view(world: World, record: Record) -> JsonObject:
    """`data.outbound`: `so_reference_1` is the OMS's number, `so_reference_2` the client's."""
    subject, original = subject_of(record), record.body["original"]
    parcels = moved(record, "issued")
    return {
        "order_no": record.order_no,
        "order_type": original.get("order_type", "SO"),
        "so_status": _status(record, final="goods_issued"),
        "warehouse_id": subject.warehouse_id,
        "release_status": record.body["confirmed"],
        "order_time": record.at,
        "currency": "IDR",
        "so_reference_1": subject.number,
        "so_reference_2": record.order_no,
        "so_reference_3": "",
        "so_reference_4": "",
        "so_reference_5": "",
        "carrier_name": "JNE" if parcels else "",
        "delivery_no": parcels[0]["awb"] if parcels else "",
        "notes": "",
        "has_split": len(parcels) > 1,
        "sub_orders": _sub_orders(record, parcels),
        "details": [
            {"sku": sku, "order_line": line, "qty_ordered": quantity, "qty_shipped": _moved(parcels, sku)}
            for line, (sku, quantity) in enumerate(subject.lines, start=1)
        ],
        **_ours(world, record),
    }


def inbound_view(world: World, record: Record) -> JsonObject:
    """One row of `data.inbounds`."""
    subject, original = subject_of(record), record.body["original"]
    receipts = moved(record, "received")
    return {
        "doc_no": record.order_no,
        "po_type": original.get("po_type", "RT"),
        "po_status": _status(record, final="goods_received"),
        "warehouse_id": subject.warehouse_id,
        "oms_order_no": subject.number,
        "details": [
            {"sku": sku, "line_no": line, "ordered_qty": quantity, "received_qty": _moved(receipts, sku)}
            for line, (sku, quantity) in enumerate(subject.lines, start=1)
        ],
        **_ours(world, record),
    }


def _sub_orders(record: Record, parcels: list[JsonObject]) -> list[JsonObject]:
    """The parcels of a split order. The page shows that there are some, not their fields: ours are the order's own."""
    if len(parcels) == 1:
        return []
    return [
        {
            "order_no": f"{record.order_no}-{number}",
            "so_status": "CLOSED",
            "carrier_name": "JNE",
            "delivery_no": parcel["awb"],
            "details": [{"sku": sku, "qty_shipped": count} for sku, count in parcel["pieces"].items()],
        }
        for number, parcel in enumerate(parcels, start=1)
    ]


def _moved(movements: list[JsonObject], sku: str) -> int:
    return sum(movement["pieces"].get(sku, 0) for movement in movements)


def _status(record: Record, *, final: str) -> str:
    if record.body["cancelled"] or record.body["rejected"]:
        return "CANCELLED"
    if record.body[final]:
        return "CLOSED"
    return "CREATED" if record.body["confirmed"] else "REGISTERED"


def _ours(world: World, record: Record) -> JsonObject:
    """`confirmed`, and what blue 5 and blue 7 recorded."""
    webhooks = world.records.of_order("recorded_webhook", record.client_id, record.order_no)
    statuses = world.records.of_order("recorded_status", record.client_id, record.order_no)
    return {
        "confirmed": record.body["confirmed"],
        "logistics_webhook": webhooks[-1].body["logistics_webhook"] if webhooks else None,
        "shipment_statuses": [status.body["shipment_status"] for status in statuses],
    }
