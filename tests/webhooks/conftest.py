"""A stack whose schedule leaves failed deliveries waiting for long, and a client that configures itself by API."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from interline.domain.base import JsonObject
from tests.builders import a_return, an_outbound
from tests.catalogue import fitting
from tests.stack.driver import INBOUND, OUTBOUND, Stack, wait_until
from tests.webhooks.receiver import Receiver

WEBHOOKS = "/v3/fulfillment/webhooks"
CLIENT = 1
SCHEDULE = ("--delivery-schedule", "0.3,0.3,0.3,600,600")
"""After the fourth try a delivery waits for ten minutes."""


@dataclass
class Shop:
    """One client of the stack: its API, and an endpoint of its own for both kinds."""

    stack: Stack
    receiver: Receiver
    client: int = CLIENT

    def call(self, method: str, path: str, body: JsonObject | None = None) -> httpx.Response:
        manifest = self.stack.manifest
        headers = {"X-API-Key": manifest.clients[self.client].api_key}
        url = f"{manifest.gateway}{WEBHOOKS}{path}"
        return httpx.request(method, url, json=body, headers=headers, timeout=30, trust_env=False)

    def data(self, method: str, path: str, body: JsonObject | None = None) -> Any:  # noqa: ANN401  JSON
        answer = self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    @property
    def client_id(self) -> str:
        return self.stack.manifest.clients[self.client].client_id

    def point(self, receiver: Receiver) -> None:
        """Both kinds to this receiver, open, all events, no rate."""
        settings: JsonObject = {"active": True, "events": [], "rate_per_second": None}
        self.data(
            "PUT",
            "",
            {kind: {**settings, "url": f"{receiver.url}/{kind}"} for kind in ("fulfillment", "logistics")},
        )
        for kind in ("fulfillment", "logistics"):
            self.data("POST", f"/{kind}/resume")
        self.settle()

    def settle(self) -> None:
        """A change may take two seconds to hold for first tries."""
        threading.Event().wait(2.1)

    def try_order(self, kind: str = "outbound") -> httpx.Response:
        """The gateway's answer to one."""
        if kind == "return":
            return self.stack.post(INBOUND, a_return(), client=self.client)
        return self.stack.post(OUTBOUND, an_outbound(), client=self.client)

    def order(self, *, kind: str = "outbound") -> str:
        """Start one; its number."""
        answer = self.try_order(kind).raise_for_status()
        return str(answer.json()["data"]["order_no"])

    def patch(self, path: str, body: JsonObject) -> None:
        """A command to an order, repeated while there is no outcome yet."""
        manifest = self.stack.manifest
        headers = {"X-API-Key": manifest.clients[self.client].api_key}
        url = f"{manifest.gateway}{path}"
        wait_until(
            "an outcome", lambda: httpx.patch(url, json=body, headers=headers, timeout=10, trust_env=False).is_success
        )

    def event(self, name: str, order: str, **more: object) -> None:
        """A partner's webhook."""
        self.stack.send_event(name, order, client_id=self.client_id, **more)

    def wait_for_event(self, order: str, event: str) -> None:
        wait_until(f"{event} of {order} came", lambda: event in {got.event for got in self.receiver.of(order)})

    def log(self, order: str) -> list[Any]:
        found: list[Any] = self.data("GET", f"/deliveries?order_no={order}")["deliveries"]
        return found

    def wait_for(self, order: str, status: str) -> None:
        wait_until(
            f"{order} is {status}", lambda: self.stack.status(order, client=self.client) == status, timeout_seconds=40
        )


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """The stack of the webhook tests; they use its second client."""
    with Stack(tmp_path_factory.mktemp("hooks") / "shared", environ, "--pace", "0.2", *SCHEDULE) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
        for got in running.got:
            fitting(got.event, got.body)


@pytest.fixture
def shop(hooks: Stack, receiver: Receiver) -> Shop:
    """The client, pointed at a fresh receiver; deliveries know it."""
    known = Shop(hooks, receiver)
    known.point(receiver)
    receiver.got.clear()
    return known


@pytest.fixture(scope="module")
def module_shop(hooks: Stack) -> Iterator[Shop]:
    """As `shop`, with one receiver for a whole module that only looks."""
    with Receiver() as receiver:
        known = Shop(hooks, receiver)
        known.point(receiver)
        yield known
