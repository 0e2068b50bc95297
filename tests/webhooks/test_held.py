"""Held longer than we hold (30 days, here 2 s): dead letters that are seen and redelivered, never a silent end."""

import json
from collections.abc import Iterator

import pytest

from tests.stack.driver import Stack, wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.stack

KINDS = ("fulfillment", "logistics")


@pytest.fixture(scope="module")
def brief_hold(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    hold = {"INTERLINE_DELIVERY_HOLD_SECONDS": "2"}
    with Stack(tmp_path_factory.mktemp("held") / "stack", {**environ, **hold}, "--pace", "0.2") as running:
        yield running


@pytest.fixture
def paused(brief_hold: Stack, receiver: Receiver) -> Shop:
    shop = Shop(brief_hold, receiver)
    shop.point(receiver)
    for kind in KINDS:
        shop.data("POST", f"/{kind}/pause", {"reason": "holidays"})
    shop.settle()
    return shop


def test_what_was_held_too_long_is_seen_by_client_and_operator_and_redelivered_in_order(paused: Shop) -> None:
    orders = sorted(paused.order() for _ in range(2))
    wait_until("both are dead letters", lambda: _dead(paused) == orders)
    wait_until("the operator's queue has them", lambda: _queue(paused).issuperset(orders))
    for order in orders:
        paused.wait_for(order, "delivering")
        assert "; held since 20" in paused.stack.view(order, client=paused.client)["why"]
    (last, *_) = reversed(paused.log(orders[0])[0]["tries"])
    assert last["message"].startswith("the logistics webhook is paused by API of")

    for kind in KINDS:
        paused.data("POST", f"/{kind}/resume")
    paused.settle()
    for order in orders:
        paused.data("POST", "/deliveries/redeliver", {"order_no": order, "failed_only": True})
        paused.wait_for(order, "completed")
        assert paused.receiver.taken(order) == list(range(1, len(paused.log(order)) + 1))


def _dead(shop: Shop) -> list[str]:
    return sorted(one["order_no"] for one in shop.data("GET", "/deliveries?status=dead")["deliveries"])


def _queue(shop: Shop) -> set[str]:
    shown = shop.stack.interline("attention", "--json")
    return {one["order_number"] for one in json.loads(shown.stdout)}
