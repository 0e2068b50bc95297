"""OpenAPI: the bodies the handlers read themselves, described from the very models that check them."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from interline.contracts.commands_in import AmendmentBody, CancellationBody
from interline.contracts.delivery_log import RedeliverBody
from interline.contracts.fields import Body
from interline.contracts.orders_in import InboundBody, OutboundBody
from interline.contracts.pricing_in import PricingBody
from interline.contracts.webhook_settings import EventsBody, KindBody, PauseBody, RotateBody, WebhooksBody
from interline.domain.view import OrderView
from starter.gateway.document_data import REFUSAL
from starter.gateway.document_routes import complete

Document = dict[str, Any]
"""A part of an OpenAPI document, as FastAPI types it."""

VERSION: Final = "0.1.0"
REFERENCE: Final = "#/components/schemas/{model}"

_PLACE: Final = {"area_id": 4711, "suburb_id": 482, "lat": "-6.2250000", "lng": "106.8090000"}
_SHIPMENT: Final[Document] = {
    "origin": _PLACE,
    "destination": {"area_id": 12284, "suburb_id": 1248, "lat": "-6.1800000", "lng": "106.8600000"},
    "weight": 1.2,
    "length": 30,
    "width": 20,
    "height": 10,
    "service_type": 1,
    "cod": False,
    "with_insurance": False,
    "order_price": 300000,
}
OUTBOUND_EXAMPLE: Final[Document] = {
    "so_number": "SO-20261123-1",
    "tracking_id": "219PE62KWMMNX",
    "warehouse_id": "WH-JKT-1",
    "order_type": "SO",
    "consignee": "Receiver",
    "consignee_phone": "6281200000001",
    "consignee_full_address": "Jl. Contoh 1",
    "consignee_city": "Jakarta",
    "details": [{"line_no": 1, "sku": "SKU-1", "qty_ordered": 2, "price": 150000}],
    "logistics": {**_SHIPMENT, "rate_type_id": "regular"},
}
INBOUND_EXAMPLE: Final[Document] = {
    "doc_no": "RT-20261123-1",
    "po_type": "RT",
    "tracking_id": "219PE62KWMMNY",
    "warehouse_id": "WH-JKT-1",
    "details": [{"line_no": 1, "sku": "SKU-1", "ordered_qty": 1}],
    "logistics": {**_SHIPMENT, "rate_type_id": "regular"},
}
PRICING_EXAMPLE: Final[Document] = {**_SHIPMENT, "for_order": True, "rate_type_id": "regular"}

_BODIES: Final[dict[str, tuple[str, Document]]] = {
    "/v3/fulfillment/outbound/oms": ("OutboundBody", {"data": {"outbound": OUTBOUND_EXAMPLE}}),
    "/v3/fulfillment/inbound": ("InboundBody", {"data": {"inbound": INBOUND_EXAMPLE}}),
    "/v3/fulfillment/pricing/domestic": ("PricingBody", PRICING_EXAMPLE),
    "/v3/fulfillment/pricing/domestic/{rate_type}": ("PricingByRateTypeBody", PRICING_EXAMPLE),
}
_WRAPPERS: Final = {"OutboundBody": "outbound", "InboundBody": "inbound"}
_KEY: Final[Document] = {"security": [{"ApiKey": []}]}

_SENT: Final[tuple[type[Body], ...]] = (
    *(OutboundBody, InboundBody, PricingBody, CancellationBody, AmendmentBody, RedeliverBody),
    *(WebhooksBody, KindBody, RotateBody, PauseBody, EventsBody),
)
"""Every body that we read."""

_LEAVES_OUT: Final = ("PricingBody", "PricingByRateTypeBody", "LogisticsBody")

WEBHOOK: Final[Document] = {
    "tags": ["partner webhooks"],
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
}


def described(path: str) -> Document:
    """What FastAPI cannot know of a client route: its key, its body, its parameters."""
    if path not in _BODIES:
        return {"tags": ["client API"], **_KEY}
    name, example = _BODIES[path]
    content = {"application/json": {"schema": _schema(name), "example": example}}
    return {"tags": ["client API"], **_KEY, "requestBody": {"required": True, "content": content}}


class DocumentedApp(FastAPI):
    """A FastAPI whose document also has our models and the key."""

    def openapi(self) -> Document:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _schema(name: str) -> Document:
    bare = {"$ref": REFERENCE.format(model=name)}
    if name not in _WRAPPERS:
        return bare
    inner = {"type": "object", "required": [_WRAPPERS[name]], "properties": {_WRAPPERS[name]: bare}}
    return {"anyOf": [bare, {"type": "object", "required": ["data"], "properties": {"data": inner}}]}


def _document(app: FastAPI) -> Document:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in _SENT]
    _, schemas = models_json_schema([*models, (OrderView, "serialization")], ref_template=REFERENCE)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            complete(operation, method.upper(), path)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update({**schemas["$defs"], "Refusal": REFUSAL})
    components["securitySchemes"] = {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    pricing = components["schemas"]["PricingBody"]
    named = {"required": [name for name in pricing["required"] if name != "rate_type_id"]}
    components["schemas"]["PricingByRateTypeBody"] = {**pricing, **named, "properties": {**pricing["properties"]}}
    for name in _LEAVES_OUT:
        _nullable(components["schemas"][name])
    return document


def _nullable(schema: Document) -> None:
    """In the key parameters null says the same as leaving out."""
    for name, one in schema["properties"].items():
        if name not in schema.get("required", ()):
            schema["properties"][name] = {"anyOf": [one, {"type": "null"}]}
