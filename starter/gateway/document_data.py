"""What answers carry in `data`, as OpenAPI schemas. Ours are made from the very models; Shipper's objects stay open."""

from typing import Any, Final

from interline.contracts.problems import ErrorCode
from interline.domain.account import KINDS

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
ANYTHING: Final[Schema] = {"type": "object"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
MAYBE_WHOLE: Final[Schema] = {"type": ["integer", "null"]}


def ref(name: str) -> Schema:
    """A schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def things(**fields: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "required": [*fields], "properties": fields}


def many(schema: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": schema}


LINKS: Final = things(self=TEXT)
ACCEPTED: Final = things(
    order_no=TEXT, tracking_id=TEXT, status={"const": "accepted"}, accepted_at=TEXT, kind=TEXT, links=LINKS
)
QUOTE: Final = things(quote_id=TEXT, valid_until=TEXT, origin=ANYTHING, destination=ANYTHING, pricings=many(ANYTHING))
OUTBOUND: Final = things(
    **dict.fromkeys(("order_no", "order_type", "so_status", "warehouse_id", "so_reference_1", "so_reference_2"), TEXT),
    **dict.fromkeys(("tracking_id", "carrier_name", "delivery_no"), TEXT),
    interline={"allOf": [ref("OrderView"), things(stale=FLAG)]},
)
TRY: Final = things(
    **dict.fromkeys(("at", "outcome", "message", "answer"), TEXT),
    **dict.fromkeys(("number", "duration_ms"), NUMBER),
    status=MAYBE_WHOLE,
    next_try_in_seconds={"type": ["number", "null"]},
)
DELIVERY: Final = things(
    **dict.fromkeys(("id", "webhook_id", "order_no", "event", "kind", "step", "status", "occurred_at"), TEXT),
    **dict.fromkeys(("finished_at", "next_try_at"), MAYBE_TEXT),
    sequence=MAYBE_WHOLE,
    attempts=WHOLE,
    last_status=MAYBE_WHOLE,
    last_answer=TEXT,
    tries=many(TRY),
    redeliverable=FLAG,
)
_ENDPOINT: Final = things(
    **dict.fromkeys(("url", "state", "held_because", "set_by"), TEXT),
    active=FLAG,
    events=many(TEXT),
    available_events=many(TEXT),
    failing_since=MAYBE_TEXT,
    secrets=many({**things(id=TEXT, made_at=TEXT, ends_at=MAYBE_TEXT), "description": "`secret` only when new"}),
)
SETTINGS: Final = things(**{kind: {"anyOf": [_ENDPOINT, {"type": "null"}]} for kind in KINDS})
CANCELLED: Final = things(order_no=TEXT, status={"const": "cancelled"})
AMENDED: Final = things(order_no=TEXT, status={"const": "amended"}, fields=many(TEXT))

METADATA: Final = things(path=TEXT, http_status_code=WHOLE, http_status=TEXT, timestamp=WHOLE)
PAGES: Final = things(
    **dict.fromkeys(("current_page", "current_elements", "total_pages", "total_elements"), WHOLE), sort_by=many(TEXT)
)
_PROBLEM: Final[Schema] = {
    **things(code=WHOLE, error={"enum": [code.value for code in ErrorCode]}, message=TEXT),
    "description": "`pointer` is there when the body is the cause (RFC 6901)",
}
REFUSAL: Final = things(
    metadata={"allOf": [METADATA, things(errors={**many(_PROBLEM), "minItems": 1, "maxItems": 20})]}
)
"""Every 4xx and 5xx; `docs/errors.md` lists the errors."""


def answered(data: Schema | None, *, paged: bool = False) -> Schema:
    """A success in its envelope."""
    parts = {"data": data} if data else {}
    return things(metadata=METADATA, **parts, **({"pagination": PAGES} if paged else {}))
