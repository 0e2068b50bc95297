"""Changes by API: recorded with who and when for the Temporal UI, in force within 2 s, no secret in any history."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle

from interline.domain.base import JsonObject
from interline.names import client_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.stack.driver import wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.stack

PROMISED_SECONDS = 2.0


@pytest.fixture
def by_hand(shop: Shop) -> Iterator[Shop]:
    """No partner acts by itself."""
    shop.stack.manual(on=True)
    yield shop
    shop.stack.manual(on=False)


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


async def account_of(shop: Shop) -> WorkflowHandle[Any, Any]:
    temporal = await Client.connect(shop.stack.manifest.temporal, data_converter=DATA_CONVERTER)
    return temporal.get_workflow_handle(client_workflow_id(shop.client_id))


CHANGES: dict[str, tuple[str, str, JsonObject | None, str]] = {
    "settings": ("PUT", "", {"logistics": {"rate_per_second": 50}}, "set rate_per_second"),
    "events": ("PUT", "/logistics/events", {"events": ["logistics.priced"]}, "events logistics.priced"),
    "secret": ("POST", "/logistics/rotate-secret", None, "secret whs_"),
    "test": ("POST", "/test", {"kind": "logistics"}, "tested, 200"),
    "pause": ("POST", "/logistics/pause", {"reason": "deploying"}, "paused deploying"),
    "recover": ("POST", "/recover", {"kind": "logistics"}, "recover"),
    "resume": ("POST", "/logistics/resume", None, "resumed"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_stands_in_the_temporal_ui_with_who_and_when(shop: Shop, change: str) -> None:
    method, path, body, what = CHANGES[change]
    before = datetime.now(UTC).replace(microsecond=0)
    shop.data(method, path, body)
    metadata: WorkflowMetadata = await (await account_of(shop)).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    newest = metadata.current_details.partition("**Changes**, newest first")[2].strip().splitlines()[0]
    when, who, said = newest.removeprefix("- ").split(" · ")
    assert before <= datetime.strptime(when, "%Y-%m-%d %H:%M:%S %Z").replace(tzinfo=UTC) <= datetime.now(UTC)
    assert who == f"API of {shop.client_id}, key first"
    assert said.startswith(f"logistics: {what}")


def test_a_change_holds_for_a_running_order_within_two_seconds(by_hand: Shop, elsewhere: Receiver) -> None:
    """A webhook just went to the old address, so that the worker remembers it as long as it may."""
    order = by_hand.order()
    wait_until("the OMS has it", lambda: bool(by_hand.stack.ledger(order, step="red 3")))
    by_hand.event("order_confirmed", order)
    by_hand.wait_for_event(order, "order.confirmed")
    by_hand.data("PUT", "", {"logistics": {"url": f"{elsewhere.url}/logistics"}})
    threading.Event().wait(PROMISED_SECONDS)
    by_hand.event("shipment_status", order, data={"code": 1160})
    wait_until("the new address is told", lambda: [got.event for got in elsewhere.of(order)] == ["logistics.status"])
    assert "logistics.status" not in {got.event for got in by_hand.receiver.of(order)}


async def test_no_history_holds_a_secret(shop: Shop) -> None:
    rotated = shop.data("POST", "/fulfillment/rotate-secret", {"overlap_hours": 1})
    secret: str = rotated["fulfillment"]["secrets"][0]["secret"]
    manifest = shop.stack.manifest
    account = await account_of(shop)
    history = (await account.fetch_history()).to_json()
    memo = json.dumps(await (await account.describe()).memo())
    for text in (history, memo):
        assert secret.removeprefix("whsec_") not in text
        assert manifest.clients[shop.client].webhook_secret.removeprefix("whsec_") not in text
