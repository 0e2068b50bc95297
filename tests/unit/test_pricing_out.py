"""Blue 2 and blue 3: Shipper's pricing as we ask for it, and what we believe of the answer (reference §2, OUT-09)."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interline.contracts import logistics
from interline.domain.base import JsonObject
from interline.domain.shipment import Place, RateType
from interline.errors import WrongAnswerError
from tests.shapes import a_shipment

JNE: dict[str, Any] = {
    "logistic": {"id": 1, "name": "JNE", "logo_url": "https://x.test/jne.png", "code": "JNE", "cod_fee": 0},
    "rate": {"id": 58, "name": "REG", "type": "Regular", "description": "…", "is_hubless": True},
    "weight": 1.1231,
    "volume": 72000,
    "volume_weight": 12,
    "final_weight": 12,
    "min_day": 1,
    "max_day": 2,
    "unit_price": 9000,
    "total_price": 108000,
    "discount": 0,
    "discounted_price": 108000,
    "insurance_fee": 600,
    "insurance_applied": False,
    "must_use_insurance": False,
    "liability_value": 1000000,
    "final_price": 108000,
    "currency": "IDR",
}
"""The sample of reference §2.3."""


def an_offer(rate_id: Any = 58, final_price: Any = 108000, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  wrong on purpose
    return {**JNE, "rate": {**JNE["rate"], "id": rate_id}, "final_price": final_price, **changes}


def an_answer(*offers: Any) -> bytes:  # noqa: ANN401  wrong on purpose
    place = {"area_id": 4711, "country_id": 228, "lat": -6.22, "lng": 106.8}
    data = {"origin": place, "destination": place, "pricings": list(offers), "pricing_errors": []}
    return orjson.dumps({"metadata": {"http_status_code": 200}, "data": data})


def asked(**changes: object) -> JsonObject:
    body: JsonObject = orjson.loads(logistics.pricing_body(a_shipment(**changes)))
    return body


@pytest.mark.parametrize("time", ["1970-01-01T00:00:00Z", "2999-12-31 23:59:59", "yesterday", -5, None, {}])
def test_a_time_in_the_answer_decides_nothing_and_is_handed_on_as_data(time: object) -> None:
    """A quote ends by our clock, whatever the provider's says."""
    timed = logistics.priced(an_answer(an_offer(timestamp=time, valid_until=time, expired_at=time)))
    assert timed.prices == logistics.priced(an_answer(an_offer())).prices
    assert timed.offers[0]["valid_until"] == time


def test_the_request_has_shippers_fields_in_shippers_units() -> None:
    shipment = {
        "origin": Place(area_id=4711, suburb_id=482, lat="-6.2250000", lng="106.8090000"),
        "destination": Place(area_id=12284),
        "weight_kg": Decimal("1.1231"),
    }
    assert asked(**shipment, length_cm=30, width_cm=40, height_cm=60, cod=True) == {
        "origin": {"area_id": 4711, "suburb_id": 482, "lat": "-6.2250000", "lng": "106.8090000"},
        "destination": {"area_id": 12284},
        "weight": 1.1231,
        "length": 30,
        "width": 40,
        "height": 60,
        "item_value": 300_000,
        "service_type": 1,
        "cod": True,
        "for_order": True,
        "limit": 30,
        "page": 1,
        "sort_by": ["final_price"],
    }


@pytest.mark.parametrize("rate_type", list(RateType))
def test_the_rate_type_is_the_path(rate_type: RateType) -> None:
    assert logistics.pricing_path(a_shipment(rate_type=rate_type)) == f"/v3/pricing/domestic/{rate_type.value}"


@pytest.mark.parametrize(
    "change",
    [
        {"origin": Place(area_id=1)},
        {"destination": Place(area_id=1)},
        {"weight_kg": Decimal("1.3")},
        {"length_cm": 31},
        {"width_cm": 21},
        {"height_cm": 11},
        {"service_type": "next day"},
        {"with_insurance": True},
        {"cod": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_input_that_moves_the_price_is_asked_for(change: dict[str, object]) -> None:
    if "with_insurance" in change:
        assert asked(**change) == asked(), "insurance is chosen from the offer, not asked for"
    else:
        assert asked(**change) != asked()


def test_the_sample_answer_is_understood() -> None:
    found = logistics.priced(an_answer(JNE))
    price = found.prices[0]
    assert found.offers == [JNE], "the client gets the provider's own object"
    assert (price.rate_id, price.carrier_code, price.rate_name, price.rate_type) == (58, "JNE", "REG", "Regular")
    assert (price.final_price_idr, price.insurance_fee_idr, price.currency) == (108000, 600, "IDR")
    assert (price.final_weight_kg, price.min_days, price.max_days) == (Decimal(12), 1, 2)
    assert not price.must_use_insurance


def test_offers_come_cheapest_first_and_whole_floats_are_rupiah() -> None:
    found = logistics.priced(an_answer(an_offer(3, 9000.0), an_offer(2, 8000), an_offer(1, 9000)))
    assert [(price.rate_id, price.final_price_idr) for price in found.prices] == [(2, 8000), (1, 9000), (3, 9000)]
    assert [offer["final_price"] for offer in found.offers] == [8000, 9000, 9000.0]


ABSURD = [-1, 0, 0.5, 10**12, "1e999999999", "NaN", "Infinity", "", None, True, [], {"idr": 9000}, "9 000"]


@pytest.mark.parametrize("amount", ABSURD, ids=str)
def test_an_absurd_price_is_dropped_and_alone_it_is_a_wrong_answer(amount: object) -> None:
    kept = logistics.priced(an_answer(an_offer(1, amount), an_offer(2, 9000)))
    assert [price.rate_id for price in kept.prices] == [2]
    with pytest.raises(WrongAnswerError):
        logistics.priced(an_answer(an_offer(1, amount)))


@pytest.mark.parametrize(
    "offer",
    [an_offer(None), an_offer("58"), an_offer(True), an_offer(rate={}), an_offer(currency="USD"), "offer", None, []],
    ids=str,
)
def test_an_offer_without_rate_or_in_other_money_is_dropped(offer: object) -> None:
    kept = logistics.priced(an_answer(offer, an_offer(2, 9000)))
    assert [price.rate_id for price in kept.prices] == [2]


def test_no_offer_means_not_serviceable_and_is_no_failure() -> None:
    assert logistics.priced(an_answer()).not_serviceable


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"<html>Welcome</html>", id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"data": {}}', id="missing"),
        pytest.param(b'{"data": {"pricings": {"0": 1}}}', id="no list"),
        pytest.param(b'{"data": {"pricings": [NaN]}}', id="NaN"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(an_answer(an_offer(58, -1), an_offer(59, -1)), id="negative_price"),
    ],
)
def test_a_wrong_2xx_is_an_unknown_outcome(raw: bytes) -> None:
    with pytest.raises(WrongAnswerError):
        logistics.priced(raw)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(json_values | st.fixed_dictionaries({"rate": json_values, "final_price": json_values}), min_size=1))
def test_no_answer_whatever_raises_anything_else(rows: list[Any]) -> None:
    try:
        found = logistics.priced(an_answer(*rows))
    except WrongAnswerError:
        return
    assert all(0 < price.final_price_idr <= logistics.DEAREST_IDR for price in found.prices)


def test_an_order_takes_the_rate_it_names_else_the_cheapest() -> None:
    prices = logistics.priced(an_answer(an_offer(1, 9000), an_offer(2, 12000))).prices
    cheapest, named = (logistics.choose(prices, a_shipment(rate_id=rate_id)) for rate_id in (None, 2))
    assert cheapest is not None
    assert named is not None
    assert (cheapest.rate_id, named.rate_id) == (1, 2)
    assert logistics.choose(prices, a_shipment(rate_id=3)) is None
