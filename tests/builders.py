"""Bodies as an existing Shipper client sends them; each test names only what it is about."""

import copy
import itertools
import secrets

from pydantic import JsonValue

from interline.domain.base import JsonObject
from starter.demo import bodies

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """An order number or tracking id that no other test, process or run has."""
    return f"{prefix}-{secrets.token_hex(3)}-{next(_numbers)}"


def an_outbound(*, logistics: JsonObject | None = None, quote_id: str | None = None, **fields: JsonValue) -> JsonObject:
    """`POST /v3/fulfillment/outbound/oms`; `fields` replace those of `data.outbound`, None takes one away."""
    number = str(fields.pop("so_number", None) or unique("SO"))
    return _changed(bodies.outbound(number, unique("OT"), quote_id=quote_id), "outbound", fields, logistics)


def a_return(*, logistics: JsonObject | None = None, **fields: JsonValue) -> JsonObject:
    """`POST /v3/fulfillment/inbound` of type RT; as `an_outbound`."""
    number = str(fields.pop("doc_no", None) or unique("RT"))
    return _changed(bodies.inbound(number, unique("RTT")), "inbound", fields, logistics)


def a_pricing(**fields: JsonValue) -> JsonObject:
    """`POST /v3/fulfillment/pricing/domestic`."""
    return _merged(bodies.pricing(), fields)


def number_of(body: JsonObject) -> str:
    """The order number in an order's body."""
    data = body["data"]
    assert isinstance(data, dict)
    order = data.get("outbound") or data.get("inbound")
    assert isinstance(order, dict)
    return str(order.get("so_number") or order.get("doc_no"))


def _changed(body: JsonObject, kind: str, fields: JsonObject, logistics: JsonObject | None) -> JsonObject:
    data = body["data"]
    assert isinstance(data, dict)
    order = data[kind]
    assert isinstance(order, dict)
    block = order["logistics"]
    assert isinstance(block, dict)
    changed = _merged(order, {"logistics": _merged(block, logistics or {}), **fields})
    return {"data": {kind: changed}}


def _merged(base: JsonObject, fields: JsonObject) -> JsonObject:
    merged = {**copy.deepcopy(base), **fields}
    return {name: value for name, value in merged.items() if value is not None}
