"""What the document shows of commands and webhooks: its examples are taken, the answers are as published."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from interline.domain.base import JsonObject
from tests.published import Published
from tests.stack.driver import OUTBOUND, wait_until
from tests.webhooks.conftest import WEBHOOKS, Shop

pytestmark = pytest.mark.stack


@dataclass
class Reader:
    """A client that does what the document shows."""

    shop: Shop
    published: Published

    def do(self, method: str, path: str, example: JsonObject | None = None, **names: str) -> int:
        """Send it; the status, once the answer was found to be as documented."""
        manifest = self.shop.stack.manifest
        headers = {"X-API-Key": manifest.clients[self.shop.client].api_key}
        url = f"{manifest.gateway}{path.format(**names)}"
        answer = httpx.request(method, url, json=example, headers=headers, timeout=30, trust_env=False)
        return self.published.status(path, method.lower(), answer)

    def follow(self, method: str, path: str, **names: str) -> int:
        """Send the body of the document, with the numbers and addresses of this test."""
        example: JsonObject = self.published.example(path, method.lower())
        return self.do(method, path, _mine(example, names), **names)

    def insist(self, path: str, order: str) -> None:
        """Send the command of the document again while there is no outcome yet."""
        wait_until("an outcome", lambda: self.follow("PATCH", path, order_no=order) == httpx.codes.OK)


def _mine(example: JsonObject, names: dict[str, str]) -> JsonObject:
    return {
        name: _mine(value, names) if isinstance(value, dict) else names.get(name, value)
        for name, value in example.items()
    }


@pytest.fixture
def reader(shop: Shop) -> Iterator[Reader]:
    """Partners by hand, so that an order stays where commands are possible."""
    document = httpx.get(f"{shop.stack.manifest.gateway}/openapi.json", trust_env=False).json()
    shop.stack.manual(on=True, confirmation="none")
    yield Reader(shop, Published(document))
    shop.stack.manual(on=False)


def test_an_order_is_amended_and_cancelled_by_the_examples(reader: Reader) -> None:
    order = reader.shop.order()
    for path in (f"{OUTBOUND}/{{order_no}}", f"{OUTBOUND}/cancel"):
        assert reader.follow("PATCH", path, order_no="nobody") == 404
        reader.insist(path, order)
    reader.shop.wait_for(order, "cancelled")
    assert reader.do("PATCH", f"{OUTBOUND}/cancel", {"order_no": order}) == 422
    late: JsonObject = {"order_no": order, "warehouse_id": "WH-JKT-1", "cancel_reason": "once more"}
    assert reader.do("PATCH", f"{OUTBOUND}/cancel", late) == 409


def test_the_webhooks_are_set_up_by_the_examples(reader: Reader) -> None:
    assert reader.do("GET", WEBHOOKS) == 200
    assert reader.follow("PUT", WEBHOOKS, url=f"{reader.shop.receiver.url}/mine") == 200
    assert reader.do("PUT", WEBHOOKS, {}) == 422
    for method, act in (("POST", "rotate-secret"), ("POST", "pause"), ("POST", "resume"), ("PUT", "events")):
        assert reader.follow(method, f"{WEBHOOKS}/{{kind}}/{act}", kind="logistics") == 200
    assert reader.follow("POST", f"{WEBHOOKS}/test") == 200
    assert reader.follow("POST", f"{WEBHOOKS}/recover") == 202


def test_a_delivery_is_shown_and_sent_again_as_published(reader: Reader) -> None:
    order = reader.shop.order()
    one = f"{WEBHOOKS}/deliveries/{{delivery_id}}"
    reader.shop.wait_for_event(order, "logistics.priced")
    assert reader.do("GET", one, delivery_id=f"{order}~1") == 200
    assert reader.do("GET", one, delivery_id="nobody~1") == 404
    assert reader.follow("POST", f"{WEBHOOKS}/deliveries/redeliver", order_no=order) == 202
    assert reader.do("POST", f"{one}/redeliver", delivery_id=f"{order}~1") == 202
