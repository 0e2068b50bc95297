"""A bug of ours costs time, never an order: the task waits for a fix, and each partner is called once meanwhile."""

import asyncio
from collections import Counter

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus

from activities.wms import Wms
from interline.names import order_workflow_id
from tests.placed import Placed, place
from tests.stack.driver import Stack
from tests.survival.bugs import DeafOrder, ForgetfulOrder
from tests.survival.conftest import Working

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


async def failed_tasks(temporal: Client, order: Placed) -> int:
    """How many workflow tasks of the order have failed."""
    handle = temporal.get_workflow_handle(order_workflow_id(order.client_id, order.number))
    kinds = Counter(EventType.Name(event.event_type) for event in (await handle.fetch_history()).events)
    return kinds["EVENT_TYPE_WORKFLOW_TASK_FAILED"]


async def until_a_task_failed(temporal: Client, order: Placed) -> None:
    """The bug has struck."""
    async with asyncio.timeout(60):
        while True:
            if await failed_tasks(temporal, order):
                return
            await asyncio.sleep(0.2)


async def is_open(temporal: Client, order: Placed) -> bool:
    """The order lives."""
    handle = temporal.get_workflow_handle(order_workflow_id(order.client_id, order.number))
    return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_a_bug_in_a_handler_waits_for_its_fix(workerless: Stack, temporal: Client, working: Working) -> None:
    async with working(DeafOrder):
        order = await asyncio.to_thread(place, workerless)
        await asyncio.to_thread(order.until_step, "red 3", "done")
        await asyncio.to_thread(order.event, "order_confirmed")
        await until_a_task_failed(temporal, order)
        assert await is_open(temporal, order)
    async with working():
        await asyncio.to_thread(order.until_step, "red 4", "done")
        await asyncio.to_thread(order.ship)
        await asyncio.to_thread(order.until_status, "completed")
    assert order.doubled() == []


async def test_a_bug_after_a_call_calls_nobody_twice(workerless: Stack, temporal: Client, working: Working) -> None:
    async with working(ForgetfulOrder):
        order = await asyncio.to_thread(place, workerless)
        await until_a_task_failed(temporal, order)
        await asyncio.sleep(5)  # the task is tried again meanwhile, and its local calls with it
        assert await failed_tasks(temporal, order) >= 1
        assert len(order.calls("red 3", partner="oms")) == 1, "the worker remembers what it has sent"
        assert await is_open(temporal, order)
    async with working():
        await asyncio.to_thread(order.until_step, "red 3", "done")
        await asyncio.to_thread(order.ship)
        await asyncio.to_thread(order.until_status, "completed")
    assert order.doubled() == []


async def test_an_exception_nobody_thought_of_is_an_unknown_outcome(
    workerless: Stack, working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with working():
        order = await asyncio.to_thread(place, workerless)
        await asyncio.to_thread(order.until_step, "red 3", "done")
        with pytest.MonkeyPatch.context() as bug:
            bug.setattr(Wms, "_post", broken)
            await asyncio.to_thread(order.event, "order_confirmed")
            await asyncio.to_thread(order.event, "goods_issued")
            await asyncio.to_thread(order.until, "it tries again", lambda: "tries again" in order.view()["why"])
            assert await asyncio.to_thread(order.step, "red 7") == "pending"
        await asyncio.to_thread(order.until_step, "red 7", "done")
    assert order.doubled() == []
