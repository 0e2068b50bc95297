"""A gateway on a real socket, its clients file, and the bodies that clients and partners send it."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import orjson
import uvicorn
from fastapi import FastAPI
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from interline.runtime.clients import ClientRegistry
from interline.runtime.settings import Settings
from starter.gateway.__main__ import KEEP_ALIVE_SECONDS
from starter.gateway.app import create_app
from starter.gateway.guard import GuardedProtocol

SHOP_KEY, OTHER_KEY, QUIET_KEY = "shop-key-0123456789", "other-key-0123456789", "quiet-key-0123456789"
OMS_SECRET = "oms-secret-0123456789"
WHSEC = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
PROVIDER_KEY = "provider-key-0123456789"
PROVIDER_URL = "https://interline.example.test/webhooks/shop/logistics/status"

OUTBOUND = "/v3/fulfillment/outbound/oms"
INBOUND = "/v3/fulfillment/inbound"
PRICING = "/v3/fulfillment/pricing/domestic"
ORDERS = "/v3/fulfillment/outbounds/OMS"

_SECRETS = {"oms": OMS_SECRET, "fulfillment": WHSEC, "provider": PROVIDER_KEY}
_INBOUND = """
[clients.webhooks_in.{kind}]
verifier = "{verifier}"
secrets = ["file:{secret}"]
registered_url = "{url}"
"""
_CLIENT = """
[[clients]]
client_id = "{name}"
name = "{name}"
api_keys = [{{ id = "first", sha256 = "{digest}" }}]
[clients.partners.oms]
url = "http://127.0.0.1:9/oms"
api_key = "file:oms"
keys = "lookup"
[clients.skus.KOPI-250]
weight_kg = "0.25"
length_cm = 20
width_cm = 10
height_cm = 5
"""
_KINDS = {
    "order_confirmed": ("x_api_key", "oms"),
    "order_status": ("x_api_key", "oms"),
    "goods_issued": ("standard_webhooks", "fulfillment"),
    "goods_received": ("standard_webhooks", "fulfillment"),
    "awb_assigned": ("standard_webhooks", "fulfillment"),
    "shipment_status": ("shipper_auth", "provider"),
}


def write_clients(folder: Path) -> Path:
    """`shop` and `other` have everything, `quiet` has no active fulfillment webhook."""
    for name, secret in _SECRETS.items():
        (folder / name).write_text(secret)
    shop, other, quiet = (_client(*pair) for pair in (("shop", SHOP_KEY), ("other", OTHER_KEY), ("quiet", QUIET_KEY)))
    file = folder / "clients.toml"
    active = _webhook("fulfillment", active=True) + _webhook("logistics", active=True)
    silent = _webhook("fulfillment", active=False) + _webhook("logistics", active=True)
    file.write_text(shop + active + _inbound() + other + active + _inbound() + quiet + silent)
    return file


def _client(name: str, key: str) -> str:
    return _CLIENT.format(name=name, digest=hashlib.sha256(key.encode()).hexdigest())


def _webhook(kind: str, *, active: bool) -> str:
    return (
        f'[clients.webhooks.{kind}]\nurl = "http://127.0.0.1:9/{kind}"\n'
        f'active = {str(active).lower()}\nsecrets = ["file:fulfillment"]\n'
    )


def _inbound() -> str:
    return "".join(
        _INBOUND.format(kind=kind, verifier=verifier, secret=secret, url=PROVIDER_URL if secret == "provider" else "")
        for kind, (verifier, secret) in _KINDS.items()
    )


def make_app(clients_file: Path, temporal: Temporal, **changes: object) -> FastAPI:
    """The application as `python -m starter.gateway` makes it; tests send more wrong keys than anybody should."""
    given = {"clients_file": clients_file, "retention_days": 1, "failed_auth_per_minute": 100_000, **changes}
    return create_app(Settings.model_validate(given), temporal, ClientRegistry(clients_file))


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a free loopback port: its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # As ours: uvicorn's 5 s are httpx's own, and a connection that both end at the same time breaks the next request.
    times = {"timeout_graceful_shutdown": 1, "timeout_keep_alive": KEEP_ALIVE_SECONDS}
    config = uvicorn.Config(app, http=GuardedProtocol, ws="none", log_config=None, **times)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


def unique(prefix: str) -> str:
    """A number nobody used."""
    return f"{prefix}-{secrets.token_hex(5)}"


def shipment(**changes: object) -> JsonObject:
    """The key parameters of an order or a price."""
    place: JsonObject = {"area_id": 4711, "lat": "-6.2250000", "lng": "106.8090000"}
    there: JsonObject = {"area_id": 12284, "lat": "-6.1800000", "lng": "106.8600000"}
    sizes: JsonObject = {"weight": 1.2, "length": 30, "width": 20, "height": 10}
    rates: JsonObject = {"rate_type_id": "regular", "service_type": 1, "order_price": 300000}
    return _without_none({"origin": place, "destination": there, **sizes, **rates, **changes})


def an_order(**changes: object) -> JsonObject:
    """A bare outbound order in Shipper's field names; None leaves a field out."""
    order: JsonObject = {
        "so_number": unique("SO"),
        "tracking_id": unique("TRACK"),
        "warehouse_id": "WH-JKT-1",
        "consignee": "Siti Rahma",
        "consignee_phone": "6281200000001",
        "details": [{"line_no": 1, "sku": "KOPI-250", "qty_ordered": 2, "price": 150000}],
        "logistics": shipment(),
    }
    return _without_none({**order, **changes})


def a_return(**changes: object) -> JsonObject:
    """A bare return in the inbound form."""
    given = an_order()
    order: JsonObject = {name: given[name] for name in ("tracking_id", "warehouse_id", "logistics")}
    lines: JsonObject = {"details": [{"line_no": 1, "sku": "KOPI-250", "ordered_qty": 1}]}
    return _without_none({"doc_no": unique("RT"), "po_type": "RT", **order, **lines, **changes})


def _without_none(values: dict[str, object]) -> JsonObject:
    kept: JsonObject = orjson.loads(orjson.dumps({name: value for name, value in values.items() if value is not None}))
    return kept


def keyed(key: str = SHOP_KEY) -> dict[str, str]:
    """The client's header."""
    return {"X-API-Key": key}


def signed(body: bytes, *, webhook_id: str, at: float | None = None, secret: str = WHSEC) -> dict[str, str]:
    """Standard Webhooks headers, made here by hand as an independent witness."""
    timestamp = str(int(at if at is not None else time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, "sha256").digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def auth() -> str:
    """Shipper's constant proof."""
    return hashlib.md5(f"{PROVIDER_KEY}{PROVIDER_URL}json".encode(), usedforsecurity=False).hexdigest()


def a_status(**changes: object) -> JsonObject:
    """A courier's webhook (reference §4.1)."""
    status: JsonObject = {
        "auth": auth(),
        "order_id": "5f0c0a0a0a0a0a0a0a0a0a0a",
        "tracking_id": "219PE62KWMMNX",
        "order_tracking_id": secrets.token_hex(12),
        "external_id": "",
        "status_date": "2026-11-23T04:10:00+00:00",
        "internal_status": {"code": 1001, "name": "Valid", "description": ""},
        "external_status": {"code": 1180, "name": "Dalam Perjalanan", "description": ""},
        "awb": "",
    }
    return {**status, **_without_none(changes)}


class Engine:
    """What Temporal holds, looked at past the gateway."""

    def __init__(self, client: Temporal) -> None:
        self.client = client

    async def history(self, workflow_id: str) -> list[HistoryEvent]:
        """The events of a workflow, or none."""
        try:
            return list((await self.client.get_workflow_handle(workflow_id).fetch_history()).events)
        except RPCError:
            return []

    async def signals(self, workflow_id: str) -> list[tuple[str, JsonObject]]:
        """Name and payload of each signal."""
        told = [event.workflow_execution_signaled_event_attributes for event in await self.history(workflow_id)]
        return [(one.signal_name, _payload(one.input.payloads)) for one in told if one.signal_name]

    async def order_signals(self, client_id: str, number: str) -> list[tuple[str, JsonObject]]:
        """The same of an order."""
        return await self.signals(order_workflow_id(client_id, number))

    async def started_with(self, workflow_id: str) -> JsonObject:
        """The single payload of the start."""
        first = (await self.history(workflow_id))[0].workflow_execution_started_event_attributes
        found: JsonObject = orjson.loads(first.input.payloads[0].data)
        return found

    async def visible(self, query: str, count: int = 1) -> None:
        """Wait until visibility shows as many (it lags behind)."""
        async with asyncio.timeout(15):
            while (await self.client.count_workflows(query)).count < count:  # noqa: ASYNC110  a server's state
                await asyncio.sleep(0.1)


def _payload(payloads: Sequence[Payload]) -> JsonObject:
    """The single value of a signal, if it has one."""
    found: JsonObject = orjson.loads(payloads[0].data) if payloads else {}
    return found


Http = httpx.AsyncClient
