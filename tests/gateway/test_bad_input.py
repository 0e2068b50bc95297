"""Broken requests: the right status, the envelope with the fix, nothing of the request echoed, and nothing changed."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from temporalio.client import Client as Temporal

from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from tests.gateway.support import (
    INBOUND,
    OUTBOUND,
    PRICING,
    Engine,
    Http,
    a_return,
    an_order,
    keyed,
    make_app,
    served,
    shipment,
    write_clients,
)

JSON = {"content-type": "application/json"}
Found = dict[str | None, str]


def problems(answer: httpx.Response) -> Found:
    """Pointer and stable code of each problem, after a look at the envelope."""
    metadata = answer.json()["metadata"]
    assert metadata["http_status_code"] == answer.status_code
    assert set(metadata) == {"path", "http_status_code", "http_status", "timestamp", "errors"}
    assert all(isinstance(error["code"], int) and error["message"] for error in metadata["errors"])
    return {error.get("pointer"): error["error"] for error in metadata["errors"]}


async def refused(http: Http, order: JsonObject, engine: Engine, *, path: str = OUTBOUND) -> Found:
    """Post an order that must be refused with 422, and see that nothing was started."""
    answer = await http.post(path, json=order)
    assert answer.status_code == 422, answer.text
    number = order.get("so_number", order.get("doc_no"))
    assert not await engine.history(order_workflow_id("shop", str(number)))
    return problems(answer)


async def test_a_missing_tracking_id_has_its_own_code(shop: Http, engine: Engine) -> None:
    for nothing in (None, ""):
        assert await refused(shop, an_order(tracking_id=nothing), engine) == {"/tracking_id": "tracking-id-required"}
    assert await refused(shop, a_return(tracking_id=None), engine, path=INBOUND) == {
        "/tracking_id": "tracking-id-required"
    }


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"rate_type_id": "warp"}, "rate_type_id", "unknown-value"),
        ({"rate_type_id": ["regular"]}, "rate_type_id", "unknown-value"),
        ({"rate_type_id": None}, "rate_type_id", "required"),
        ({"service_type": None}, "service_type", "required"),
        ({"service_type": True}, "service_type", "wrong-type"),
        ({"service_type": "a;b"}, "service_type", "invalid-format"),
        ({"weight": -1}, "weight", "out-of-range"),
        ({"weight": 0}, "weight", "out-of-range"),
        ({"weight": 1000.1}, "weight", "out-of-range"),
        ({"weight": 1e300}, "weight", "out-of-range"),
        ({"weight": 1.23456}, "weight", "too-many-decimals"),
        ({"weight": 0.1 + 0.2}, "weight", "too-many-decimals"),
        ({"weight": "1.2"}, "weight", "wrong-type"),
        ({"weight": True}, "weight", "wrong-type"),
        ({"length": 0}, "length", "out-of-range"),
        ({"width": 501}, "width", "out-of-range"),
        ({"height": 10.5}, "height", "wrong-type"),
        ({"origin": None}, "origin", "required"),
        ({"origin": {}}, "origin/area_id", "required"),
        ({"destination": {"area_id": "1"}}, "destination/area_id", "wrong-type"),
        ({"destination": {"area_id": 1, "lat": "91"}}, "destination/lat", "out-of-range"),
        ({"destination": {"area_id": 1, "lng": "\u0661"}}, "destination/lng", "invalid-format"),
        ({"order_price": 1.5}, "order_price", "wrong-type"),
        ({"order_price": -1}, "order_price", "out-of-range"),
        ({"cod": "yes"}, "cod", "wrong-type"),
        ({"quote_id": "a b"}, "quote_id", "invalid-format"),
        ({"cod": True, "order_price": 0}, "order_price", "required"),
        ({"cod": True, "order_price": None}, "order_price", "required"),
        ({"with_insurance": True, "order_price": 0}, "order_price", "required"),
        ({"with_insurance": True, "order_price": 2_000_000_001}, "order_price", "out-of-range"),
        ({"currency": "USD"}, "currency", "unknown-value"),
        ({"currency": "RUPIAH"}, "currency", "unknown-value"),
        ({"length": 300, "width": 300, "height": 67}, "length", "out-of-range"),
        ({"destination": shipment()["origin"]}, "destination", "not-serviceable"),
    ],
)
async def test_key_parameters_are_checked(
    change: JsonObject, pointer: str, code: str, shop: Http, engine: Engine
) -> None:
    order = an_order(logistics=shipment(**change), details=[{"sku": "UNKNOWN", "qty_ordered": 1}])
    assert await refused(shop, order, engine) == {f"/logistics/{pointer}": code}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"tracking_id": "A/../B"}, "/tracking_id", "invalid-format"),
        ({"tracking_id": "ABC\n"}, "/tracking_id", "invalid-format"),
        ({"tracking_id": "\u0410BC"}, "/tracking_id", "invalid-format"),
        ({"tracking_id": "A" * 65}, "/tracking_id", "invalid-format"),
        ({"tracking_id": 12}, "/tracking_id", "wrong-type"),
        ({"warehouse_id": None}, "/warehouse_id", "required"),
        ({"order_type": "TT"}, "/order_type", "unknown-value"),
        ({"details": []}, "/details", "required"),
        ({"details": None}, "/details", "required"),
        ({"details": {}}, "/details", "wrong-type"),
        ({"details": [{"qty_ordered": 1}]}, "/details/0/sku", "required"),
        ({"details": [{"sku": "A", "qty_ordered": 0}]}, "/details/0/qty_ordered", "out-of-range"),
        ({"details": [{"sku": "A", "qty_ordered": 1.0}]}, "/details/0/qty_ordered", "wrong-type"),
        ({"details": [{"sku": "A", "qty_ordered": "1"}]}, "/details/0/qty_ordered", "wrong-type"),
        ({"details": [{"sku": "A", "qty_ordered": True}]}, "/details/0/qty_ordered", "wrong-type"),
        ({"details": [{"sku": "A", "qty_ordered": 10**9}]}, "/details/0/qty_ordered", "out-of-range"),
        ({"details": [{"sku": "A"}]}, "/details/0/qty_ordered", "required"),
        ({"details": [7]}, "/details/0", "wrong-type"),
        ({"logistics": "soon"}, "/logistics", "wrong-type"),
        ({"consignee": "x" * 201}, "/consignee", "too-long"),
        ({"consignee": 'Eve\r\n{"event":"fake"}'}, "/consignee", "invalid-characters"),
        ({"customer_id": 5}, "/customer_id", "wrong-type"),
        ({"order_identification_code": "1"}, "/order_identification_code", "wrong-type"),
        ({"tax_price": "100"}, "/tax_price", "wrong-type"),
        ({"discount_price": -1}, "/discount_price", "out-of-range"),
        ({"currency": "USD"}, "/currency", "unknown-value"),
        ({"zip_code": "1234"}, "/zip_code", "invalid-format"),
        ({"zip_code": "\u0661\u0662\u0663\u0664\u0665"}, "/zip_code", "invalid-format"),
        ({"cod_price": 5000}, "/logistics/cod", "contradiction"),
        ({"payment_way": "COD"}, "/logistics/cod", "contradiction"),
        ({"order_time": "20261123"}, "/order_time", "invalid-format"),
        ({"order_time": "2026-11-23"}, "/order_time", "invalid-format"),
        ({"order_time": "2026-W48-1T09:00:00"}, "/order_time", "invalid-format"),
        ({"order_time": 1795388400}, "/order_time", "invalid-format"),
        ({"payment_time": "2026-11-23T09:00:60Z"}, "/payment_time", "invalid-format"),
        ({"payment_time": "2026-02-30 09:00:00"}, "/payment_time", "invalid-format"),
        ({"details": [{"sku": "A\n", "qty_ordered": 1}]}, "/details/0/sku", "invalid-characters"),
        ({"details": [{"sku": "A" * 51, "qty_ordered": 1}]}, "/details/0/sku", "too-long"),
        ({"details": [{"sku": "A", "qty_ordered": 1, "line_no": 0}]}, "/details/0/line_no", "out-of-range"),
        ({"details": [{"sku": "A", "qty_ordered": 1, "price": "9"}]}, "/details/0/price", "wrong-type"),
        ({"details": [{"sku": "A", "qty_ordered": 1, "batch_no": "x" * 101}]}, "/details/0/batch_no", "too-long"),
    ],
)
async def test_order_fields_are_checked(
    change: JsonObject, pointer: str, code: str, shop: Http, engine: Engine
) -> None:
    order = an_order()
    order.update(change)
    assert await refused(shop, {name: value for name, value in order.items() if value is not None}, engine) == {
        pointer: code
    }


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"doc_no": "A" * 41}, "/doc_no", "invalid-format"),
        ({"doc_no": "RT/1"}, "/doc_no", "invalid-format"),
        ({"supplier_id": "x" * 31}, "/supplier_id", "too-long"),
        ({"notes": "x" * 501}, "/notes", "too-long"),
        ({"po_creation_time": "soon"}, "/po_creation_time", "invalid-format"),
        ({"expected_arrive_time_1": "2026-11-24T24:00:00Z"}, "/expected_arrive_time_1", "invalid-format"),
        ({"details": [{"sku": "A", "ordered_qty": 0}]}, "/details/0/ordered_qty", "out-of-range"),
        ({"details": [{"sku": "A", "ordered_qty": 1, "total_price": -1}]}, "/details/0/total_price", "out-of-range"),
        ({"details": [{"sku": "A", "ordered_qty": 1, "serial_no": "x" * 101}]}, "/details/0/serial_no", "too-long"),
    ],
)
async def test_return_fields_are_checked(
    change: JsonObject, pointer: str, code: str, shop: Http, engine: Engine
) -> None:
    assert await refused(shop, {**a_return(), **change}, engine, path=INBOUND) == {pointer: code}


async def test_cash_is_collected_only_where_a_courier_does(tmp_path: Path, temporal: Temporal) -> None:
    file = write_clients(tmp_path)
    file.write_text(file.read_text().replace('name = "shop"\n', 'name = "shop"\ncod_services = [2, "COD"]\n', 1))
    async with served(make_app(file, temporal)) as url, httpx.AsyncClient(base_url=url, headers=keyed()) as http:
        for service, status in ((1, 422), ("2", 422), (2, 202), ("COD", 202)):
            answer = await http.post(OUTBOUND, json=an_order(logistics=shipment(cod=True, service_type=service)))
            assert answer.status_code == status, answer.text
        assert (await http.post(OUTBOUND, json=an_order())).status_code == 202


async def test_shippers_own_ways_of_saying_nothing_are_no_mistake(shop: Http) -> None:
    """Its pages ask for every key, with an empty text or 0 where it is not used."""
    nothing = dict.fromkeys(("area", "zip_code", "order_time", "payment_way", "currency", "consignee_email"), "")
    order = {**an_order(), **nothing, "cod_price": 0, "postage": 0, "order_identification_code": 0}
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202


async def test_what_is_data_is_kept_to_the_last_character_and_digit(shop: Http, engine: Engine) -> None:
    """Unicode is not normalised, amounts keep their digits, unknown fields go along as they are."""
    name = "Se\u0301rgio \u202e\u0430\u00df\ufb01 \U0001f600"
    order = an_order(consignee=name, notes=f"{name}\u2028", gift={"a/b~c": [1, {"": None}]}, order_price=300000)
    text = orjson.dumps(order).decode()[:-1] + ', "discount_price": 1234567.89, "postage": 9007199254.1, "x": 1e2}'
    assert (await shop.post(OUTBOUND, content=text, headers=JSON)).status_code == 202
    kept = (await engine.started_with(order_workflow_id("shop", str(order["so_number"]))))["body"]
    assert isinstance(kept, dict)
    assert [kept[field] for field in ("consignee", "notes", "gift")] == [name, f"{name}\u2028", order["gift"]]
    assert [repr(kept[field]) for field in ("discount_price", "postage", "x")] == [
        "1234567.89",
        "9007199254.1",
        "100.0",
    ]


@pytest.mark.parametrize("number", ["0.12345678901234567890", "1234567890123456.78", "1e-99999999999999999999"])
async def test_a_number_that_would_lose_a_digit_is_refused(number: str, shop: Http) -> None:
    text = orjson.dumps(an_order()).decode()[:-1] + f', "discount_price": {number}}}'
    answer = await shop.post(OUTBOUND, content=text, headers=JSON)
    assert (answer.status_code, problems(answer)) == (400, {None: "number-too-long"})
    assert number not in answer.text


async def test_other_inbounds_than_returns_are_refused(shop: Http, engine: Engine) -> None:
    assert await refused(shop, a_return(po_type="CG"), engine, path=INBOUND) == {"/po_type": "unknown-value"}


@pytest.mark.parametrize("rate_type", ["instant", "same-day"])
async def test_quick_rates_need_coordinates(rate_type: str, shop: Http, engine: Engine) -> None:
    ends: JsonObject = {"origin": {"area_id": 1}, "destination": {"area_id": 2, "lat": "-6.1"}}
    order = an_order(logistics=shipment(rate_type_id=rate_type, **ends))
    assert await refused(shop, order, engine) == dict.fromkeys(
        ("/logistics/origin/lat", "/logistics/origin/lng", "/logistics/destination/lng"), "coordinates-required"
    )


async def test_all_problems_come_at_once_below_the_wrapper_and_no_value_comes_back(shop: Http) -> None:
    order = an_order(
        so_number="secret number", tracking_id=None, logistics=shipment(weight=-7.77, rate_type_id="leaked")
    )
    answer = await shop.post(OUTBOUND, json={"data": {"outbound": order}})
    assert answer.status_code == 422
    assert problems(answer) == {
        "/data/outbound/so_number": "invalid-format",
        "/data/outbound/tracking_id": "tracking-id-required",
        "/data/outbound/logistics/weight": "out-of-range",
        "/data/outbound/logistics/rate_type_id": "unknown-value",
    }
    assert {error["code"] for error in answer.json()["metadata"]["errors"]} == {810}
    for value in ("secret number", "7.77", "leaked", "Siti"):
        assert value not in answer.text


async def test_at_most_twenty_problems_are_told(shop: Http) -> None:
    lines = [{"sku": "", "qty_ordered": 0} for _ in range(30)]
    answer = await shop.post(OUTBOUND, json=an_order(details=lines))
    assert len(answer.json()["metadata"]["errors"]) == 20


@pytest.mark.parametrize("wrapper", [{"data": []}, {"data": {}}, {"data": {"outbound": 5}}, {"data": {"inbound": {}}}])
async def test_a_wrong_wrapper_is_named(wrapper: JsonObject, shop: Http) -> None:
    answer = await shop.post(OUTBOUND, json=wrapper)
    assert answer.status_code == 422
    (pointer,) = problems(answer)
    assert pointer in {"/data", "/data/outbound"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"   ", 400, "malformed-json"),
        (b"not json", 400, "malformed-json"),
        (b"<order/>", 400, "malformed-json"),
        (b'{"so_number": "A"', 400, "malformed-json"),
        (b'{"a": 01}', 400, "malformed-json"),
        (b'{"a": .5}', 400, "malformed-json"),
        (b'\xef\xbb\xbf{"a": 1}', 400, "malformed-json"),
        ('{"a": 1}'.encode("utf-16"), 400, "malformed-json"),
        (b'{"a": "\xff"}', 400, "malformed-json"),
        (b'{"a": NaN}', 400, "malformed-json"),
        (b'{"a": "\\ud800"}', 400, "invalid-unicode"),
        (b'{"a": 1, "\\u0061": 2}', 400, "duplicate-json-key"),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, "number-too-long"),
        (b"[" * 33 + b"]" * 33, 400, "json-too-deep"),
        (b"[" * 100_000, 400, "json-too-deep"),
        (b"[]", 422, "wrong-type"),
        (b"null", 422, "wrong-type"),
        (b'{"a": 9007199254740992}', 422, "number-out-of-range"),
        (b'{"a": 1e999}', 422, "number-out-of-range"),
        (b'{"a": "\\u0000"}', 422, "invalid-characters"),
        (b'{"a": "' + b"x" * 4097 + b'"}', 422, "too-long"),
        (b'{"a": [' + b"1," * 500 + b"1]}", 422, "too-many-items"),
        (b'{"a": "' + b"x" * 262_144 + b'"}', 413, "content-too-large"),
    ],
)
async def test_broken_json_is_told_apart(body: bytes, status: int, code: str, shop: Http) -> None:
    answer = await shop.post(OUTBOUND, content=body, headers=JSON)
    assert answer.status_code == status
    assert next(iter(problems(answer).values())) == code


async def test_a_chunked_body_ends_at_the_limit(shop: Http) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 1024

    answer = await shop.post(OUTBOUND, content=chunks(), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content-type": "text/plain"}, "unsupported-media-type"),
        ({"content-type": "application/x-www-form-urlencoded"}, "unsupported-media-type"),
        ({"content-type": "application/json; charset=utf-16"}, "unsupported-media-type"),
        ({}, "unsupported-media-type"),
        ({**JSON, "content-encoding": "gzip"}, "unsupported-content-encoding"),
    ],
)
async def test_only_plain_json_is_read(headers: dict[str, str], code: str, shop: Http) -> None:
    answer = await shop.post(OUTBOUND, content=gzip.compress(b"{}"), headers=headers)
    assert answer.status_code == 415
    assert problems(answer) == {None: code}
    accepted = await shop.post(OUTBOUND, content=b"{}", headers={"content-type": 'Application/JSON; charset="UTF-8"'})
    assert accepted.status_code == 422


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "api-key-missing"),
        ([("X-API-Key", "")], "api-key-missing"),
        ([("X-API-Key", "wrong")], "api-key-wrong"),
        ([("X-API-Key", "\u00e9")], "api-key-wrong"),
        ([("X-API-Key", "shop-key-0123456789"), ("X-API-Key", "shop-key-0123456789")], "api-key-wrong"),
    ],
)
async def test_no_key_no_order(headers: list[tuple[str, str]], code: str, stranger: Http, engine: Engine) -> None:
    order = an_order()
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    answer = await stranger.post(OUTBOUND, json=order, headers=raw)
    assert answer.status_code == 401
    assert problems(answer) == {None: code}
    assert answer.json()["metadata"]["errors"][0]["code"] == 802
    assert answer.headers["www-authenticate"] == "ApiKey"
    assert not await engine.history(order_workflow_id("shop", str(order["so_number"])))


async def test_a_key_in_the_query_is_no_key(stranger: Http) -> None:
    answer = await stranger.get(
        "/v3/fulfillment/outbounds/OMS?X-API-Key=shop-key-0123456789&api_key=shop-key-0123456789"
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v3/fulfillment/outbound/oms/", 404, "not-found"),
        ("POST", "/v3/fulfillment/..%2foutbound", 404, "not-found"),
        ("GET", OUTBOUND, 405, "method-not-allowed"),
        ("PUT", PRICING, 405, "method-not-allowed"),
        ("TRACE", OUTBOUND, 405, "method-not-allowed"),
        ("GET", "/webhooks/shop/oms/status", 405, "method-not-allowed"),
    ],
)
async def test_wrong_addresses_and_methods_wear_the_envelope(
    method: str, path: str, status: int, code: str, shop: Http
) -> None:
    answer = await shop.request(method, path)
    assert answer.status_code == status
    assert problems(answer) == {None: code}
    assert ("allow" in answer.headers) == (status == 405)


async def test_request_ids_come_back_when_they_are_safe(shop: Http) -> None:
    given_id = (await shop.get("/healthz", headers={"X-Request-Id": "trace-1.A_b"})).headers["x-request-id"]
    assert given_id == "trace-1.A_b"
    for unsafe in ("a b", "x" * 65, "a\u00e9"):
        answer = await shop.get("/healthz", headers=[(b"X-Request-Id", unsafe.encode("latin-1"))])
        assert answer.headers["x-request-id"] != unsafe
        assert len(answer.headers["x-request-id"]) == 36


async def test_a_request_smuggler_gets_nothing(address: str) -> None:
    """Two framings of one body."""
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(
        b"POST /v3/fulfillment/outbound/oms HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nX"
    )
    answer = await asyncio.wait_for(reader.read(4096), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 4")


def _as_json(value: JsonValue) -> bytes:
    """Python's own writer: NaN, lone surrogates and huge numbers included."""
    return json.dumps(value).encode()


json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "so_number",
    "tracking_id",
    "warehouse_id",
    "order_type",
    "details",
    "logistics",
    "consignee",
    "doc_no",
    "po_type",
]
NESTED = [
    "origin",
    "destination",
    "weight",
    "length",
    "rate_type_id",
    "service_type",
    "skus",
    "cod",
    "sku",
    "qty_ordered",
]


def _mutated(names: list[str]) -> st.SearchStrategy[dict[str, JsonValue]]:
    return st.dictionaries(st.sampled_from(names), json_values, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=_mutated(FIELDS), inner=_mutated(NESTED), wrapped=st.booleans(), path=st.sampled_from([OUTBOUND, INBOUND]))
async def test_no_order_body_is_our_fault(
    top: JsonObject, inner: JsonObject, *, wrapped: bool, path: str, shop: Http
) -> None:
    order: JsonObject = {**(an_order() if path == OUTBOUND else a_return()), **top}
    logistics = order.get("logistics")
    if isinstance(logistics, dict):
        order["logistics"] = {**logistics, **inner}
    body: JsonObject = {"data": {"outbound": order}} if wrapped else order
    content = _as_json(body)
    answer = await shop.post(path, content=content, headers=JSON)
    assert answer.status_code < 500, content


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_mutated([*NESTED, "order_price", "for_order"]).filter(bool))
async def test_no_pricing_body_is_our_fault(body: JsonObject, shop: Http) -> None:
    answer = await shop.post(PRICING, content=_as_json(body), headers=JSON)
    assert answer.status_code < 500, body


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | json_values.map(_as_json))
async def test_no_bytes_are_our_fault(body: bytes, shop: Http) -> None:
    for path in (OUTBOUND, INBOUND, PRICING):
        answer = await shop.post(path, content=body, headers=JSON)
        assert answer.status_code in {400, 422}, body


async def test_a_key_is_asked_for_before_the_body(stranger: Http) -> None:
    answer = await stranger.post(OUTBOUND, content=b"broken", headers=keyed("nobody"))
    assert answer.status_code == 401
    assert orjson.loads(answer.content)["metadata"]["path"] == OUTBOUND
