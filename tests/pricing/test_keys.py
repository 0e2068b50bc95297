"""A price that was asked for with an `Idempotency-Key` and whose answer got lost: the same again finds it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from starter.demo.handles import LedgerItem
from tests.builders import a_pricing, unique
from tests.stack.driver import PRICING, Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]


def asked(stack: Stack, answer: httpx.Response) -> list[LedgerItem]:
    """What the provider heard about this quote."""
    assert answer.status_code == httpx.codes.OK, answer.text
    return stack.ledger(str(answer.json()["data"]["quote_id"]), partner="logistics")


def test_a_client_that_left_finds_its_quote(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "slow", count=1, seconds=1)
    key, body = unique("left"), a_pricing()
    with pytest.raises(httpx.ReadTimeout):
        well.post(PRICING, body, key=key, timeout_seconds=0.5)
    early = well.post(PRICING, body, key=key)
    assert early.status_code == httpx.codes.CONFLICT, "the first request is still worked on"
    wait_until("it has its answer", lambda: well.post(PRICING, body, key=key).status_code == httpx.codes.OK)
    first, again = (well.post(PRICING, body, key=key) for _ in range(2))
    assert first.json()["data"] == again.json()["data"]
    assert len(asked(well, again)) == 1


def test_a_gateway_that_dies_while_it_waits_for_the_price_loses_nothing(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "slow", count=1, seconds=1)
    key, body = unique("died"), a_pricing()
    with ThreadPoolExecutor() as client:
        lost = client.submit(well.post, PRICING, body, key=key)
        threading.Event().wait(0.5)
        well.kill("gateway")
        assert isinstance(lost.exception(), httpx.HTTPError)
    wait_until("the gateway is back", lambda: is_ready(well))
    again = well.post(PRICING, body, key=key)
    assert len(asked(well, again)) == 1
    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_without_a_price_yet_asks_the_provider_again_by_the_same_key(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "status:500", count=2)
    key, body = unique("again"), a_pricing()
    assert well.post(PRICING, body, key=key).status_code == httpx.codes.SERVICE_UNAVAILABLE
    calls = asked(well, well.post(PRICING, body, key=key))
    assert [call.status for call in calls] == [500, 500, 200]
    assert len({call.idempotency_key for call in calls}) == 1


def is_ready(stack: Stack) -> bool:
    """The gateway answers."""
    try:
        return httpx.get(f"{stack.manifest.gateway}/readyz", trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
