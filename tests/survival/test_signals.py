"""No signal is lost: not in the last call before completion, not among many, not from a newer release."""

import asyncio
from datetime import UTC, datetime

import orjson
import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client

from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.domain.rules import TIMELINE_KEPT
from interline.messages import signal_order
from interline.names import Signal, order_workflow_id
from tests.placed import STATUSES, Placed, place
from tests.stack.driver import Stack
from tests.survival.conftest import Working

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

MANY = (130, pytest.param(400, marks=pytest.mark.full))
"""The server keeps 100 signals beside a running task, then ends the task."""


async def placed(stack: Stack) -> Placed:
    """An order that the OMS knows."""
    order = await asyncio.to_thread(place, stack)
    await asyncio.to_thread(order.until_step, "red 3", "done")
    return order


async def heard(order: Placed, what: str) -> int:
    """How often the order's timeline has it."""
    view = await asyncio.to_thread(order.view)
    return sum(what in entry["what"] for entry in view["timeline"])


async def test_in_the_last_call_before_completion(workerless: Stack, temporal: Client, working: Working) -> None:
    async with working():
        order = await placed(workerless)
        for name in ("order_confirmed", "goods_issued"):
            await asyncio.to_thread(order.event, name)
        for code in STATUSES[:-1]:
            await asyncio.to_thread(order.event, "shipment_status", data={"code": code})
        await asyncio.to_thread(order.until, "all are told", lambda: order.told().count("logistics.status") == 4)
        workerless.trouble("oms", "blue 7", "slow", count=1, seconds=1.5)
        await asyncio.to_thread(order.event, "shipment_status", data={"code": STATUSES[-1]})
        await asyncio.to_thread(order.until, "the last call", lambda: len(order.calls("blue 7", partner="oms")) == 5)
        await signal(temporal, order, Signal.ORDER_STATUS, event_id="just-in-time", data={"code": "70"})
        await asyncio.to_thread(order.until_status, "completed")
        assert await heard(order, "order_status received") == 1
        await asyncio.to_thread(order.until, "it is told", lambda: "order.status" in order.told())
    assert len(order.calls("blue 7", partner="oms")) == 5, "each call once"


@pytest.mark.parametrize("many", MANY)
async def test_very_many_during_one_call(workerless: Stack, temporal: Client, working: Working, many: int) -> None:
    async with working():
        workerless.trouble("oms", "red 3", "slow", count=1, seconds=1.2)
        order = await asyncio.to_thread(place, workerless)
        await asyncio.to_thread(order.until_called, "red 3")
        sending = (
            signal(temporal, order, Signal.ORDER_CONFIRMED, event_id=f"many-{number}", data={"accepted": True})
            for number in range(many)
        )
        await asyncio.gather(*sending)
        await asyncio.to_thread(order.until_step, "red 3", "done")
        assert len(order.calls("red 3", partner="oms")) == 1
        assert await heard(order, "order_confirmed received") >= min(many, TIMELINE_KEPT - 5), "a few lines are others'"
        await asyncio.to_thread(order.ship)
        await asyncio.to_thread(order.until_status, "completed")
    assert order.doubled() == []


async def test_of_a_newer_schema_and_of_none(workerless: Stack, temporal: Client, working: Working) -> None:
    async with working():
        order = await placed(workerless)
        newer: JsonObject = {
            "event_id": "n-1",
            "kind": "order_confirmed",
            "schema": 9,
            "data": {"accepted": True, "colour": {"a": 1}},
            "essence": [1, 2],
        }
        await raw(temporal, order, "order_confirmed", Payload(metadata={"encoding": b"json/plain"}, data=json(newer)))
        await asyncio.to_thread(order.until_status, "confirmed")
        await raw(temporal, order, "goods_issued", Payload(metadata={"encoding": b"binary/plain"}, data=b"\x00\xff"))
        await raw(temporal, order, "goods_weighed", Payload(metadata={"encoding": b"json/plain"}, data=json(newer)))
        unusable = {f"unusable event of kind 'unusable {kind}'" for kind in ("goods_issued", "goods_weighed")}
        await asyncio.to_thread(order.until, "both are kept", lambda: unusable <= set(order.view()["flags"]))
        await asyncio.to_thread(order.event, "goods_issued")
        await asyncio.to_thread(order.until_status, "goods_issued")


async def signal(temporal: Client, order: Placed, kind: Signal, *, event_id: str, data: JsonObject) -> None:
    """As the gateway does."""
    event = Event(
        event_id=event_id, kind=kind.value, order_number=order.number, occurred_at=datetime.now(UTC), data=data
    )
    await signal_order(temporal, order.client_id, order.number, event)


async def raw(temporal: Client, order: Placed, name: str, payload: Payload) -> None:
    """A signal whose payload no gateway of ours has made."""
    await temporal.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=order_workflow_id(order.client_id, order.number)),
            signal_name=name,
            input=Payloads(payloads=[payload]),
        )
    )


def json(value: JsonObject) -> bytes:
    """The bytes of a JSON payload."""
    return orjson.dumps(value)
