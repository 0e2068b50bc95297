"""An order that has ended stays as it ended: what comes after is told, and changes no record of before."""

import asyncio

import pytest

from interline.domain.stray import KeptState
from interline.names import STATUS_QUERY, stray_workflow_id
from tests.flows import scenarios
from tests.flows.support import PATIENCE_SECONDS, Flow
from tests.time.support import PAUSE_SECONDS

pytestmark = pytest.mark.stack


async def test_nothing_is_recorded_or_registered_again_neither_by_an_operator_nor_by_a_late_status(flow: Flow) -> None:
    number = await scenarios.outbound(flow)
    again = ("order", "retry", number, "--step", "blue 5", "--reason", "once more")
    told = await asyncio.to_thread(flow.stack.interline, *again)
    assert told.returncode == 1
    assert "no such step" in told.stderr
    await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": 1380})
    async with asyncio.timeout(PATIENCE_SECONDS):
        while '"late":true' not in flow.webhooks(number)[-1].body_raw.replace(" ", ""):  # noqa: ASYNC110  can only be asked
            await asyncio.sleep(PAUSE_SECONDS)
    for step in ("blue 5", "blue 6"):
        assert len([item for item in flow.stack.ledger(number, step=step) if item.method != "GET"]) == 1


async def test_a_confirmation_that_comes_after_all_is_no_news(flow: Flow) -> None:
    """Seen in a chaos run: its sender gave up for minutes, the goods issue had confirmed the order long before."""
    number = await scenarios.confirmed_in_the_answer(flow)
    await flow.event("order_confirmed", number)
    room = stray_workflow_id(flow.client_id, number)
    await flow.settled(room)
    [kept] = (await flow.temporal.get_workflow_handle(room).query(STATUS_QUERY))["events"]
    assert kept["state"] == KeptState.KNOWN
    assert flow.told(number).count("order.confirmed") == 1
