"""The network is cut in the middle of orders, both ways or one way: every order completes, nothing happens twice.

What a cut held back arrives late, also when nobody waits for it any more (sandbox/fault_proxy.py).
"""

import time
from collections.abc import Mapping

import pytest

from sandbox.fault_proxy import Way
from tests.builders import an_outbound
from tests.network.wires import PARTNERS, Wires
from tests.placed import place, placed_at_last
from tests.stack.driver import OUTBOUND, Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

BOTH, TO, FROM = Way.BOTH, Way.TO, Way.FROM
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
        order.until_complete()
