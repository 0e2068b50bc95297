"""An order that an operator resets begins again: the same events, the same keys, nothing done twice outside."""

import asyncio
import uuid
from collections import Counter

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

from interline.names import order_workflow_id
from tests.placed import Placed, place
from tests.stack.driver import Stack
from tests.survival.conftest import Working

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

AFTER_THE_FIRST_TASK = 4
"""Started, task scheduled, task started, and the end of the first task: where the UI's Reset button begins too."""


async def test_after_completion_it_is_lived_again_and_nothing_is_done_twice(
    workerless: Stack, temporal: Client, working: Working
) -> None:
    async with working():
        order = await asyncio.to_thread(place, workerless)
        await asyncio.to_thread(order.until_step, "red 3", "done")
        await asyncio.to_thread(order.ship)
        await asyncio.to_thread(order.until_status, "completed")
        told = order.told()
        await reset(temporal, order)
        await asyncio.to_thread(order.until_status, "completed")
        assert order.told() == told, "its worker remembers what it sent"

    await reset(temporal, order)
    async with working():
        twice = 2 * len(told)
        await asyncio.to_thread(order.until, "another worker tells all again", lambda: len(order.told()) >= twice)
        await asyncio.to_thread(order.until_status, "completed")
    assert order.doubled() == [], "each partner did each thing once"
    assert set(webhooks(order).values()) == {2}, "each webhook once more under its own id: a receiver knows its copies"


async def reset(temporal: Client, order: Placed) -> None:
    """What the Temporal UI's Reset does. Signals after that point are played in again."""
    await temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=order_workflow_id(order.client_id, order.number)),
            reason="a test of REL-09",
            workflow_task_finish_event_id=AFTER_THE_FIRST_TASK,
            request_id=uuid.uuid4().hex,
        )
    )


def webhooks(order: Placed) -> Counter[str | None]:
    """How often each webhook came."""
    return Counter(item.webhook_id for item in order.stack.inbox(order.number))
