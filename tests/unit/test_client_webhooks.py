"""What the client platform receives: Shipper's bodies for Shipper's events, ours otherwise (DESIGN §7)."""

from typing import Any

import orjson
import pytest

from interline.contracts import client_platform
from interline.domain.base import JsonObject
from interline.domain.order import Kind
from interline.domain.policy import OrderPolicy
from interline.domain.pricing import check
from interline.domain.shipment import Price
from interline.domain.state import Delivery
from interline.domain.statuses import ClientEvent
from interline.domain.view import Problem
from tests.shapes import NOON, an_event, an_order

PGI: JsonObject = {
    "warehouse_id": "WH-1",
    "order_type": "SO",
    "doc_no": "D1",
    "delivery_no": "AWB1",
    "carrier_name": "JNE",
    "pgi_date": "2022-11-01 10:00:00",
    "details": [{"sku": "TEA", "qty_shipped": 1, "stock_condition": "N"}],
}
STATUS: JsonObject = {
    "order_id": "5f0c0a0a0a0a0a0a0a0a0a0a",
    "tracking_id": "219PE62KWMMNX",
    "order_tracking_id": "5f0c0a0a0a0a0a0a0a0a0a0b",
    "external_id": "THE-PROVIDERS-OWN",
    "status_date": "2026-11-23T04:10:00+00:00",
    "external_status": {"code": 1160, "name": "…", "description": "…"},
    "awb": "",
}


@pytest.mark.parametrize(
    ("key", "url", "expected"),
    [
        ("", "", "466deec76ecdf5fca6d38571f6324d54"),
        ("test-api-key", "https://hooks.example.test/shipper/logistics", "b0304c01d43db6c0cb26c17688c05e32"),
    ],
)
def test_shippers_auth_matches_the_vectors(key: str, url: str, expected: str) -> None:
    assert client_platform.shipper_auth(key, url) == expected


def test_our_auth_stands_in_the_body_and_nobody_elses() -> None:
    body = orjson.loads(client_platform.webhook_bytes({"auth": "the provider's", "awb": "A1"}, auth="ours"))
    assert body == {"auth": "ours", "awb": "A1"}
    assert orjson.loads(client_platform.webhook_bytes({"awb": "A1"}, auth=None)) == {"awb": "A1"}


@pytest.mark.parametrize(("kind", "number"), [(Kind.OUTBOUND, "so_number"), (Kind.RETURN, "doc_no")])
def test_red_5_is_shippers_batch_with_the_request_as_a_string(kind: Kind, number: str) -> None:
    order = an_order(kind=kind, order_number="N-1")
    body = client_platform.confirmation(order, "FO1")
    assert (body["status"], body["total_data"], body["total_success"]) == ("success", 1, 1)
    (item,) = items(body)
    assert item["oms_order_no"] == "FO1"
    payload = orjson.loads(item["payload"])
    assert payload == {**order.body, number: "N-1", "tracking_id": order.tracking_id}


def items(body: JsonObject) -> list[dict[str, Any]]:
    found = body["items"]
    assert isinstance(found, list)
    return [item for item in found if isinstance(item, dict)]


def test_a_rejection_has_the_same_shape_and_counts_no_success() -> None:
    body = client_platform.rejection(an_order(), "no stock")
    assert (body["status"], body["total_data"], body["total_success"]) == ("failed", 1, 0)
    assert items(body)[0]["error_message"] == "no stock"


def test_red_6_is_the_warehouses_own_object_under_the_clients_order_number() -> None:
    event = an_event("e1", "goods_issued", raw={**PGI, "order_no": "FO1"})
    lines: JsonObject = {
        "lines": [{"sku": "TEA", "quantity": 3}, {"sku": "CUP", "quantity": 1, "condition": "Damaged"}]
    }
    body = client_platform.goods_moved(an_order(), event.model_copy(update={"data": lines}))
    assert body == {**PGI, "order_no": "SO-1", "interline": {"pieces": 4, "damaged": 1}}
    assert client_platform.oms_status(an_order(), event)["order_no"] == "SO-1"


def test_blue_8_is_shippers_status_with_our_reading_beside_it() -> None:
    body = client_platform.shipment_status(an_order(), an_event("e1", "shipment_status", raw=STATUS, code="1160"))
    assert {name: body[name] for name in STATUS if name not in {"tracking_id", "external_id"}} == {
        name: value for name, value in STATUS.items() if name not in {"tracking_id", "external_id"}
    }
    assert (body["tracking_id"], body["external_id"]) == ("229PE62KWMMNX", "SO-1")
    assert body["interline"] == {"status": "in_transit", "reason": None, "code": "1160"}


def test_an_unknown_code_is_forwarded_as_unknown_with_its_raw_code() -> None:
    body = client_platform.shipment_status(an_order(), an_event("e1", "shipment_status", code="4242"))
    assert body["interline"] == {"status": "unknown", "reason": None, "code": "4242"}


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("1180", "in_transit", None),
        ("1310", "delivery_exception", "wrong_address"),
        ("1330", "delivery_exception", "no_recipient"),
        ("1370", "failed", "delivery_failed"),
        ("1380", "lost_or_damaged", "lost_or_damaged"),
    ],
)
def test_our_reading_stands_beside_the_raw_code(code: str, status: str, reason: str | None) -> None:
    body = client_platform.shipment_status(an_order(), an_event("e1", "shipment_status", code=code))
    assert body["interline"] == {"status": status, "reason": reason, "code": code}


def test_the_waybill_event_has_exactly_shippers_fields() -> None:
    body = client_platform.awb_assigned(an_order(), an_event("e1", "awb_assigned", awb="AWB1"))
    assert body == {"order_no": "SO-1", "express_no": "AWB1", "success_flag": True}


def a_price(idr: int) -> Price:
    return Price(rate_id=58, carrier_code="JNE", final_price_idr=idr)


def test_our_own_events_name_order_and_reason() -> None:
    order = an_order(quote_id="q1")
    checked = check(a_price(108_000), promised=a_price(100_000), policy=OrderPolicy(price_tolerance_percent=10))
    priced = client_platform.priced(order, checked, requoted="quote expired")
    assert (priced["order_no"], priced["quote_id"], priced["requoted_because"]) == ("SO-1", "q1", "quote expired")
    assert isinstance(priced["price"], dict)
    assert priced["price"]["final_price_idr"] == 108_000
    assert (priced["promised_price_idr"], priced["difference_percent"], priced["within_tolerance"]) == (
        100_000,
        8.0,
        True,
    )
    problem = Problem(step="red 3", reason="oms answered 422", since=NOON)
    assert client_platform.attention(order, problem) == {
        "order_no": "SO-1",
        "tracking_id": order.tracking_id,
        "step": "red 3",
        "reason": "oms answered 422",
        "since": "2026-11-23T12:00:00+00:00",
    }
    assert client_platform.cancelled(order, "why")["reason"] == "why"


def test_each_webhook_says_what_it_is_and_its_place_in_the_sequence() -> None:
    delivery = Delivery(
        sequence=4,
        event=ClientEvent.LOGISTICS_STATUS,
        step="blue 8",
        webhook_id="msg_1",
        body={"interline": {"status": "in_transit"}, "awb": ""},
        occurred_at=NOON,
    )
    assert client_platform.stamped(an_order(), delivery) == {
        "awb": "",
        "interline": {
            "status": "in_transit",
            "event": "logistics.status",
            "step": "blue 8",
            "order_number": "SO-1",
            "tracking_id": "229PE62KWMMNX",
            "sequence": 4,
            "occurred_at": "2026-11-23T12:00:00+00:00",
        },
    }


@pytest.mark.parametrize("event", list(ClientEvent))
def test_each_event_goes_to_the_endpoint_of_its_name(event: ClientEvent) -> None:
    kinds = {"order": "fulfillment", "logistics": "logistics", "webhook": "either"}
    assert event.kind == kinds[event.value.partition(".")[0]]
