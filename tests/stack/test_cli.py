"""The operator's commands on a running stack."""

import json
from pathlib import Path

import httpx
import pytest

from interline.steps import Step
from tests.builders import a_return, an_outbound, number_of
from tests.stack.driver import INBOUND, OUTBOUND, Stack, interline, wait_until

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def done(stack: Stack) -> str:
    """The number of a completed order."""
    body = an_outbound()
    stack.post(OUTBOUND, body).raise_for_status()
    stack.wait_for_status(number_of(body), "completed")
    return number_of(body)


def test_show_prints_the_arrows_and_the_timeline(stack: Stack, done: str) -> None:
    shown = stack.interline("order", "show", done)

    assert shown.returncode == 0, shown.stderr
    for step in Step:
        assert step.value in shown.stdout
    assert "completed" in shown.stdout
    assert "Timeline" in shown.stdout
    assert "/workflows/order%3Ademo-shop%3A" in shown.stdout


def test_why_says_it_in_a_few_lines(stack: Stack, done: str) -> None:
    told = stack.interline("order", "why", done)

    assert told.returncode == 0, told.stderr
    assert 1 <= len(told.stdout.strip().splitlines()) <= 4


def test_json_is_the_view(stack: Stack, done: str) -> None:
    view = json.loads(stack.interline("order", "show", done, "--json").stdout)

    assert view["order_number"] == done
    assert view["workflow_id"] == f"order:demo-shop:{done}"
    assert view["stale"] is False
    assert set(view["steps"]) == {step.value for step in Step}


def test_a_return_is_listed_beside_the_outbound(stack: Stack, done: str) -> None:
    body = a_return()
    stack.post(INBOUND, body, client=1).raise_for_status()

    def listed() -> set[str]:
        return {row["order_number"] for row in json.loads(stack.interline("orders", "--json", "--limit", "100").stdout)}

    wait_until("both are listed", lambda: {done, number_of(body)} <= listed())
    only = json.loads(stack.interline("orders", "--json", "--client", "demo-market").stdout)
    assert {row["client_id"] for row in only} == {"demo-market"}


def test_the_same_number_of_two_clients_needs_a_client(stack: Stack) -> None:
    body = an_outbound()
    for client in (0, 1):
        stack.post(OUTBOUND, body, client=client).raise_for_status()

    assert "--client" in stack.interline("order", "show", number_of(body)).stderr
    assert stack.interline("order", "show", number_of(body), "--client", "demo-market").returncode == 0


def test_why_tells_the_failure_and_the_next_try(stack: Stack) -> None:
    stack.trouble("wms", Step.RED_7, "status:503")
    try:
        body = an_outbound()
        stack.post(OUTBOUND, body).raise_for_status()
        why = ("order", "why", number_of(body))
        retry = "wms.forward_goods_issue: wms answered 503; next try at"
        wait_until("a retry is told", lambda: retry in stack.interline(*why).stdout)
    finally:
        stack.no_troubles()
    stack.wait_for_status(number_of(body), "completed", timeout_seconds=60)


def test_an_unknown_order_is_one_sentence(stack: Stack) -> None:
    shown = stack.interline("order", "show", "NOBODY-HAS-THIS")

    assert shown.returncode == 1
    assert shown.stdout == ""
    assert len(shown.stderr.strip().splitlines()) == 1


def test_doctor_finds_nothing_wrong(stack: Stack) -> None:
    examined = stack.interline("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(examined.stdout)}

    assert examined.returncode == 0, examined.stdout
    assert {"Temporal", "search attributes", "retention", "worker", "public address", "clock"} <= set(findings)
    assert {f"demo-shop: {name}" for name in ("oms API", "wms API", "logistics API")} <= set(findings)
    assert {f"demo-shop: {kind} webhook" for kind in ("fulfillment", "logistics")} <= set(findings)


def test_doctor_says_the_fix_when_nothing_runs(environ: dict[str, str], tmp_path: Path) -> None:
    nowhere = {**environ, "TEMPORAL_ADDRESS": "127.0.0.1:9", "XDG_STATE_HOME": str(tmp_path)}
    examined = interline("doctor", environ=nowhere)

    assert examined.returncode == 1
    assert "fix:" in examined.stdout
    assert "Traceback" not in examined.stderr


def test_a_new_client_can_order_at_once(stack: Stack) -> None:
    added = stack.interline("client", "add", "Toko Baru", "--json")
    assert added.returncode == 0, added.stderr
    client = json.loads(added.stdout)
    assert client["client_id"] == "toko-baru"
    assert len({*client["webhook_secrets"].values(), stack.manifest.clients[0].webhook_secret}) == 3
    wait_until("the stack tells of it", lambda: len(stack.manifest.clients) == 3)
    wait_until("the sandbox is back", lambda: _healthy(stack))

    body = an_outbound()
    assert stack.post(OUTBOUND, body, client=2).status_code == httpx.codes.ACCEPTED
    stack.wait_for_status(number_of(body), "completed", client=2)
    received = stack.inbox(number_of(body))
    assert {item.verified for item in received} == {True}, "each endpoint with its own secret"
    again = stack.interline("client", "add", "Toko Baru")
    assert again.returncode == 1
    assert "already" in again.stderr


def _healthy(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.manifest.sandbox}/healthz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
