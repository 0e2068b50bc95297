"""What the sandbox's tests share: a sandbox on a free port, and a tiny gateway that records what it is sent."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from sandbox.config import SandboxConfig
from sandbox.server import make_server

CLIENT = "shop-1"
WEBHOOK_SECRET = "whsec_c2FuZGJveC1jbGllbnQtd2ViaG9vay1zZWNyZXQ="
SHIPPER_AUTH_KEY = "client-shipper-key"
KEYS = {"oms": "oms-key", "wms": "wms-key", "logistics": "logistics-key"}
VERIFIERS = {
    "order_confirmed": "x_api_key",
    "order_status": "x_api_key",
    "goods_issued": "standard_webhooks",
    "goods_received": "standard_webhooks",
    "awb_assigned": "standard_webhooks",
    "shipment_status": "shipper_auth",
}
INCOMING_SECRET = "whsec_c2FuZGJveC1pbmNvbWluZy13ZWJob29rLXNlY3JldA=="
PACE_SECONDS = 0.05

Json = dict[str, Any]


@dataclass
class Received:
    """One webhook at the gateway."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: Json = field(init=False)

    def __post_init__(self) -> None:
        self.body = json.loads(self.raw)


@dataclass
class Gateway:
    """A receiver of webhooks. `statuses` are answered first, then 200 for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def to(self, path: str) -> list[Received]:
        return [item for item in self.received if item.path.endswith(path)]


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.received.append(Received(self.path, headers, raw))
            self.send_response(gateway.statuses.pop(0) if gateway.statuses else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client_config(client_id: str, gateway: str, suffix: str = "") -> Json:
    return {
        "client_id": client_id,
        "webhook_secrets": dict.fromkeys(("fulfillment", "logistics"), WEBHOOK_SECRET),
        "shipper_auth_key": SHIPPER_AUTH_KEY,
        "partner_keys": {partner: key + suffix for partner, key in KEYS.items()},
        "webhooks_in": {
            event: {"url": f"{gateway}/{client_id}/{event}", "verifier": verifier, "secret": INCOMING_SECRET}
            for event, verifier in VERIFIERS.items()
        },
    }


def configuration(state_dir: Path, gateway: str, **changes: object) -> SandboxConfig:
    return SandboxConfig.model_validate(
        {
            "port": free_port(),
            "state_dir": state_dir,
            "gateway": gateway,
            "pace_seconds": PACE_SECONDS,
            "clients": [client_config(CLIENT, gateway), client_config("shop-2", gateway, "-2")],
            **changes,
        }
    )


@contextmanager
def running_sandbox(config: SandboxConfig) -> Iterator["Sandbox"]:
    server = make_server(config)
    thread = threading.Thread(target=server.run)
    thread.start()

    def stop() -> None:
        server.should_exit = True

    try:
        with httpx.Client(base_url=config.base_url, timeout=10, trust_env=False) as http:
            wait_for(lambda: server.started)
            yield Sandbox(config, http, stop)
    finally:
        stop()
        thread.join()


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.01)


@dataclass
class Sandbox:
    """A running sandbox and how Interline would call it."""

    config: SandboxConfig
    http: httpx.Client
    stop: Callable[[], None] = lambda: None

    def call(  # noqa: PLR0913  a call has these parts
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        order: str = "SO1",
        step: str = "red 3",
        key: str | None = None,
        api_key: str | None = None,
    ) -> httpx.Response:
        partner = path.split("/")[1]
        headers = {
            "x-api-key": api_key or KEYS.get(partner, ""),
            "x-interline-order": order,
            "x-interline-step": step,
            "idempotency-key": key or f"{order}:{step}",
        }
        return self.http.request(method, path, json=body, headers=headers)

    def create(self, order: str = "SO1", *, key: str | None = None, quantity: int = 3) -> httpx.Response:
        body = {
            "so_number": order,
            "warehouse_id": "WH-1",
            "tracking_id": f"TRK-{order}",
            "details": [{"line_no": 1, "sku": "TEA", "qty_ordered": quantity}],
        }
        return self.call("POST", "/oms/v3/fulfillment/outbound/oms", {"data": {"outbound": body}}, order=order, key=key)

    def create_return(self, order: str = "RT1") -> httpx.Response:
        body = {
            "doc_no": order,
            "warehouse_id": "WH-1",
            "po_type": "RT",
            "tracking_id": f"TRK-{order}",
            "details": [{"line_no": 1, "sku": "TEA", "ordered_qty": 2}],
        }
        return self.call("POST", "/oms/v3/fulfillment/inbound", {"data": {"inbound": body}}, order=order)

    def register(self, callback_url: str, order: str = "SO1", *, key: str | None = None) -> httpx.Response:
        body = {"callback_url": callback_url, "tracking_id": f"TRK-{order}", "order_no": order}
        return self.call(
            "POST", "/logistics/v3/webhooks", {"data": {"logistics_webhook": body}}, order=order, step="blue 6", key=key
        )

    def tell_wms(self, order: str = "SO1", *, key: str | None = None) -> httpx.Response:
        body = {"order_no": order, "doc_no": "DO1", "details": [{"sku": "TEA", "qty_shipped": 3}]}
        return self.call("POST", "/wms/v1/goods-issues", body, order=order, step="red 7", key=key)

    def trouble(self, partner: str, name: str, **rest: object) -> None:
        answer = self.http.post("/_troubles", json={"partner": partner, "route": "*", "trouble": name, **rest})
        assert answer.status_code == 200, answer.text

    def items(self, handle: str, **filters: str) -> list[Json]:
        items: list[Json] = self.http.get(handle, params=filters).json()["items"]
        return items
