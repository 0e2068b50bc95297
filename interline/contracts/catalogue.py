"""Every webhook a client can receive: what it means, whose format it is, its schema and an example.

The one source of `docs/asyncapi.yaml` and of the list in `docs/webhooks-out.md`; tests hold it against what a stack
really sent. Schemas name what is always there; more fields may come, also Shipper's own.
"""

from dataclasses import dataclass
from typing import Final

from interline.contracts.samples import sample
from interline.domain.base import JsonObject
from interline.domain.statuses import ClientEvent

SHIPPER: Final = "Shipper"
OURS: Final = "Interline"

_TEXT: Final[JsonObject] = {"type": "string"}
_WHOLE: Final[JsonObject] = {"type": "integer"}
_NUMBER: Final[JsonObject] = {"type": "number"}
_TRUTH: Final[JsonObject] = {"type": "boolean"}
_TIME: Final[JsonObject] = {"type": "string", "format": "date-time"}
_MAYBE_TEXT: Final[JsonObject] = {"type": ["string", "null"]}
_MAYBE_WHOLE: Final[JsonObject] = {"type": ["integer", "null"]}


def _object(**required: JsonObject) -> JsonObject:
    return {"type": "object", "required": [*required], "properties": {**required}}


def _list(item: JsonObject) -> JsonObject:
    return {"type": "array", "items": item}


_KEYS: Final[dict[str, JsonObject]] = {"order_no": _TEXT, "tracking_id": _TEXT}
_BATCH: Final = {
    "client_id": _TEXT,
    "group_key": _TEXT,
    "status": _TEXT,
    "total_data": _WHOLE,
    "total_success": _WHOLE,
}
_PRICED: Final = {
    **_KEYS,
    "price": _object(final_price_idr=_WHOLE),
    "promised_price_idr": _MAYBE_WHOLE,
    "difference_percent": _NUMBER,
    "within_tolerance": _TRUTH,
}
_NOTICE: Final = {"failing_since": _MAYBE_TEXT, "disabled": _MAYBE_TEXT, "disables_at": _MAYBE_TEXT}


@dataclass(frozen=True)
class EventDoc:
    """One event."""

    event: ClientEvent
    title: str
    meaning: str
    format: str
    step: str
    fields: dict[str, JsonObject]

    @property
    def schema(self) -> JsonObject:
        """JSON Schema (2020-12) of the body."""
        ours: dict[str, JsonObject] = {"event": {"const": self.event.value}, "occurred_at": _TIME}
        if self.event.kind == "either":
            return _object(interline=_object(**ours, endpoint=_TEXT), **self.fields)
        return _object(interline=_object(**ours, step=_TEXT, order_number=_TEXT, tracking_id=_TEXT), **self.fields)

    @property
    def example(self) -> JsonObject:
        """A body as it is sent."""
        return sample(self.event, step=self.step)


_E = ClientEvent
CATALOGUE: Final[tuple[EventDoc, ...]] = (
    EventDoc(
        _E.ORDER_CONFIRMED,
        "order confirmed",
        "The OMS has the order and confirmed it. `items[0].payload` is your order as a JSON string.",
        SHIPPER,
        "red 5",
        {**_BATCH, "items": _list(_object(payload=_TEXT, oms_order_no=_TEXT))},
    ),
    EventDoc(
        _E.ORDER_REJECTED,
        "order rejected",
        "The OMS refused the order; `items[0].error_message` says why. Nothing more will come.",
        SHIPPER,
        "red 5",
        {**_BATCH, "items": _list(_object(payload=_TEXT, error_message=_TEXT))},
    ),
    EventDoc(
        _E.ORDER_STATUS,
        "order status",
        "The OMS reports progress: allocated, picked, packed and so on.",
        SHIPPER,
        "red 4",
        {"order_no": _TEXT},
    ),
    EventDoc(
        _E.ORDER_GOODS_ISSUED,
        "goods issued (PGI)",
        "The goods left the warehouse. Several of these for several parcels.",
        SHIPPER,
        "red 6",
        {"order_no": _TEXT},
    ),
    EventDoc(
        _E.ORDER_GOODS_RECEIVED,
        "goods received (GRN)",
        "Returned goods are back in the warehouse.",
        SHIPPER,
        "red 6",
        {"order_no": _TEXT},
    ),
    EventDoc(
        _E.ORDER_AWB_ASSIGNED,
        "waybill number assigned",
        "The courier's waybill number is known.",
        SHIPPER,
        "red 6",
        {"order_no": _TEXT, "express_no": _MAYBE_TEXT, "success_flag": _TRUTH},
    ),
    EventDoc(
        _E.ORDER_OVERDUE,
        "overdue",
        "Something that was awaited did not come in time. Interline goes on waiting.",
        OURS,
        "red 4",
        {**_KEYS, "step": _TEXT, "awaited": _TEXT, "since": _TIME, "due": _TIME},
    ),
    EventDoc(
        _E.ORDER_ATTENTION,
        "a human is needed",
        "A step failed for good or waited too long. An operator decides; the order stays alive.",
        OURS,
        "red 3",
        {**_KEYS, "step": _TEXT, "reason": _TEXT, "since": _TIME},
    ),
    EventDoc(
        _E.ORDER_CANCELLED,
        "order cancelled",
        "The order will not be fulfilled.",
        OURS,
        "red 3",
        {**_KEYS, "reason": _TEXT},
    ),
    EventDoc(
        _E.ORDER_AMENDED,
        "order amended",
        "Fields of the order were changed in the OMS: their names, not their values.",
        OURS,
        "red 3",
        {**_KEYS, "fields": _list(_TEXT), "reason": _TEXT},
    ),
    EventDoc(
        _E.LOGISTICS_PRICED,
        "order priced",
        "The price that holds for the order, beside the one that your quote promised.",
        OURS,
        "blue 4",
        {**_PRICED, "quote_id": _MAYBE_TEXT, "requoted_because": _MAYBE_TEXT},
    ),
    EventDoc(
        _E.LOGISTICS_REPRICED,
        "order priced again",
        "The warehouse weighed the goods: the price for that weight.",
        OURS,
        "blue 4",
        {**_PRICED, "weight_kg": _TEXT},
    ),
    EventDoc(
        _E.LOGISTICS_STATUS,
        "shipment status",
        "The courier's status as Shipper sends it (with Shipper's `auth` where you have a key for it);"
        " `interline.status` and `interline.reason` are our reading.",
        SHIPPER,
        "blue 8",
        {"tracking_id": _TEXT, "external_id": _TEXT},
    ),
    EventDoc(_E.WEBHOOK_PING, "test", "A test that you asked for. It belongs to no order.", OURS, "webhooks", {}),
    EventDoc(
        _E.WEBHOOK_FAILING,
        "your other endpoint fails",
        "Sent when four tries of a delivery failed and nothing else was taken, and again 24 h before we stop.",
        OURS,
        "webhooks",
        _NOTICE,
    ),
    EventDoc(
        _E.WEBHOOK_DISABLED,
        "your other endpoint is disabled",
        "Nothing is sent there until you resume it; what comes is held, not dropped.",
        OURS,
        "webhooks",
        _NOTICE,
    ),
)
