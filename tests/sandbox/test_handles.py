"""The shapes other people's tools hold, word by word."""

from pathlib import Path

from sandbox.switches import declare_keys
from tests.sandbox.support import CLIENT, Gateway, Sandbox, configuration, running_sandbox

LEDGER_FIELDS = [
    "id",
    "at",
    "partner",
    "client_id",
    "order",
    "step",
    "method",
    "path",
    "headers",
    "body_raw",
    "idempotency_key",
    "status",
    "applied",
    "effect_id",
]
INBOX_FIELDS = [
    "id",
    "at",
    "client_id",
    "order",
    "event",
    "webhook_id",
    "sequence",
    "headers",
    "body_raw",
    "verified",
    "status",
]


def test_a_ledger_item(manual: Sandbox) -> None:
    manual.create(key="k1")
    (item,) = manual.items("/_ledger")
    assert list(item) == LEDGER_FIELDS
    assert item["at"].endswith("+00:00")
    del item["at"], item["body_raw"]
    headers = item.pop("headers")
    assert (headers["x-api-key"], headers["x-interline-step"]) == ("***", "red 3")
    assert item == {
        "id": "ledger-1",
        "partner": "oms",
        "client_id": CLIENT,
        "order": "SO1",
        "step": "red 3",
        "method": "POST",
        "path": "/oms/v3/fulfillment/outbound/oms",
        "idempotency_key": "k1",
        "status": 200,
        "applied": True,
        "effect_id": "outbound-1",
    }


def test_the_ledger_keeps_what_was_refused_and_what_was_never_there(manual: Sandbox) -> None:
    manual.call("PUT", "/oms/v3/fulfillment/orders/NOBODY/logistics-webhook", {}, step="blue 5")
    manual.call("GET", "/wms/v9/nothing?x=1")
    first, second = manual.items("/_ledger")
    assert (first["status"], first["applied"], first["effect_id"]) == (404, False, None)
    assert (second["status"], second["path"]) == (404, "/wms/v9/nothing?x=1")


def test_the_ledger_filters_and_forgets(manual: Sandbox) -> None:
    manual.create("A")
    manual.create("B")
    manual.tell_wms("A")
    assert len(manual.items("/_ledger", order="A")) == 2
    assert len(manual.items("/_ledger", partner="oms")) == 2
    assert len(manual.items("/_ledger", order="A", step="red 7")) == 1
    assert manual.http.delete("/_ledger", params={"order": "A"}).json() == {"deleted": 2}
    assert [item["order"] for item in manual.items("/_ledger")] == ["B"]
    manual.http.delete("/_ledger")
    assert manual.items("/_ledger") == []


def test_an_inbox_item(manual: Sandbox) -> None:
    headers = {
        "X-Interline-Order": "SO1",
        "X-Interline-Step": "red 5",
        "X-Interline-Event": "order.confirmed",
        "X-Interline-Sequence": "3",
        "Webhook-Id": "evt-1",
    }
    body = '{"name": "Śūnyatā"}'
    manual.http.post(f"/client/{CLIENT}/webhooks/fulfillment", content=body.encode(), headers=headers)
    (item,) = manual.items("/_inbox", order="SO1", client=CLIENT)
    assert list(item) == INBOX_FIELDS
    assert item["headers"]["webhook-id"] == "evt-1"
    del item["at"], item["headers"]
    assert item == {
        "id": "inbox-1",
        "client_id": CLIENT,
        "order": "SO1",
        "event": "order.confirmed",
        "webhook_id": "evt-1",
        "sequence": 3,
        "body_raw": body,
        "verified": False,
        "status": 200,
    }
    (call,) = manual.items("/_ledger", partner="client_platform")
    assert (call["effect_id"], call["step"]) == ("evt-1", "red 5")


def test_a_webhook_to_nobody(manual: Sandbox) -> None:
    assert manual.http.post("/client/nobody/webhooks/logistics", content=b"{}").status_code == 404
    assert manual.items("/_inbox") == []


def test_sent_items_carry_the_gateways_answers(manual: Sandbox, gateway: Gateway) -> None:
    gateway.statuses = [401]
    asked = {"event": "goods_issued", "order": "SO1", "event_id": "evt-1", "signature": "bad"}
    assert manual.http.post("/_events", json=asked).json() == [{"event_id": "evt-1", "gateway_status": 401}]
    (item,) = manual.items("/_sent", order="SO1")
    assert (item["event"], item["event_id"], item["gateway_status"]) == ("goods_issued", "evt-1", 401)
    assert manual.items("/_schedule") == []


def test_the_rest_of_the_handles(manual: Sandbox) -> None:
    assert manual.http.get("/healthz").json() == {"status": "ok"}
    assert manual.http.post("/_manual", json={"on": False, "confirmation": "none"}).json() == {
        "on": False,
        "confirmation": "none",
        "parcels": 1,
    }
    assert manual.http.post("/_manual", json={"confirmation": "later"}).status_code == 422


CLIENTS_TOML = """\
[[clients]]
client_id = "shop-1"
keys = "not this one"
[clients.partners.oms]
url = "http://127.0.0.1:1/oms"
keys = "lookup"  # as Shipper
[clients.partners.wms]
keys = "honoured"

[[clients]]
client_id = "shop-2"
[clients.partners.oms]
keys = 'lookup'
"""


def test_a_partners_keys_are_declared_in_the_clients_file(tmp_path: Path, gateway: Gateway) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS_TOML)
    path.chmod(0o600)
    config = configuration(tmp_path / "state", gateway.url, clients_file=path)
    with running_sandbox(config) as sandbox:
        answer = sandbox.http.post("/_partners", json={"partner": "oms", "keys": "none"})
    assert answer.json() == {"partner": "oms", "keys": "none", "declared": 2}
    assert path.read_text() == CLIENTS_TOML.replace('"lookup"', '"none"').replace("'lookup'", '"none"')
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_clients_file_is_the_truth_at_the_start(tmp_path: Path, gateway: Gateway) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS_TOML)
    config = configuration(tmp_path / "state", gateway.url, clients_file=path)
    with running_sandbox(config) as sandbox:
        sandbox.http.post("/_partners", json={"partner": "oms", "keys": "none"})
    path.write_text(path.read_text().replace('"none"', '"honoured"'))
    with running_sandbox(config) as sandbox:
        first, second = sandbox.create(key="k"), sandbox.create(key="k")
    assert first.json() == second.json()


def test_a_partner_may_treat_two_clients_differently(tmp_path: Path, gateway: Gateway) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS_TOML)
    config = configuration(tmp_path / "state", gateway.url, clients_file=path)
    with running_sandbox(config) as sandbox:
        body = {"partner": "oms", "keys": "honoured", "client_id": "shop-1"}
        assert sandbox.http.post("/_partners", json=body).json()["declared"] == 1
        assert sandbox.create(key="k").json() == sandbox.create(key="k").json()
    assert path.read_text() == CLIENTS_TOML.replace('"lookup"', '"honoured"', 1)


def test_a_file_without_the_partner_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(CLIENTS_TOML)
    assert declare_keys(path, "logistics", "none") == 0
    assert path.read_text() == CLIENTS_TOML
