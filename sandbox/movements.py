"""What left the warehouse, or came back to it: pieces by SKU of each goods movement the OMS was told of."""

from collections import Counter
from typing import Literal

from sandbox.outbox import Event
from sandbox.records import Record
from sandbox.wire import JsonObject

Way = Literal["issued", "received"]

_QUANTITY: dict[Way, str] = {"issued": "qty_shipped", "received": "received_qty"}


def booked(record: Record, event: Event, way: Way) -> JsonObject:
    """The record's movements of that way with this one, by event id: a copy books nothing twice."""
    pieces: Counter[str] = Counter()
    details = event.body.get("details")
    for row in details if isinstance(details, list) else []:
        if isinstance(row, dict) and isinstance(count := row.get(_QUANTITY[way]), int):
            pieces[str(row.get("sku"))] += count
    movement = {"awb": event.body.get("delivery_no", ""), "pieces": pieces}
    return {**record.body.get(way, {}), event.event_id: movement}


def moved(record: Record, way: Way) -> list[JsonObject]:
    """The movements of that way: `awb`, and `pieces` by SKU."""
    return list(record.body.get(way, {}).values())


def awbs(record: Record) -> list[str]:
    """The waybill numbers under which goods left."""
    return sorted({movement["awb"] for movement in moved(record, "issued")} - {""})
