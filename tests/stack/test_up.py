"""`interline up`: what it prints, keeps, restarts and refuses."""

import json
import stat

import httpx
import pytest

from interline.steps import Step
from tests.builders import an_outbound, number_of
from tests.conftest import NewStack
from tests.stack.driver import OUTBOUND, Stack, is_alive, wait_until

pytestmark = pytest.mark.stack

EVENTS = {
    "oms": {"order_confirmed", "order_status"},
    "wms": set[str](),
    "logistics": {"shipment_status"},
    "fulfillment": {"goods_issued", "goods_received", "awb_assigned"},
}


def test_prints_one_json_line_that_stack_json_repeats(stack: Stack) -> None:
    printed = json.loads(stack.printed)

    assert set(printed) == {"gateway", "sandbox", "temporal", "ui", "namespace", "pids", "clients", "partners"}
    written = json.loads((stack.state / "stack.json").read_text())
    later = {"pids": None, "clients": written["clients"][:2]}  # other tests kill parts and add clients
    assert {**written, **later} == {**printed, "pids": None}
    assert set(printed["pids"]) == {"temporal", "worker", "gateway", "sandbox"}
    assert all(map(is_alive, written["pids"].values()))


def test_tells_two_clients_and_every_webhook_address(stack: Stack) -> None:
    printed = json.loads(stack.printed)

    assert [client["client_id"] for client in printed["clients"]] == ["demo-shop", "demo-market"]
    for client in printed["clients"]:
        assert {"client_id", "api_key", "webhook_url", "webhook_secret"} <= set(client)
    assert {name: set(partner["webhooks"]) for name, partner in printed["partners"].items()} == EVENTS
    for partner in printed["partners"].values():
        for webhook in partner["webhooks"].values():
            assert set(webhook) == {"url", "verifier", "secret"}
            assert webhook["url"].startswith(f"{printed['gateway']}/webhooks/demo-shop/")


def test_every_address_answers(stack: Stack) -> None:
    manifest = stack.manifest
    for url in (
        f"{manifest.gateway}/healthz",
        f"{manifest.gateway}/readyz",
        f"{manifest.sandbox}/healthz",
        manifest.ui,
    ):
        assert httpx.get(url, trust_env=False, follow_redirects=True).status_code == httpx.codes.OK


def test_credentials_are_readable_by_their_owner_only(stack: Stack) -> None:
    secrets = [path for path in (stack.state / "secrets").rglob("*") if path.is_file()]

    for path in [stack.state / "stack.json", stack.state / "sandbox.json", *secrets]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(stack.state.stat().st_mode) == 0o700


def test_refuses_a_second_stack_on_the_same_directory(stack: Stack) -> None:
    second = stack.interline("up", "--json")

    assert second.returncode == 1
    assert second.stdout == ""
    assert "runs on" in second.stderr
    assert "--state" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("name", ["gateway", "sandbox", "worker"])
def test_a_part_that_dies_comes_back_on_the_same_port(stack: Stack, name: str) -> None:
    before = stack.manifest
    dead = stack.kill(name)

    wait_until(f"{name} is back", lambda: stack.manifest.pids[name] != dead)
    wait_until("the gateway answers", lambda: _answers(f"{before.gateway}/readyz"))
    wait_until("the sandbox answers", lambda: _answers(f"{before.sandbox}/healthz"))
    assert stack.manifest.model_copy(update={"pids": before.pids}) == before
    body = an_outbound()
    assert stack.post(OUTBOUND, body).status_code == httpx.codes.ACCEPTED
    stack.wait_for_status(number_of(body), "completed")


def test_temporal_may_die_in_the_middle_of_an_order(new_stack: NewStack) -> None:
    stack = new_stack()
    body = an_outbound()
    stack.post(OUTBOUND, body).raise_for_status()
    wait_until("the OMS has it", lambda: bool(stack.ledger(number_of(body), step=Step.RED_3)))
    stack.kill("temporal")
    wait_until("the gateway is ready", lambda: _answers(f"{stack.manifest.gateway}/readyz"), timeout_seconds=60)
    stack.wait_for_status(number_of(body), "completed", timeout_seconds=90)


def test_the_same_directory_keeps_everything_after_all_was_killed(new_stack: NewStack) -> None:
    first = new_stack()
    before, body = first.manifest, an_outbound()
    first.post(OUTBOUND, body).raise_for_status()
    wait_until("the OMS has it", lambda: bool(first.ledger(number_of(body), step=Step.RED_3)))
    first.kill_all()

    second = new_stack()

    assert second.manifest.model_copy(update={"pids": before.pids}) == before
    second.wait_for_status(number_of(body), "completed", timeout_seconds=90)
    effects = {call.effect_id for call in second.ledger(number_of(body), step=Step.RED_3) if call.applied}
    assert len(effects) == 1


def test_parts_die_with_their_supervisor(new_stack: NewStack) -> None:
    stack = new_stack()
    pids = stack.manifest.pids.values()
    stack.supervisor.kill()
    wait_until("all parts are gone", lambda: not any(map(is_alive, pids)))


def test_an_order_is_accepted_without_a_worker_and_completes_with_one(new_stack: NewStack) -> None:
    stack = new_stack("--no-restart")
    stack.kill("worker")
    body = an_outbound()

    assert stack.post(OUTBOUND, body).status_code == httpx.codes.ACCEPTED
    shown = stack.interline("order", "show", number_of(body))
    assert shown.returncode == 0, shown.stderr
    assert "no worker answers" in shown.stdout

    with stack.worker():
        stack.wait_for_status(number_of(body), "completed")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
