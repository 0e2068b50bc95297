"""The short chaos run: the real stack, 50 orders, 20 kills (the long one: `make chaos`, docs/chaos.md)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.chaos.plan import make_plan
from sandbox.fault_proxy import Way

CHECKOUT = Path(__file__).resolve().parents[2]
LINE = re.compile(
    r"orders 50, kills \d+, accepted \d+, lost 0, doubled 0, phantom 0,"
    r" webhooks acknowledged (?P<acknowledged>\d+), applied \+ parked = (?P<taken>\d+), out of order 0, settle \d+ s"
)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_out_of_order_under_kills() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bench.chaos", "--orders", "50", "--kills", "20", "--cuts", "4", "--seed", "7"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=590,
        check=False,
    )

    figures = LINE.search(shown.stdout)
    assert figures, shown.stdout + shown.stderr[-2000:]
    assert figures["acknowledged"] == figures["taken"]
    assert shown.returncode == 0, shown.stdout


@pytest.mark.full
@pytest.mark.timeout(600)
def test_workers_without_a_cache_replay_every_order_at_every_step() -> None:
    """The cheapest detector of non-determinism there is. Two minutes, nearly all of it pauses between tries."""
    shown = subprocess.run(
        [sys.executable, "-m", "bench.chaos", "--orders", "20", "--kills", "0", "--seed", "11"],
        cwd=CHECKOUT,
        env={**os.environ, "INTERLINE_MAX_CACHED_WORKFLOWS": "0"},
        capture_output=True,
        text=True,
        timeout=590,
        check=False,
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr[-2000:]


def test_a_seed_is_a_plan() -> None:
    assert make_plan(orders=40, kills=9, seed=3) == make_plan(orders=40, kills=9, seed=3)
    assert make_plan(orders=40, kills=9, seed=3) != make_plan(orders=40, kills=9, seed=4)


def test_a_plan_cuts_every_wire_for_thirty_seconds_one_way_too() -> None:
    cuts = make_plan(orders=10, kills=360, seed=1, cuts=12).cuts

    assert {cut.wire for cut in cuts} == {"gateway", "worker", "oms", "wms", "logistics", "webhook"}
    assert {cut.way for cut in cuts} == set(Way)
    assert {cut.lasts_seconds for cut in cuts} == {30.0}
    assert make_plan(orders=10, kills=360, seed=1).kills == make_plan(orders=10, kills=360, seed=1, cuts=12).kills


def test_a_plan_has_every_kind_of_trouble_and_disorder() -> None:
    plan = make_plan(orders=400, kills=60, seed=1)

    assert {part for _, part in plan.kills} == {"gateway", "worker", "temporal", "sandbox"}
    assert 0.08 < len(plan.troubles) / (18 * len(plan.orders)) < 0.12
    assert {order.client for order in plan.orders} == {0, 1}
    assert {order.kind for order in plan.orders} == {"outbound", "return"}
    assert any(order.refused for order in plan.orders)
    assert plan.late
    assert max(event.copies for event in plan.events) > 1
    posted = {order.number: order.at_seconds for order in plan.orders}
    assert any(event.at_seconds < posted[event.order] for event in plan.events)
