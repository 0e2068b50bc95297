"""Deliveries as a client lives with them: broken, repaired, paused, gone; nothing lost, order kept."""

import time
from datetime import datetime

import pytest

from tests.stack.driver import wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import HANG, always

pytestmark = pytest.mark.stack


def waiting(shop: Shop, order: str) -> list[str]:
    return [one["status"] for one in shop.log(order) if one["status"] not in {"delivered", "waiting"}]


def test_the_story_of_a_broken_receiver(shop: Shop) -> None:
    shop.receiver.status = always(500)
    shop.receiver.answer = b"database on fire, " * 100
    kept = shop.receiver.answer[:1024].decode()
    orders = [shop.order() for _ in range(3)]
    wait_until("all wait for long", lambda: all(_tries(shop, order) == [4] for order in orders))
    shop.wait_for(orders[0], "delivering")
    first, *rest = shop.log(orders[0])
    assert (first["status"], first["last_status"], first["last_answer"]) == ("retrying", 500, kept)
    made = [got.at for got in shop.receiver.of(orders[0])]
    assert [one["number"] for one in first["tries"]] == [1, 2, 3, 4] == list(range(1, len(made) + 1))
    assert {(one["status"], one["answer"]) for one in first["tries"]} == {(500, kept)}
    times = [datetime.fromisoformat(one["at"]).timestamp() for one in first["tries"]]
    assert [later - times[0] for later in times] == pytest.approx([at - made[0] for at in made], abs=1.0)
    assert first["next_try_at"]
    assert {one["status"] for one in rest} == {"waiting"}

    shop.receiver.status = always(200)
    shop.receiver.slow_seconds = 0.1
    asked = time.monotonic()
    due = shop.data("POST", "/recover", {"kind": first["kind"]})
    assert due[first["kind"]] in ({"orders": 3, "deliveries": 3}, {"under_way": True})
    wait_until("each has its first", lambda: all(shop.receiver.taken(order)[:1] == [1] for order in orders))
    assert time.monotonic() - asked < 10
    for order in orders:
        shop.wait_for(order, "completed")
        assert shop.receiver.taken(order) == sorted(shop.receiver.taken(order))
        assert shop.receiver.most_at_once[order] == 1
        assert {one["status"] for one in shop.log(order)} == {"delivered"}
    ids = {(got.order, got.sequence): got.headers["webhook-id"] for got in shop.receiver.got}
    assert all(ids[got.order, got.sequence] == got.headers["webhook-id"] for got in shop.receiver.got)


def _tries(shop: Shop, order: str) -> list[int]:
    return [one["attempts"] for one in shop.log(order) if one["status"] == "retrying"]


def test_an_order_whose_webhook_is_refused_delays_no_other_and_is_no_sign_of_a_failing_endpoint(shop: Shop) -> None:
    taken: list[str] = []
    shop.receiver.status = lambda got: 500 if got.order and got.order not in taken else 200
    stuck = shop.order()
    wait_until("it waits for long", lambda: _tries(shop, stuck) == [4])
    for _ in range(4):
        taken.append(other := shop.order())
        shop.wait_for(other, "completed")
        assert shop.receiver.taken(other) == list(range(1, len(shop.log(other)) + 1))
    told = [got.event for got in shop.receiver.got].count("webhook.failing")
    assert told <= 2, "not again with each success of another order"
    taken.append(stuck)
    shop.data("POST", "/recover", {})
    shop.wait_for(stuck, "completed")


def test_a_success_at_the_same_endpoint_makes_what_waits_due(shop: Shop) -> None:
    shop.receiver.status = always(503)
    order = shop.order()
    wait_until("it waits for long", lambda: _tries(shop, order) == [4])
    wait_until("the account knows", lambda: shop.data("GET", "")["logistics"]["state"] == "failing")
    shop.receiver.status = always(200)
    assert shop.data("POST", "/test", {"kind": "logistics"})["logistics"]["ok"]
    shop.wait_for(order, "completed")
    assert shop.data("GET", "")["logistics"]["state"] == "sending"


def test_paused_webhooks_are_held_and_arrive_in_order_after_resuming(shop: Shop) -> None:
    for kind in ("fulfillment", "logistics"):
        shop.data("POST", f"/{kind}/pause", {"reason": "deploying"})
    shop.settle()
    order = shop.order()
    wait_until("the first is held", lambda: waiting(shop, order) == ["held"])
    assert shop.data("GET", "")["logistics"]["state"] == "paused"
    assert shop.receiver.of(order) == []
    assert "paused by" in shop.log(order)[0]["tries"][-1]["message"]
    for kind in ("fulfillment", "logistics"):
        shop.data("POST", f"/{kind}/resume")
    shop.wait_for(order, "completed")
    assert shop.receiver.taken(order) == list(range(1, len(shop.log(order)) + 1))


def test_gone_disables_the_endpoint_and_holds(shop: Shop) -> None:
    shop.receiver.status = lambda got: 410 if got.path == "/fulfillment" else 200
    order = shop.order()
    wait_until("it is disabled", lambda: shop.data("GET", "")["fulfillment"]["state"] == "disabled")
    wait_until("it is held", lambda: waiting(shop, order) == ["held"])
    assert len([got for got in shop.receiver.of(order) if got.answered == 410]) == 1
    taken_meanwhile = shop.order()
    shop.receiver.status = always(200)
    shop.data("POST", "/fulfillment/resume")
    for held in (order, taken_meanwhile):
        shop.wait_for(held, "completed")
        assert shop.receiver.taken(held) == list(range(1, len(shop.log(held)) + 1))


def test_another_address_gets_what_waits(shop: Shop) -> None:
    shop.receiver.status = always(500)
    order = shop.order()
    wait_until("it waits for long", lambda: _tries(shop, order) == [4])
    shop.receiver.status = lambda got: 200 if got.path.startswith("/new") else 500
    shop.data("PUT", "", {kind: {"url": f"{shop.receiver.url}/new/{kind}"} for kind in ("fulfillment", "logistics")})
    shop.wait_for(order, "completed")


def test_retry_after_and_redirects(shop: Shop) -> None:
    shop.receiver.headers = {"retry-after": "120", "location": "http://127.0.0.1:9/elsewhere"}
    shop.receiver.status = lambda got: 429 if shop.receiver.of(got.order) else 302
    order = shop.order()
    wait_until("it was told to wait", lambda: _tries(shop, order) == [2])
    tries = shop.log(order)[0]["tries"]
    assert [one["status"] for one in tries] == [302, 429]
    assert tries[1]["next_try_in_seconds"] == 120.0
    shop.receiver.status, shop.receiver.headers = always(200), {}
    shop.data("POST", "/recover", {})
    shop.wait_for(order, "completed")


def test_a_receiver_whose_clock_is_wrong_is_tried_again_each_time_with_the_time_of_that_try(shop: Shop) -> None:
    """It finds our signature too old or too new. The log shows its answer; put right, it gets everything."""
    shop.receiver.answer = b"timestamp out of tolerance"
    shop.receiver.status = always(401)
    order = shop.order()
    wait_until("it waits for long", lambda: _tries(shop, order) == [4])
    first = shop.log(order)[0]
    assert {(one["status"], one["answer"]) for one in first["tries"]} == {(401, "timestamp out of tolerance")}
    made = shop.receiver.of(order)
    assert {got.headers["webhook-id"] for got in made} == {made[0].headers["webhook-id"]}
    since_boot = time.time() - time.monotonic()
    for got in made:
        assert int(got.headers["webhook-timestamp"]) == pytest.approx(since_boot + got.at, abs=1.5)
    shop.receiver.status = always(200)
    shop.data("POST", "/recover", {})
    shop.wait_for(order, "completed")
    again = shop.receiver.of(order)[len(made)]
    assert again.sequence == made[0].sequence
    assert int(again.headers["webhook-timestamp"]) > int(made[0].headers["webhook-timestamp"])


def test_only_chosen_events_are_sent(shop: Shop) -> None:
    shop.data("PUT", "/logistics/events", {"events": ["logistics.priced"]})
    shop.settle()
    order = shop.order()
    shop.wait_for(order, "completed")
    assert "logistics.status" not in {got.event for got in shop.receiver.of(order)}
    assert {one["status"] for one in shop.log(order) if one["event"] == "logistics.status"} == {"not_chosen"}


def test_a_rate_holds(shop: Shop) -> None:
    for kind in ("fulfillment", "logistics"):
        shop.data("PUT", "", {kind: {"rate_per_second": 4}})
    shop.settle()
    orders = [shop.order() for _ in range(3)]
    for order in orders:
        shop.wait_for(order, "completed")
    for path in ("/fulfillment", "/logistics"):
        times = sorted(got.at for got in shop.receiver.got if got.path == path)
        assert len(times) / (times[-1] - times[0]) <= 4 * 1.25
    assert all(shop.receiver.taken(order) == sorted(shop.receiver.taken(order)) for order in orders)


def test_a_hanging_receiver_takes_its_time_and_no_more(shop: Shop) -> None:
    shop.receiver.status = always(HANG)
    order = shop.order()
    wait_until("the second try timed out", lambda: _tries_done(shop, order) >= 2, timeout_seconds=40)
    tries = shop.log(order)[0]["tries"]
    assert 900 <= tries[0]["duration_ms"] <= 1500
    assert 14_000 <= tries[1]["duration_ms"] <= 16_500
    shop.receiver.status = always(200)
    shop.data("POST", "/recover", {})
    shop.wait_for(order, "completed")


def _tries_done(shop: Shop, order: str) -> int:
    return max((one["attempts"] for one in shop.log(order)), default=0)
