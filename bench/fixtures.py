"""The order of every benchmark (about 1.2 KB, no quote named) and the webhooks that carry it to its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import orjson

from interline.domain.base import JsonObject
from sandbox import fulfillment_events
from sandbox.shipment_events import shipment_status
from sandbox.signing import shipper_auth
from sandbox.subject import Subject
from starter.demo.bodies import outbound
from starter.stack.manifest import ClientEntry

STATUSES: Final = (1030, 1160, 1180, 1190, 2000)


@dataclass(frozen=True)
class Webhook:
    """One webhook, signed. `mark` comes out again in the client's webhook where the partner's object is forwarded."""

    mark: str
    url: str
    headers: dict[str, str]
    body: bytes


def tracking_id(order: str) -> str:
    """Each order has its own."""
    return f"T{order}"


def order_bytes(order: str) -> bytes:
    """Red 1."""
    return orjson.dumps(outbound(order, tracking_id(order)))


def webhooks(client: ClientEntry, order: str, statuses: Sequence[int] = STATUSES) -> Iterator[Webhook]:
    """Confirmation, PGI, then the courier's statuses; each to be sent after the one before."""
    body = outbound(order, tracking_id(order))
    original = cast("dict[str, JsonObject]", body["data"])["outbound"]
    subject = Subject(client.client_id, order, f"FO{order}", tracking_id(order), is_return=False, original=original)
    at = datetime.now(UTC)
    yield _signed(client, "order_confirmed", fulfillment_events.order_confirmed(subject, at), f"{order}-confirmed")
    issued = {**fulfillment_events.goods_issued(subject, at), "doc_no": f"DO{order}"}
    yield _signed(client, "goods_issued", issued, f"{order}-goods")
    for place, code in enumerate(statuses):
        status = shipment_status(subject, at + timedelta(seconds=place), code)
        yield _signed(client, "shipment_status", status, f"{order}-{place}")


def _signed(client: ClientEntry, event: str, body: JsonObject, mark: str) -> Webhook:
    target = client.webhooks_in[event]
    proof = {"auth": shipper_auth(target.secret, target.url)} if target.verifier == "shipper_auth" else {}
    headers = {"content-type": "application/json"}
    if target.verifier == "x_api_key":
        headers["x-api-key"] = target.secret
    return Webhook(mark, target.url, headers, orjson.dumps({**proof, **body, "chaos": mark}))
