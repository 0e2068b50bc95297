"""The upgrade drill of docs/runbook-upgrade.md: old and new worker, forward and back, in mid-order."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import Client

from bench.chaos.logs import forbidden_lines
from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from tests.builders import an_outbound, number_of
from tests.conftest import NewStack
from tests.oracle.bugs import DRILL, SEEDED_BUG
from tests.stack.driver import OUTBOUND, Stack, is_alive, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.full, pytest.mark.timeout(900)]

CHECKOUT = Path(__file__).resolve().parents[2]
INJECT = CHECKOUT / "tests" / "oracle" / "inject"
END_SECONDS = 240.0
NON_DETERMINISM = "non-determinism"
PATCH_MARKER = "core_patch"


@pytest.fixture
def back() -> Iterator[contextlib.ExitStack]:
    """Whatever is entered here is left at the end of the test."""
    with contextlib.ExitStack() as entered:
        yield entered


async def test_an_upgrade_and_its_way_back_in_the_middle_of_orders(
    new_stack: NewStack, back: contextlib.ExitStack
) -> None:
    stack = new_stack("--no-restart", "--pace", "1")
    numbers = _post(stack, 5)

    with _worker(stack, "new", new=True):
        numbers += _post(stack, 5)
        _stop(stack.manifest.pids["worker"])  # the old one has left: the upgrade is done
        switched_on = _post(stack, 5, drill=True)
        for number in switched_on:
            stack.wait_for_status(number, "completed", timeout_seconds=END_SECONDS)
        numbers += _post(stack, 5)
        back.enter_context(_worker(stack, "old-again", new=False))
    numbers += _post(stack, 5)  # the new one has left: only the old version is there
    for number in numbers:
        stack.wait_for_status(number, "completed", timeout_seconds=END_SECONDS)

    logs = [stack.state / "logs" / f"{name}.log" for name in ("worker", "new", "old-again")]
    assert not [hit for hit in forbidden_lines(logs) if NON_DETERMINISM in hit]
    assert [await _has_patch(stack, number) for number in switched_on] == [True] * len(switched_on)
    assert [await _has_patch(stack, number) for number in numbers] == [False] * len(numbers)


def _post(stack: Stack, count: int, *, drill: bool = False) -> list[str]:
    posted = []
    for _ in range(count):
        body = an_outbound(drill=drill or None)
        wait_until("it is accepted", partial(_accepted, stack, body))
        posted.append(number_of(body))
    return posted


def _accepted(stack: Stack, body: JsonObject) -> bool:
    """A client repeats after a 503, which a busy machine may cause."""
    answer = stack.post(OUTBOUND, body)
    assert answer.status_code in {202, 503}, answer.text
    return answer.status_code == 202


@contextlib.contextmanager
def _worker(stack: Stack, name: str, *, new: bool) -> Iterator[None]:
    """One more worker on this stack; ready when it says so in its log."""
    log = stack.state / "logs" / f"{name}.log"
    version = {SEEDED_BUG: DRILL.name, "PYTHONPATH": f"{INJECT}{os.pathsep}{CHECKOUT}"} if new else {}
    environ = {**stack.environ, **version, "INTERLINE_STATE": str(stack.state), "INTERLINE_LOG_FILE": str(log)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "starter.cli", "worker"], env=environ, stdout=out, stderr=out
        )
    try:
        wait_until(f"worker {name} is ready", lambda: "worker.ready" in log.read_text(), timeout_seconds=60.0)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60.0)


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    wait_until("the old worker has left", lambda: not is_alive(pid), timeout_seconds=60.0)


async def _has_patch(stack: Stack, number: str) -> bool:
    """The order went the new way: its history has the marker of the patch."""
    client = await Client.connect(stack.manifest.temporal, namespace=stack.manifest.namespace)
    history = await client.get_workflow_handle(order_workflow_id("demo-shop", number)).fetch_history()
    return any(event.marker_recorded_event_attributes.marker_name == PATCH_MARKER for event in history.events)
