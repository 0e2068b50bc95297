"""Pricing when the provider is slow, wrong, refusing or without a rate; promises that are kept, moved or over."""

import json
import threading
from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from tests.builders import a_pricing, an_outbound
from tests.placed import Placed, place
from tests.pricing.conftest import QUOTE_SECONDS
from tests.stack.driver import PRICING, Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

NOWHERE: JsonValue = {"area_id": 900_001, "suburb_id": 1, "lat": "0.1", "lng": "0.1"}


def error_of(answer: httpx.Response) -> str:
    """The first error's code in the envelope."""
    return str(answer.json()["metadata"]["errors"][0]["error"])


def quote(stack: Stack, *, client: int = 0, **changes: Any) -> str:  # noqa: ANN401  JSON
    """Blue 1 to blue 4 without an order."""
    answer = stack.post(PRICING, a_pricing(**changes), client=client)
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["data"]["quote_id"])


def told(order: Placed, event: str) -> dict[str, Any]:
    """The body of the client's webhook of that kind."""
    order.until(f"{event} is told", lambda: event in order.told())
    item = next(item for item in order.stack.inbox(order.number) if item.event == event)
    body: dict[str, Any] = json.loads(item.body_raw)
    return body


@pytest.mark.parametrize(
    ("trouble", "status", "error"),
    [
        ("hang", 504, "partner-timeout"),
        ("reset", 504, "partner-timeout"),
        ("status:500", 503, "partner-unavailable"),
        ("status:429", 503, "partner-unavailable"),
        ("redirect", 503, "partner-unavailable"),
        ("wrong_2xx:html", 502, "partner-invalid-response"),
        ("wrong_2xx:negative_price", 502, "partner-invalid-response"),
    ],
)
def test_without_an_order_the_client_hears_why_within_its_patience(
    well: Stack, trouble: str, status: int, error: str
) -> None:
    well.trouble("logistics", "blue 2", trouble)
    answer = well.post(PRICING, a_pricing())
    assert (answer.status_code, error_of(answer)) == (status, error)


def test_a_provider_that_cannot_be_trusted_gives_no_price_and_raises_an_alarm(well: Stack) -> None:
    file = well.state / "clients.toml"
    right = file.read_text()
    url = f"{well.manifest.sandbox}/logistics"
    file.write_text(right.replace(f'url = "{url}"', f'url = "{url.replace("http:", "https:")}"'))
    try:
        answer = well.post(PRICING, a_pricing())
    finally:
        file.write_text(right)
    assert (answer.status_code, error_of(answer)) == (502, "partner-invalid-response")
    log = (well.state / "logs" / "worker.log").read_text()
    assert any('"partner.tls_failed"' in line and '"logistics"' in line for line in log.splitlines())
    assert quote(well)


def test_one_failure_is_made_good_within_the_same_answer(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:500", count=1)
    assert quote(well)


def test_an_order_waits_for_a_slow_provider_and_goes_on(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "slow", count=1, seconds=3)
    order = place(well)
    order.until_status("completed")
    assert int(told(order, "logistics.priced")["price"]["final_price_idr"]) > 0


def test_a_refused_price_is_asked_for_again_when_an_operator_says_so(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:422", count=1)
    order = place(well)
    order.until_step("blue 2", "attention")
    act(order, "retry", "blue 2")
    order.until_status("completed")


def test_one_skip_is_enough_to_go_on_without_a_price(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:422", count=1)
    order = place(well)
    order.until_step("blue 2", "attention")
    act(order, "skip", "blue 2")
    order.until_status("completed")
    assert order.view()["price"] is None
    assert {order.step(name) for name in ("blue 2", "blue 3", "blue 4")} == {"skipped"}
    assert order.told().count("order.attention") == 1


def test_without_a_rate_for_the_route_an_operator_may_go_on_without_a_price(well: Stack) -> None:
    order = place(well, an_outbound(logistics={"destination": NOWHERE}))
    order.until_step("blue 3", "attention")
    assert "no offer for this route" in " ".join(problem["reason"] for problem in order.view()["problems"])
    act(order, "skip", "blue 3")
    order.until_status("completed")
    assert order.view()["price"] is None


def test_a_second_provider_takes_over_from_a_silent_one(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:500", count=1)
    order = place(well, client=1)
    order.until_status("completed")
    assert len(order.calls("blue 2")) >= 2, "both were asked"
    assert order.doubled() == []


def test_a_price_above_the_promise_waits_for_a_human(well: Stack) -> None:
    order = place_after(well, quote(well), client=0)
    order.until_step("blue 3", "attention")
    assert "were promised" in order.view()["problems"][0]["reason"]
    act(order, "skip", "blue 3")
    body = told(order, "logistics.priced")
    assert body["requoted_because"] == "quote expired"
    order.until_status("completed")


def test_a_price_above_the_promise_is_accepted_where_policy_says_so_and_told(well: Stack) -> None:
    order = place_after(well, quote(well, client=1), client=1)
    body = told(order, "logistics.priced")
    assert body["requoted_because"] == "quote expired"
    assert body["difference_percent"] > 0
    order.until_status("completed")


def test_goods_issue_with_another_weight_is_priced_again(well: Stack) -> None:
    well.manual(on=True, confirmation="sync")
    order = place(well)
    first = told(order, "logistics.priced")["price"]["final_price_idr"]
    order.event("goods_issued", data={"weight_kg": 9})
    again = told(order, "logistics.repriced")
    assert again["price"]["final_price_idr"] > first
    assert any("at goods issue" in flag for flag in order.view()["flags"])


def place_after(stack: Stack, quote_id: str, *, client: int) -> Placed:
    """An order of a heavier parcel that names a quote which is over."""
    threading.Event().wait(QUOTE_SECONDS + 0.5)
    return place(stack, an_outbound(quote_id=quote_id, logistics={"weight": 12}), client=client)


def act(order: Placed, command: str, step: str) -> None:
    """An operator's decision."""
    done = order.stack.interline("order", command, order.number, "--step", step, "--reason", "by a test")
    assert done.returncode == 0, done.stdout + done.stderr


def test_who_says_when_to_come_again_is_not_waited_for(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:429", count=1, seconds=30)
    answer = well.post(PRICING, a_pricing())
    assert (answer.status_code, error_of(answer)) == (503, "partner-unavailable")
    assert answer.headers["retry-after"] == "30"


def test_after_bad_credentials_nobody_is_asked_and_the_client_hears_it_at_once(well: Stack) -> None:
    """The last of this file: the breaker stays open for half a minute."""
    well.trouble("logistics", "blue 2", "status:401", count=1)
    first, then = (well.post(PRICING, a_pricing()) for _ in range(2))
    assert (first.status_code, error_of(first)) == (then.status_code, error_of(then)) == (503, "partner-unavailable")
    assert 20 < int(then.headers["retry-after"]) <= 30
