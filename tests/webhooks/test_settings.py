"""Settings by API: shown, changed, refused; rotation without a gap."""

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from interline.domain.base import JsonObject
from tests.stack.driver import wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Got

pytestmark = pytest.mark.stack


def rotate(shop: Shop, kind: str, *, overlap_hours: float) -> str:
    """The new secret, from the only answer that shows it."""
    secrets = shop.data("POST", f"/{kind}/rotate-secret", {"overlap_hours": overlap_hours})[kind]["secrets"]
    return str(secrets[0]["secret"])


def verifies(got: Got, secret: str) -> bool:
    try:
        Webhook(secret).verify(got.body, got.headers)
    except WebhookVerificationError:
        return False
    return True


def test_what_is_set_is_shown(shop: Shop) -> None:
    asked: JsonObject = {"url": f"{shop.receiver.url}/mine?token=abc", "active": True, "events": ["order.confirmed"]}
    shown = shop.data("PUT", "", {"fulfillment": {**asked, "rate_per_second": 20}})["fulfillment"]
    assert shown == shop.data("GET", "")["fulfillment"]
    assert all("secret" not in one for one in shown["secrets"]), "each was shown when it was made"
    assert {name: shown[name] for name in asked} == asked
    assert (shown["state"], shown["rate_per_second"], shown["set_by"]) == ("sending", 20, "api")


def test_what_is_left_out_stays_and_bad_settings_change_nothing(shop: Shop) -> None:
    before = shop.data("GET", "")
    bad: JsonObject = {
        "fulfillment": {"url": "https://user:secret@shop.example/#x", "events": ["nonsense"]},
        "logistics": {"active": 1, "url": f"{shop.receiver.url}/elsewhere"},
    }
    answer = shop.call("PUT", "", bad)
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert {one["pointer"] for one in answer.json()["metadata"]["errors"]} == {
        "/fulfillment/url",
        "/fulfillment/events/0",
        "/logistics/active",
    }
    assert shop.data("GET", "") == before
    shop.data("PUT", "", {"fulfillment": {"active": False, "url": None, "events": None}, "logistics": None})
    after = shop.data("GET", "")
    assert after["fulfillment"]["url"] == before["fulfillment"]["url"]
    assert after["fulfillment"]["state"] == "not_active"
    assert after["logistics"] == before["logistics"]


@pytest.mark.parametrize("kind", ["fulfillment", "logistics"])
def test_an_order_of_an_inactive_kind_is_refused_naming_it(shop: Shop, kind: str) -> None:
    shop.data("PUT", "", {kind: {"active": False}})
    shop.settle()
    answer = shop.try_order()
    problem = answer.json()["metadata"]["errors"][0]
    assert (answer.status_code, problem["error"]) == (422, "webhook-kind-inactive")
    assert kind in problem["message"]


def test_the_ping_shows_the_receivers_answer(shop: Shop) -> None:
    shop.receiver.answer = b"hello interline"
    result = shop.data("POST", "/test", {"kind": "logistics"})["logistics"]
    assert (result["ok"], result["status"], result["answer"]) == (True, 200, "hello interline")
    ping = shop.receiver.got[-1]
    assert (ping.event, ping.json()["interline"]["endpoint"]) == ("webhook.ping", "logistics")
    shop.receiver.status = lambda _got: 503
    failed = shop.data("POST", "/test", {"kind": "logistics"})["logistics"]
    assert (failed["ok"], failed["status"], failed["answer"]) == (False, 503, "hello interline")


def test_a_rotation_signs_with_both_until_the_overlap_ends(shop: Shop) -> None:
    first = rotate(shop, "logistics", overlap_hours=0)
    second = rotate(shop, "logistics", overlap_hours=5 / 3600)
    shop.data("POST", "/test", {"kind": "logistics"})
    during = shop.receiver.got[-1]
    assert during.headers["webhook-signature"].count("v1,") == 2
    assert verifies(during, first)
    assert verifies(during, second)

    def only_second() -> bool:
        shop.data("POST", "/test", {"kind": "logistics"})
        return not verifies(shop.receiver.got[-1], first)

    wait_until("the overlap is over", only_second)
    assert verifies(shop.receiver.got[-1], second)


def test_rotating_twice_keeps_the_secret_in_use_for_its_overlap(shop: Shop) -> None:
    in_use = rotate(shop, "fulfillment", overlap_hours=0)
    for _ in range(2):
        rotate(shop, "fulfillment", overlap_hours=1)
    shop.data("POST", "/test", {"kind": "fulfillment"})
    assert verifies(shop.receiver.got[-1], in_use)


BAD: dict[tuple[str, str], tuple[JsonObject | None, int, str]] = {
    ("POST", "/nonsense/pause"): ({}, 404, "not-found"),
    ("POST", "/test"): ({"kind": "nonsense"}, 422, "unknown-value"),
    ("POST", "/fulfillment/rotate-secret"): ({"overlap_hours": 169}, 422, "out-of-range"),
    ("PUT", "/fulfillment/events"): ({"events": ["logistics.status"]}, 422, "unknown-value"),
    ("PUT", ""): ({"logistics": {"rate": 5}}, 422, "unknown-field"),
    ("PUT", "?again"): ({}, 422, "required"),
    ("GET", "/deliveries?status=nonsense"): (None, 422, "unknown-value"),
    ("GET", "/deliveries/nonsense"): (None, 404, "delivery-not-found"),
    ("POST", "/deliveries/SO-none~1/redeliver"): (None, 404, "delivery-not-found"),
    ("POST", "/deliveries/redeliver"): ({"since": "yesterday"}, 422, "invalid-format"),
}


@pytest.mark.parametrize("request_line", BAD)
def test_bad_requests(shop: Shop, request_line: tuple[str, str]) -> None:
    body, status, error = BAD[request_line]
    answer = shop.call(*request_line, body)
    assert (answer.status_code, answer.json()["metadata"]["errors"][0]["error"]) == (status, error)
