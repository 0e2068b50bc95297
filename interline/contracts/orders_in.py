"""Red 1: the client's order body, outbound or return, read into what the order's workflow needs.

Official pages *create-sales-order-b2c* and *create-purchase-order* (reference §5.1, §5.9); the wrapper, the lines, the
tracking id and the `logistics` block are our design where the pages are silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AliasChoices, Field, JsonValue

from interline.contracts.canonical import fingerprint
from interline.contracts.checking import BodyT, check
from interline.contracts.fields import (
    MOST_LINES,
    Body,
    Centimetres,
    DocumentNumber,
    OrderNumber,
    Pieces,
    QuoteId,
    SkuCode,
    TrackingId,
    WarehouseId,
    Weight,
)
from interline.contracts.measures import Catalogue, summed
from interline.contracts.order_rules import UNUSED, order_problems
from interline.contracts.pointing import Sources, of_lines, placed
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.contracts.shipment_in import ShipmentBody, completed
from interline.contracts.shipment_rules import currency_problems, rule_problems
from interline.contracts.shipper_fields import field_problems
from interline.domain.base import JsonObject
from interline.domain.order import Kind, Line
from interline.domain.shipment import Shipment

OUTBOUND: Final = "outbound"
INBOUND: Final = "inbound"
OUTBOUND_QUANTITY: Final = "qty_ordered"
INBOUND_QUANTITY: Final = "ordered_qty"


class LineBody(Body):
    """One product of an order, with its own weight and size if the client says them."""

    sku: SkuCode
    weight: Weight | None = None
    length: Centimetres | None = None
    width: Centimetres | None = None
    height: Centimetres | None = None


class OutboundLine(LineBody):
    """A line of the outbound form. The pages name the quantity of inbounds only, so both names are taken everywhere."""

    quantity: Pieces = Field(validation_alias=AliasChoices(OUTBOUND_QUANTITY, INBOUND_QUANTITY))


class InboundLine(LineBody):
    """A line of the inbound form."""

    quantity: Pieces = Field(validation_alias=AliasChoices(INBOUND_QUANTITY, OUTBOUND_QUANTITY))


class LogisticsBody(ShipmentBody):
    """The `logistics` block of an order."""

    quote_id: QuoteId | None = None


class OrderBody(Body):
    """What both forms have in common."""

    tracking_id: TrackingId
    warehouse_id: WarehouseId
    logistics: LogisticsBody


class OutboundBody(OrderBody):
    """Shipper's outbound form. `order_type` RT makes it a return."""

    so_number: OrderNumber
    order_type: Literal["SO", "RT", ""] = "SO"
    details: Annotated[list[OutboundLine], Field(min_length=1, max_length=MOST_LINES)]


class InboundBody(OrderBody):
    """Shipper's inbound form. Returns only: other inbounds have no buyer and no carrier."""

    doc_no: DocumentNumber
    po_type: Literal["RT"]
    details: Annotated[list[InboundLine], Field(min_length=1, max_length=MOST_LINES)]


_QUANTITIES: Final[Mapping[type[Body], tuple[str, str]]] = {
    OutboundBody: (OUTBOUND_QUANTITY, INBOUND_QUANTITY),
    InboundBody: (INBOUND_QUANTITY, OUTBOUND_QUANTITY),
}
"""Each form's own name for the pieces of a line, and the other one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client's settings add to its bodies."""

    catalogue: Catalogue
    defaults: JsonObject
    cod_services: frozenset[int | str] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A checked order. `body` is the client's object as it came; equal meaning has an equal `fingerprint`."""

    order_number: str
    kind: Kind
    tracking_id: str
    warehouse_id: str
    lines: list[Line]
    shipment: Shipment
    quote_id: str | None
    body: JsonObject
    fingerprint: str


def read_outbound(document: JsonObject, terms: Terms) -> OrderRequest:
    """An outbound body, bare or in `data.outbound`.

    Raises:
        RequestError: with every problem of the body.
    """
    prefix, given = unwrapped(document, OUTBOUND)
    body = _checked(OutboundBody, given, prefix, terms)
    kind = Kind.RETURN if body.order_type == "RT" else Kind.OUTBOUND
    lines = [Line(sku=line.sku, quantity=line.quantity) for line in body.details]
    return _request(body, given, body.so_number, kind, lines)


def read_inbound(document: JsonObject, terms: Terms) -> OrderRequest:
    """A return in the inbound form, bare or in `data.inbound`.

    Raises:
        RequestError: with every problem of the body.
    """
    prefix, given = unwrapped(document, INBOUND)
    body = _checked(InboundBody, given, prefix, terms)
    lines = [Line(sku=line.sku, quantity=line.quantity) for line in body.details]
    return _request(body, given, body.doc_no, Kind.RETURN, lines)


def unwrapped(document: JsonObject, name: str) -> tuple[str, JsonObject]:
    """The object of that name in `data`, or the document itself, and where it stands as a JSON pointer.

    Raises:
        RequestError: there is a `data` without it.
    """
    if "data" not in document:
        return "", document
    data = document["data"]
    if not isinstance(data, dict):
        raise refused(ErrorCode.WRONG_TYPE, f"send an object with {name}", pointer="/data")
    if name not in data:
        raise refused(ErrorCode.REQUIRED, f"put it here, or send it bare, without data.{name}", pointer=f"/data/{name}")
    inner = data[name]
    if not isinstance(inner, dict):
        raise refused(ErrorCode.WRONG_TYPE, "send an object", pointer=f"/data/{name}")
    return f"/data/{name}", inner


def _logistics(given: JsonObject, terms: Terms) -> JsonObject | None:
    """The `logistics` block with everything that stands elsewhere; None when it is there and is no object."""
    block = given.get("logistics")
    if block is not None and not isinstance(block, dict):
        return None
    price = given.get("order_price")
    worth: JsonObject = {} if price in UNUSED else {"order_price": _whole(price)}
    return completed(block or {}, measured=_measured(given, terms), defaults={**terms.defaults, **worth})


def _measured(given: JsonObject, terms: Terms) -> JsonObject:
    quantity = (OUTBOUND_QUANTITY, INBOUND_QUANTITY)
    return summed(given.get("details"), quantity=quantity, catalogue=terms.catalogue)


def _whole(price: JsonValue) -> JsonValue:
    """Shipper's own order price is any number; `150000.0` means whole rupiah, too."""
    return int(price) if isinstance(price, float) and price.is_integer() else price


def _checked(model: type[BodyT], given: JsonObject, prefix: str, terms: Terms) -> BodyT:
    logistics = _logistics(given, terms)
    effective: JsonObject = given if logistics is None else {**given, "logistics": logistics}
    body, problems = check(model, effective, prefix)
    problems += field_problems(given, prefix)
    problems += currency_problems(given, prefix)
    problems += order_problems(given, logistics or {}, _QUANTITIES[model], prefix)
    problems += rule_problems(logistics or {}, f"{prefix}/logistics", cod_services=terms.cod_services)
    if body is None or problems:
        raise RequestError(placed(problems, _sources(given, prefix, terms), lines=f"{prefix}/details"))
    return body


def _sources(given: JsonObject, prefix: str, terms: Terms) -> Sources:
    """Where the parts of the completed `logistics` block stand that the client did not write there."""
    block, at = given.get("logistics"), f"{prefix}/logistics"
    own = block if isinstance(block, dict) else {}
    sources = of_lines(own, _measured(given, terms), at=at, lines=f"{prefix}/details")
    if own.get("order_price") is None and given.get("order_price") not in UNUSED:
        sources[f"{at}/order_price"] = f"{prefix}/order_price"
    return sources


def _request(body: OrderBody, given: JsonObject, number: str, kind: Kind, lines: list[Line]) -> OrderRequest:
    return OrderRequest(
        order_number=number,
        kind=kind,
        tracking_id=body.tracking_id,
        warehouse_id=body.warehouse_id,
        lines=lines,
        shipment=body.logistics.shipment(),
        quote_id=body.logistics.quote_id,
        body=given,
        fingerprint=fingerprint(given),
    )
