"""What the client was told keeps its place, though the worker is killed before the engine knows of the telling."""

import signal
from collections import defaultdict

import pytest

from tests.placed import STATUSES, Placed, place
from tests.stack.driver import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


def test_a_task_that_is_lived_again_gives_the_same_numbers(workerless: Stack) -> None:
    with workerless.worker():
        order = place(workerless)
        order.until_step("red 3", "done")
        order.event("order_confirmed")
        order.event("goods_issued")
        order.event("shipment_status", data={"code": STATUSES[0]})
        order.until("the opening is over", lambda: "logistics.status" in order.told())
        order.until_step("blue 7", "done")
    for code in STATUSES[1:3]:
        order.event("shipment_status", data={"code": code})
    workerless.trouble("oms", "blue 7", "slow", count=1, seconds=0.5)
    with workerless.worker() as process:
        order.until("the first call is under way", lambda: len(order.calls("blue 7", partner="oms")) == 2)
        workerless.trouble("oms", "blue 7", "slow", count=1, seconds=1.8)
        order.event("awb_assigned")
        order.until("the second is told", lambda: order.told().count("logistics.status") == 3)
        process.send_signal(signal.SIGKILL)
    with workerless.worker():
        for code in STATUSES[3:]:
            order.event("shipment_status", data={"code": code})
        order.until_status("completed")
    assert {number: len(ids) for number, ids in ids_by_place(order).items() if len(ids) > 1} == {}
    assert "order.awb_assigned" in order.told()


def test_the_price_keeps_its_place_before_the_confirmation(workerless: Stack) -> None:
    workerless.trouble("oms", "red 3", "slow", count=1, seconds=1.8)
    with workerless.worker() as process:
        order = place(workerless)
        order.until("the price is told", lambda: order.told() == ["logistics.priced"])
        order.event("order_confirmed")
        process.send_signal(signal.SIGKILL)
    assert order.step("red 3") != "done", "the engine knows nothing of it yet"
    workerless.trouble("logistics", "blue 2", "slow", count=1, seconds=1.0)
    with workerless.worker():
        order.until("the confirmation is told", lambda: "order.confirmed" in order.told())
        order.ship()
        order.until_status("completed")
    assert {number: len(ids) for number, ids in ids_by_place(order).items() if len(ids) > 1} == {}


def test_a_price_that_was_late_is_told_when_its_place_is_recorded(workerless: Stack) -> None:
    workerless.trouble("logistics", "blue 2", "status:500", count=1)
    workerless.trouble("client_platform", "blue 4", "apply_then_hang", count=1)
    with workerless.worker() as process:
        order = place(workerless)
        order.until("the price is on its way", lambda: order.calls("blue 4") != [])
        process.send_signal(signal.SIGKILL)
    order.event("order_confirmed")
    with workerless.worker():
        order.until("both are told", lambda: {"logistics.priced", "order.confirmed"} <= {*order.told()})
        order.ship()
        order.until_status("completed")
    assert {number: len(ids) for number, ids in ids_by_place(order).items() if len(ids) > 1} == {}


def ids_by_place(order: Placed) -> dict[int, set[str | None]]:
    """The webhooks that came under each number."""
    found: dict[int, set[str | None]] = defaultdict(set)
    for item in order.stack.inbox(order.number):
        if item.sequence is not None:
            found[item.sequence].add(item.webhook_id)
    return found
