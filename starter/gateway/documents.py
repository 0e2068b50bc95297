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
from starter.gateway.document_examples import INBOUND, OUTBOUND, PRICING
from starter.gateway.document_routes import complete

Document = dict[str, Any]
"""A part of an OpenAPI document, as FastAPI types it."""

VERSION: Final = "0.1.0"
REFERENCE: Final = "#/components/schemas/{model}"

_BODIES: Final[dict[str, tuple[str, Document]]] = {
    "/v3/fulfillment/outbound/oms": ("OutboundBody", {"data": {"outbound": OUTBOUND}}),
    "/v3/fulfillment/inbound": ("InboundBody", {"data": {"inbound": INBOUND}}),
    "/v3/fulfillment/pricing/domestic": ("PricingBody", PRICING),
    "/v3/fulfillment/pricing/domestic/{rate_type}": ("PricingByRateTypeBody", PRICING),
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
