"""A history that the server finds long is continued in a new one, amid everything: nothing of it shows outside."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from temporalio.client import Client

from interline.names import order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.placed import Placed, place
from tests.stack.driver import Stack
from tests.stack.impatient import impatient_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """A stack on a server that suggests a new history very soon."""
    with impatient_stack(tmp_path_factory.mktemp("impatient"), environ) as stack:
        yield stack


@pytest.fixture(autouse=True)
def well_again(impatient: Stack) -> Iterator[None]:
    """What one test leaves behind is no trouble of the next."""
    yield
    impatient.no_troubles()


@pytest.mark.parametrize("keys", ["honoured", "lookup", "none"])
def test_in_the_middle_of_everything_with_calls_under_way(impatient: Stack, keys: str) -> None:
    for partner in ("oms", "wms", "logistics"):
        impatient.partner(partner, keys=keys)
    impatient.trouble("oms", "blue 5", "status:503", count=2)
    impatient.trouble("wms", "red 7", "status:429", count=2, seconds=2)
    impatient.trouble("client_platform", "red 6", "status:500", count=3)
    impatient.trouble("oms", "blue 7", "apply_then_reset", count=1)
    order = place(impatient)
    order.until_status("completed")

    assert asyncio.run(runs(order)) >= 2, "continued amid it"
    assert order.doubled() == []
    assert order.told().count("logistics.status") == 5
    taken = [item for item in impatient.inbox(order.number) if item.status == httpx.codes.OK]
    assert [item.sequence for item in taken] == list(range(1, len(taken) + 1)), "in order, without a gap"
    first, *later = order.calls("red 7", partner="wms")
    assert {call.idempotency_key for call in later} == {first.idempotency_key}
    assert all((call.at - first.at).total_seconds() >= 2 for call in later[:1]), "nobody is hurried"


def test_a_step_that_waits_for_a_human_waits_on(impatient: Stack) -> None:
    impatient.trouble("wms", "red 7", "status:422", count=1)
    order = place(impatient)
    order.until("all else is done", lambda: order.told().count("logistics.status") == 5)
    order.until_step("red 7", "attention")
    order.until("it waits in a new history", lambda: asyncio.run(runs(order)) >= 2)
    done = impatient.interline("order", "retry", order.number, "--reason", "repaired")
    assert done.returncode == 0, done.stdout + done.stderr
    order.until_status("completed")
    assert order.told().count("order.attention") == 1, "told once"
    assert order.doubled() == []


async def runs(order: Placed) -> int:
    """How many histories the order has had."""
    manifest = order.stack.manifest
    client = await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)
    workflow_id, count = order_workflow_id(order.client_id, order.number), 0
    run_id = (await client.get_workflow_handle(workflow_id).describe()).run_id
    while run_id:
        count += 1
        started = (await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()).events[0]
        run_id = started.workflow_execution_started_event_attributes.continued_execution_run_id
    return count
