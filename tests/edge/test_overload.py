"""IN-08 in small: three times what the gateway can take, for twenty seconds. The long run is `make bench-overload`."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import Client as Temporal

from bench import overload
from bench.crowd import Crowd, Tally
from bench.edge import alone
from tests.conftest import Figure

SECONDS = 20.0
GROWTH_BYTES = 64 * 1024 * 1024
TIMED_OUT = "503 temporarily-unavailable"
"""Temporal did not answer in time: it may have recorded the order."""

pytestmark = pytest.mark.full


@pytest.mark.timeout(240)
async def test_three_times_too_much_is_refused_in_order_and_nothing_else_suffers(
    tmp_path: Path, figure: Figure
) -> None:
    """Not by the clock of this machine: what is taken is compared with what the same run takes at most."""
    async with alone(tmp_path) as here:
        crowd = Crowd(here.gateway_url, overload.orders(here.gateway_url, overload.crowd_of(here)))
        seen = await overload.overloaded(here, crowd, await overload.peak_of(crowd, 3.0), SECONDS)
        recorded = await _recorded(here.temporal, seen.tally)
    figure(overload.table(overload.overload_rows(seen), {}))
    tally, accepted = seen.tally, set(seen.tally.accepted)
    assert tally.others == {}, "each answer is 202, 429, or 503 with Retry-After"
    assert len(accepted) + tally.refusals.total() == tally.due
    assert tally.refusals.total() > tally.due / 3, "it was too much"
    assert accepted <= recorded
    assert len(recorded - accepted) <= tally.refusals[TIMED_OUT]
    assert seen.watch.failures == 0
    assert max(seen.watch.rss) - seen.watch.rss[0] < GROWTH_BYTES
    assert seen.share > 0.5


async def _recorded(temporal: Temporal, tally: Tally) -> set[str]:
    """Which of these orders Temporal has, once its list, which lags behind, has all that were accepted."""
    found = set[str]()
    async with asyncio.timeout(60):
        while not found >= set(tally.accepted):
            every = [order.id async for order in temporal.list_workflows("WorkflowType = 'Order'", page_size=1000)]
            found = {workflow_id.rpartition(":")[2] for workflow_id in every} & set(tally.asked)
            await asyncio.sleep(1)
    return found
