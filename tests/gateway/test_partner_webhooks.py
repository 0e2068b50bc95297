"""Partner webhooks over the wire: proof first, one signal for each event, nothing signed refused."""

import asyncio
import json
import time
from collections.abc import Callable

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from interline.domain.base import JsonObject
from interline.names import TRACKING_ID_SHARED, order_workflow_id, stray_workflow_id
from tests.gateway.support import OMS_SECRET, OUTBOUND, Engine, Http, a_status, an_order, auth, signed, unique

CONFIRMATION = "/webhooks/shop/oms/confirmation"
STATUS = "/webhooks/shop/oms/status"
PGI = "/webhooks/shop/fulfillment/pgi"
GRN = "/webhooks/shop/fulfillment/grn"
AWB = "/webhooks/shop/fulfillment/awb"
SHIPMENT = "/webhooks/shop/logistics/status"
OMS = {"x-api-key": OMS_SECRET}


async def an_open_order(shop: Http, **changes: object) -> tuple[str, str]:
    """Number and tracking id of a new order."""
    order = an_order(**changes)
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    return str(order["so_number"]), str(order["tracking_id"])


def batch(*numbers: str) -> JsonObject:
    """A confirmation (reference §5.5)."""
    items: JsonObject = {
        "items": [{"payload": orjson.dumps({"so_number": number, "consignee": "Siti"}).decode()} for number in numbers]
    }
    group = unique("hwoutboundoms.2022.10.31090000.123")
    return {
        "client_id": 123,
        "group_key": group,
        "status": "success",
        "total_data": len(numbers),
        "total_success": 1,
        **items,
    }


def pgi(number: str) -> JsonObject:
    """A goods issue with two rows of one SKU (reference §5.7)."""
    rows: JsonObject = {"details": [{"sku": "KOPI-250", "qty_shipped": 1, "batch_no": letter} for letter in "AB"]}
    ids: JsonObject = {"doc_no": unique("DO"), "so_reference_a": "FO1", "so_reference_b": number}
    return {"warehouse_id": "WH-JKT-1", "order_type": "SO", **ids, "delivery_no": "AWB1", "carrier_name": "JNE", **rows}


async def post_signed(http: Http, path: str, document: object, *, webhook_id: str | None = None) -> int:
    """Post with Standard Webhooks headers."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return (
        await http.post(path, content=body, headers=signed(body, webhook_id=webhook_id or unique("msg")))
    ).status_code


async def test_each_webhook_becomes_its_signal(shop: Http, stranger: Http, engine: Engine) -> None:
    number, _ = await an_open_order(shop)
    so_status: JsonObject = {
        "order_no": number,
        "status_code": "00",
        "status_descr": "Created",
        "status_time": "2026-11-23 10:00:00",
    }
    grn: JsonObject = {
        "order_no": number,
        "details": [{"sku": "A", "received_qty": 1, "product_condition": "Good", "grn_no": "G1"}],
    }
    assert (await stranger.post(CONFIRMATION, json=batch(number), headers=OMS)).status_code == 200
    assert (await stranger.post(STATUS, json=so_status, headers=OMS)).status_code == 200
    assert await post_signed(stranger, PGI, pgi(number)) == 200
    assert await post_signed(stranger, GRN, grn) == 200
    assert await post_signed(stranger, AWB, {"order_no": number, "express_no": "AWB1", "success_flag": True}) == 200
    assert (await stranger.post(SHIPMENT, json=a_status(external_id=number))).status_code == 200
    signals = await engine.order_signals("shop", number)
    assert [name for name, _ in signals] == [
        "order_confirmed",
        "order_status",
        "goods_issued",
        "goods_received",
        "awb_assigned",
        "shipment_status",
    ]
    events = dict(signals)
    assert events["order_confirmed"]["data"] == {"accepted": True, "oms_order_no": None, "reason": None}
    assert events["order_confirmed"]["raw"] == {}
    assert events["order_status"]["occurred_at"] == "2026-11-23T03:00:00Z"
    assert events["goods_issued"]["data"]["lines"] == [{"sku": "KOPI-250", "quantity": 2}]  # type: ignore[index,call-overload]  # an object
    assert events["shipment_status"]["data"] == {"code": "1180", "name": "Dalam Perjalanan", "awb": None}
    assert "auth" not in events["shipment_status"]["raw"]  # type: ignore[operator]  # an object
    assert auth() not in orjson.dumps(signals).decode()


async def test_the_answer_is_200_with_the_metadata(shop: Http, stranger: Http) -> None:
    number, _ = await an_open_order(shop)
    answer = await stranger.post(SHIPMENT, json=a_status(external_id=number))
    assert answer.status_code == 200
    assert set(answer.json()) == {"metadata"}
    assert set(answer.json()["metadata"]) == {"path", "http_status_code", "http_status", "timestamp"}


async def test_the_same_event_again_is_one_signal(shop: Http, stranger: Http, engine: Engine) -> None:
    number, _ = await an_open_order(shop)
    event, issue, message = a_status(external_id=number), pgi(number), unique("msg")
    answers = await asyncio.gather(
        *(stranger.post(SHIPMENT, json=event) for _ in range(5)),
        *(post_signed(stranger, PGI, issue, webhook_id=message) for _ in range(5)),
    )
    assert len(answers) == 10
    assert sorted(name for name, _ in await engine.order_signals("shop", number)) == ["goods_issued", "shipment_status"]


async def test_a_batch_is_one_event_for_each_order(shop: Http, stranger: Http, engine: Engine) -> None:
    numbers = [(await an_open_order(shop))[0] for _ in range(3)]
    document = batch(*numbers)
    document["items"] = [*document["items"], {"payload": "{broken", "error_message": "x"}]  # type: ignore[misc]  # a list
    assert (await stranger.post(CONFIRMATION, json=document, headers=OMS)).status_code == 200
    for number in numbers:
        assert [name for name, _ in await engine.order_signals("shop", number)] == ["order_confirmed"]


async def test_an_early_event_waits_for_its_order(stranger: Http, engine: Engine) -> None:
    number = unique("SO")
    assert (await stranger.post(SHIPMENT, json=a_status(external_id=number))).status_code == 200
    stray = stray_workflow_id("shop", number)
    room = await engine.started_with(stray)
    assert (room["key"], room["order_number"]) == (number, number)
    ((name, told),) = await engine.signals(stray)
    assert (name, told["reason"]) == ("stray_event", "early")
    assert told["event"]["order_number"] == number  # type: ignore[index,call-overload]  # an object


async def test_an_event_after_the_end_is_late(shop: Http, stranger: Http, engine: Engine) -> None:
    number, _ = await an_open_order(shop)
    await engine.client.get_workflow_handle(order_workflow_id("shop", number)).terminate()
    event = a_status(external_id=number)
    for _ in range(2):
        assert (await stranger.post(SHIPMENT, json=event)).status_code == 200
    ((_, told),) = await engine.signals(stray_workflow_id("shop", number))
    assert told["reason"] == "late"


async def test_an_event_without_an_order_number_finds_its_order_by_tracking_id(
    shop: Http, stranger: Http, engine: Engine
) -> None:
    number, tracking_id = await an_open_order(shop)
    await engine.visible(f"TrackingId = '{tracking_id}'")
    assert (await stranger.post(SHIPMENT, json=a_status(tracking_id=tracking_id))).status_code == 200
    ((_, event),) = await engine.order_signals("shop", number)
    assert event["order_number"] == number


async def test_two_orders_of_one_tracking_id_are_ambiguous(shop: Http, stranger: Http, engine: Engine) -> None:
    tracking_id = unique("TWICE")
    numbers = [(await an_open_order(shop, tracking_id=tracking_id))[0] for _ in range(2)]
    await engine.visible(f"TrackingId = '{tracking_id}'", 2)
    assert (await stranger.post(SHIPMENT, json=a_status(tracking_id=tracking_id))).status_code == 200
    ((_, told),) = await engine.signals(stray_workflow_id("shop", tracking_id))
    assert told["reason"] == "ambiguous"
    for number in numbers:
        assert await engine.order_signals("shop", number) == [(TRACKING_ID_SHARED, {})]


async def test_an_unknown_reference_is_unmatched(stranger: Http, engine: Engine) -> None:
    tracking_id = unique("NOBODY")
    assert (await stranger.post(SHIPMENT, json=a_status(tracking_id=tracking_id))).status_code == 200
    ((_, told),) = await engine.signals(stray_workflow_id("shop", tracking_id))
    assert told["reason"] == "unmatched"


async def test_a_foreign_order_is_out_of_reach(shop: Http, stranger: Http, engine: Engine) -> None:
    number, _ = await an_open_order(shop)
    path = SHIPMENT.replace("shop", "other")
    assert (await stranger.post(path, json=a_status(external_id=number))).status_code == 200
    assert await engine.order_signals("shop", number) == []
    assert (await engine.started_with(stray_workflow_id("other", number)))["client_id"] == "other"


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b'{"a": "\\ud800"}', b'{"order_no": "SO 1!", "express_no": "A"}', b"\xff\xfe"],
)
async def test_unusable_content_with_a_good_signature_is_kept_for_a_human(
    body: bytes, stranger: Http, engine: Engine
) -> None:
    message = unique("msg")
    assert await post_signed(stranger, AWB, body, webhook_id=message) == 200
    ((_, told),) = await engine.signals(stray_workflow_id("shop", f"awb_assigned:{message}"))
    assert told["reason"] == "unusable"
    assert told["event"]["data"]["problem"]  # type: ignore[index,call-overload]  # an object


Tamper = Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]
_TAMPERED: dict[str, Tamper] = {
    "no headers": lambda _, body: ({}, body),
    "no id": lambda headers, body: ({**headers, "webhook-id": ""}, body),
    "a dotted id": lambda headers, body: ({**headers, "webhook-id": "a.1"}, body),
    "another id": lambda headers, body: ({**headers, "webhook-id": "other"}, body),
    "another body": lambda headers, body: (headers, body + b" "),
    "no base64": lambda headers, body: ({**headers, "webhook-signature": "v1,!!!"}, body),
    "no comma": lambda headers, body: ({**headers, "webhook-signature": "garbage"}, body),
    "another version": lambda headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"].replace("v1", "v2")},
        body,
    ),
    "beyond ten": lambda headers, body: (
        {**headers, "webhook-signature": "v1,A " * 10 + headers["webhook-signature"]},
        body,
    ),
    "a float time": lambda headers, body: ({**headers, "webhook-timestamp": headers["webhook-timestamp"] + ".5"}, body),
    "too old": lambda _, body: (signed(body, webhook_id="old", at=time.time() - 302), body),
    "too new": lambda _, body: (signed(body, webhook_id="new", at=time.time() + 302), body),
    "another secret": lambda _, body: (signed(body, webhook_id="x", secret="whsec_c29tZXRoaW5nIGVsc2UgaGVyZQ=="), body),
}


@pytest.mark.parametrize("how", _TAMPERED)
async def test_a_wrong_signature_changes_nothing(how: str, shop: Http, stranger: Http, engine: Engine) -> None:
    number, _ = await an_open_order(shop)
    body = orjson.dumps(pgi(number))
    headers, sent = _TAMPERED[how](signed(body, webhook_id=unique("msg")), body)
    answer = await stranger.post(PGI, content=sent, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["metadata"]["errors"][0]["error"] == "webhook-signature-invalid"
    assert await engine.order_signals("shop", number) == []


@pytest.mark.parametrize(
    "change", [{"auth": "0" * 32}, {"auth": 5}, {"auth": "\u00e9"}, {"auth": None}, {"auth": ["x"]}, {"auth": ""}]
)
async def test_a_wrong_auth_in_the_body_changes_nothing(
    change: JsonObject, shop: Http, stranger: Http, engine: Engine
) -> None:
    number, _ = await an_open_order(shop)
    document = {**a_status(external_id=number), **change}
    assert (await stranger.post(SHIPMENT, json=document)).status_code == 401
    assert (
        await stranger.post(SHIPMENT, content=b'{"auth": "' + auth().encode() + b'", "auth": ""}')
    ).status_code == 401
    assert await engine.order_signals("shop", number) == []


@pytest.mark.parametrize("path", [STATUS, STATUS.replace("shop", "nobody"), STATUS.replace("shop", "quiet")])
async def test_unknown_clients_look_like_wrong_keys(path: str, stranger: Http) -> None:
    headers = {"x-api-key": "wrong"} if "shop" in path else OMS
    answer = await stranger.post(path, json={"order_no": "X", "status_code": "00"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["metadata"]["errors"] == [
        {
            "code": 802,
            "error": "webhook-signature-invalid",
            "message": answer.json()["metadata"]["errors"][0]["message"],
        }
    ]


async def test_a_good_signature_is_beyond_ten_thousand_bytes_still_taken(stranger: Http) -> None:
    document = pgi(unique("SO"))
    document["notes"] = "x" * 60_000
    assert await post_signed(stranger, PGI, document) == 200
    assert await post_signed(stranger, PGI, b"x" * (256 * 1024 + 1)) == 413


async def test_one_good_signature_of_several_is_enough(shop: Http, stranger: Http) -> None:
    body = orjson.dumps(pgi(unique("SO")))
    headers = signed(body, webhook_id=unique("msg"))
    headers["webhook-signature"] = f"v1,{'A' * 43}= v1a,xyz {headers['webhook-signature']}"
    assert (await stranger.post(PGI, content=body, headers=headers)).status_code == 200


async def test_a_rejection_leaves_one_line_without_values(stranger: Http) -> None:
    with capture_logs() as lines:
        for _ in range(5):
            await stranger.post(GRN, content=b'{"order_no": "PRIVATE"}', headers={"webhook-id": "PRIVATE"})
    rejected = [line for line in lines if line["event"] == "webhook.rejected"]
    assert [(line["client_id"], line["route"]) for line in rejected] == [("shop", "fulfillment/grn")]
    assert "PRIVATE" not in str(lines)


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (-90, True), (90, True)])
async def test_a_senders_clock_that_drifts_is_told_before_it_is_refused(
    seconds: int,
    told: bool,  # noqa: FBT001  a case, not a switch
    stranger: Http,
) -> None:
    body = orjson.dumps(pgi(unique("SO")))
    with capture_logs() as lines:
        headers = signed(body, webhook_id=unique("msg"), at=time.time() + seconds)
        assert (await stranger.post(PGI, content=body, headers=headers)).status_code == 200
    drifts = [line for line in lines if line["event"] == "webhook.clock_drift"]
    assert [(line["client_id"], line["route"]) for line in drifts] == [("shop", "fulfillment/pgi")] * told
    assert all(abs(line["seconds"] + seconds) <= 2 for line in drifts)


json_objects = st.dictionaries(
    st.sampled_from(
        ["order_no", "external_id", "details", "items", "status_code", "external_status", "express_no", "doc_no", "x"]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["sku", "payload", "code", "qty_shipped"]), inner)
        ),
        max_leaves=6,
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=json_objects, path=st.sampled_from([CONFIRMATION, STATUS]))
async def test_no_signed_content_is_refused(document: JsonObject, path: str, stranger: Http) -> None:
    with capture_logs() as lines:
        answer = await stranger.post(path, content=json.dumps(document).encode(), headers=OMS)
    assert answer.status_code == 200
    assert not [line for line in lines if line["event"] == "webhook.reader_fault"]
