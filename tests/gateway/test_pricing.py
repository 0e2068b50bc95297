"""Blue 1 and blue 4: a price within five seconds, or why there is none."""

import re
from time import monotonic

import httpx
import pytest

from interline.names import quote_workflow_id
from tests.builders import unique
from tests.gateway.support import OTHER_KEY, PRICING, SHOP_KEY, Engine, Http, keyed, shipment


async def test_a_quote_looks_as_shippers_pricing_does(shop: Http, engine: Engine, worker: None) -> None:
    answer = await shop.post(PRICING, json={**shipment(), "for_order": True})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    data = body["data"]
    assert re.fullmatch(r"Q[A-Z2-7]{26}", data["quote_id"])
    assert data["valid_until"] == "2026-11-23T00:15:00+00:00"
    assert data["origin"] == {"area_id": 4711, "lat": -6.225, "lng": 106.809}
    assert data["pricings"] == [{"rate": {"id": 58}, "final_price": 9000, "currency": "IDR"}]
    assert body["pagination"] == {
        "current_page": 1,
        "current_elements": 1,
        "total_pages": 1,
        "total_elements": 1,
        "sort_by": ["final_price"],
    }
    asked = await engine.started_with(quote_workflow_id("shop", data["quote_id"]))
    assert asked["valid_seconds"] == 900.0


async def test_the_rate_type_of_the_path_wins_and_a_contradiction_is_refused(
    shop: Http, worker: None, engine: Engine
) -> None:
    answer = await shop.post(f"{PRICING}/express", json=shipment(rate_type_id=None))
    quote_id = answer.json()["data"]["quote_id"]
    asked = await engine.started_with(quote_workflow_id("shop", quote_id))
    assert asked["shipment"]["rate_type"] == "express"  # type: ignore[index,call-overload]  # an object
    contradicting = await shop.post(f"{PRICING}/express", json=shipment())
    assert contradicting.status_code == 422
    assert contradicting.json()["metadata"]["errors"][0]["error"] == "contradiction"
    unknown = await shop.post(f"{PRICING}/warp", json=shipment(rate_type_id=None))
    assert unknown.status_code == 422
    assert unknown.json()["metadata"]["errors"][0]["error"] == "unknown-value"


async def test_products_bring_their_weight_and_size(shop: Http, engine: Engine, worker: None) -> None:
    body = shipment(weight=None, length=None, width=None, height=None)
    answer = await shop.post(PRICING, json={**body, "skus": [{"sku": "KOPI-250", "qty": 3}]})
    assert answer.status_code == 200, answer.text
    asked = await engine.started_with(quote_workflow_id("shop", answer.json()["data"]["quote_id"]))
    assert asked["shipment"] == {
        **asked["shipment"],  # type: ignore[dict-item]  # an object
        "weight_kg": "0.75",
        "length_cm": 15,
        "width_cm": 15,
        "height_cm": 15,
    }


@pytest.mark.parametrize(
    ("area", "status", "code"),
    [
        (900_001, 504, "partner-timeout"),
        (900_002, 503, "partner-unavailable"),
        (900_003, 502, "partner-invalid-response"),
        (900_004, 422, "not-serviceable"),
        (900_005, 503, "temporarily-unavailable"),
    ],
)
async def test_why_there_is_no_price(area: int, status: int, code: str, shop: Http, worker: None) -> None:
    answer = await shop.post(PRICING, json=shipment(destination={"area_id": area}))
    assert answer.status_code == status
    assert answer.json()["metadata"]["errors"][0]["error"] == code
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_without_a_worker_the_answer_comes_within_five_seconds(shop: Http) -> None:
    begun = monotonic()
    answer = await shop.post(PRICING, json=shipment())
    assert monotonic() - begun < 5.2
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


async def test_the_same_key_gets_the_same_quote_and_names_no_other_request(shop: Http, worker: None) -> None:
    key, body = {"Idempotency-Key": unique("price")}, shipment()
    first = await shop.post(PRICING, json=body, headers=key)
    again = await shop.post(PRICING, json=dict(reversed(body.items())), headers=key)
    assert again.status_code == 200
    assert again.json()["data"] == first.json()["data"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    for path, other in ((PRICING, shipment(weight=2.5)), (f"{PRICING}/regular", body)):
        refused = await shop.post(path, json=other, headers=key)
        assert refused.status_code == 422
        assert refused.json()["metadata"]["errors"][0]["error"] == "idempotency-key-reused"
    free = [await shop.post(PRICING, json=body) for _ in range(2)]
    assert len({answer.json()["data"]["quote_id"] for answer in (first, *free)}) == 3


async def test_a_key_is_its_clients_own(shop: Http, address: str, worker: None) -> None:
    key = unique("price")
    async with httpx.AsyncClient(base_url=address, timeout=15) as http:
        answers = [
            await http.post(PRICING, json=shipment(), headers={**keyed(of), "Idempotency-Key": key})
            for of in (SHOP_KEY, OTHER_KEY)
        ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.json()["data"]["quote_id"] for answer in answers}) == 2
