"""The worker is killed when a call has arrived and was not answered: every order completes, nothing happens twice."""

import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product, zip_longest

import pytest

from tests.placed import STATUSES, Placed, place
from tests.stack.driver import Stack, wait_until

pytestmark = pytest.mark.stack

PARTNERS = {
    "red 3": "oms",
    "blue 5": "oms",
    "blue 7": "oms",
    "red 7": "wms",
    "blue 2": "logistics",
    "blue 6": "logistics",
}


@dataclass(frozen=True)
class Stage:
    """Calls that are under way together, and what leads to them."""

    steps: Sequence[str]
    event: Callable[[Placed], None] | None = None


def _event(name: str, **more: object) -> Callable[[Placed], None]:
    return lambda order: order.event(name, **more)


OPENING = Stage(("red 3", "blue 2"))
GOODS = Stage(("red 6", "red 7"), _event("goods_issued"))
SHIPPING = [Stage(("blue 7", "blue 8"), _event("shipment_status", data={"code": code})) for code in STATUSES]
EIGHTEEN = [
    OPENING,
    Stage(("blue 4",)),
    Stage(("red 5", "blue 5"), _event("order_confirmed")),
    Stage(("blue 6",)),
    GOODS,
    *SHIPPING,
]


@pytest.mark.timeout(300)
def test_in_the_middle_of_creating_pricing_and_goods_issue(by_hand: Stack) -> None:
    carried_through(by_hand, EIGHTEEN, kill_in=[OPENING, GOODS])


def test_told_to_stop_it_finishes_the_call_under_way(by_hand: Stack) -> None:
    by_hand.trouble("oms", "red 3", "slow", count=1, seconds=1.5)
    order = place(by_hand)
    order.until_called("red 3")
    by_hand.kill("worker", with_signal=signal.SIGTERM)
    order.until_step("red 3", "done")
    order.ship()
    order.until_status("completed")
    assert len(order.calls("red 3", partner="oms")) == 1, "nobody had to call again"
    assert order.doubled() == []


@pytest.mark.full
@pytest.mark.timeout(900)
def test_once_in_each_of_the_eighteen_calls(by_hand: Stack) -> None:
    assert sum(len(stage.steps) for stage in EIGHTEEN) == 18
    carried_through(by_hand, EIGHTEEN, kill_in=EIGHTEEN)


def carried_through(stack: Stack, stages: Sequence[Stage], *, kill_in: Sequence[Stage]) -> None:
    """One order of each client, stage by stage. The OMS of the one is asked, that of the other honours keys."""
    hang(stack, stages[0], kill_in)
    orders = [place(stack, client=client) for client in (0, 1)]
    due: Counter[str] = Counter()
    for stage, following in zip_longest(stages, stages[1:], fillvalue=Stage(())):
        due.update(stage.steps)
        for order, step in product(orders, stage.steps):
            until_arrived(order, step, due[step])
        stack.no_troubles()
        if not following.event:
            hang(stack, following, kill_in)
        if stage in kill_in:
            revive(stack)
        if following.event:
            for order, step in product(orders, stage.steps):
                until_arrived(order, step, due[step], answered=True)
            hang(stack, following, kill_in)
            for order in orders:
                following.event(order)
    for order in orders:
        order.until_status("completed")
        assert order.doubled() == []


def hang(stack: Stack, stage: Stage, kill_in: Sequence[Stage]) -> None:
    """Every call of that stage is worked for and never answered."""
    if stage in kill_in:
        for step in stage.steps:
            stack.trouble(PARTNERS.get(step, "client_platform"), step, "apply_then_hang")


def until_arrived(order: Placed, step: str, times: int, *, answered: bool = False) -> None:
    """Until so many different things of that arrow have reached their receiver (a price has no effect)."""

    def arrived() -> bool:
        calls = [call for call in order.calls(step) if call.status or not answered]
        return (len({call.effect_id for call in calls if call.effect_id}) or len(calls)) >= times

    order.until(f"{step} arrives", arrived)


def revive(stack: Stack) -> None:
    """Kill -9 and wait for the next worker."""
    dead = stack.kill("worker")
    wait_until("the worker is back", lambda: stack.manifest.pids["worker"] != dead, timeout_seconds=90.0)
