"""A step that is refused or out of tries waits for a human: its track stops, the order lives, everybody is told."""

import asyncio
import json

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client

from interline.names import Update, order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.conftest import NewStack
from tests.placed import STATUSES, Placed, place
from tests.stack.driver import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def refused_by_wms(stack: Stack) -> Placed:
    """An order whose red 7 the WMS refuses for good."""
    stack.trouble("wms", "red 7", "status:422")
    order = place(stack)
    order.until_step("red 3", "done")
    order.event("order_confirmed")
    order.event("goods_issued")
    order.until_step("red 7", "attention")
    stack.no_troubles()
    return order


def test_only_its_track_stops_and_the_client_is_told(by_hand: Stack) -> None:
    order = refused_by_wms(by_hand)
    for code in STATUSES:
        order.event("shipment_status", data={"code": code})
    order.until("the blue track goes on", lambda: order.view()["logistics_status"] == "delivered")
    order.until("the client hears of it all", lambda: order.told().count("logistics.status") == len(STATUSES))
    assert order.told().count("order.attention") == 1
    assert order.view()["order_status"] == "goods_issued"
    assert len(order.calls("red 7", partner="wms")) == 1, "a clear no is never repeated by itself"


def test_the_queue_tells_age_step_reason_and_what_helps(by_hand: Stack) -> None:
    order = refused_by_wms(by_hand)
    order.until("the queue has it", lambda: bool(queued(order)))
    (waiting,) = queued(order)
    assert waiting["step"] == "red 7"
    assert "wms answered 422" in waiting["reason"]
    assert "retry" in waiting["hint"]
    assert waiting["age"]

    act(order, "skip", "--step", "red 7", "--reason", "the WMS knows")
    order.until("the queue is without it", lambda: not queued(order))


def test_why_says_it_in_two_sentences_and_the_card_agrees(by_hand: Stack) -> None:
    order = refused_by_wms(by_hand)
    why = by_hand.interline("order", "why", order.number).stdout
    reason, following = why.strip().splitlines()[0], why.strip().splitlines()[-1]
    assert reason.startswith("It needs a human since ")
    assert "red 7 · forward goods issue to WMS: wms answered 422" in reason
    assert following.startswith("Next: An operator decides")
    card = asyncio.run(details(order))
    assert reason in card
    assert "red 7 ⚠" in card


def test_it_is_released_from_the_temporal_ui_by_an_update(by_hand: Stack) -> None:
    order = refused_by_wms(by_hand)
    typed_in_the_ui = {"step": "red 7", "actor": "night shift", "reason": "WMS repaired"}
    assert asyncio.run(updated(order, Update.RETRY_STEP, typed_in_the_ui))["message"] == "red 7: retry_step recorded"
    order.until_step("red 7", "done")
    timeline = " ".join(entry["what"] for entry in order.view()["timeline"])
    assert "retry_step by night shift: WMS repaired" in timeline


def test_a_webhook_that_is_out_of_tries_waits_too_and_stops_nothing_else(new_stack: NewStack) -> None:
    stack = new_stack("--delivery-schedule", "0.2,0.2")
    stack.trouble("client_platform", "red 5", "status:500")
    order = place(stack)
    order.until("it waits", lambda: bool(queued(order)))
    assert {one["step"] for one in queued(order)} == {"red 5"}
    order.until("red and blue go on", lambda: order.view()["logistics_status"] == "delivered")
    assert len(order.calls("red 5")) == 3, "at once, and twice more"
    stack.no_troubles()
    act(order, "retry", "--reason", "repaired")
    order.until_status("completed")


def test_the_queue_tells_of_an_open_breaker_with_its_beginning_and_its_cause(new_stack: NewStack) -> None:
    """A refused key opens it at once: the first order waits for a human, the next ones for the breaker."""
    stack = new_stack()
    stack.trouble("wms", "red 7", "status:401")
    refused = place(stack)
    refused.until("it waits for a human", lambda: bool(queued(refused)))
    held = place(stack)
    told = f"{stack.manifest.sandbox}: breaker open since 20"
    held.until("the queue tells of it", lambda: told in stack.interline("attention").stdout)
    assert "UTC (bad credentials). It closes by itself" in stack.interline("attention").stdout
    assert not queued(held)


def queued(order: Placed) -> list[dict[str, str]]:
    """The order's lines in `interline attention`."""
    shown = order.stack.interline("attention", "--json")
    assert shown.returncode == 0, shown.stderr
    return [one for one in json.loads(shown.stdout) if one["order_number"] == order.number]


def act(order: Placed, command: str, *options: str) -> str:
    """One operator's command that is accepted; what it said."""
    done = order.stack.interline("order", command, order.number, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def details(order: Placed) -> str:
    """The status card on the order's page in the Temporal UI."""
    handle = (await connected(order.stack)).get_workflow_handle(order_workflow_id(order.client_id, order.number))
    metadata: WorkflowMetadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return metadata.current_details


async def updated(order: Placed, update: Update, typed: dict[str, str]) -> dict[str, str]:
    """An update as the UI sends it: a name and a JSON object."""
    handle = (await connected(order.stack)).get_workflow_handle(order_workflow_id(order.client_id, order.number))
    answer: dict[str, str] = await handle.execute_update(update.value, typed)
    return answer


async def connected(stack: Stack) -> Client:
    """A client of the stack's server."""
    manifest = stack.manifest
    return await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)
