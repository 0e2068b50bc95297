"""A webhook that is acknowledged at the very instant at which its order ends is never lost (ORD-06)."""

import asyncio
import re
from functools import partial

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from interline.names import order_workflow_id, stray_workflow_id
from tests.conftest import Figure
from tests.placed import STATUSES, Placed, place
from tests.stack.driver import Stack
from tests.survival.conftest import Working

pytestmark = [pytest.mark.stack, pytest.mark.full, pytest.mark.timeout(600)]

ORDERS, AIMED, AT_A_TIME = 50, 20, 5
"""Orders, webhooks aimed at the end of each, and orders under way at a time: 1000 tries."""
SPREAD_SECONDS = 1.5
"""From the status that ends the order until the last webhook: the end lies amid them."""


async def test_a_thousand_webhooks_at_the_instant_of_completion(
    workerless: Stack, temporal: Client, working: Working, figure: Figure
) -> None:
    room = asyncio.Semaphore(AT_A_TIME)

    async def one() -> tuple[int, int]:
        async with room:
            order = await almost_done(workerless)
            await asyncio.gather(
                asyncio.to_thread(order.event, "shipment_status", data={"code": STATUSES[-1]}),
                *(asyncio.create_task(aimed(order, number)) for number in range(AIMED)),
            )
            await asyncio.to_thread(order.until_status, "completed")
            return await heard(temporal, order_workflow_id(order.client_id, order.number)), await heard(
                temporal, stray_workflow_id(order.client_id, order.number)
            )

    async with working():
        found = await asyncio.gather(*(one() for _ in range(ORDERS)))
    in_time, late = (sum(column) for column in zip(*found, strict=True))
    figure(f"{ORDERS * AIMED} webhooks at the instant of completion: {in_time} in their order, {late} late, lost 0")
    assert [sum(each) for each in found] == [AIMED] * ORDERS, "each is in its order or waits in sight"
    assert min(in_time, late) > 0, "the instant was hit"


async def almost_done(stack: Stack) -> Placed:
    """An order that only waits for its last status."""
    order = await asyncio.to_thread(place, stack)
    await asyncio.to_thread(order.until_step, "red 3", "done")
    for name in ("order_confirmed", "goods_issued"):
        await asyncio.to_thread(order.event, name)
    for code in STATUSES[:-1]:
        await asyncio.to_thread(order.event, "shipment_status", data={"code": code})
    await asyncio.to_thread(order.until, "all are told", lambda: order.told().count("logistics.status") == 4)
    return order


async def aimed(order: Placed, number: int) -> None:
    """The OMS's word a moment after the status that ends the order, repeated until the gateway acknowledges it."""
    await asyncio.sleep(SPREAD_SECONDS * number / AIMED)
    word = {"status_time": f"2026-11-27 10:00:{number:02}", "status_descr": f"aimed {number}"}
    send = partial(order.stack.send_event, "order_status", order.number, client_id=order.client_id, data=word)
    while not all(answer["gateway_status"] == httpx.codes.OK for answer in await asyncio.to_thread(send)):  # noqa: ASYNC110  a sender cannot know
        await asyncio.sleep(0.2)  # a sender's pause


async def heard(temporal: Client, workflow_id: str) -> int:
    """How many of them are in this workflow's history."""
    try:
        history = await temporal.get_workflow_handle(workflow_id).fetch_history()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return 0
    signaled = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    texts = [str(event) for event in history.events if event.event_type == signaled]
    return len({found.group() for text in texts if (found := re.search(r"aimed \d+", text))})
