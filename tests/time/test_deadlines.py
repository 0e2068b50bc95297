"""Deadlines on the real server, in tenths of a second: reminder, breach, attention; the partner is asked first."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.builders import an_outbound
from tests.flows.support import Flow, counted
from tests.placed import Placed, place
from tests.time.support import own_deadlines, until

pytestmark = pytest.mark.stack


async def hasty_order(flow: Flow, hasty: str, *facts: str) -> str:
    """An order whose waits are short, after these facts."""
    number = flow.order(an_outbound(logistics={"service_type": hasty}))
    await flow.quiet(number)
    for fact in facts:
        await asyncio.to_thread(flow.stack.send_event, fact, number)
    return number


def words(view: dict[str, object]) -> str:
    timeline = view["timeline"]
    assert isinstance(timeline, list)
    return " ".join(entry["what"] for entry in timeline)


async def test_a_confirmation_that_does_not_come_is_reminded_breached_and_shown_to_a_human(
    flow: Flow, hasty: str
) -> None:
    number = await hasty_order(flow, hasty)
    view = await until(flow, number, lambda seen: seen["problems"])
    assert "warn: still waiting for confirmation from OMS" in words(view)
    assert [breach["what"] for breach in view["breaches"]] == ["confirmation from OMS"]
    assert [problem["step"] for problem in view["problems"]] == ["red 4"]
    assert flow.told(number)[-2:] == ["order.overdue", "order.attention"]
    asked = [item for item in flow.stack.ledger(number, step="red 4") if item.method == "GET"]
    assert len(asked) >= 3, "asked before each rung acts"
    await flow.event("order_confirmed", number)
    later = await flow.view(number)
    assert [problem["step"] for problem in later["problems"] if problem["step"] == "red 4"] == []
    assert later["breaches"][0] == view["breaches"][0], "a breach is kept"


async def test_a_confirmation_that_got_lost_costs_time_only(flow: Flow, hasty: str) -> None:
    number = await hasty_order(flow, hasty)
    await flow.quiet(number)
    await asyncio.to_thread(flow.stack.send_event, "order_confirmed", number, lost=True)
    await until(flow, number, lambda seen: seen["order_status"] == "confirmed")
    assert flow.told(number).count("order.confirmed") == 1
    await asyncio.to_thread(flow.stack.send_event, "order_confirmed", number)
    await flow.quiet(number)
    assert flow.told(number).count("order.confirmed") == 1, "the webhook that comes after all changes nothing"


async def test_a_goods_issue_and_statuses_that_got_lost_are_learnt_by_asking(flow: Flow, hasty: str) -> None:
    number = await hasty_order(flow, hasty, "order_confirmed")
    await flow.quiet(number)
    await asyncio.to_thread(flow.stack.send_event, "goods_issued", number, lost=True)
    for code in (1180, 2000):
        await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": code}, lost=True)
    view = await flow.ended(number)
    assert (view["order_status"], view["logistics_status"], view["problems"]) == ("completed", "delivered", [])
    assert len(flow.bodies(number, "red 7")) == 1
    assert flow.told(number).count("logistics.status") == 2
    assert flow.told(number).count("order.goods_issued") == 1


async def test_no_pickup_and_no_delivery_share_one_timer_and_are_told_apart(flow: Flow, hasty: str) -> None:
    number = await hasty_order(flow, hasty, "order_confirmed", "goods_issued")
    view = await until(flow, number, lambda seen: len(seen["problems"]) > 1)
    assert [breach["what"] for breach in view["breaches"]] == ["pickup by the courier", "last status from the courier"]
    assert [problem["about"] for problem in view["problems"]] == ["pickup", ""]
    await flow.statuses(number, 1180)
    assert [problem["about"] for problem in (await flow.view(number))["problems"]] == [""], "picked up: settled"
    await flow.statuses(number, 2000)
    ended = await flow.ended(number)
    assert (ended["order_status"], ended["problems"]) == ("completed", [])


async def test_a_pickup_in_time_passes_its_rungs_in_silence(flow: Flow, hasty: str) -> None:
    number = await hasty_order(flow, hasty, "order_confirmed", "goods_issued")
    await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": 1180})
    view = await until(flow, number, lambda seen: seen["problems"])
    assert [breach["what"] for breach in view["breaches"]] == ["last status from the courier"]
    await flow.statuses(number, 2000)
    await flow.ended(number)


async def test_a_clients_own_deadline_holds_for_its_orders_and_its_service_types_own_wins(flow: Flow) -> None:
    """Settings, client, service type: the more special one holds, each told by the same client webhook."""
    with own_deadlines(flow.stack):
        hurried = place(flow.stack, client=1)
        patient = place(flow.stack, an_outbound(logistics={"service_type": "patient"}), client=1)
    others = place(flow.stack, client=0)
    await asyncio.to_thread(hurried.until, "it is late", lambda: "order.overdue" in hurried.told())
    for order in (patient, others):
        assert order.view()["breaches"] == []
        assert "order.overdue" not in order.told()
        assert order.view()["waits"][0]["step"] == "red 4"
    hours = [_hours_left(order) for order in (patient, others)]
    assert hours == pytest.approx([2, 1], abs=0.1), "its own, and the settings'"
    for order in (hurried, patient, others):
        await asyncio.to_thread(order.ship)
        await asyncio.to_thread(order.until_status, "completed")


def _hours_left(order: Placed) -> float:
    due = datetime.fromisoformat(order.view()["waits"][0]["next_at"])
    return (due - datetime.now(UTC)).total_seconds() / 3600


async def test_an_order_in_time_has_three_timers_and_no_breach(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    for name in ("order_confirmed", "goods_issued"):
        await flow.event(name, number)
    await flow.statuses(number, 1180, 2000)
    assert (await flow.ended(number))["breaches"] == []
    kinds = counted(await flow.history(number))
    assert (kinds["TIMER_STARTED"], kinds["TIMER_CANCELED"]) == (3, 3)
