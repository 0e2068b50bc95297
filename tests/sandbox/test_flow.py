"""What the partners do by themselves, seen from the gateway: whole stories."""

import json

import pytest

from tests.sandbox.support import CLIENT, Gateway, Json, Sandbox, wait_for

STATUSES = [1030, 1160, 1180, 1190, 2000]


def events(gateway: Gateway) -> list[str]:
    return [item.path.rsplit("/", 1)[-1] for item in gateway.received]


def test_an_outbound_order_from_confirmation_to_delivery(sandbox: Sandbox, gateway: Gateway) -> None:
    created = sandbox.create().json()["data"]
    assert created["confirmed"] is False
    sandbox.register(f"{gateway.url}/callback")
    wait_for(lambda: len(gateway.received) == 7)
    assert events(gateway) == ["order_confirmed", "goods_issued", *["callback"] * 5]
    assert [item.body["external_status"]["code"] for item in gateway.to("/callback")] == STATUSES
    outbound = sandbox.call("GET", "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1").json()["data"]["outbound"]
    assert (outbound["confirmed"], outbound["so_status"]) == (True, "CLOSED")
    assert sandbox.items("/_schedule") == []


def test_the_events_are_in_shippers_formats(sandbox: Sandbox, gateway: Gateway) -> None:
    number = sandbox.create(quantity=3).json()["data"]["oms_order_no"]
    sandbox.register(f"{gateway.url}/callback")
    wait_for(lambda: gateway.to("/callback"))
    confirmation, goods_issue = gateway.to("/order_confirmed")[0].body, gateway.to("/goods_issued")[0].body
    assert confirmation["total_success"] == 1
    assert json.loads(confirmation["items"][0]["payload"])["so_number"] == "SO1"
    assert (goods_issue["so_reference_a"], goods_issue["so_reference_b"]) == (number, "SO1")
    assert [row["qty_shipped"] for row in goods_issue["details"]] == [2, 1]
    status = gateway.to("/callback")[0].body
    assert (status["external_id"], status["tracking_id"]) == ("SO1", "TRK-SO1")
    assert status["internal_status"]["code"] != status["external_status"]["code"]


def test_the_courier_waits_for_goods_issue_and_for_registration(sandbox: Sandbox, gateway: Gateway) -> None:
    sandbox.create()
    wait_for(lambda: "goods_issued" in events(gateway))
    wait_for(lambda: sandbox.items("/_schedule") == [])
    sandbox.register(f"{gateway.url}/callback")
    assert [item["event"] for item in sandbox.items("/_schedule")] == ["shipment_status"] * 5


def test_a_return_is_received_after_its_delivery(sandbox: Sandbox, gateway: Gateway) -> None:
    assert sandbox.create_return().json()["data"]["doc_no"] == "RT1"
    wait_for(lambda: gateway.to("/order_confirmed"))
    sandbox.register(f"{gateway.url}/callback", "RT1")
    wait_for(lambda: gateway.to("/goods_received"))
    assert events(gateway) == ["order_confirmed", *["callback"] * 5, "goods_received"]
    receipt = gateway.to("/goods_received")[0].body
    assert (receipt["order_no"], receipt["order_type"], receipt["details"][0]["received_qty"]) == ("RT1", "RT", 2)
    (inbound,) = sandbox.call("GET", "/oms/v3/fulfillment/inbounds?doc_no=RT1").json()["data"]["inbounds"]
    assert (inbound["po_status"], inbound["confirmed"]) == ("CLOSED", True)


@pytest.mark.parametrize(("confirmation", "first"), [("sync", "goods_issued"), ("none", None)])
def test_the_oms_confirms_as_it_is_told(
    sandbox: Sandbox, gateway: Gateway, confirmation: str, first: str | None
) -> None:
    sandbox.http.post("/_manual", json={"confirmation": confirmation})
    assert sandbox.create().json()["data"]["confirmed"] is (confirmation == "sync")
    assert [item["event"] for item in sandbox.items("/_schedule")] == ([first] if first else [])
    if first:
        wait_for(lambda: gateway.received)
        assert events(gateway) == [first]


def test_manual_partners_send_nothing_by_themselves(manual: Sandbox, gateway: Gateway) -> None:
    manual.create()
    manual.register(f"{gateway.url}/callback")
    assert manual.items("/_schedule") == []
    answer = manual.http.post("/_events", json={"event": "order_confirmed", "order": "SO1"})
    assert answer.json()[0]["gateway_status"] == 200
    found = manual.call("GET", "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1").json()
    assert found["data"]["outbound"]["confirmed"] is True
    assert events(gateway) == ["order_confirmed"]


def test_manual_holds_back_what_was_planned(sandbox: Sandbox, gateway: Gateway) -> None:
    sandbox.create()
    sandbox.http.post("/_manual", json={"on": True})
    held = len(gateway.received)
    assert [item["state"] for item in sandbox.items("/_schedule")] == ["due"]
    sandbox.http.post("/_manual", json={"on": False})
    wait_for(lambda: len(gateway.received) > held)


def test_an_event_is_repeated_until_it_is_taken(sandbox: Sandbox, gateway: Gateway) -> None:
    gateway.statuses = [503]
    sandbox.http.post("/_manual", json={"confirmation": "webhook"})
    sandbox.create()
    wait_for(lambda: len(gateway.to("/order_confirmed")) == 2)
    first, second = gateway.to("/order_confirmed")
    assert first.raw == second.raw
    wait_for(lambda: sandbox.items("/_sent", order="SO1")[0]["state"] == "taken")
    sent = sandbox.items("/_sent", order="SO1")[0]
    assert [answer["gateway_status"] for answer in sent["answers"]] == [503, 200]


def test_copies_share_their_id(manual: Sandbox, gateway: Gateway) -> None:
    asked: Json = {"event": "shipment_status", "order": "SO1", "copies": 5, "data": {"code": 2000}}
    sent = manual.http.post("/_events", json=asked).json()
    assert len({item["event_id"] for item in sent}) == 1
    assert len({item.raw for item in gateway.received}) == 1
    assert len(gateway.received) == 5
    assert gateway.received[0].body["external_status"]["code"] == 2000
    assert sent[0]["event_id"] == gateway.received[0].body["order_tracking_id"]


def test_an_event_says_what_it_is_told_to(manual: Sandbox, gateway: Gateway) -> None:
    def send(event: str, **rest: object) -> Json:
        answer = manual.http.post("/_events", json={"event": event, "order": "NEVER-SEEN", **rest})
        assert answer.status_code == 200, answer.text
        return gateway.received[-1].body

    assert send("order_status", data={"status_code": "80"})["status_code"] == "80"
    assert send("shipment_status", data={"status": "1320"})["external_status"]["code"] == 1320
    assert send("shipment_status", data={"code": "??"})["external_status"]["code"] == "??"
    assert send("shipment_status", event_id="evt-7")["order_tracking_id"] == "evt-7"
    assert send("order_confirmed", event_id="evt-8")["group_key"] == "evt-8"
    rejected = send("order_rejected")
    assert (rejected["status"], rejected["total_success"]) == ("failed", 0)
    assert rejected["items"][0]["error_message"]
    assert send("awb_assigned", data={"express_no": "A1"}) == {
        "order_no": "NEVER-SEEN",
        "express_no": "A1",
        "success_flag": True,
    }
    assert send("goods_received")["details"][0]["received_qty"] == 1
    assert events(gateway)[-1] == "goods_received"


def test_an_event_belongs_to_the_client_that_owns_the_order(manual: Sandbox, gateway: Gateway) -> None:
    body = {"so_number": "SO9", "warehouse_id": "W", "details": [{"sku": "TEA"}]}
    manual.call("POST", "/oms/v3/fulfillment/outbound/oms", body, api_key="oms-key-2")
    for rest in ({"order": "SO9"}, {"order": "SO10"}, {"order": "SO9", "client_id": CLIENT}):
        manual.http.post("/_events", json={"event": "order_status", **rest})
    assert [item.path.split("/")[1] for item in gateway.received] == ["shop-2", CLIENT, CLIENT]
    stranger = {"event": "order_status", "order": "SO9", "client_id": "nobody"}
    assert manual.http.post("/_events", json=stranger).status_code == 422


def test_a_dead_gateway_is_no_answer(manual: Sandbox) -> None:
    manual.register("http://127.0.0.1:9/callback")
    (sent,) = manual.http.post("/_events", json={"event": "shipment_status", "order": "SO1"}).json()
    assert sent["gateway_status"] is None


def test_cancelling_takes_back_what_was_planned(sandbox: Sandbox) -> None:
    cancellation = {"data": {"cancellation": {"order_no": "SO1", "warehouse_id": "WH-1", "cancel_reason": "x"}}}
    path = "/oms/v3/fulfillment/outbound/oms/cancel"
    assert sandbox.call("PATCH", path, cancellation).json()["metadata"]["errors"][0]["code"] == 3012
    sandbox.create()
    first, second = (sandbox.call("PATCH", path, cancellation, key=key) for key in "ab")
    assert (first.status_code, second.status_code) == (200, 200)
    assert sandbox.items("/_schedule") == []
    outbound = sandbox.call("GET", "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1").json()["data"]["outbound"]
    assert outbound["so_status"] == "CANCELLED"


def test_goods_that_left_cannot_be_cancelled(manual: Sandbox) -> None:
    manual.create()
    manual.http.post("/_events", json={"event": "goods_issued", "order": "SO1"})
    cancellation = {"data": {"cancellation": {"order_no": "SO1", "warehouse_id": "WH-1", "cancel_reason": "x"}}}
    assert manual.call("PATCH", "/oms/v3/fulfillment/outbound/oms/cancel", cancellation).status_code == 400


def test_an_unregistered_webhook_gets_no_status(sandbox: Sandbox, gateway: Gateway) -> None:
    sandbox.create()
    webhook_id = sandbox.register(f"{gateway.url}/callback").json()["data"]["webhook_id"]
    (listed,) = sandbox.call("GET", "/logistics/v3/webhooks?order_no=SO1").json()["data"]["webhooks"]
    assert (listed["webhook_id"], listed["callback_url"]) == (webhook_id, f"{gateway.url}/callback")
    assert sandbox.call("DELETE", f"/logistics/v3/webhooks/{webhook_id}").status_code == 200
    assert sandbox.call("DELETE", f"/logistics/v3/webhooks/{webhook_id}", key="again").status_code == 404
    wait_for(lambda: gateway.to("/goods_issued"))
    assert gateway.to("/callback") == []


def test_the_provider_shows_what_it_did(manual: Sandbox) -> None:
    manual.create()
    for code in (1030, 2000):
        manual.http.post("/_events", json={"event": "shipment_status", "order": "SO1", "data": {"code": code}})
    order = manual.call("GET", "/logistics/v3/order/TRK-SO1").json()["data"]
    assert [row["shipper_status"]["code"] for row in order["trackings"]] == [1030, 2000]
    assert order["awb_number"].startswith("AWB")
    assert manual.call("GET", "/logistics/v3/order/UNKNOWN-1").status_code == 404
    assert manual.call("DELETE", "/logistics/v3/order/TRK-SO1", {"reason": "x"}).status_code == 400
    cancelled = manual.call("DELETE", "/logistics/v3/order/TRK-2", {"reason": "x"}, key="2").json()["data"]
    assert cancelled == {"cancel_order": {"order_id": "TRK-2", "cancel": True}}
    assert manual.call("GET", "/logistics/v3/order/TRK-2").json()["data"]["is_active"] is False
