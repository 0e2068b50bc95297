"""The ways that an order or an event can take, each carried on a real stack so that its history can be kept."""

import asyncio
from typing import Final

import httpx

from interline.domain.base import JsonObject
from interline.domain.commands import ConfirmCommand, StepCommand
from interline.errors import Outcome
from interline.names import Update
from tests.builders import a_return, an_outbound
from tests.flows import scenarios
from tests.flows.support import STATUSES, Flow
from tests.time.support import amend, cancel, make_hasty, until

MORE_THAN_THE_BULKHEAD: Final = 24
BREAKER_PATIENCE_SECONDS: Final = 90.0
REFUSED: Final = "status:422"
PARKED: Final = (("red 3", "oms"), ("blue 2", "logistics"), ("blue 5", "oms"), ("blue 6", "logistics"))


async def confirmed(flow: Flow, body: JsonObject | None = None) -> str:
    """An order whose confirmation came."""
    number = flow.order(body)
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    return number


async def shipped(flow: Flow, number: str, *codes: int) -> str:
    """Goods issue and statuses, to the end."""
    await flow.event("goods_issued", number)
    await flow.statuses(number, *(codes or STATUSES[-1:]))
    await flow.ended(number)
    return number


async def decided(flow: Flow, number: str, act: Update, step: str, corrected: JsonObject | None = None) -> None:
    """An operator's word about a step in attention."""
    view = await flow.view(number)
    assert step in {problem["step"] for problem in view["problems"]}, f"{step} is not parked: {view['why']}"
    command = StepCommand(step=step, actor="tests", reason="recorded", corrected=corrected or {})
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).execute_update(act, command)
    await flow.quiet(number)


# Ways on which nothing fails.


async def quoted(flow: Flow) -> str:
    """The order names a live quote."""
    return await shipped(flow, await confirmed(flow, an_outbound(quote_id=await scenarios.quoted(flow))))


async def price_late(flow: Flow) -> str:
    """The provider has a price at the second try only, when the confirmation is there already."""
    flow.stack.trouble("logistics", "blue 2", "status:500", count=1)
    return await shipped(flow, await confirmed(flow))


async def delivered_before_goods(flow: Flow) -> str:
    """The courier's last word overtakes the goods issue; every webhook comes twice."""
    number = flow.order()
    await flow.quiet(number)
    for name, data in (("order_confirmed", {}), ("shipment_status", {"code": 2000}), ("goods_issued", {})):
        await flow.event(name, number, data=data, copies=2)
    await flow.ended(number)
    return number


async def late(flow: Flow) -> str:
    """After the end: a status that changes nothing, and one that reopens."""
    number = await shipped(flow, await confirmed(flow))
    await flow.statuses(number, 1160, 1420)
    return number


async def stated(flow: Flow) -> str:
    """No partner says anything; an operator states each fact."""
    number = flow.order()
    await flow.quiet(number)
    handle = flow.temporal.get_workflow_handle(flow.workflow_id(number))
    for fact in ("confirmation", "goods", "delivery"):
        command = ConfirmCommand(fact=fact, actor="tests", reason="by telephone")
        await handle.execute_update(Update.CONFIRM_MANUALLY, command)
        await flow.quiet(number)
    await flow.ended(number)
    return number


async def overdue(flow: Flow) -> str:
    """Each wait passes all its rungs; then what was awaited comes."""
    number = flow.order(an_outbound(logistics={"service_type": make_hasty(flow.stack)}))
    for awaited in ("order_confirmed", "goods_issued"):
        await until(flow, number, lambda seen: seen["problems"])
        await asyncio.to_thread(flow.stack.send_event, awaited, number)
    await until(flow, number, lambda seen: seen["problems"])
    await flow.statuses(number, 2000)
    await flow.ended(number)
    return number


async def amended(flow: Flow) -> str:
    """The client changes lines before the goods issue."""
    number = await confirmed(flow)
    lines = [{"line_no": 1, "sku": "TEA-OOLONG-250", "qty_ordered": 3}]
    assert (await amend(flow, number, details=lines)).status_code == httpx.codes.OK
    return await shipped(flow, number)


# Cancelling, phase by phase.


async def cancelled_before_confirmation(flow: Flow) -> str:
    """Nothing but red 3 and the price have happened."""
    number = flow.order()
    await flow.quiet(number)
    return await _cancelled(flow, number)


async def cancelled_after_confirmation(flow: Flow) -> str:
    """Blue 5 and blue 6 are done too."""
    return await _cancelled(flow, await confirmed(flow))


async def cancelled_return(flow: Flow) -> str:
    """A return, confirmed."""
    return await _cancelled(flow, await confirmed(flow, a_return()))


async def cancelled_from_the_ui(flow: Flow) -> str:
    """Somebody pressed the button of the Temporal UI."""
    number = await confirmed(flow)
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).cancel()
    await flow.ended(number)
    return number


async def cancelled_by_the_oms(flow: Flow) -> str:
    """The OMS says that the order is off."""
    number = await confirmed(flow)
    await flow.event("order_status", number, data={"status_code": "90", "status": "Cancelled"})
    await flow.ended(number)
    return number


async def cancel_refused(flow: Flow) -> str:
    """The OMS has allocated the order, which goes on; past the goods issue nobody is asked."""
    number = await confirmed(flow)
    await flow.event("order_status", number, data={"status_code": "40", "status": "Allocated"})
    assert (await cancel(flow, number)).status_code == httpx.codes.CONFLICT
    await flow.event("goods_issued", number)
    assert (await cancel(flow, number, reason="too late")).status_code == httpx.codes.CONFLICT
    await flow.statuses(number, 2000)
    await flow.ended(number)
    return number


async def cancelled_while_parked(flow: Flow) -> str:
    """The OMS had refused red 3."""
    flow.stack.trouble("oms", "red 3", REFUSED, count=1)
    number = flow.order()
    await flow.quiet(number)
    return await _cancelled(flow, number)


async def cancelled_while_red_3_hangs(flow: Flow) -> str:
    """The OMS has worked for red 3 and does not answer."""
    flow.stack.trouble("oms", "red 3", "apply_then_hang", count=1)
    return await _cancelled(flow, flow.order())


async def undo_parked(flow: Flow) -> str:
    """The provider refuses an undo, the goods move all the same, and an operator has it tried again."""
    number = await confirmed(flow)
    flow.stack.trouble("logistics", "undo shipment", REFUSED, count=1)
    assert (await cancel(flow, number)).status_code == httpx.codes.OK
    await flow.quiet(number)
    await flow.event("goods_issued", number)
    await decided(flow, number, Update.RETRY_STEP, "undo shipment")
    await flow.ended(number)
    return number


async def _cancelled(flow: Flow, number: str) -> str:
    assert (await cancel(flow, number)).status_code == httpx.codes.OK
    await flow.ended(number)
    return number


# Each attention and its release.


async def each_step_retried(flow: Flow) -> str:
    """Every call is refused once, and an operator has it tried again."""
    return await _each_step(flow, Update.RETRY_STEP)


async def each_step_skipped(flow: Flow) -> str:
    """Every call is refused once, and an operator goes on without it (but not without the OMS's order)."""
    return await _each_step(flow, Update.SKIP_STEP)


async def _each_step(flow: Flow, act: Update) -> str:
    for step, partner in (*PARKED, ("red 7", "wms"), ("blue 7", "oms")):
        flow.stack.trouble(partner, step, REFUSED, count=1)
    number = flow.order()
    await flow.quiet(number)
    await decided(flow, number, Update.RETRY_STEP, "red 3")
    await decided(flow, number, act, "blue 2")
    await flow.event("order_confirmed", number)
    for step in ("blue 5", "blue 6"):
        await decided(flow, number, act, step)
    await flow.event("goods_issued", number)
    await decided(flow, number, act, "red 7")
    await flow.statuses(number, 1160)
    await decided(flow, number, act, "blue 7")
    await flow.statuses(number, 2000)
    await flow.ended(number)
    return number


async def corrected(flow: Flow) -> str:
    """Red 3 is refused and tried again with other data: a new effect with a new key."""
    flow.stack.trouble("oms", "red 3", REFUSED, count=1)
    number = flow.order()
    await flow.quiet(number)
    await decided(flow, number, Update.RETRY_STEP, "red 3", {"consignee_city": "Surabaya"})
    await flow.event("order_confirmed", number)
    return await shipped(flow, number)


async def dead_webhook(flow: Flow) -> str:
    """The client takes a webhook in none of its tries; an operator has it sent again."""
    flow.stack.trouble("client_platform", "blue 4", "status:500")
    number = flow.order()
    view = await until(flow, number, lambda seen: seen["problems"])
    flow.stack.no_troubles()
    await decided(flow, number, Update.RETRY_STEP, view["problems"][0]["step"])
    await flow.event("order_confirmed", number)
    return await shipped(flow, number)


# Our own limits.


async def busy(flow: Flow) -> str:
    """More orders at once than first tries may be in flight: this one's call was sent later."""
    flow.stack.trouble("logistics", "blue 2", "hang")
    numbers = [flow.order() for _ in range(MORE_THAN_THE_BULKHEAD)]
    await asyncio.sleep(2.0)
    flow.stack.no_troubles()
    for number in numbers:
        await flow.quiet(number)
        if f'"{Outcome.BUSY}"' in (await flow.history(number)).to_json():
            await flow.event("order_confirmed", number)
            return await shipped(flow, number)
    raise AssertionError("none of them was told to wait")


async def breaker_open(flow: Flow) -> str:
    """The WMS answered another order that our key is wrong: its breaker is open, and red 7 waits for it."""
    flow.stack.trouble("wms", "red 7", "status:401", count=1)
    number, other = await confirmed(flow), await confirmed(flow)
    await flow.event("goods_issued", other)
    for name, data in (("goods_issued", {}), ("shipment_status", {"code": 2000})):
        await asyncio.to_thread(flow.stack.send_event, name, number, data=data)
    async with asyncio.timeout(BREAKER_PATIENCE_SECONDS):
        await flow.temporal.get_workflow_handle(flow.workflow_id(number)).result()
    assert f'"{Outcome.BREAKER}"' in (await flow.history(number)).to_json()
    return number


# In several histories, on a server that suggests a new one soon.


async def continued_amid_troubles(flow: Flow) -> str:
    """Durable calls of every partner are under way when the history ends."""
    flow.stack.trouble("oms", "blue 5", "status:503", count=3)
    flow.stack.trouble("wms", "red 7", "status:429", count=2, seconds=2)
    flow.stack.trouble("client_platform", "red 6", "status:500", count=2)
    number = flow.order()
    await flow.quiet(number)
    for name in ("order_confirmed", "goods_issued"):
        await asyncio.to_thread(flow.stack.send_event, name, number)
    for code in STATUSES:
        await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": code})
    await flow.ended(number)
    return number


async def continued_while_parked(flow: Flow) -> str:
    """A step waits for an operator from one history to the next."""
    number = await confirmed(flow)
    flow.stack.trouble("wms", "red 7", REFUSED, count=1)
    await flow.event("goods_issued", number)
    await flow.statuses(number, *STATUSES)
    await decided(flow, number, Update.RETRY_STEP, "red 7")
    await flow.ended(number)
    return number
