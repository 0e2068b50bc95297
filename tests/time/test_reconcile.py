"""Open orders and partners compared: what differs is reported, and told to the order only when asked for."""

import asyncio
import json
from typing import Any

import pytest

from interline.names import RECONCILE_SCHEDULE, Workflow
from interline.runtime.schedules import keep_reconciling
from tests.flows.support import PATIENCE_SECONDS, Flow
from tests.time.support import PAUSE_SECONDS, until

pytestmark = pytest.mark.stack


async def reconcile(flow: Flow, number: str, *options: str) -> dict[str, Any]:
    """The report of `interline reconcile`, once the order can be found (lists lag behind)."""
    arguments = ("reconcile", number, "--client", flow.client_id, "--grace", "0.2", "--json", *options)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            told = await asyncio.to_thread(flow.stack.interline, *arguments)
            assert told.returncode == 0, told.stderr
            report: dict[str, Any] = json.loads(told.stdout)
            if report["compared"]:
                return report


def found(report: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {one["what"]: (one["partner"], one["ours"], one["theirs"]) for one in report["differences"]}


async def test_lost_webhooks_are_reported_and_repaired_only_on_request(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    assert (await reconcile(flow, number))["differences"] == []
    for name in ("order_confirmed", "goods_issued"):
        await asyncio.to_thread(flow.stack.send_event, name, number, lost=True)
    report = await reconcile(flow, number)
    ordered = str((await flow.view(number))["ordered"])
    assert found(report) == {
        "order": ("oms", "registered", "goods_issued"),
        "confirmed": ("oms", "no", "yes"),
        "pieces moved": ("oms", "0", ordered),
    }
    assert (report["repaired"], report["unanswered"]) == ([], [])
    assert (await flow.view(number))["order_status"] == "registered", "reported, and nothing else"

    assert (await reconcile(flow, number, "--repair"))["repaired"] == [number]
    await until(flow, number, lambda seen: seen["order_status"] == "goods_issued")
    assert (await reconcile(flow, number, "--repair"))["differences"] == []
    assert flow.told(number).count("order.goods_issued") == 1

    await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": 2000}, lost=True)
    report = await reconcile(flow, number, "--repair")
    assert found(report)["shipment"] == ("logistics", "none", "delivered")
    assert (await flow.ended(number))["order_status"] == "completed"
    assert len(flow.bodies(number, "red 7")) == 1


async def test_a_partner_that_does_not_answer_is_named_and_nothing_is_guessed(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    flow.stack.trouble("oms", "red 4", "status:422")
    report = await reconcile(flow, number)
    assert [(one["partner"], one["order_number"]) for one in report["unanswered"]] == [("oms", number)]
    assert report["differences"] == []


async def test_the_schedule_runs_it_and_goes_when_it_is_switched_off(flow: Flow) -> None:
    await keep_reconciling(flow.temporal, every_seconds=3600)
    await keep_reconciling(flow.temporal, every_seconds=1)
    query = f"WorkflowType = '{Workflow.RECONCILIATION}' AND WorkflowId STARTS_WITH '{RECONCILE_SCHEDULE}'"
    query += " AND ExecutionStatus = 'Completed'"
    try:
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while not (await flow.temporal.count_workflows(query)).count:  # noqa: ASYNC110  it can only be asked
                await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await keep_reconciling(flow.temporal, every_seconds=0)
    told = await asyncio.to_thread(flow.stack.interline, "reconcile", "--last")
    assert "open orders compared" in told.stdout
    await keep_reconciling(flow.temporal, every_seconds=0)
