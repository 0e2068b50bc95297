"""A client of two providers: the one that priced an order is the one that hears all that follows."""

import json

import pytest

from starter.demo.handles import LedgerItem
from tests.builders import an_outbound
from tests.placed import PATIENCE_SECONDS, Placed, place
from tests.pricing.conftest import OTHER_HOST
from tests.stack.driver import Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def priced_by_the_other(well: Stack) -> Placed:
    """Both offer the same, so the first that is compared is taken; everything of the order is soon overdue."""
    well.manual(on=True, confirmation="none")
    order = place(well, an_outbound(logistics={"service_type": "hasty"}), client=1)
    order.until_called("blue 2", times=2)
    order.event("order_confirmed")
    order.until_called("blue 6")
    return order


def heard(order: Placed, *steps: str) -> list[LedgerItem]:
    """What either provider received."""
    return [item for item in order.calls(*steps) if item.partner == "logistics"]


def at_the_other(item: LedgerItem) -> bool:
    return item.headers["host"].startswith(OTHER_HOST)


def test_it_is_registered_asked_and_reconciled_there_and_a_new_weight_is_priced_there(well: Stack) -> None:
    order = priced_by_the_other(well)
    order.event("goods_issued", data={"weight_kg": 9})
    order.until("it is priced again and asked about", lambda: len(heard(order, "blue 2")) == 3 and bool(asked(order)))
    assert [at_the_other(item) for item in heard(order, "blue 2")].count(False) == 1, "asked once, at first"
    before = len(asked(order))
    wait_until("it is compared", lambda: reconciled(order) and len(asked(order)) > before, timeout_seconds=60)
    assert all(at_the_other(item) for item in heard(order, "blue 6", "blue 7"))


def test_a_cancelled_order_is_taken_back_there(well: Stack) -> None:
    order = priced_by_the_other(well)
    told = order.stack.interline("order", "cancel", order.number, "--client", order.client_id, "--reason", "a test")
    assert told.returncode == 0, told.stdout + told.stderr
    order.until_status("cancelled")
    order.until("all is taken back", lambda: len([one for one in heard(order) if one.method == "DELETE"]) == 2)
    assert all(at_the_other(item) for item in heard(order) if item.step != "blue 2")


def asked(order: Placed) -> list[LedgerItem]:
    """Questions about the shipment."""
    return [item for item in heard(order, "blue 7") if item.method == "GET"]


def reconciled(order: Placed) -> bool:
    """`interline reconcile` found the order (lists lag behind)."""
    arguments = ("reconcile", order.number, "--client", order.client_id, "--grace", "0.1", "--json")
    told = order.stack.interline(*arguments, timeout_seconds=PATIENCE_SECONDS)
    return bool(json.loads(told.stdout)["compared"])
