"""Each operation of the OpenAPI document: its parameters, its body, its success. Every refusal looks the same."""

from typing import Any, Final

from interline.contracts.order_out import ORDER_TYPES, SO_STATUS
from interline.contracts.shipper_fields import TIME
from interline.domain.account import KINDS
from interline.domain.deliveries import DeliveryState
from interline.domain.shipment import RateType
from starter.gateway import document_data as data
from starter.gateway.document_data import Schema, answered, many, ref, things
from starter.gateway.document_examples import OF_BODY

_WORD: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_.-]{0,64}$"}
_TIME: Final[Schema] = {
    "type": "string",
    "pattern": f"^({TIME.pattern})?$",
    "description": "2026-11-23T09:00:00Z or 2026-11-23 16:00:00",
}
_STATUSES: Final = sorted({*SO_STATUS.values(), *(status.value for status in SO_STATUS)})
_PATH: Final[dict[str, Schema]] = {
    "order_no": {"type": "string", "minLength": 1},
    "warehouse_id": {"type": "string", "minLength": 1},
    "delivery_id": {"type": "string", "minLength": 1, "description": "`ORDER~SEQUENCE`, as the log has it"},
    "kind": {"enum": [*KINDS]},
    "rate_type": {"enum": [*RateType]},
    "client_id": {"type": "string", "minLength": 1},
}
_LISTED: Final[dict[str, Schema]] = {
    "warehouse_id": _WORD,
    "tracking_id": _WORD,
    "order_type": {"enum": [*ORDER_TYPES.values(), ""]},
    "so_status": {"enum": [*_STATUSES, ""]},
    "needs_attention": {"enum": ["true", "false", ""]},
    "created_start": _TIME,
    "created_end": _TIME,
    "page": {"type": "integer", "minimum": 1, "description": "up to the 1000th order"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
}
_LOG: Final[dict[str, Schema]] = {
    "order_no": _WORD,
    "status": {"enum": [*(state.value for state in DeliveryState), ""]},
    "since": _TIME,
    "orders": {"type": "integer", "minimum": 1, "maximum": 100},
}
_FULFILLMENT: Final = "/v3/fulfillment"
_HOOKS: Final = f"{_FULFILLMENT}/webhooks"
_OPEN: Final = data.ANYTHING

QUERIES: Final[dict[tuple[str, str], dict[str, Schema]]] = {
    ("GET", f"{_FULFILLMENT}/outbounds/OMS"): _LISTED,
    ("GET", f"{_HOOKS}/deliveries"): _LOG,
}
ANSWERS: Final[dict[tuple[str, str], tuple[int, Schema]]] = {
    ("POST", f"{_FULFILLMENT}/outbound/oms"): (202, answered(data.ACCEPTED)),
    ("POST", f"{_FULFILLMENT}/inbound"): (202, answered(data.ACCEPTED)),
    ("POST", f"{_FULFILLMENT}/pricing/domestic"): (200, answered(data.QUOTE, paged=True)),
    ("POST", f"{_FULFILLMENT}/pricing/domestic/{{rate_type}}"): (200, answered(data.QUOTE, paged=True)),
    ("PATCH", f"{_FULFILLMENT}/outbound/oms/cancel"): (200, answered(data.CANCELLED)),
    ("PATCH", f"{_FULFILLMENT}/outbound/oms/{{order_no}}"): (200, answered(data.AMENDED)),
    ("GET", f"{_FULFILLMENT}/warehouse/{{warehouse_id}}/outbound/oms/{{order_no}}"): (
        200,
        answered(things(outbound=data.OUTBOUND, stale=data.FLAG)),
    ),
    ("GET", f"{_FULFILLMENT}/outbounds/OMS"): (200, answered(things(outbounds=many(data.OUTBOUND)), paged=True)),
    ("GET", f"{_HOOKS}"): (200, answered(data.SETTINGS)),
    ("PUT", f"{_HOOKS}"): (200, answered(data.SETTINGS)),
    ("POST", f"{_HOOKS}/test"): (200, answered(_OPEN)),
    ("POST", f"{_HOOKS}/recover"): (202, answered(_OPEN)),
    ("POST", f"{_HOOKS}/{{kind}}/rotate-secret"): (200, answered(data.SETTINGS)),
    ("POST", f"{_HOOKS}/{{kind}}/pause"): (200, answered(data.SETTINGS)),
    ("POST", f"{_HOOKS}/{{kind}}/resume"): (200, answered(data.SETTINGS)),
    ("PUT", f"{_HOOKS}/{{kind}}/events"): (200, answered(data.SETTINGS)),
    ("GET", f"{_HOOKS}/deliveries"): (200, answered(things(deliveries=many(data.DELIVERY), unread=many(data.TEXT)))),
    ("GET", f"{_HOOKS}/deliveries/{{delivery_id}}"): (200, answered(things(delivery=data.DELIVERY))),
    ("POST", f"{_HOOKS}/deliveries/redeliver"): (202, answered(_OPEN)),
    ("POST", f"{_HOOKS}/deliveries/{{delivery_id}}/redeliver"): (202, answered(_OPEN)),
    ("GET", "/healthz"): (200, answered(things(status={"const": "ok"}))),
    ("GET", "/readyz"): (200, answered(things(status={"const": "ready"}))),
}
BODIES: Final[dict[tuple[str, str], str]] = {
    ("PUT", f"{_HOOKS}"): "WebhooksBody",
    ("POST", f"{_HOOKS}/test"): "KindBody",
    ("POST", f"{_HOOKS}/recover"): "KindBody",
    ("POST", f"{_HOOKS}/{{kind}}/rotate-secret"): "RotateBody",
    ("POST", f"{_HOOKS}/{{kind}}/pause"): "PauseBody",
    ("POST", f"{_HOOKS}/{{kind}}/resume"): "PauseBody",
    ("PUT", f"{_HOOKS}/{{kind}}/events"): "EventsBody",
    ("POST", f"{_HOOKS}/deliveries/redeliver"): "RedeliverBody",
    ("PATCH", f"{_FULFILLMENT}/outbound/oms/cancel"): "CancellationBody",
    ("PATCH", f"{_FULFILLMENT}/outbound/oms/{{order_no}}"): "AmendmentBody",
}
MUST_HAVE_A_BODY: Final = frozenset(
    {"WebhooksBody", "EventsBody", "RedeliverBody", "CancellationBody", "AmendmentBody"}
)


def complete(operation: dict[str, Any], method: str, path: str) -> None:
    """Add to an operation what FastAPI cannot know of handlers that read their requests themselves."""
    operation["parameters"] = [*_parameters(path), *_query(method, path)]
    if name := BODIES.get((method, path)):
        content = {"application/json": {"schema": _wrapped(name), "example": OF_BODY[name]}}
        operation["requestBody"] = {"required": name in MUST_HAVE_A_BODY, "content": content}
    status, schema = ANSWERS.get((method, path), (200, answered(None)))
    told = {"text/plain": {"schema": data.TEXT}} if path == "/metrics" else _json(schema)
    refusal = {"description": "Refused: docs/errors.md", "content": _json(ref("Refusal"))}
    operation["responses"] = {
        str(status): {"description": "Done", "content": told},
        "4XX": refusal,
        "5XX": refusal,
    }


def _wrapped(name: str) -> Schema:
    """Commands may stand in `data`, as Shipper sends them."""
    inside = {"CancellationBody": "cancellation", "AmendmentBody": "amendment"}.get(name)
    return {"anyOf": [ref(name), things(data=things(**{inside: ref(name)}))]} if inside else ref(name)


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _parameters(path: str) -> list[Schema]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": _PATH[name]} for name in names]


def _query(method: str, path: str) -> list[Schema]:
    wanted = QUERIES.get((method, path), {})
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in wanted.items()]
