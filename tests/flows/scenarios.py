"""Whole orders from red 1 to their end: what the flow tests look at, and what `make record` keeps for replays."""

import asyncio

import httpx

from interline.domain.commands import StepCommand
from interline.domain.shipment import PricingInput
from interline.names import ORDER_QUEUE, Update, Workflow, quote_workflow_id, stray_workflow_id
from tests.builders import a_pricing, a_return, an_outbound, unique
from tests.flows.support import STATUSES, Flow
from tests.shapes import a_shipment
from tests.stack.driver import PRICING


async def outbound(flow: Flow, *, keys: str = "lookup") -> str:
    """An asynchronous confirmation, no quote named, five statuses, each event after the one before was worked off."""
    flow.stack.partner("oms", keys=keys)
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    return await _shipped(flow, number)


async def confirmed_in_the_answer(flow: Flow) -> str:
    """Red 4 comes in the answer of red 3."""
    flow.stack.manual(on=True, confirmation="sync")
    number = flow.order()
    await flow.quiet(number)
    return await _shipped(flow, number)


async def returned(flow: Flow) -> str:
    """A return: the courier first, the goods receipt last."""
    number = flow.order(a_return())
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.statuses(number, *STATUSES)
    await flow.event("goods_received", number)
    await flow.ended(number)
    return number


async def rejected(flow: Flow) -> str:
    """The OMS refuses the order."""
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_rejected", number)
    await flow.ended(number)
    return number


async def fallback(flow: Flow) -> str:
    """The WMS cannot be reached once: the local try fails, the durable call gets through."""
    number = await _confirmed(flow)
    flow.stack.trouble("wms", "red 7", "refuse", count=1)
    return await _shipped(flow, number)


async def skipped(flow: Flow) -> str:
    """The WMS refuses red 7 for good; an operator skips it with a reason."""
    number = await _confirmed(flow)
    flow.stack.trouble("wms", "red 7", "status:422", count=1)
    await flow.event("goods_issued", number)
    await decide(flow, number, Update.SKIP_STEP, "red 7")
    await flow.statuses(number, *STATUSES)
    await flow.ended(number)
    return number


async def decide(flow: Flow, number: str, act: Update, step: str) -> None:
    """An operator's word about a step in attention."""
    command = StepCommand(step=step, actor="tests", reason="seen by a test")
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).execute_update(act, command)
    await flow.quiet(number)


async def quoted(flow: Flow) -> str:
    """A quote alone (blue 1 to blue 4); its id."""
    answer = await asyncio.to_thread(flow.stack.post, PRICING, a_pricing())
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["data"]["quote_id"])


async def a_short_quote(flow: Flow, *, valid_seconds: float) -> str:
    """A quote that holds so long only; its id."""
    asked = PricingInput(
        client_id=flow.client_id, quote_id=unique("Q"), shipment=a_shipment(), valid_seconds=valid_seconds
    )
    workflow_id = quote_workflow_id(asked.client_id, asked.quote_id)
    await flow.temporal.execute_workflow(Workflow.DOMESTIC_PRICING, asked, id=workflow_id, task_queue=ORDER_QUEUE)
    return asked.quote_id


async def early(flow: Flow) -> str:
    """A shipment status comes before the order: `Stray` keeps it and hands it over. The order's number."""
    number = unique("SO")
    answers = await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": 1160})
    assert [answer["gateway_status"] for answer in answers] == [httpx.codes.OK]
    flow.order(an_outbound(so_number=number))
    await flow.temporal.get_workflow_handle(stray_workflow_id(flow.client_id, number)).result()
    await flow.quiet(number)
    return number


async def _confirmed(flow: Flow) -> str:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    return number


async def _shipped(flow: Flow, number: str) -> str:
    await flow.event("goods_issued", number)
    await flow.statuses(number, *STATUSES)
    await flow.ended(number)
    return number
