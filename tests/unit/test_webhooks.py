"""The three proofs of a webhook: the official recipes, and no exception whatever comes."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from interline.webhooks import HeaderValues, proven_webhook_id, proves_api_key, proves_shipper_auth

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
BODY = b'{"order_no": "SO-1"}'


def headers(**values: str | Sequence[str]) -> HeaderValues:
    """Header values by name, with `_` for `-`."""
    known = {name.replace("_", "-"): [value] if isinstance(value, str) else value for name, value in values.items()}
    return lambda name: known.get(name, [])


def standard(*, at: datetime = NOW, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    """Headers as the official library makes them."""
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    return {"webhook_id": "msg_1", "webhook_timestamp": str(int(at.timestamp())), "webhook_signature": signature}


@pytest.mark.parametrize(
    ("key", "url", "expected"),
    [
        ("", "", "466deec76ecdf5fca6d38571f6324d54"),
        ("test-api-key", "https://hooks.example.test/shipper/logistics", "b0304c01d43db6c0cb26c17688c05e32"),
    ],
)
def test_shippers_auth_follows_the_official_recipe(key: str, url: str, expected: str) -> None:
    assert proves_shipper_auth(expected, secrets=["other", key], registered_url=url)
    assert not proves_shipper_auth(expected.upper(), secrets=[key], registered_url=url)
    assert not proves_shipper_auth(expected, secrets=[key], registered_url=url + "/")
    assert not proves_shipper_auth(expected, secrets=[], registered_url=url)


def test_an_api_key_counts_once_and_whole() -> None:
    secrets = ["old-key", "new-key"]
    assert proves_api_key(headers(x_api_key="old-key"), secrets=secrets)
    assert proves_api_key(headers(x_api_key="new-key"), secrets=secrets)
    for wrong in ("", "old", "new-key ", ["new-key", "new-key"], []):
        assert not proves_api_key(headers(x_api_key=wrong), secrets=[*secrets, ""])


def test_a_signature_of_the_official_library_is_proven_with_any_live_secret() -> None:
    assert proven_webhook_id(headers(**standard()), BODY, secrets=["whsec_b3RoZXI=", SECRET], now=NOW) == "msg_1"
    assert proven_webhook_id(headers(**standard()), BODY, secrets=["whsec_b3RoZXI="], now=NOW) is None
    assert proven_webhook_id(headers(**standard()), BODY + b" ", secrets=[SECRET], now=NOW) is None
    assert proven_webhook_id(headers(**standard()), BODY, secrets=["not base64 !", ""], now=NOW) is None


@pytest.mark.parametrize(("seconds", "proven"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_holds_for_five_minutes(seconds: int, *, proven: bool) -> None:
    told = standard(at=NOW + timedelta(seconds=seconds))
    assert (proven_webhook_id(headers(**told), BODY, secrets=[SECRET], now=NOW) is not None) is proven


@pytest.mark.parametrize(
    "change",
    [
        {"webhook_id": "a.1"},
        {"webhook_id": ""},
        {"webhook_id": ["msg_1", "msg_1"]},
        {"webhook_timestamp": "1795424400.5"},
        {"webhook_timestamp": " 1795424400"},
        {"webhook_timestamp": "\u0661\u0662"},
        {"webhook_signature": "v1,!!!"},
        {"webhook_signature": "garbage"},
        {"webhook_signature": "v1,\u00e9\ud800"},
        {"webhook_signature": []},
    ],
)
def test_odd_headers_prove_nothing(change: dict[str, str | list[str]]) -> None:
    assert proven_webhook_id(headers(**{**standard(), **change}), BODY, secrets=[SECRET], now=NOW) is None


texts = st.text(st.characters(exclude_categories=[]), max_size=80)


@given(values=st.lists(texts, max_size=3), body=st.binary(max_size=80), secret=texts)
def test_no_proof_ever_raises(values: list[str], body: bytes, secret: str) -> None:
    def anything(_: str) -> list[str]:
        return values

    proven_webhook_id(anything, body, secrets=[secret, SECRET], now=NOW)
    proves_api_key(anything, secrets=[secret])
    proves_shipper_auth(values[0] if values else None, secrets=[secret], registered_url="http://x")
