"""Every named trouble as the caller sees it, and what it leaves behind."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.sandbox.support import CLIENT, Sandbox, configuration, running_sandbox, wait_for


def ledger(sandbox: Sandbox) -> tuple[int | None, bool]:
    """Status and applied of the one call made."""
    (item,) = sandbox.items("/_ledger")
    return item["status"], item["applied"]


@pytest.mark.parametrize(
    ("name", "applied"), [("refuse", False), ("reset", False), ("apply_then_reset", True)], ids=str
)
def test_a_reset_connection_gives_no_answer(manual: Sandbox, name: str, applied: bool) -> None:  # noqa: FBT001  a parameter
    manual.trouble("oms", name, count=1)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        manual.create()
    assert ledger(manual) == (None, applied)
    assert manual.create().status_code == 200


@pytest.mark.parametrize(("name", "applied"), [("hang", False), ("apply_then_hang", True)])
def test_a_hanging_partner_never_answers(manual: Sandbox, name: str, applied: bool) -> None:  # noqa: FBT001  a parameter
    manual.trouble("oms", name, count=1)
    manual.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        manual.create()
    assert ledger(manual) == (None, applied)


def test_a_hang_can_end_with_a_reset(manual: Sandbox) -> None:
    manual.trouble("oms", "hang", seconds=0.2)
    started = time.monotonic()
    with pytest.raises(httpx.ReadError):
        manual.create()
    assert 0.2 <= time.monotonic() - started < 5


def test_a_hanging_call_gets_no_answer_when_the_sandbox_stops(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool, running_sandbox(configuration(tmp_path, "http://127.0.0.1:9")) as sandbox:
        sandbox.trouble("oms", "hang")
        with httpx.Client(base_url=sandbox.config.base_url, trust_env=False) as http:
            hanging = pool.submit(Sandbox(sandbox.config, http).create)
            wait_for(lambda: sandbox.items("/_ledger"))
            sandbox.stop()
            assert isinstance(hanging.exception(timeout=10), httpx.ReadError)


def test_a_trouble_of_one_order_leaves_the_others_alone(manual: Sandbox) -> None:
    manual.trouble("oms", "status:503", count=1, order="SO2")
    statuses = [manual.create(order).status_code for order in ("SO1", "SO2", "SO2")]
    assert statuses == [200, 503, 200]


def test_a_slow_partner_works_at_once_and_answers_late(manual: Sandbox) -> None:
    manual.trouble("oms", "slow", seconds=0.4, count=1)
    started = time.monotonic()
    assert manual.create().status_code == 200
    assert time.monotonic() - started >= 0.4
    assert ledger(manual) == (200, True)


def test_nobody_waits_for_a_slow_partner(manual: Sandbox) -> None:
    manual.trouble("oms", "slow", seconds=60, count=1)
    manual.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        manual.create()
    assert ledger(manual) == (None, True)


@pytest.mark.parametrize("status", [401, 404, 422, 429, 500, 503])
def test_a_status_comes_with_its_retry_after_and_no_work(manual: Sandbox, status: int) -> None:
    manual.trouble("oms", f"status:{status}", seconds=7, count=1)
    answer = manual.create()
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert ledger(manual) == (status, False)


def test_a_wrong_success_is_not_the_answer_to_the_question(manual: Sandbox) -> None:
    for kind in ("html", "empty", "other_order", "missing_id"):
        manual.trouble("oms", f"wrong_2xx:{kind}", count=1)
    html, empty, other, missing = (manual.create() for _ in range(4))
    assert html.headers["content-type"].startswith("text/html")
    assert (empty.status_code, empty.content) == (200, b"")
    assert other.json()["data"]["order_no"] not in {"SO1", None}
    assert missing.json()["data"] == {"confirmed": False}
    assert all(item["applied"] and item["status"] == 200 for item in manual.items("/_ledger"))


def test_a_negative_price(manual: Sandbox) -> None:
    manual.trouble("logistics", "wrong_2xx:negative_price")
    place = {"area_id": 1}
    body = {"origin": place, "destination": place, "weight": 1, "length": 1, "width": 1, "height": 1}
    offers = manual.call("POST", "/logistics/v3/pricing/domestic", body).json()["data"]["pricings"]
    assert {offer["final_price"] for offer in offers} == {-1}


def test_a_huge_answer(manual: Sandbox) -> None:
    manual.trouble("oms", "huge_answer", count=1)
    assert len(manual.create().content) > 8_000_000


def test_a_redirect_that_is_followed_is_seen(manual: Sandbox) -> None:
    manual.trouble("oms", "redirect")
    answer = manual.create()
    assert (answer.status_code, answer.headers["location"]) == (302, "/redirected")
    assert manual.items("/_ledger", partner="redirected") == []
    manual.http.get("/redirected")
    assert len(manual.items("/_ledger", partner="redirected")) == 1
    assert not manual.items("/_ledger", partner="oms")[0]["applied"]


def test_a_trouble_meets_its_step_only_and_counts_down(manual: Sandbox) -> None:
    manual.http.post("/_troubles", json={"partner": "wms", "route": "red 7", "trouble": "status:503", "count": 2})
    assert manual.call("GET", "/wms/v1/goods-issues?order_no=SO1", step="red 6").status_code == 200
    assert [manual.tell_wms().status_code for _ in range(3)] == [503, 503, 200]


def test_troubles_stay_until_deleted(manual: Sandbox) -> None:
    manual.trouble("oms", "status:503")
    assert [manual.create().status_code for _ in range(3)] == [503] * 3
    assert manual.http.delete("/_troubles").json() == {"deleted": 1}
    assert manual.create().status_code == 200


def test_the_client_platform_has_troubles_too(manual: Sandbox) -> None:
    manual.trouble("client_platform", "status:503", count=1)
    path, headers = f"/client/{CLIENT}/webhooks/fulfillment", {"x-interline-order": "SO1", "webhook-id": "evt-1"}
    statuses = [manual.http.post(path, content=b"{}", headers=headers).status_code for _ in range(2)]
    assert statuses == [503, 200]
    assert [item["status"] for item in manual.items("/_inbox", order="SO1")] == [503, 200]
    assert [item["applied"] for item in manual.items("/_ledger")] == [False, True]


def test_an_unknown_trouble_is_refused(manual: Sandbox) -> None:
    assert manual.http.post("/_troubles", json={"partner": "oms", "trouble": "explode"}).status_code == 422
