"""What comes in, by the examples of the reference: partner webhooks as events, order bodies as shipments."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from interline.contracts.canonical import fingerprint
from interline.contracts.event_reading import Heard, Reading
from interline.contracts.measures import Measures, cube_side, summed
from interline.contracts.orders_in import Terms, read_inbound, read_outbound
from interline.contracts.partner_events import heard, unreadable
from interline.contracts.problems import RequestError
from interline.contracts.strict_json import CLIENT_LIMITS, PARTNER_LIMITS, Limits, _beyond, _is_within
from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.names import Signal
from tests.builders import an_outbound

JAKARTA = ZoneInfo("Asia/Jakarta")
RECEIVED = datetime(2026, 11, 23, 9, tzinfo=UTC)


def reading(kind: Signal, *, sender_id: str | None = None) -> Reading:
    """Circumstances of a webhook that came just now."""
    return Reading(kind, "partner", JAKARTA, RECEIVED, sender_id)


def the_event(document: JsonObject, kind: Signal, *, sender_id: str | None = None) -> Event:
    """The one usable event of a webhook."""
    (found,) = heard(document, reading(kind, sender_id=sender_id))
    assert not found.problem
    assert (found.event.kind, found.event.received_at) == (kind.value, RECEIVED)
    return found.event


PAYLOAD = orjson.dumps({"so_number": "SO-1", "consignee": "Siti Rahma", "oms_order_no": "FO1"}).decode()
CONFIRMATION: JsonObject = {
    "client_id": 123,
    "group_key": "hwoutboundoms.2022.10.31090000.123",
    "status": "success",
    "total_data": 1,
    "total_success": 1,
    "items": [{"payload": PAYLOAD}],
}
STATUS: JsonObject = {
    "warehouse_id": "WH",
    "order_no": "SO-1",
    "order_type": "SO",
    "express_code": "JNE",
    "express_no": "AWB1",
    "status": "Created",
    "status_code": "00",
    "status_descr": "Created",
    "status_time": "2022-11-01 10:00:00",
}
PGI: JsonObject = {
    "warehouse_id": "WH",
    "order_type": "SO",
    "doc_no": "DO1",
    "delivery_no": "AWB1",
    "carrier_name": "JNE",
    "so_reference_a": "FO1",
    "so_reference_b": "SO-1",
    "pgi_date": "2022-11-01 10:00:00",
    "details": [
        {"sku": "A", "qty_shipped": 1, "batch_no": "1"},
        {"sku": "B", "qty_shipped": "2", "batch_no": "1"},
        {"sku": "A", "qty_shipped": 3.0, "batch_no": "2"},
    ],
}
GRN: JsonObject = {
    "warehouse_id": "WH",
    "order_no": "RT-1",
    "order_type": "RT",
    "received_time": "2022-11-01 10:00:00",
    "userDefine1": "",
    "details": [
        {"line_no": "1", "sku": "A", "received_qty": 1, "product_condition": "Good", "grn_no": "G2"},
        {"line_no": "1", "sku": "A", "received_qty": 2, "product_condition": "Good", "grn_no": "G1"},
        {"line_no": "2", "sku": "A", "received_qty": 1, "product_condition": "Damaged", "grn_no": "G1"},
    ],
}
SHIPMENT: JsonObject = {
    "auth": "0" * 32,
    "order_id": "5f0c0a0a0a0a0a0a0a0a0a0a",
    "tracking_id": "219PE62KWMMNX",
    "order_tracking_id": "5f0c0a0a0a0a0a0a0a0a0a0b",
    "external_id": "SO-1",
    "status_date": "2026-11-23T04:10:00+00:00",
    "internal_status": {"code": 1001, "name": "Valid"},
    "external_status": {"code": 1030, "name": "Proses Penjemputan", "description": ""},
    "awb": "",
}
EXAMPLES: dict[Signal, JsonObject] = {
    Signal.ORDER_STATUS: STATUS,
    Signal.GOODS_ISSUED: PGI,
    Signal.GOODS_RECEIVED: GRN,
    Signal.AWB_ASSIGNED: {"order_no": "SO-1", "express_no": "AWB1", "success_flag": True},
    Signal.SHIPMENT_STATUS: SHIPMENT,
}


def test_a_confirmation_keeps_no_personal_data() -> None:
    event = the_event(CONFIRMATION, Signal.ORDER_CONFIRMED)
    assert (event.order_number, event.oms_order_no) == ("SO-1", "FO1")
    assert event.data == {"accepted": True, "oms_order_no": "FO1", "reason": None}
    assert "Siti" not in event.model_dump_json()


@pytest.mark.parametrize(
    ("status", "item", "reason"),
    [
        ("success", {"error": "sku not found"}, "sku not found"),
        ("failed", {"error_message": "sku not found"}, "sku not found"),
        ("success", {"message": "sku not found"}, "sku not found"),
        ("failed", {}, None),
    ],
)
def test_a_rejection_in_any_of_its_spellings(status: str, item: JsonObject, reason: str | None) -> None:
    document: JsonObject = {**CONFIRMATION, "status": status, "items": [{"payload": PAYLOAD, **item}]}
    event = the_event(document, Signal.ORDER_CONFIRMED)
    assert event.data == {"accepted": False, "oms_order_no": "FO1", "reason": reason}


def test_a_batch_is_read_item_by_item() -> None:
    broken: list[JsonValue] = [{"payload": "{"}, {"payload": "[]"}, {}, {"payload": "{}"}]
    good: list[JsonValue] = [{"payload": PAYLOAD}, {"payload": PAYLOAD.replace("SO-1", "SO-2")}]
    found = heard({**CONFIRMATION, "items": good + broken}, reading(Signal.ORDER_CONFIRMED))
    assert [one.event.order_number for one in found if not one.problem] == ["SO-1", "SO-2"]
    assert len([one for one in found if one.problem]) == 4
    assert len({one.event.event_id for one in found}) == 6


def test_a_status_code_stays_text_and_its_time_is_the_warehouses() -> None:
    event = the_event(STATUS, Signal.ORDER_STATUS)
    assert event.data == {"code": "00", "name": "Created", "awb": "AWB1", "carrier": "JNE"}
    assert event.occurred_at == datetime(2022, 11, 1, 3, tzinfo=UTC)
    assert event.raw == STATUS


def test_a_goods_issue_is_summed_by_sku_and_keeps_its_rows() -> None:
    event = the_event(PGI, Signal.GOODS_ISSUED)
    assert (event.order_number, event.oms_order_no) == ("SO-1", "FO1")
    assert event.data == {
        "doc_no": "DO1",
        "awb": "AWB1",
        "carrier": "JNE",
        "lines": [{"sku": "A", "quantity": 4}, {"sku": "B", "quantity": 2}],
        "order_type": "SO",
    }
    assert event.raw == PGI


def test_a_goods_receipt_tells_conditions_apart() -> None:
    event = the_event(GRN, Signal.GOODS_RECEIVED)
    assert event.data == {
        "grn_no": ["G1", "G2"],
        "lines": [
            {"sku": "A", "quantity": 3, "condition": "Good"},
            {"sku": "A", "quantity": 1, "condition": "Damaged"},
        ],
    }


def test_only_the_external_status_of_a_shipment_counts() -> None:
    event = the_event(SHIPMENT, Signal.SHIPMENT_STATUS)
    assert (event.order_number, event.tracking_id) == ("SO-1", "219PE62KWMMNX")
    assert event.data == {"code": "1030", "name": "Proses Penjemputan", "awb": None}
    assert event.event_id == "shipment_status:5f0c0a0a0a0a0a0a0a0a0a0b"
    assert "auth" not in event.raw


@pytest.mark.parametrize("kind", EXAMPLES)
def test_event_ids_are_the_senders_or_follow_from_the_content(kind: Signal) -> None:
    document = EXAMPLES[kind]
    again = dict(reversed(document.items()))
    assert the_event(document, kind).event_id == the_event(again, kind).event_id
    assert the_event(document, kind, sender_id="msg_1").event_id == f"{kind.value}:msg_1"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Signal.ORDER_STATUS, {"status_code": "40"}),
        (Signal.ORDER_STATUS, {"status_time": "2022-11-01 10:00:01"}),
        (Signal.ORDER_STATUS, {"order_no": "SO-2"}),
        (Signal.GOODS_ISSUED, {"doc_no": "DO2"}),
        (Signal.GOODS_ISSUED, {"details": [{"sku": "A", "qty_shipped": 1}]}),
        (Signal.GOODS_RECEIVED, {"order_no": "RT-2"}),
        (Signal.GOODS_RECEIVED, {"details": [{"sku": "A", "received_qty": 1, "grn_no": "G3"}]}),
        (Signal.AWB_ASSIGNED, {"express_no": "AWB2"}),
        (Signal.SHIPMENT_STATUS, {"order_tracking_id": "other"}),
        (Signal.SHIPMENT_STATUS, {"order_tracking_id": "", "status_date": "2026-11-23T05:00:00+00:00"}),
    ],
)
def test_another_event_has_another_id(kind: Signal, change: JsonObject) -> None:
    assert the_event({**EXAMPLES[kind], **change}, kind).event_id != the_event(EXAMPLES[kind], kind).event_id


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        (Signal.ORDER_STATUS, {"status_code": ""}, "code"),
        (Signal.ORDER_STATUS, {"order_no": ""}, "names no order"),
        (Signal.ORDER_STATUS, {"order_no": "a b@c"}, "characters"),
        (Signal.ORDER_STATUS, {"order_no": ".."}, "no order number"),
        (Signal.GOODS_ISSUED, {"doc_no": None}, "doc_no"),
        (Signal.GOODS_ISSUED, {"details": "x"}, "details"),
        (Signal.GOODS_ISSUED, {"details": [5]}, "details"),
        (Signal.GOODS_ISSUED, {"details": [{"sku": "A", "qty_shipped": 1.5}]}, "quantity"),
        (Signal.GOODS_ISSUED, {"details": [{"sku": "A", "qty_shipped": True}]}, "quantity"),
        (Signal.GOODS_RECEIVED, {"details": [{"received_qty": 1}]}, "sku"),
        (Signal.AWB_ASSIGNED, {"express_no": ""}, "waybill"),
        (Signal.AWB_ASSIGNED, {"success_flag": False}, "waybill"),
        (Signal.SHIPMENT_STATUS, {"external_status": None}, "external_status"),
        (Signal.SHIPMENT_STATUS, {"external_id": "", "tracking_id": ""}, "names no order"),
    ],
)
def test_what_cannot_be_used_says_why_and_keeps_all(kind: Signal, change: JsonObject, problem: str) -> None:
    document = {**EXAMPLES[kind], **change}
    (found,) = heard(document, reading(kind))
    assert problem in found.problem
    assert found.event.data == {"problem": found.problem}
    assert found.event.raw == {name: value for name, value in document.items() if name != "auth"}


@pytest.mark.parametrize("time", ["", None, "yesterday", "0001-01-01 00:00:00", "2022-13-01", 5])
def test_a_time_nobody_can_read_is_no_reason_to_lose_the_event(time: JsonValue) -> None:
    assert the_event({**STATUS, "status_time": time}, Signal.ORDER_STATUS).occurred_at is None


def test_an_unreadable_body_is_kept_without_shippers_secret() -> None:
    found: Heard = unreadable(b'{"auth": "5ec2e7", "x": \xff', reading(Signal.SHIPMENT_STATUS), "broken")
    assert "5ec2e7" not in found.event.model_dump_json()
    assert "x" in str(found.event.raw["unreadable"])


CATALOGUE = {"A": Measures(Decimal("0.25"), 10, 8, 2), "B": Measures(Decimal("1.5"), 30, 20, 10)}


def measured(*lines: JsonObject) -> JsonObject:
    """The sum of some lines."""
    return summed(list(lines), quantity=("qty_ordered",), catalogue=CATALOGUE.get)


def test_one_piece_keeps_its_own_dimensions() -> None:
    assert measured({"sku": "A", "qty_ordered": 1}) == {"weight": 0.25, "length": 10, "width": 8, "height": 2}


def test_several_pieces_are_summed_and_the_cube_root_is_rounded_up() -> None:
    assert measured({"sku": "A", "qty_ordered": 3}, {"sku": "B", "qty_ordered": 1}) == {
        "weight": 2.25,
        **dict.fromkeys(("length", "width", "height"), 19),
    }


def test_a_lines_own_measures_come_before_the_table() -> None:
    own: JsonObject = {"sku": "A", "qty_ordered": 2, "weight": 0.1}
    assert measured(own)["weight"] == 0.2


def test_without_all_measures_there_is_no_sum() -> None:
    assert measured({"sku": "A", "qty_ordered": 1}, {"sku": "?", "qty_ordered": 1, "weight": 1}) == {"weight": 1.25}
    assert measured() == {}


@given(st.integers(1, 10**15))
def test_the_cube_is_the_smallest_that_holds_the_volume(volume: int) -> None:
    side = cube_side(volume)
    assert (side - 1) ** 3 < volume <= side**3


PLACES: JsonObject = {"origin": {"area_id": 1}, "destination": {"area_id": 2}}
ORDER: JsonObject = {
    "so_number": "SO-1",
    "tracking_id": "T1",
    "warehouse_id": "WH",
    "order_price": 5000,
    "details": [{"sku": "A", "qty_ordered": 1}],
    "logistics": {"rate_type_id": "regular", "service_type": "1", **PLACES},
    "unknown": {"kept": [1.5, None]},
}
TERMS = Terms(catalogue=CATALOGUE.get, defaults={"rate_type_id": "express", "service_type": 7, **PLACES})


def test_an_order_is_completed_from_its_lines_and_the_clients_defaults() -> None:
    order = read_outbound({"data": {"outbound": ORDER}}, TERMS)
    assert order.body == ORDER
    assert (order.shipment.rate_type, order.shipment.service_type) == ("regular", "1")
    assert (order.shipment.weight_kg, order.shipment.item_value_idr) == (Decimal("0.25"), 5000)
    plain = read_outbound({name: value for name, value in ORDER.items() if name != "logistics"}, TERMS)
    assert (plain.shipment.rate_type, plain.shipment.service_type) == ("express", 7)


def test_a_return_may_say_its_quantities_in_either_name() -> None:
    order: JsonObject = {**ORDER, "doc_no": "RT-1", "po_type": "RT"}
    for name in ("ordered_qty", "qty_ordered"):
        assert read_inbound({**order, "details": [{"sku": "A", name: 2}]}, TERMS).lines[0].quantity == 2
    with pytest.raises(RequestError) as caught:
        read_inbound({**order, "details": [{"sku": "A"}]}, TERMS)
    assert [problem.pointer for problem in caught.value.problems] == ["/details/0/ordered_qty"]


def test_the_fingerprint_is_of_the_meaning() -> None:
    one: JsonObject = {"a": [1, 2.5], "b": {"c": "é"}}
    assert fingerprint(one) == fingerprint(orjson.loads(b'{ "b": {"c": "\\u00e9"}, "a": [1.0, 2.50] }'))
    assert fingerprint(one) != fingerprint({**one, "a": [2.5, 1]})
    assert len(fingerprint({"huge": 1e300})) == 64


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)
TIGHT = Limits(items=2, text_bytes=3)


@given(json_values)
def test_the_quick_look_at_a_body_passes_nothing_that_the_thorough_one_refuses(value: JsonValue) -> None:
    for limits in (TIGHT, CLIENT_LIMITS, PARTNER_LIMITS):
        assert not _is_within(value, limits) or not list(_beyond(value, "", limits))


def test_the_quick_look_passes_an_ordinary_body() -> None:
    assert _is_within(an_outbound(), CLIENT_LIMITS)
