"""How partners prove themselves, and what the client platform makes of a signature."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.signing import shipper_auth, standard_headers, verified
from sandbox.wire import now
from tests.sandbox.support import CLIENT, INCOMING_SECRET, SHIPPER_AUTH_KEY, WEBHOOK_SECRET, Gateway, Json, Sandbox


@pytest.mark.parametrize(
    ("api_key", "url", "expected"),
    [
        ("", "", "466deec76ecdf5fca6d38571f6324d54"),
        ("test-api-key", "https://hooks.example.test/shipper/logistics", "b0304c01d43db6c0cb26c17688c05e32"),
    ],
)
def test_shippers_auth_by_the_published_vectors(api_key: str, url: str, expected: str) -> None:
    assert shipper_auth(api_key, url) == expected


def send(sandbox: Sandbox, event: str, **rest: object) -> list[Json]:
    answer = sandbox.http.post("/_events", json={"event": event, "order": "SO1", **rest})
    assert answer.status_code == 200, answer.text
    sent: list[Json] = answer.json()
    return sent


def test_a_standard_webhook_verifies_with_the_official_library(manual: Sandbox, gateway: Gateway) -> None:
    (sent,) = send(manual, "goods_issued")
    (received,) = gateway.received
    Webhook(INCOMING_SECRET).verify(received.raw, received.headers)
    assert received.headers["webhook-id"] == sent["event_id"]


@pytest.mark.parametrize("signature", ["bad", "stale"])
def test_a_bad_or_stale_standard_webhook_does_not_verify(manual: Sandbox, gateway: Gateway, signature: str) -> None:
    send(manual, "goods_issued", signature=signature)
    with pytest.raises(WebhookVerificationError, match="old" if signature == "stale" else "matching"):
        Webhook(INCOMING_SECRET).verify(gateway.received[0].raw, gateway.received[0].headers)


def test_a_secret_in_a_header(manual: Sandbox, gateway: Gateway) -> None:
    for signature in ("good", "bad", "stale"):
        send(manual, "order_confirmed", signature=signature)
    good, bad, stale = (item.headers["x-api-key"] for item in gateway.received)
    assert good == INCOMING_SECRET
    assert len({good, bad, stale}) == 3


def test_shippers_auth_in_the_body(manual: Sandbox, gateway: Gateway) -> None:
    for signature in ("good", "bad", "stale"):
        send(manual, "shipment_status", signature=signature)
    good, bad, stale = (item.body["auth"] for item in gateway.received)
    assert good == shipper_auth(INCOMING_SECRET, f"{gateway.url}/{CLIENT}/shipment_status")
    assert len({good, bad, stale}) == 3


def webhook(sandbox: Sandbox, body: bytes, headers: dict[str, str], kind: str = "fulfillment") -> Json:
    answer = sandbox.http.post(f"/client/{CLIENT}/webhooks/{kind}", content=body, headers=headers)
    assert answer.status_code == 200
    return sandbox.items("/_inbox", client=CLIENT)[-1]


def test_the_client_platform_knows_a_true_webhook(manual: Sandbox) -> None:
    headers = standard_headers(WEBHOOK_SECRET, "evt-1", now(), "{}")
    assert webhook(manual, b"{}", headers)["verified"] is True
    assert webhook(manual, b'{"a":1}', headers)["verified"] is False
    assert webhook(manual, b"{}", {})["verified"] is False


def test_shippers_auth_is_checked_where_the_body_carries_one(manual: Sandbox) -> None:
    url = f"{manual.config.base_url}/client/{CLIENT}/webhooks/logistics"
    for auth, expected in ((shipper_auth(SHIPPER_AUTH_KEY, url), True), ("0" * 32, False)):
        body = f'{{"auth":"{auth}"}}'
        headers = standard_headers(WEBHOOK_SECRET, "evt-1", now(), body)
        assert webhook(manual, body.encode(), headers, "logistics")["verified"] is expected


GARBLED = {
    "none": {},
    "no number": {"webhook-id": "a", "webhook-timestamp": "soon", "webhook-signature": "v1,aaaa"},
    "no version": {"webhook-id": "a", "webhook-timestamp": str(int(now().timestamp())), "webhook-signature": "aaaa"},
    "not base64": {"webhook-id": "a", "webhook-timestamp": str(int(now().timestamp())), "webhook-signature": "v1,a"},
    "many commas": {"webhook-id": "a", "webhook-timestamp": str(int(now().timestamp())), "webhook-signature": "v1,,,"},
    "infinite": {"webhook-id": "a", "webhook-timestamp": "inf", "webhook-signature": "v1,aaaa"},
}


@pytest.mark.parametrize("headers", GARBLED.values(), ids=GARBLED)
@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b""])
def test_no_garble_makes_the_check_raise(headers: dict[str, str], body: bytes) -> None:
    assert verified(WEBHOOK_SECRET, body, headers) is False


def test_an_old_webhook_is_not_verified() -> None:
    assert verified(WEBHOOK_SECRET, b"{}", standard_headers(WEBHOOK_SECRET, "a", now(), "{}"))
    old = standard_headers(WEBHOOK_SECRET, "a", now() - timedelta(minutes=6), "{}")
    assert not verified(WEBHOOK_SECRET, b"{}", old)
