"""What OMS, provider and WMS are sent (red 3, red 7, blue 5, blue 6), and which 2xx of theirs we believe (OUT-09)."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from interline.contracts import logistics, oms, wms
from interline.contracts.wire import check_look_up
from interline.domain.base import JsonObject
from interline.domain.calls import CreateOrder, ForwardGoods
from interline.domain.order import Kind
from interline.domain.shipment import Price
from interline.errors import UnaskableError, UnknownError, WaitError, WrongAnswerError
from tests.shapes import CANARIES, an_order

COMMON: dict[str, Any] = {"client_id": "demo-shop", "order_number": "SO-1", "step": "red 3", "key": "il-1"}
CLIENTS_OWN: JsonObject = {
    "so_number": "SO-1",
    "customer_id": "CS-1",
    "details": [{"line_no": 1, "sku": "TEA", "qty_ordered": 2, "user_define_1": "gift"}],
    "our_own_field": {"nested": [1, 2.5, None]},
    "order_source": "web",
    **CANARIES,
}


def create(body: JsonObject) -> CreateOrder:
    return CreateOrder(**COMMON, warehouse_id="WH-1", tracking_id="TRK-1", body=body)


def sent(raw: bytes) -> Any:  # noqa: ANN401  a JSON document
    return orjson.loads(raw)


def test_an_outbound_keeps_every_field_of_the_client_and_gets_shippers_unused_ones() -> None:
    body = sent(oms.create_outbound(create(CLIENTS_OWN)))["data"]["outbound"]
    assert {name: body[name] for name in CLIENTS_OWN} == CLIENTS_OWN
    assert (body["so_number"], body["tracking_id"], body["order_type"]) == ("SO-1", "TRK-1", "SO")
    assert set(oms.UNUSED) <= set(body)


def test_the_orders_own_numbers_win_over_what_the_body_says() -> None:
    body = sent(oms.create_outbound(create({"so_number": "OTHER", "tracking_id": "OTHER"})))["data"]["outbound"]
    assert (body["so_number"], body["tracking_id"]) == ("SO-1", "TRK-1")


def test_a_return_is_an_inbound_of_type_rt_with_every_field_of_the_client() -> None:
    body = sent(oms.create_return(create({**CLIENTS_OWN, "po_type": "CG"})))["data"]["inbound"]
    assert (body["po_type"], body["doc_no"], body["tracking_id"]) == ("RT", "SO-1", "TRK-1")
    assert body["details"] == [{"line_no": 1, "sku": "TEA", "user_define_1": "gift", "ordered_qty": 2}]
    assert body["our_own_field"] == CLIENTS_OWN["our_own_field"]


def test_blue_5_and_blue_6_carry_the_same_webhook_object_with_all_the_seed_asks_for() -> None:
    price = Price(rate_id=58, carrier_code="JNE", final_price_idr=108000)
    webhook = logistics.webhook_object(an_order(), price)
    assert webhook == {
        "order_no": "SO-1",
        "tracking_id": "229PE62KWMMNX",
        "callback_url": "http://127.0.0.1:8080/webhooks/demo-shop/logistics/status",
        "provider": "JNE",
        "rate_type": "regular",
        "service_type": 1,
        "rate_id": 58,
        "price": 108000,
        "currency": "IDR",
    }
    assert sent(logistics.webhook_body(webhook)) == {"data": {"logistics_webhook": webhook}}
    unpriced = logistics.webhook_object(an_order(kind=Kind.RETURN), None)
    assert (unpriced["provider"], unpriced["price"]) == (None, None)


def test_red_7_forwards_the_warehouses_object_with_order_and_document() -> None:
    goods: JsonObject = {"doc_no": "D-OLD", "details": [{"sku": "TEA", "qty_shipped": 1}], "extra": 1}
    call = ForwardGoods(**COMMON, item="e1", doc_no="D1", goods=goods)
    assert sent(wms.goods_body(call)) == {**goods, "doc_no": "D1", "order_no": "SO-1"}
    assert wms.look_up_path(wms.ISSUES_PATH, call) == "/v1/goods-issues?order_no=SO-1&doc_no=D1"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (logistics.order_path("A/B?c=1#d"), "/v3/order/A%2FB%3Fc%3D1%23d"),
        (
            wms.look_up_path(
                wms.RECEIPTS_PATH, ForwardGoods(**{**COMMON, "order_number": "S&O"}, item="e", doc_no="D=1", goods={})
            ),
            "/v1/goods-receipts?order_no=S%26O&doc_no=D%3D1",
        ),
    ],
)
def test_numbers_of_strangers_cannot_leave_their_place_in_a_path(path: str, expected: str) -> None:
    assert path == expected


Reader = Callable[[bytes], object]
READERS: dict[str, tuple[Reader, JsonObject]] = {
    "red 3": (lambda raw: oms.created(raw, "SO-1"), {"order_no": "SO-1", "oms_order_no": "FO1"}),
    "red 3, return": (lambda raw: oms.created(raw, "SO-1"), {"doc_no": "SO-1", "oms_order_no": "FO1"}),
    "blue 5, blue 7": (lambda raw: oms.acknowledgement(raw, "SO-1"), {"order_no": "SO-1", "id": "7"}),
    "red 7": (lambda raw: wms.acknowledgement(raw, "D1"), {"doc_no": "D1", "acknowledgement_id": "ack1"}),
    "blue 6": (lambda raw: logistics.registration(raw, "SO-1"), {"order_no": "SO-1", "webhook_id": "wh1"}),
}
each_reader = pytest.mark.parametrize("step", READERS)


def answer(data: JsonObject) -> bytes:
    return orjson.dumps({"metadata": {"http_status_code": 200}, "data": data})


@each_reader
def test_the_agreed_answer_is_believed(step: str) -> None:
    reader, data = READERS[step]
    assert reader(answer(data))


@each_reader
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"<!doctype html><h1>Welcome</h1>", id="html"),
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b'["SO-1"]', id="a list"),
        pytest.param(b'{"data": "SO-1"}', id="no object"),
        pytest.param(answer({}), id="missing_id"),
        pytest.param(answer({"order_no": None, "doc_no": True, "id": [], "webhook_id": 1.5}), id="wrong types"),
        pytest.param(b"\xff{}", id="not UTF-8"),
    ],
)
def test_a_wrong_2xx_is_an_unknown_outcome(step: str, raw: bytes) -> None:
    reader, _ = READERS[step]
    with pytest.raises(WrongAnswerError):
        reader(raw)


@each_reader
def test_an_answer_about_another_order_is_an_unknown_outcome(step: str) -> None:
    reader, data = READERS[step]
    named = {
        name: "OTHER-ORDER-1" if name in {"order_no", "doc_no", "oms_order_no"} else of for name, of in data.items()
    }
    with pytest.raises(WrongAnswerError):
        reader(answer(named))


def test_shippers_acknowledgement_by_group_key_is_enough_and_confirms_nothing() -> None:
    created = oms.created(answer({"group_key": "hwoutboundoms.2022.10.31090000.123"}), "SO-1")
    assert (created.confirmed, created.oms_order_no) == (False, "")


@pytest.mark.parametrize(("number", "confirmed"), [("FO1", True), ("", False)])
def test_a_confirmation_in_the_answer_needs_the_omss_number(number: str, confirmed: bool) -> None:  # noqa: FBT001  a table
    created = oms.created(answer({"order_no": "SO-1", "confirmed": True, "oms_order_no": number}), "SO-1")
    assert created.confirmed is confirmed


def test_a_look_up_finds_the_outbound_by_either_number_and_refuses_another() -> None:
    found = oms.found_outbound(answer({"outbound": {"so_reference_2": "SO-1", "so_reference_1": "FO1"}}), "SO-1")
    assert (found.found, found.oms_order_no, found.confirmed) == (True, "FO1", False)
    with pytest.raises(WrongAnswerError):
        oms.found_outbound(answer({"outbound": {"so_reference_2": "SO-2"}}), "SO-1")


def test_a_look_up_of_returns_is_a_list_with_or_without_this_document() -> None:
    rows: JsonObject = {"inbounds": [{"doc_no": "RT-9"}, {"doc_no": "RT-1", "oms_order_no": "IB1", "confirmed": True}]}
    found = oms.found_return(answer(rows), "RT-1")
    assert found is not None
    assert (found.oms_order_no, found.confirmed) == ("IB1", True)
    assert oms.found_return(answer(rows), "RT-2") is None
    with pytest.raises(WrongAnswerError):
        oms.found_return(answer({}), "RT-1")


def test_only_the_omss_own_code_says_that_it_has_no_such_order() -> None:
    clear = orjson.dumps({"metadata": {"errors": [{"code": 3012, "message": "order not found"}]}})
    assert oms.says_not_found(404, clear)
    assert oms.says_not_found(400, clear)
    assert not oms.says_not_found(500, clear)
    assert not oms.says_not_found(404, b"<html>no such page</html>"), "a proxy's 404 proves nothing"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_partner_without_look_ups_cannot_be_asked(status: int) -> None:
    with pytest.raises(UnaskableError):
        check_look_up("wms", status, None)


@pytest.mark.parametrize(("status", "error"), [(500, UnknownError), (429, WaitError), (204, UnknownError)])
def test_a_failed_look_up_proves_nothing(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_look_up("wms", status, None)


def test_the_wms_and_the_provider_are_asked_for_our_own_effect() -> None:
    listed: JsonObject = {
        "items": [{"doc_no": "D0", "acknowledgement_id": "a0"}, {"doc_no": "D1", "acknowledgement_id": 5}]
    }
    assert wms.acknowledged(answer(listed), "SO-1", "D1") == "5"
    assert wms.acknowledged(answer(listed), "SO-1", "D2") is None
    others: JsonObject = {"items": [{"order_no": "SO-2", "doc_no": "D1", "acknowledgement_id": 5}]}
    assert wms.acknowledged(answer(others), "SO-1", "D1") is None
    hooks: JsonObject = {"webhooks": [{"order_no": "SO-1", "callback_url": "http://us/", "webhook_id": "wh1"}]}
    assert logistics.registered_id(answer(hooks), "SO-1", "http://us/") == "wh1"
    assert logistics.registered_id(answer(hooks), "SO-1", "http://others/") is None
    with pytest.raises(WrongAnswerError):
        wms.acknowledged(answer({}), "SO-1", "D1")
    with pytest.raises(WrongAnswerError):
        logistics.registered_id(answer({}), "SO-1", "http://us/")
