"""Red 1 and red 2: an order is durable before it is acknowledged, once, with no worker alive."""

import asyncio
from datetime import UTC, datetime

import orjson
import pytest
from temporalio.api.enums.v1 import EventType

from interline.names import MEMO_FINGERPRINT, Attribute, order_workflow_id
from tests.gateway.support import (
    INBOUND,
    ORDERS,
    OUTBOUND,
    QUIET_KEY,
    Engine,
    Http,
    a_return,
    an_order,
    keyed,
    shipment,
)


async def test_an_order_is_acknowledged_when_temporal_has_it(shop: Http, engine: Engine) -> None:
    order = an_order(custom={"kept": ["as", "it", "came", 1.5]})
    answer = await shop.post(OUTBOUND, json={"data": {"outbound": order}})
    assert answer.status_code == 202
    body = answer.json()
    assert body["metadata"]["http_status_code"] == 202
    assert body["metadata"]["http_status"] == "Accepted"
    assert "errors" not in body["metadata"]
    link = f"/v3/fulfillment/warehouse/WH-JKT-1/outbound/oms/{order['so_number']}"
    accepted_at = body["data"].pop("accepted_at")
    assert body["data"] == {
        "order_no": order["so_number"],
        "tracking_id": order["tracking_id"],
        "status": "accepted",
        "kind": "outbound",
        "links": {"self": link},
    }
    assert answer.headers["location"] == link
    started = await engine.started_with(order_workflow_id("shop", str(order["so_number"])))
    assert started["body"] == order
    assert started["kind"] == "outbound"
    assert started["accepted_at"].replace("Z", "+00:00") == accepted_at  # type: ignore[union-attr]  # a time as text
    assert started["callback_url"] == "https://interline.example.test/webhooks/shop/logistics/status"
    assert started["policy"]["oms"]["keys"] == "lookup"  # type: ignore[index,call-overload]  # an object


@pytest.mark.parametrize("clock", ["Thu, 01 Jan 1970 00:10:00 GMT", "Fri, 31 Dec 2100 23:59:59 GMT", "no time"])
async def test_the_clients_clock_decides_nothing(shop: Http, engine: Engine, clock: str) -> None:
    times = {"order_time": "2100-12-31 23:59:59", "payment_time": "1970-01-01T00:00:00Z"}
    order, before = an_order(**times), datetime.now(UTC)
    answer = await shop.post(OUTBOUND, json=order, headers={"date": clock})
    assert answer.status_code == 202, answer.text
    accepted_at = datetime.fromisoformat(answer.json()["data"]["accepted_at"])
    assert before <= accepted_at <= datetime.now(UTC)
    started = await engine.started_with(order_workflow_id("shop", str(order["so_number"])))
    assert started["body"] == order, "its times are handed on as they came"


async def test_the_order_reads_well_in_the_temporal_ui_without_personal_data(shop: Http, engine: Engine) -> None:
    order = an_order()
    await shop.post(OUTBOUND, json=order)
    workflow_id = order_workflow_id("shop", str(order["so_number"]))
    known = await engine.client.get_workflow_handle(workflow_id).describe()
    assert await known.static_summary() == f"outbound {order['so_number']} · shop · regular 1.2 kg"
    details = await known.static_details() or ""
    attributes = {pair.key.name: pair.value for pair in known.typed_search_attributes}
    assert attributes == {
        Attribute.CLIENT_ID: "shop",
        Attribute.TRACKING_ID: order["tracking_id"],
        Attribute.WAREHOUSE_ID: "WH-JKT-1",
        Attribute.ORDER_STATUS: "accepted",
        Attribute.LOGISTICS_STATUS: "none",
        Attribute.NEEDS_ATTENTION: False,
    }
    shown = f"{details}{attributes}{await known.memo()}{workflow_id}"
    for private in ("Siti", "6281200000001", "-6.225", "106.8"):
        assert private not in shown


async def test_a_return_comes_in_both_forms(shop: Http, engine: Engine) -> None:
    inbound, outbound = a_return(), an_order(order_type="RT")
    answers = [await shop.post(INBOUND, json={"data": {"inbound": inbound}}), await shop.post(OUTBOUND, json=outbound)]
    for answer, number in zip(answers, (inbound["doc_no"], outbound["so_number"]), strict=True):
        assert answer.status_code == 202, answer.text
        assert answer.json()["data"]["kind"] == "return"
        assert (await engine.started_with(order_workflow_id("shop", str(number))))["kind"] == "return"


async def test_the_same_order_again_gets_the_same_answer(shop: Http, engine: Engine) -> None:
    order = an_order()
    first = await shop.post(OUTBOUND, json=order)
    again = await shop.post(
        OUTBOUND,
        content=orjson.dumps({"data": {"outbound": dict(reversed(order.items()))}}, option=orjson.OPT_INDENT_2),
        headers={"content-type": "application/json"},
    )
    assert again.status_code == 202
    assert again.json()["data"] == first.json()["data"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    memo = await (
        await engine.client.get_workflow_handle(order_workflow_id("shop", str(order["so_number"]))).describe()
    ).memo()
    assert len(str(memo[MEMO_FINGERPRINT])) == 64


async def test_the_same_number_with_another_body_is_a_conflict_with_a_link(shop: Http, engine: Engine) -> None:
    order = an_order()
    await shop.post(OUTBOUND, json=order)
    other = await shop.post(OUTBOUND, json={**order, "warehouse_id": "ELSEWHERE", "consignee": "Somebody"})
    assert other.status_code == 409
    assert other.json()["metadata"]["errors"][0]["error"] == "order-already-exists"
    assert other.json()["data"]["links"]["self"].startswith("/v3/fulfillment/warehouse/WH-JKT-1/")
    assert (await engine.started_with(order_workflow_id("shop", str(order["so_number"]))))["body"] == order


async def test_64_identical_requests_make_one_order(shop: Http, engine: Engine) -> None:
    order = an_order()
    answers = await asyncio.gather(*(shop.post(OUTBOUND, json=order) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({orjson.dumps(answer.json()["data"]) for answer in answers}) == 1
    history = await engine.history(order_workflow_id("shop", str(order["so_number"])))
    assert sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED for event in history) == 1


async def test_a_key_in_flight_waits_for_its_first_answer(shop: Http) -> None:
    order = an_order()
    key = {"Idempotency-Key": f"flight-{order['so_number']}"}
    answers = await asyncio.gather(*(shop.post(OUTBOUND, json=order, headers=key) for _ in range(16)))
    assert {answer.status_code for answer in answers} == {202, 409}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["metadata"]["errors"][0]["error"] == "idempotency-key-in-flight"
    assert (await shop.post(OUTBOUND, json=order, headers=key)).status_code == 202


async def test_two_clients_may_use_the_same_number(shop: Http, engine: Engine) -> None:
    order = an_order()
    answers = [
        await shop.post(OUTBOUND, json=order, headers=keyed(key))
        for key in ("shop-key-0123456789", "other-key-0123456789")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert "idempotency-replayed" not in answers[1].headers
    for client in ("shop", "other"):
        assert await engine.history(order_workflow_id(client, str(order["so_number"])))


async def test_an_order_needs_both_webhook_kinds_active(shop: Http, engine: Engine) -> None:
    order = an_order()
    answer = await shop.post(OUTBOUND, json=order, headers=keyed(QUIET_KEY))
    assert answer.status_code == 422
    (error,) = answer.json()["metadata"]["errors"]
    assert error["error"] == "webhook-kind-inactive"
    assert "fulfillment" in error["message"]
    assert not await engine.history(order_workflow_id("quiet", str(order["so_number"])))


@pytest.mark.parametrize(
    "change",
    [
        {"origin": {"area_id": 1}},
        {"destination": {"area_id": 2}},
        {"weight": 1.2001},
        {"length": 31},
        {"width": 21},
        {"height": 11},
        {"rate_type_id": "express"},
        {"service_type": "1"},
    ],
)
async def test_every_key_parameter_reaches_the_order(change: dict[str, object], shop: Http, engine: Engine) -> None:
    orders = [an_order(), an_order(logistics=shipment(**change))]
    for order in orders:
        assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    plain, changed = [
        (await engine.started_with(order_workflow_id("shop", str(order["so_number"]))))["shipment"] for order in orders
    ]
    assert plain != changed


async def test_orders_are_listed_with_filters_and_pages(shop: Http, engine: Engine) -> None:
    warehouse = "WH-LIST"
    orders = [an_order(warehouse_id=warehouse) for _ in range(3)]
    returned = a_return(warehouse_id=warehouse)
    for order in orders:
        await shop.post(OUTBOUND, json=order)
    await shop.post(INBOUND, json=returned)
    await engine.visible(f"WarehouseId = '{warehouse}'", 4)

    async def listed(**query: str | int) -> tuple[list[str], dict[str, object]]:
        answer = await shop.get(ORDERS, params={"warehouse_id": warehouse, **query})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return [row["order_no"] for row in body["data"]["outbounds"]], body["pagination"]

    everything, pages = await listed()
    assert everything == [returned["doc_no"], *(order["so_number"] for order in reversed(orders))]
    assert (pages["total_elements"], pages["total_pages"], pages["current_elements"]) == (4, 1, 4)
    assert await listed(limit=3, page=2) == (
        everything[3:],
        {**pages, "current_page": 2, "current_elements": 1, "total_pages": 2},
    )
    assert (await listed(order_type="RT"))[0] == everything[:1]
    assert (await listed(order_type="SO", limit=2))[0] == everything[1:3]
    assert (await listed(tracking_id=str(orders[0]["tracking_id"])))[0] == [orders[0]["so_number"]]
    assert (await listed(so_status="accepted"))[0] == (await listed(so_status="REGISTERED"))[0] == everything
    assert (await listed(so_status="CLOSED"))[0] == (await listed(needs_attention="true"))[0] == []
    assert (await listed(created_end="2026-01-01 00:00:00"))[0] == []
    assert (await listed(created_start="2026-01-01T00:00:00+07:00"))[0] == everything
    (row,) = (await shop.get(ORDERS, params={"warehouse_id": warehouse, "limit": 1})).json()["data"]["outbounds"]
    assert row["interline"]["why"] == "A list shows what was last recorded; the order itself says more."
    other = await shop.get(ORDERS, params={"warehouse_id": warehouse}, headers=keyed("other-key-0123456789"))
    assert other.json()["data"]["outbounds"] == []


async def test_a_list_says_everything_that_is_wrong_with_its_parameters(shop: Http) -> None:
    wrong = {
        "limit": "0",
        "page": "x",
        "so_status": "SOON",
        "order_type": "TT",
        "warehouse_id": "a' OR 'b",
        "created_start": "now",
    }
    answer = await shop.get(ORDERS, params=wrong)
    assert answer.status_code == 422
    errors = answer.json()["metadata"]["errors"]
    assert sorted(error["message"].split()[2] for error in errors) == sorted(wrong)
    assert "' OR '" not in answer.text


async def test_a_stopped_order_is_not_acknowledged_again_but_to_the_request_that_made_it(
    shop: Http, engine: Engine
) -> None:
    order = an_order()
    key = {"Idempotency-Key": f"stopped-{order['so_number']}"}
    first = await shop.post(OUTBOUND, json=order, headers=key)
    await engine.client.get_workflow_handle(order_workflow_id("shop", str(order["so_number"]))).terminate("a test")
    for headers in ({}, {"Idempotency-Key": f"other-{order['so_number']}"}):
        again = await shop.post(OUTBOUND, json=order, headers=headers)
        assert again.status_code == 409
        assert again.json()["metadata"]["errors"][0]["error"] == "order-closed"
        assert "was terminated" in again.json()["metadata"]["errors"][0]["message"]
        assert again.json()["data"]["links"] == first.json()["data"]["links"]
    repeated = await shop.post(OUTBOUND, json=order, headers=key)
    assert (repeated.status_code, repeated.json()["data"]) == (202, first.json()["data"])


async def test_a_completed_order_again_gets_the_same_answer(shop: Http, engine: Engine, worker: None) -> None:
    order = an_order()
    first = await shop.post(OUTBOUND, json=order)
    handle = engine.client.get_workflow_handle(order_workflow_id("shop", str(order["so_number"])))
    await handle.signal("goods_issued")
    await handle.result()
    again = await shop.post(OUTBOUND, json=order)
    assert (again.status_code, again.json()["data"]) == (202, first.json()["data"])
    assert again.headers["idempotency-replayed"] == "true"
