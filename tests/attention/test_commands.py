"""What an operator may say, to one order or to many, and what is refused with a clear reason."""

import json

import pytest

from tests.placed import Placed, place
from tests.stack.driver import Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def parked(stack: Stack, step: str = "red 3", partner: str = "oms") -> Placed:
    """An order whose first call of the step is refused."""
    stack.trouble(partner, step, "status:422", count=1)
    order = place(stack)
    order.until_step(step, "attention")
    return order


def accepted(order: Placed, *command: str) -> str:
    """What the command said."""
    done = order.stack.interline("order", command[0], order.number, *command[1:], "--reason", "by a test")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(order: Placed, *command: str, reason: str = "by a test") -> str:
    """Why the command was refused."""
    done = order.stack.interline("order", command[0], order.number, *command[1:], "--reason", reason)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_retry_is_the_same_effect_a_corrected_one_is_another(by_hand: Stack) -> None:
    by_hand.trouble("oms", "red 3", "status:422", count=2)
    order = place(by_hand)
    order.until_step("red 3", "attention")
    accepted(order, "retry")
    order.until("it is refused again", lambda: len(order.calls("red 3", partner="oms")) == 2)
    order.until_step("red 3", "attention")
    accepted(order, "retry", "--set", json.dumps({"consignee_city": "Surabaya"}))
    order.until_step("red 3", "done")

    first, same, corrected = order.calls("red 3", partner="oms")
    assert first.idempotency_key == same.idempotency_key != corrected.idempotency_key
    assert first.body_raw == same.body_raw
    assert json.loads(corrected.body_raw)["data"]["outbound"]["consignee_city"] == "Surabaya"


def test_every_fact_that_no_partner_reports_can_be_stated(by_hand: Stack) -> None:
    order = place(by_hand)
    order.until_step("red 3", "done")
    accepted(order, "confirm", "confirmation", "--data", '{"oms_order_no": "FO-BY-PHONE"}')
    order.until_status("confirmed")
    accepted(order, "confirm", "goods")
    order.until_status("goods_issued")
    accepted(order, "confirm", "delivery")
    order.until_status("completed")
    assert order.view()["oms_order_no"] == "FO-BY-PHONE"
    assert {"order.confirmed", "order.goods_issued", "logistics.status"} <= set(order.told())


def test_what_makes_no_sense_is_refused_with_its_reason(by_hand: Stack) -> None:
    order = place(by_hand)
    order.until_step("red 3", "done")
    assert "waits for an operator" in refused(order, "retry")
    accepted(order, "confirm", "confirmation")
    order.until_status("confirmed")
    assert "confirmed already" in refused(order, "confirm", "confirmation", "--actor", "somebody else")
    accepted(order, "confirm", "goods")
    assert "reported all goods already" in refused(order, "confirm", "goods", "--actor", "somebody else")
    by_hand.trouble("oms", "blue 7", "status:422", count=1)
    order.event("shipment_status", data={"code": 1160})
    order.until_step("blue 7", "attention")
    assert "nothing that can be corrected" in refused(order, "retry", "--set", '{"code": 1}')
    assert "fill in both" in refused(order, "skip", reason=" ")
    assert "JSON object" in refused(order, "retry", "--set", "city")
    accepted(order, "skip")


def test_one_of_several_waiting_steps_must_be_named(by_hand: Stack) -> None:
    by_hand.trouble("logistics", "blue 2", "status:422", count=1)
    order = parked(by_hand)
    order.until_step("blue 2", "attention")
    assert "add --step, one of " in refused(order, "skip")
    accepted(order, "skip", "--step", "blue 2")
    order.until_step("blue 2", "skipped")


def test_the_same_decision_twice_is_done_once(by_hand: Stack) -> None:
    order = place(by_hand)
    order.until_step("red 3", "done")
    assert accepted(order, "confirm", "confirmation") == accepted(order, "confirm", "confirmation")
    order.until_status("confirmed")
    assert sum("stated by" in entry["what"] for entry in order.view()["timeline"]) == 1


def test_many_at_once_first_as_a_dry_run(by_hand: Stack) -> None:
    orders = [parked(by_hand) for _ in range(3)]
    other = parked(by_hand, "blue 2", "logistics")
    others = by_hand.interline("attention", "--json", "--because", "oms answered 422")
    wait_until("all are queued", lambda: _queued(by_hand) >= {order.number for order in [*orders, other]})
    assert others.returncode == 0

    several = ("order", "retry", "all", "--step", "red 3", "--because", "oms answered 422", "--reason", "OMS repaired")
    promised = by_hand.interline(*several, "--dry-run").stdout
    assert all(f"{order.number}  red 3  retry_step  would be done" in promised for order in orders)
    assert other.number not in promised
    assert all(order.step("red 3") == "attention" for order in orders)

    done = by_hand.interline(*several)
    assert done.returncode == 0, done.stdout
    for order in orders:
        order.until_step("red 3", "done")
    assert other.step("blue 2") == "attention"
    accepted(other, "skip")


def _queued(stack: Stack) -> set[str]:
    return {one["order_number"] for one in json.loads(stack.interline("attention", "--json").stdout)}
