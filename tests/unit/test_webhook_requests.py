"""One webhook as it is signed, and what each answer of a receiver means (reliability WH-01, WH-03)."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from activities.webhook_requests import refused, signed
from interline.errors import Outcome
from interline.runtime.sealing import new_webhook_secret


def test_the_vector_of_standard_webhooks() -> None:
    secret = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    assert signed("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [secret], at=at) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_our_secrets_have_32_bytes_and_no_two_are_alike() -> None:
    made = {new_webhook_secret().get_secret_value() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {len("whsec_") + 44}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_each_2xx_is_taken(status: int) -> None:
    assert refused(status, None) is None


@pytest.mark.parametrize(
    "status", [100, 301, 302, 307, 400, 401, 403, 404, 409, 410, 422, 451, 500, 502, 503, 504, 599]
)
def test_anything_else_is_tried_again(status: int) -> None:
    failure = refused(status, None)
    assert failure
    assert (failure.outcome, failure.status, failure.final) == (Outcome.UNKNOWN, status, False)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_who_names_a_time_is_left_in_peace_until_then(status: int) -> None:
    failure = refused(status, 3600.0)
    assert failure
    assert (failure.outcome, failure.wait_seconds, failure.final) == (Outcome.WAIT, 3600.0, False)
