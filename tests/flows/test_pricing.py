"""Blue 1 to blue 6: prices, quotes, and the webhook object that blue 5 and blue 6 share."""

from typing import Any

import httpx
import pytest

from interline.domain.base import JsonObject
from tests.builders import a_pricing, an_outbound
from tests.flows import scenarios
from tests.flows.support import Flow
from tests.stack.driver import PRICING

pytestmark = pytest.mark.stack


def prices(flow: Flow, **changes: Any) -> dict[int, int]:  # noqa: ANN401  JSON
    """Final price by rate, as our API answers."""
    answer = flow.stack.post(PRICING, a_pricing(**changes))
    assert answer.status_code == httpx.codes.OK, answer.text
    return {row["rate"]["id"]: row["final_price"] for row in answer.json()["data"]["pricings"]}


async def priced(flow: Flow, body: JsonObject) -> tuple[str, dict[str, Any]]:
    """An order with its price; its number, and the body of blue 4."""
    number = flow.order(body)
    await flow.quiet(number)
    (told,) = flow.bodies(number, "blue 4")
    return number, told


PLACE = {"area_id": 4712, "suburb_id": 483, "lat": "-6.3", "lng": "106.9"}


@pytest.mark.parametrize(
    "change",
    [
        {"origin": PLACE},
        {"destination": PLACE},
        {"weight": 2.5},
        {"length": 31},
        {"width": 21},
        {"height": 16},
        {"service_type": 2},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_each_input_changes_the_price(flow: Flow, change: dict[str, Any]) -> None:
    before, after = prices(flow), prices(flow, **change)
    assert before.keys() == after.keys()
    assert all(before[rate] != after[rate] for rate in before)


async def test_the_rate_type_changes_the_offers(flow: Flow) -> None:
    regular, express = prices(flow), prices(flow, rate_type_id="express")
    assert regular.keys().isdisjoint(express)
    assert min(regular.values()) < min(express.values())


async def test_a_live_quote_holds_and_nobody_is_asked_again(flow: Flow) -> None:
    quote_id = await scenarios.quoted(flow)
    number, told = await priced(flow, an_outbound(quote_id=quote_id))
    assert (told["quote_id"], told["requoted_because"]) == (quote_id, None)
    assert flow.stack.ledger(number, step="blue 2") == []
    assert told["price"]["final_price_idr"] == min(prices(flow).values())


@pytest.mark.parametrize("known", [True, False], ids=["expired", "unknown"])
async def test_a_quote_that_does_not_hold_is_made_anew(flow: Flow, known: bool) -> None:  # noqa: FBT001  a table
    quote_id = await scenarios.a_short_quote(flow, valid_seconds=0.01) if known else "no-such-quote"
    number = flow.order(an_outbound(quote_id=quote_id))
    await flow.quiet(number)
    assert len(flow.stack.ledger(number, step="blue 2")) == 1
    view = await flow.view(number)
    if known:
        assert view["problems"] == [] or "promised" in view["problems"][0]["reason"], "another shipment's promise"
    else:
        (told,) = flow.bodies(number, "blue 4")
        assert told["requoted_because"] == "unknown quote"


async def test_rate_and_service_type_alone_are_enough(flow: Flow) -> None:
    cheapest = prices(flow)
    number, told = await priced(flow, an_outbound())
    assert told["price"]["final_price_idr"] == min(cheapest.values())
    assert (await flow.view(number))["steps"]["blue 3"]["state"] == "done"


async def test_a_named_rate_is_taken_although_another_is_cheaper(flow: Flow) -> None:
    offers = prices(flow)
    dearest = max(offers, key=lambda rate: offers[rate])
    _, told = await priced(flow, an_outbound(logistics={"rate_id": dearest}))
    assert told["price"]["rate_id"] == dearest


async def test_blue_5_and_blue_6_carry_the_same_webhook_object(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    (recorded,), (registered,) = (flow.bodies(number, step) for step in ("blue 5", "blue 6"))
    assert recorded == registered
    webhook = recorded["data"]["logistics_webhook"]
    assert webhook["order_no"] == number
    assert webhook["price"] == min(prices(flow).values())
    assert set(webhook) >= {"provider", "rate_type", "service_type", "price", "callback_url", "tracking_id"}
