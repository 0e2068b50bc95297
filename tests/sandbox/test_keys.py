"""Three kinds of partner: honours keys, ignores them but can be asked, neither."""

import pytest

from tests.sandbox.support import Sandbox, client_config


def set_keys(sandbox: Sandbox, partner: str, keys: str) -> None:
    assert sandbox.http.post("/_partners", json={"partner": partner, "keys": keys}).status_code == 200


def effects(sandbox: Sandbox, partner: str) -> list[str]:
    return [item["effect_id"] for item in sandbox.items("/_ledger", partner=partner) if item["effect_id"]]


def test_honoured_a_repeat_gets_the_first_answer_and_does_nothing(manual: Sandbox) -> None:
    set_keys(manual, "oms", "honoured")
    first, second = manual.create(key="k1"), manual.create(key="k1")
    assert first.json() == second.json()
    assert len(set(effects(manual, "oms"))) == 1
    assert [item["applied"] for item in manual.items("/_ledger")] == [True, False]


def test_honoured_keys_belong_to_their_client(manual: Sandbox) -> None:
    set_keys(manual, "wms", "honoured")
    manual.tell_wms(key="k1")
    body = {"order_no": "SO1", "doc_no": "DO1", "details": [{"sku": "TEA"}]}
    other = manual.call("POST", "/wms/v1/goods-issues", body, key="k1", api_key="wms-key-2")
    assert other.status_code == 200
    assert len(set(effects(manual, "wms"))) == 2


def test_a_refused_call_does_not_use_up_its_key(manual: Sandbox) -> None:
    set_keys(manual, "oms", "honoured")
    refused = manual.call("POST", "/oms/v3/fulfillment/outbound/oms", {"data": {}}, key="k1")
    assert refused.status_code == 400
    assert manual.create(key="k1").status_code == 200


def test_lookup_a_blind_repeat_makes_a_second_record_and_the_lookup_finds_it(manual: Sandbox) -> None:
    first, second = manual.create(key="k1").json()["data"], manual.create(key="k1").json()["data"]
    assert first["oms_order_no"] != second["oms_order_no"]
    assert len(set(effects(manual, "oms"))) == 2
    found = manual.call("GET", "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1").json()["data"]["outbound"]
    assert (found["so_reference_1"], found["so_reference_2"]) == (second["oms_order_no"], "SO1")


LOOKUPS = {
    "oms": ["/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1", "/oms/v3/fulfillment/inbounds?doc_no=SO1"],
    "wms": ["/wms/v1/goods-issues?order_no=SO1", "/wms/v1/goods-receipts?order_no=SO1"],
    "logistics": ["/logistics/v3/webhooks?order_no=SO1"],
}


@pytest.mark.parametrize("partner", LOOKUPS)
def test_none_there_is_nothing_to_look_up(manual: Sandbox, partner: str) -> None:
    manual.create()
    assert [manual.call("GET", path).status_code for path in LOOKUPS[partner]] == [200] * len(LOOKUPS[partner])
    set_keys(manual, partner, "none")
    assert [manual.call("GET", path).status_code for path in LOOKUPS[partner]] == [501] * len(LOOKUPS[partner])


@pytest.mark.parametrize("keys", ["lookup", "none"])
def test_without_keys_every_write_is_a_new_effect(manual: Sandbox, keys: str) -> None:
    for partner in ("wms", "logistics"):
        set_keys(manual, partner, keys)
    for _ in range(2):
        manual.tell_wms(key="k")
        manual.register("http://127.0.0.1:1/hook", key="k")
    assert len(set(effects(manual, "wms"))) == 2
    assert len(set(effects(manual, "logistics"))) == 2


def test_the_two_puts_are_upserts_by_nature(manual: Sandbox) -> None:
    manual.create()
    paths = ["/oms/v3/fulfillment/orders/SO1/logistics-webhook", "/oms/v3/fulfillment/orders/SO1/shipment-statuses/E1"]
    for path in paths * 2:
        assert manual.call("PUT", path, {"data": {"logistics_webhook": {"a": 1}}}, step=path).status_code == 200
    for path in paths:
        same = manual.items("/_ledger", step=path)
        assert [item["applied"] for item in same] == [True, True]
        assert len({item["effect_id"] for item in same}) == 1


def test_a_wrong_key_is_refused_in_the_gateways_own_shape(manual: Sandbox) -> None:
    answer = manual.call("POST", "/oms/v3/fulfillment/outbound/oms", {}, api_key="wrong")
    assert answer.status_code == 401
    metadata = answer.json()["metadata"]
    assert (metadata["status_code"], metadata["error"]["code"]) == (401, 802)
    assert "http_status_code" not in metadata
    assert manual.items("/_ledger")[0]["client_id"] is None


def test_clients_do_not_see_each_others_orders(manual: Sandbox) -> None:
    manual.create()
    other = client_config("shop-2", "", "-2")["partner_keys"]["oms"]
    answer = manual.call("GET", "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1", api_key=other)
    assert (answer.status_code, answer.json()["metadata"]["errors"][0]["code"]) == (400, 3012)
