"""A history that the server finds long is continued in a new one, amid everything: nothing of it shows outside."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import httpx
import pytest
from temporalio.client import Client

from interline.names import order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from interline.runtime.temporal_server import find_or_build, start_command
from tests.conftest import FAST
from tests.placed import Placed, place
from tests.stack.driver import Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

EVENTS = 15
"""The server suggests a new history after so many; a whole order has about sixty."""


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """A stack on a server that suggests a new history very soon."""
    root, port = tmp_path_factory.mktemp("impatient"), _free_port()
    with subprocess.Popen(_server(root, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        wait_until("the server listens", lambda: _listens(port))
        address = {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "TEMPORAL_NAMESPACE": "default"}
        with Stack(root / "own", {**environ, **address}, *FAST) as stack:
            yield stack
        server.terminate()


@pytest.fixture(autouse=True)
def well_again(impatient: Stack) -> Iterator[None]:
    """What one test leaves behind is no trouble of the next."""
    yield
    impatient.no_troubles()


@pytest.mark.parametrize("keys", ["honoured", "lookup", "none"])
def test_in_the_middle_of_everything_with_calls_under_way(impatient: Stack, keys: str) -> None:
    for partner in ("oms", "wms", "logistics"):
        impatient.partner(partner, keys=keys)
    impatient.trouble("oms", "blue 5", "status:503", count=3)
    impatient.trouble("wms", "red 7", "status:429", count=2, seconds=2)
    impatient.trouble("client_platform", "red 6", "status:500", count=3)
    impatient.trouble("oms", "blue 7", "apply_then_reset", count=2)
    order = place(impatient)
    order.until_status("completed")

    assert asyncio.run(runs(order)) >= 3
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
    before = asyncio.run(runs(order))
    done = impatient.interline("order", "retry", order.number, "--reason", "repaired")
    assert done.returncode == 0, done.stdout + done.stderr
    order.until_status("completed")
    assert before >= 2
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


def _server(root: Path, port: int) -> list[str]:
    command = start_command(find_or_build(lambda _: None), port=port, db_file=root / "temporal.db")
    return [*command, "--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={EVENTS}"]


def _free_port() -> int:
    with closing(socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with closing(socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
