"""The partners' webhooks by name: who sends each, where to, with which body, under which id."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, cast

from sandbox import fulfillment_events as fulfillment
from sandbox.config import EventName, SandboxConfig, Target
from sandbox.outbox import Event, Signature
from sandbox.shipment_events import shipment_status
from sandbox.signing import sealed
from sandbox.subject import Subject
from sandbox.wire import JsonObject, digest, dumps

SentEvent = EventName | Literal["order_rejected"]

_SENDERS: dict[SentEvent, str] = {
    "order_confirmed": "oms",
    "order_rejected": "oms",
    "order_status": "oms",
    "goods_issued": "fulfillment",
    "goods_received": "fulfillment",
    "awb_assigned": "fulfillment",
    "shipment_status": "logistics",
}

_FULFILLMENT_BODIES: dict[SentEvent, Callable[[Subject, datetime], JsonObject]] = {
    "order_confirmed": fulfillment.order_confirmed,
    "order_rejected": fulfillment.order_rejected,
    "order_status": fulfillment.order_status,
    "goods_issued": fulfillment.goods_issued,
    "goods_received": fulfillment.goods_received,
    "awb_assigned": fulfillment.awb_assigned,
}

# The natural keys of each event (§5.8, last line): Shipper's events carry no id. The order number always belongs to it.
_NATURAL_KEYS: dict[SentEvent, tuple[str, ...]] = {
    "order_confirmed": ("group_key",),
    "order_rejected": ("group_key",),
    "order_status": ("status_code", "status_time"),
    "goods_issued": ("doc_no", "pgi_date", "details"),
    "goods_received": ("details",),
    "awb_assigned": ("express_no",),
    "shipment_status": ("order_tracking_id",),
}

# Where a chosen event id has a place in the body itself.
_ID_FIELDS: dict[SentEvent, str] = {
    "order_confirmed": "group_key",
    "order_rejected": "group_key",
    "shipment_status": "order_tracking_id",
}

# For a shipment status these fill the nested `external_status`.
_CODE_SHORTCUTS = ("code", "status", "status_code")
_FIRST_CODE = 1030


def target_of(config: SandboxConfig, client_id: str, event: str) -> Target | None:
    """Where that event goes for that client; a rejection goes where confirmations go."""
    client = config.client(client_id)
    name = cast("EventName", "order_confirmed" if event == "order_rejected" else event)
    return client.webhooks_in.get(name) if client else None


def make_event(  # noqa: PLR0913  an event has this many independent parts
    target: Target,
    subject: Subject,
    event: SentEvent,
    at: datetime,
    *,
    url: str | None = None,
    data: JsonObject | None = None,
    event_id: str | None = None,
    signature: Signature = "good",
) -> Event:
    """An event ready to be sent; `data` overrides and extends the body, `url` the configured address."""
    named = {_ID_FIELDS[event]: event_id} if event_id and event in _ID_FIELDS else {}
    body = _body(event, subject, at, named | (data or {}))
    address = url or target.url
    return Event(
        client_id=subject.client_id,
        order_no=subject.order_no,
        partner=_SENDERS[event],
        event=event,
        event_id=event_id or _natural_id(event, subject.order_no, body),
        url=address,
        body=sealed(body, target, url=address, signature=signature),
        record_number=subject.record_number,
        signature=signature,
    )


def _body(event: SentEvent, subject: Subject, at: datetime, data: JsonObject) -> JsonObject:
    if event != "shipment_status":
        return _FULFILLMENT_BODIES[event](subject, at) | data
    shortcuts = [data[name] for name in _CODE_SHORTCUTS if name in data]
    rest = {name: value for name, value in data.items() if name not in _CODE_SHORTCUTS}
    return shipment_status(subject, at, _code(shortcuts[0]) if shortcuts else _FIRST_CODE) | rest


def _code(value: object) -> int | str:
    return int(str(value)) if str(value).isdecimal() else str(value)


def _natural_id(event: SentEvent, order_no: str, body: JsonObject) -> str:
    if event == "shipment_status":
        return str(body["order_tracking_id"])
    return f"{event}_{digest(order_no, *(dumps(body.get(key)) for key in _NATURAL_KEYS[event]))}"
