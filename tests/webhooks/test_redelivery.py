"""Sending again: one, all of an order, a time range, failed only; the same id, marked; dead letters by their order."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from interline.domain.base import JsonObject
from tests.stack.driver import Stack, wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Got, Receiver, always

pytestmark = pytest.mark.stack


def replays(shop: Shop, order: str) -> list[Got]:
    return [got for got in shop.receiver.of(order) if got.is_replay]


def test_one_delivery_of_a_closed_order(shop: Shop) -> None:
    order = shop.order()
    shop.wait_for(order, "completed")
    asked = shop.data("POST", f"/deliveries/{order}~2/redeliver")
    assert asked["redelivery"].startswith(f"redeliver:{shop.client_id}:")
    wait_until("it came again", lambda: len(replays(shop, order)) == 1)
    again = replays(shop, order)[0]
    first = next(got for got in shop.receiver.of(order) if got.sequence == 2)
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert again.body == first.body
    assert again.headers["x-interline-sequence"] == "2"


def test_one_delivery_by_its_webhook_id_twice(shop: Shop) -> None:
    order = shop.order()
    shop.wait_for(order, "completed")
    webhook_id = shop.log(order)[0]["webhook_id"]
    for count in (1, 2):
        shop.data("POST", f"/deliveries/{webhook_id}/redeliver?order_no={order}")
        _wait_for_replays(shop, order, count)


def _wait_for_replays(shop: Shop, order: str, count: int) -> None:
    wait_until("it came again", lambda: len(replays(shop, order)) == count)


def test_a_delivery_is_of_one_client_only(shop: Shop) -> None:
    """By either of its ids another client gets a 404, and it can make nothing be sent."""
    order = shop.order()
    shop.wait_for(order, "completed")
    stranger, mine = Shop(shop.stack, shop.receiver, client=0), shop.log(order)[0]
    for path in (f"/deliveries/{mine['id']}", f"/deliveries/{mine['webhook_id']}?order_no={order}"):
        assert shop.data("GET", path)["delivery"] == mine
        assert _refused(stranger, "GET", path) == (404, "delivery-not-found")
        assert _refused(stranger, "POST", _redeliver(path)) == (404, "delivery-not-found")
    assert stranger.log(order) == []
    stranger.data("POST", "/deliveries/redeliver", {"order_no": order})
    shop.data("POST", _redeliver(f"/deliveries/{mine['id']}"))
    wait_until("its owner can", lambda: replays(shop, order) != [])
    assert len(replays(shop, order)) == 1


def _redeliver(path: str) -> str:
    one, mark, query = path.partition("?")
    return f"{one}/redeliver{mark}{query}"


def _refused(shop: Shop, method: str, path: str) -> tuple[int, str]:
    answer = shop.call(method, path)
    return answer.status_code, answer.json()["metadata"].get("errors", [{"error": ""}])[0]["error"]


def test_a_whole_order_in_sequence_one_at_a_time(shop: Shop) -> None:
    order = shop.order()
    shop.wait_for(order, "completed")
    shop.receiver.slow_seconds = 0.05
    shop.receiver.most_at_once.clear()
    shop.data("POST", "/deliveries/redeliver", {"order_no": order})
    wanted = list(range(1, len(shop.log(order)) + 1))
    wait_until("all came again", lambda: [got.sequence for got in replays(shop, order)] == wanted)
    assert shop.receiver.most_at_once[order] == 1
    times = [got.at for got in replays(shop, order)]
    assert (len(times) - 1) / (times[-1] - times[0]) <= 5 * 1.1, "at a gentle rate"


def test_a_time_range_failed_only(shop: Shop) -> None:
    since = datetime.now(UTC).isoformat()
    seen: Counter[str] = Counter()

    def fail_priced_once(got: Got) -> int:
        seen[got.order] += got.event == "logistics.priced"
        return 500 if got.event == "logistics.priced" and seen[got.order] == 1 else 200

    shop.receiver.status = fail_priced_once
    orders = [shop.order() for _ in range(2)]
    for order in orders:
        shop.wait_for(order, "completed")
    wait_until("the list knows them", lambda: {one["order_no"] for one in _all(shop, since)} >= set(orders))
    failed = {order: [one["sequence"] for one in shop.log(order) if one["attempts"] > 1] for order in orders}
    shop.data("POST", "/deliveries/redeliver", {"since": since, "failed_only": True})
    wait_until("they came again", lambda: _again(shop, orders) == failed)
    assert all("logistics.priced" in {got.event for got in replays(shop, order)} for order in orders)


def _again(shop: Shop, orders: list[str]) -> dict[str, list[int]]:
    return {order: [got.sequence for got in replays(shop, order)] for order in orders}


def _all(shop: Shop, since: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = shop.data("GET", "/deliveries?since=" + since.replace("+", "%2B"))["deliveries"]
    return found


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """Three tries in half a second; an endpoint fails from two seconds on and is disabled after six."""
    health = {
        "INTERLINE_ENDPOINT_HEALTH__SECOND_NOTICE_SECONDS": "2",
        "INTERLINE_ENDPOINT_HEALTH__DISABLE_SECONDS": "6",
    }
    options = ("--pace", "0.2", "--delivery-schedule", "0.2,0.2,0.2,0.2")
    with Stack(tmp_path_factory.mktemp("brief") / "stack", {**environ, **health}, *options) as running:
        yield running


@pytest.fixture
def hasty(brief: Stack, receiver: Receiver) -> Shop:
    known = Shop(brief, receiver)
    known.point(receiver)
    receiver.got.clear()
    return known


def test_a_dead_letter_is_seen_and_redelivered_by_its_order(hasty: Shop) -> None:
    hasty.receiver.status = always(500)
    order = hasty.order()
    wait_until("it is dead", lambda: [one["status"] for one in hasty.log(order)][:1] == ["dead"])
    dead = hasty.log(order)[0]
    assert [one["number"] for one in dead["tries"]] == [1, 2, 3, 4, 5]
    found = hasty.data("GET", "/deliveries?status=dead")["deliveries"]
    assert order in {one["order_no"] for one in found}
    hasty.wait_for(order, "delivering")
    seen = hasty.stack.view(order, client=hasty.client)
    assert "no tries are left" in seen["why"]

    hasty.receiver.status = always(200)
    assert hasty.data("POST", f"/deliveries/{dead['id']}/redeliver")["how"] == "its order tries it again"
    hasty.wait_for(order, "completed")
    assert hasty.receiver.taken(order) == list(range(1, len(hasty.log(order)) + 1))
    assert [one["outcome"] for one in hasty.log(order)[0]["tries"]][-1] == "Delivered"
    assert not replays(hasty, order)


def test_an_endpoint_that_only_fails_is_told_twice_and_disabled_and_holds(hasty: Shop) -> None:
    hasty.receiver.status = lambda got: 500 if got.path == "/fulfillment" else 200
    order = hasty.order()
    wait_until("it is failing", lambda: hasty.data("GET", "")["fulfillment"]["failing_since"] is not None)
    wait_until("it is disabled", lambda: hasty.data("GET", "")["fulfillment"]["state"] == "disabled")
    told = ["webhook.failing", "webhook.failing", "webhook.disabled"]
    wait_until("all of it is told", lambda: [got.event for got in _notices(hasty)] == told)
    assert {got.path for got in _notices(hasty)} == {"/logistics"}
    held = hasty.order()
    wait_until("it is held", lambda: "held" in {one["status"] for one in hasty.log(held)})

    hasty.receiver.status = always(200)
    hasty.data("POST", "/fulfillment/resume")
    hasty.wait_for(held, "completed")
    hasty.data("POST", f"/deliveries/{_dead(hasty, order)}/redeliver")
    hasty.wait_for(order, "completed")
    for number in (held, order):
        assert hasty.receiver.taken(number) == list(range(1, len(hasty.log(number)) + 1)), "all that was held, in order"


def _notices(shop: Shop) -> list[Got]:
    return [got for got in shop.receiver.got if got.event in {"webhook.failing", "webhook.disabled"}]


def _dead(shop: Shop, order: str) -> str:
    return next(str(one["id"]) for one in shop.log(order) if one["status"] == "dead")


def test_a_client_that_chose_few_events_is_told_of_its_failing_endpoint_and_a_sporadic_success_resets(
    hasty: Shop,
) -> None:
    hasty.data("PUT", "/logistics/events", {"events": ["logistics.priced"]})
    hasty.receiver.status = lambda got: 500 if got.path == "/fulfillment" else 200
    order = hasty.order()
    wait_until("it is failing", lambda: hasty.data("GET", "")["fulfillment"]["failing_since"] is not None)
    wait_until("it is told", lambda: "webhook.failing" in {got.event for got in _notices(hasty)})
    hasty.receiver.status = always(200)
    hasty.data("POST", "/test", {"kind": "fulfillment"})
    state = hasty.data("GET", "")["fulfillment"]
    assert (state["state"], state["failing_since"]) == ("sending", None)
    assert order


@pytest.mark.parametrize(("path", "body"), [("/test", {"kind": "fulfillment"}), ("/fulfillment/resume", None)])
def test_a_repair_during_the_last_look_is_not_disabled(hasty: Shop, path: str, body: JsonObject | None) -> None:
    """The last look before disabling began before the repair: its answer is old news."""
    looking, repaired = threading.Event(), threading.Event()

    def status(got: Got) -> int:
        if got.path != "/fulfillment":
            return 200
        if got.event == "webhook.ping" and not looking.is_set():
            looking.set()
            repaired.wait(12)
            return 500
        return 200 if looking.is_set() else 500

    receiver = hasty.receiver
    receiver.status = status
    hasty.order()
    wait_until("it is looked at a last time", looking.is_set)
    hasty.data("POST", path, body)
    repaired.set()
    wait_until(
        "the look has ended", lambda: ("webhook.ping", 500) in {(got.event, got.answered) for got in receiver.got}
    )
    hasty.data("POST", "/fulfillment/pause")
    hasty.data("POST", "/fulfillment/resume")
    assert hasty.data("GET", "")["fulfillment"]["state"] == "sending"
    assert "webhook.disabled" not in {got.event for got in _notices(hasty)}
