"""Blue 2 and 3 at the provider: believable prices that depend on all six inputs."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.answers import RefusedError
from sandbox.pricing import PricingRequest, price
from tests.sandbox.support import Json, Sandbox

REQUEST: Json = {
    "origin": {"area_id": 4711, "suburb_id": 482, "lat": "-6.2250000", "lng": "106.8090000"},
    "destination": {"area_id": 12284, "suburb_id": 1248, "lat": "-6.1800000", "lng": "106.8600000"},
    "weight": 1.25,
    "length": 30,
    "width": 20,
    "height": 10,
    "item_value": 100_000,
    "for_order": True,
    "service_type": 1,
}


def offers(request: Json, rate_type: str | None = "regular") -> list[Json]:
    found: list[Json] = price(PricingRequest.model_validate(request), rate_type).body["data"]["pricings"]
    return found


def cheapest(request: Json, rate_type: str | None = "regular") -> int:
    return int(offers(request, rate_type)[0]["final_price"])


CHANGES: dict[str, dict[str, Any]] = {
    "origin": {"origin": REQUEST["origin"] | {"area_id": 4712}},
    "destination": {"destination": REQUEST["destination"] | {"area_id": 12285}},
    "weight": {"weight": 1.26},
    "length": {"length": 31},
    "width": {"width": 21},
    "height": {"height": 11},
    "service type": {"service_type": 2},
    "service type as text": {"service_type": "FRAGILE"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("rate_type", ["regular", "express", "trucking", "instant", "same-day"])
def test_a_change_of_one_input_changes_the_cheapest_price(change: Json, rate_type: str) -> None:
    assert cheapest(REQUEST | change, rate_type) != cheapest(REQUEST, rate_type)


shipments = st.fixed_dictionaries(
    {
        "weight": st.decimals(min_value=Decimal("0.001"), max_value=70, places=3),
        "length": st.integers(1, 200),
        "width": st.integers(1, 200),
        "height": st.integers(1, 200),
    }
)


@given(shipments)
def test_every_rate_type_has_its_own_price(shipment: Json) -> None:
    request = REQUEST | shipment
    prices = [cheapest(request, kind) for kind in ("trucking", "regular", "express", "same-day", "instant")]
    assert prices == sorted(set(prices))


@given(shipments, st.sampled_from(["length", "width", "height", "weight"]))
def test_more_size_or_weight_costs_more(shipment: Json, grown: str) -> None:
    request = REQUEST | shipment
    assert cheapest(request | {grown: request[grown] + 1}) > cheapest(request)


def test_the_answer_is_sorted_paged_and_adds_up(sandbox: Sandbox) -> None:
    answer = sandbox.call("POST", "/logistics/v3/pricing/domestic", REQUEST | {"limit": 4}, step="blue 2")
    shown, pages = answer.json()["data"]["pricings"], answer.json()["pagination"]
    prices = [offer["final_price"] for offer in shown]
    assert prices == sorted(prices)
    assert pages == {
        "current_page": 1,
        "current_elements": 4,
        "total_pages": 4,
        "total_elements": 14,
        "sort_by": ["final_price"],
    }
    assert {offer["logistic"]["code"] for offer in offers(REQUEST)} >= {"JNE", "TIKI", "SCP", "WHN"}
    last = sandbox.call("POST", "/logistics/v3/pricing/domestic", REQUEST | {"limit": 4, "page": 4}).json()
    assert last["pagination"]["current_elements"] == 2
    assert answer.json()["metadata"]["path"] == "/logistics/v3/pricing/domestic"


def test_the_same_request_has_the_same_price(sandbox: Sandbox) -> None:
    path = "/logistics/v3/pricing/domestic/regular"
    first, second = (sandbox.call("POST", path, REQUEST, key=key).json()["data"] for key in "ab")
    assert first == second
    assert {offer["rate"]["type"] for offer in first["pricings"]} == {"Regular"}


def test_dear_goods_must_be_insured() -> None:
    dear = offers(REQUEST | {"item_value": 2_000_000})[0]
    assert (dear["must_use_insurance"], dear["insurance_applied"], dear["insurance_fee"]) == (True, True, 5_000)
    cheap = offers(REQUEST)[0]
    assert (cheap["must_use_insurance"], cheap["insurance_applied"], cheap["insurance_fee"]) == (False, False, 250)


def test_nobody_goes_to_an_unserved_area(sandbox: Sandbox) -> None:
    answer = sandbox.call(
        "POST", "/logistics/v3/pricing/domestic", REQUEST | {"destination": {"area_id": 900_000}}, step="blue 2"
    )
    assert answer.status_code == 200
    assert answer.json()["data"]["pricings"] == []
    assert answer.json()["data"]["pricing_errors"]


WITHOUT_COORDINATES = {"origin": {"area_id": 4711}, "destination": {"area_id": 12284}}


def test_instant_is_not_offered_without_coordinates() -> None:
    kinds = {offer["rate"]["type"] for offer in offers(REQUEST | WITHOUT_COORDINATES, None)}
    assert kinds == {"Regular", "Express", "Trucking"}


@pytest.mark.parametrize(
    "ask",
    [
        lambda: price(PricingRequest.model_validate(REQUEST | WITHOUT_COORDINATES), "instant"),
        lambda: price(PricingRequest.model_validate(REQUEST), "teleport"),
        lambda: price(PricingRequest.model_validate(REQUEST | {"origin": {"lat": "1"}}), None),
    ],
    ids=["instant without coordinates", "unknown rate type", "no place"],
)
def test_the_provider_refuses(ask: Callable[[], object]) -> None:
    with pytest.raises(RefusedError):
        ask()


def test_a_bad_request_names_its_fields(sandbox: Sandbox) -> None:
    answer = sandbox.call("POST", "/logistics/v3/pricing/domestic", REQUEST | {"weight": -1, "height": 0})
    assert answer.status_code == 400
    assert answer.json()["metadata"]["errors"] == [{"code": 810, "message": "invalid input: height, weight"}]
