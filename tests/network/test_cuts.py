"""The network is cut in the middle of orders, both ways or one way: every order completes, nothing happens twice.

What a cut held back arrives late, also when nobody waits for it any more (sandbox/fault_proxy.py).
"""

import time
from collections import Counter
from collections.abc import Mapping

import httpx
import pytest

from interline.domain.base import JsonObject
from sandbox.fault_proxy import Way
from tests.builders import an_outbound, number_of
from tests.network.wires import PARTNERS, Wires
from tests.placed import Placed, place
from tests.stack.driver import OUTBOUND, Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

BOTH, TO, FROM = Way.BOTH, Way.TO, Way.FROM
ONCE = ("red 3", "red 7", "blue 5", "blue 6")
SHORT_SECONDS, LONG_SECONDS = 4.0, 30.0

SHORT: list[Mapping[str, Way]] = [
    {"gateway": BOTH},
    {"worker": FROM},
    dict(zip(PARTNERS, (FROM, TO, BOTH, FROM), strict=True)),
]
LONG: list[Mapping[str, Way]] = [
    *({part: way} for part in ("gateway", "worker") for way in Way),
    *(dict(zip(PARTNERS, ways, strict=True)) for ways in ((BOTH, TO, FROM, TO), (TO, FROM, BOTH, FROM))),
    dict(zip(PARTNERS, (FROM, BOTH, TO, BOTH), strict=True)),
]
"""Each wire each way."""


def named(ways: Mapping[str, Way]) -> str:
    """For the test's name."""
    return " ".join(f"{wire}:{way.value}" for wire, way in ways.items())


@pytest.mark.parametrize("ways", SHORT, ids=named)
def test_a_short_cut_loses_and_doubles_nothing(wired: Stack, wires: Wires, ways: Mapping[str, Way]) -> None:
    carried_through(wired, wires, ways, seconds=SHORT_SECONDS)


@pytest.mark.full
@pytest.mark.parametrize("ways", LONG, ids=named)
def test_thirty_seconds_lose_and_double_nothing(wired: Stack, wires: Wires, ways: Mapping[str, Way]) -> None:
    carried_through(wired, wires, ways, seconds=LONG_SECONDS)


def carried_through(stack: Stack, wires: Wires, ways: Mapping[str, Way], *, seconds: float) -> None:
    """Orders that have shipped, that have begun, that have just come, and that come during the cut."""
    orders = [place(stack, client=client) for client in (0, 1)]
    for order in orders:
        order.until_called("red 7")
    orders += [place(stack, client=client) for client in (0, 1)]
    orders[-1].until_called("red 3")
    orders += [place(stack, client=client) for client in (0, 1)]
    bodies = [an_outbound(), an_outbound()]
    with wires.cut(ways):
        first = [stack.post(OUTBOUND, body, client=client).status_code for client, body in enumerate(bodies)]
        time.sleep(seconds)
    assert set(first) == ({503} if "gateway" in ways else {202})
    orders += [placed_at_last(stack, body, client=client) for client, body in enumerate(bodies)]
    for order in orders:
        order.until_status("completed")
        assert order.doubled() == []
        assert_nothing_lost(order)


def placed_at_last(stack: Stack, body: JsonObject, *, client: int) -> Placed:
    """As a careful client: the same body again until it is taken."""
    wait_until(
        "the order is taken", lambda: stack.post(OUTBOUND, body, client=client).status_code == httpx.codes.ACCEPTED
    )
    return Placed(stack, number_of(body), client)


def assert_nothing_lost(order: Placed) -> None:
    """Each call has its effect once; each status that the provider sent reached OMS and client, copies aside."""
    effects = Counter(step for step, _ in {(call.step, call.effect_id) for call in order.calls() if call.effect_id})
    sent = {item.event_id for item in order.stack.sent(order.number) if item.event == "shipment_status"}
    assert {step: effects[step] for step in ONCE} == dict.fromkeys(ONCE, 1)
    assert effects["blue 7"] == len(sent) >= 5
    told = Counter(event for event, _ in {(item.event, item.webhook_id) for item in order.stack.inbox(order.number)})
    assert told["logistics.status"] == len(sent)
    assert told["order.confirmed"] == told["order.goods_issued"] == 1
