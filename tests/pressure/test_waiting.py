"""A partner that asks for time gets it, and nobody else waits for it: budgets, Retry-After, bulkhead, breaker, rate."""

import asyncio
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client

from interline.names import order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.builders import an_outbound
from tests.conftest import NewStack
from tests.placed import Placed, place, placed_at_last
from tests.stack.driver import Stack, wait_until
from tests.time.support import make_hasty

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


def test_retry_after_is_kept_and_holds_no_slot(well: Stack) -> None:
    well.trouble("wms", "red 7", "status:429", count=1, seconds=6)
    order = place(well)
    order.until_called("red 7")
    order.until("the call waits at the server", lambda: bool(asyncio.run(waiting(order))))
    (call,) = asyncio.run(waiting(order))
    assert call.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED, "no worker holds it"
    assert call.last_failure.application_failure_info.type == "Wait"
    order.until_status("completed")
    first, second = order.calls("red 7", partner="wms")
    assert second.at - first.at >= timedelta(seconds=6)
    assert first.idempotency_key == second.idempotency_key


def test_there_is_no_second_hit_at_once_and_the_next_call_goes_durable(well: Stack) -> None:
    well.trouble("oms", "blue 5", "status:500", count=1)
    order = place(well)
    order.until_status("completed")
    first, second = order.calls("blue 5")
    assert second.at - first.at >= timedelta(seconds=0.4), "the first pause is at least half a second"


def test_a_hanging_endpoint_gets_ten_first_tries_the_rest_waits_its_turn(well: Stack) -> None:
    well.trouble("client_platform", "blue 4", "hang", seconds=3)
    orders = [place(well) for _ in range(16)]
    for order in orders:
        order.until_called("red 7")
    assert all(order.step("blue 4") == "pending" for order in orders)
    well.no_troubles()
    for order in orders:
        order.until_status("completed")


@pytest.mark.full
@pytest.mark.timeout(400)
def test_the_breaker_opens_lets_nothing_through_and_closes(
    new_stack: NewStack, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = f"127.0.0.1:{an_unused_port()}"
    monkeypatch.setitem(environ, "INTERLINE_WORKER_METRICS", metrics)
    stack = new_stack()
    stack.trouble("wms", "red 7", "status:500")
    orders = [placed_at_last(stack, an_outbound()) for _ in range(30)]
    log = stack.state / "logs" / "worker.log"
    wait_until("it opens", lambda: "breaker.opened" in log.read_text(), timeout_seconds=90)
    opened = _sent(orders)
    assert breakers_open(metrics, stack) == "1"
    asyncio.run(asyncio.sleep(10))
    assert _sent(orders) - opened <= 3, "what was in flight, and then nothing"
    stack.no_troubles()
    wait_until("it closes", lambda: "breaker.closed" in log.read_text(), timeout_seconds=150)
    assert breakers_open(metrics, stack) == "0"
    for order in orders:
        order.until_status("completed")
        assert order.doubled() == []


@pytest.mark.full
def test_a_declared_rate_holds_over_two_workers(new_stack: NewStack) -> None:
    stack = new_stack()
    declare_rate(stack, "wms", per_second=5)
    stack.kill("worker")
    with stack.worker():
        orders = [place(stack) for _ in range(40)]
        for order in orders:
            order.until_called("red 7")
    times = sorted(order.calls("red 7", partner="wms")[0].at for order in orders)
    assert most_in_a_second(times) <= 5 * 2 + 1, (
        "the server's own bucket of a second, what flows in meanwhile, and the edge"
    )


@pytest.mark.full
def test_questions_about_overdue_orders_keep_a_declared_rate_too(new_stack: NewStack) -> None:
    stack = new_stack()
    service = make_hasty(stack)
    declare_rate(stack, "oms", per_second=2)
    stack.kill("worker")
    stack.manual(on=True, confirmation="none")
    with stack.worker():
        orders = [place(stack, an_outbound(logistics={"service_type": service})) for _ in range(8)]
        for order in orders:
            order.until_called("red 4", times=2)
    times = sorted(call.at for order in orders for call in order.calls(partner="oms"))
    assert len(times) >= 8 * 3, "each is created and asked about twice"
    assert most_in(times, seconds=5) <= 2 * 5 + 4, "the server's own bucket: one call ahead in each of four partitions"


def breakers_open(metrics: str, stack: Stack) -> str:
    """What the worker's metrics say of the sandbox's address."""
    text = httpx.get(f"http://{metrics}/metrics", trust_env=False).text
    mark = f'interline_breaker_open{{destination="{stack.manifest.sandbox}"'
    return next(line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(mark))


def declare_rate(stack: Stack, partner: str, *, per_second: float) -> None:
    """For every client of the stack; a worker takes it over when it starts."""
    file = stack.state / "clients.toml"
    table = f"[clients.partners.{partner}]\n"
    file.write_text(file.read_text().replace(table, f"{table}rate_per_second = {per_second}\n"))


def an_unused_port() -> int:
    """On the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def most_in_a_second(times: Sequence[datetime]) -> int:
    """The fullest second."""
    return most_in(times, seconds=1)


def most_in(times: Sequence[datetime], *, seconds: float) -> int:
    """The fullest time of that length."""
    return max(sum(start <= at < start + timedelta(seconds=seconds) for at in times) for start in times)


def _sent(orders: Sequence[Placed]) -> int:
    return sum(len(order.calls("red 7", partner="wms")) for order in orders)


async def waiting(order: Placed) -> list[PendingActivityInfo]:
    """Durable calls of the order that have failed at least once."""
    manifest = order.stack.manifest
    client = await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)
    described = await client.get_workflow_handle(order_workflow_id(order.client_id, order.number)).describe()
    return [call for call in described.raw_description.pending_activities if call.HasField("last_failure")]
