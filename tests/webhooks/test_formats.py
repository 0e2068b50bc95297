"""The catalogue against what a stack really sends; the snippets of the page, run; the receiver to copy."""

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import jsonschema_rs
import pytest

from interline.contracts.catalogue import CATALOGUE
from interline.domain.base import JsonObject
from interline.domain.statuses import ClientEvent
from sandbox.receiver import Inbox, make_server
from starter.demo.bodies import WAREHOUSE
from tests.catalogue import DOCS, fitting
from tests.stack.driver import OUTBOUND, wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Got

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhooks-out.md").read_text(encoding="utf-8")
ELSEWHERE = {ClientEvent.ORDER_OVERDUE, ClientEvent.WEBHOOK_FAILING, ClientEvent.WEBHOOK_DISABLED}
"""Need a stack with short deadlines: received, and held against the catalogue, in tests/time and test_redelivery."""
KINDS = ("fulfillment", "logistics")


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    assert found
    return found[1]


def test_the_catalogue_has_every_event_in_the_codes_order_with_a_fitting_example() -> None:
    assert [doc.event for doc in CATALOGUE] == list(ClientEvent)
    for doc in CATALOGUE:
        jsonschema_rs.validate(doc.schema, doc.example)


def test_the_documents_are_made_from_the_catalogue() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "webhooks_out.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def received(module_shop: Shop) -> list[Got]:
    """A return and a ping; orders that are amended, weighed, rejected, refused, cancelled."""
    shop = module_shop
    returned = shop.order(kind="return")
    shop.data("POST", "/test")
    shop.wait_for(returned, "completed")
    shop.stack.manual(on=True, confirmation="none")
    _amended_and_weighed(shop)
    _rejected(shop)
    _refused_then_cancelled(shop)
    shop.stack.manual(on=False)
    return list(shop.receiver.got)


def _amended_and_weighed(shop: Shop) -> None:
    order = _registered(shop)
    shop.event("order_confirmed", order)
    shop.wait_for_event(order, "order.confirmed")
    amendment: JsonObject = {"warehouse_id": WAREHOUSE, "amend_reason": "the buyer moved", "consignee_city": "Bogor"}
    shop.patch(f"{OUTBOUND}/{order}", {"data": {"amendment": amendment}})
    for event, data in (
        ("order_status", {"status_code": "60"}),
        ("awb_assigned", {}),
        ("goods_issued", {"weight_kg": 9}),
    ):
        shop.event(event, order, data=data)
    shop.wait_for_event(order, "logistics.repriced")
    shop.event("shipment_status", order, data={"code": 2000})
    shop.wait_for(order, "completed")


def _rejected(shop: Shop) -> None:
    order = _registered(shop)
    shop.event("order_rejected", order)
    shop.wait_for_event(order, "order.rejected")


def _refused_then_cancelled(shop: Shop) -> None:
    shop.stack.trouble("oms", "red 3", "status:422")
    order = shop.order()
    shop.wait_for_event(order, "order.attention")
    shop.stack.no_troubles()
    cancellation: JsonObject = {"order_no": order, "warehouse_id": WAREHOUSE, "cancel_reason": "by a test"}
    shop.patch(f"{OUTBOUND}/cancel", {"data": {"cancellation": cancellation}})
    shop.wait_for_event(order, "order.cancelled")


def _registered(shop: Shop) -> str:
    order = shop.order()
    wait_until("the OMS has it", lambda: bool(shop.stack.ledger(order, step="red 3")))
    return order


@pytest.mark.stack
def test_every_event_really_comes_and_fits_the_catalogue(received: list[Got]) -> None:
    assert {got.event for got in received} == {event.value for event in {*ClientEvent} - ELSEWHERE}
    for got in received:
        fitting(got.event, got.body)
        assert DOCS[got.event].event.kind in {got.path.strip("/"), "either"}
        assert ("auth" in got.json()) == (got.path == "/logistics")


@pytest.mark.stack
def test_the_python_snippet_of_the_page_with_the_official_library(module_shop: Shop) -> None:
    secret = _secret(module_shop, "logistics")
    namespace: dict[str, object] = {}
    exec(snippet("python"), namespace)  # noqa: S102  the page's own snippet
    verified = namespace["verified"]
    assert callable(verified)
    module_shop.data("POST", "/test", {"kind": "logistics"})
    got = module_shop.receiver.got[-1]
    assert verified(secret, got.headers, got.body)["interline"]["event"] == "webhook.ping"
    with pytest.raises(Exception, match="signature"):
        verified(secret, got.headers, got.body + b" ")


def _secret(shop: Shop, kind: str) -> str:
    rotated = shop.data("POST", f"/{kind}/rotate-secret", {"overlap_hours": 0})
    return str(rotated[kind]["secrets"][0]["secret"])


def _ping(shop: Shop) -> tuple[str, Got]:
    secret = _secret(shop, "fulfillment")
    shop.data("POST", "/test", {"kind": "fulfillment"})
    return secret, shop.receiver.got[-1]


CASE_JS = """
const [secret, headers, body] = JSON.parse(require("fs").readFileSync(0, "utf8"));
verified(secret, headers, body);
try { verified(secret, headers, body + " "); } catch { process.stdout.write("ok"); }
"""
CASE_PHP = """
[$secret, $headers, $body] = json_decode(file_get_contents('php://stdin'), true);
verified($secret, $headers, $body);
try { verified($secret, $headers, $body . ' '); } catch (Exception $e) { echo 'ok'; }
"""


@pytest.mark.stack
@pytest.mark.skipif(not shutil.which("npm"), reason="no Node on this machine: .ci/run refuses to start without it")
def test_the_javascript_snippet_with_the_npm_library(module_shop: Shop, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "npm", tmp_path, dirs_exist_ok=True)
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True, timeout=100)
    secret, got = _ping(module_shop)
    (tmp_path / "case.js").write_text(snippet("javascript") + CASE_JS)
    _runs(["node", "case.js"], tmp_path, secret, got)


@pytest.mark.stack
@pytest.mark.skipif(not shutil.which("php"), reason="no PHP on this machine")
def test_the_php_snippet(module_shop: Shop, tmp_path: Path) -> None:
    secret, got = _ping(module_shop)
    (tmp_path / "case.php").write_text("<?php\n" + snippet("php") + CASE_PHP)
    _runs(["php", "case.php"], tmp_path, secret, got)


def _runs(command: list[str], folder: Path, secret: str, got: Got) -> None:
    case = json.dumps([secret, got.headers, got.body.decode()])
    done = subprocess.run(command, cwd=folder, input=case, capture_output=True, text=True, check=False, timeout=30)
    assert (done.stdout, done.returncode) == ("ok", 0), done.stderr


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.stack
def test_the_receiver_to_copy_takes_an_order_each_webhook_once(module_shop: Shop, tmp_path: Path) -> None:
    shop = module_shop
    secret = _secret(shop, "fulfillment")
    inbox = Inbox(tmp_path / "inbox.db")
    with running(make_server(["whsec_b3RoZXI=", secret], inbox, 0)) as url:
        shop.data("PUT", "", {"fulfillment": {"url": f"{url}/hooks"}})
        shop.settle()
        order = shop.order()
        shop.wait_for(order, "completed")
        sent = [one for one in shop.log(order) if one["kind"] == "fulfillment"]
        assert not any(inbox.keep(one["webhook_id"], "", "") for one in sent)
        shop.data("POST", "/deliveries/redeliver", {"order_no": order})
        wait_until("the replay came", lambda: any(got.is_replay for got in shop.receiver.of(order)))
        shop.data("PUT", "", {"fulfillment": {"url": f"{shop.receiver.url}/fulfillment"}})
