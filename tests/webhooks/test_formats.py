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

from interline.contracts.catalogue import CATALOGUE, SHIPPER
from interline.domain.statuses import ClientEvent
from sandbox.receiver import Inbox, make_server
from tests.stack.driver import wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import Got

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhooks-out.md").read_text(encoding="utf-8")
SCHEMAS = {doc.event.value: doc.schema for doc in CATALOGUE}
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
    """What an order and a return bring, a ping, and a shipment status with Shipper's `auth`."""
    shop = module_shop
    orders = [shop.order(), shop.order(kind="return")]
    shop.data("POST", "/test")
    for order in orders:
        shop.wait_for(order, "completed")
    return list(shop.receiver.got)


@pytest.mark.stack
def test_what_is_sent_fits_the_catalogue(received: list[Got]) -> None:
    events = {got.event for got in received}
    assert {"order.confirmed", "order.goods_issued", "order.goods_received", "logistics.priced"} <= events
    assert {"logistics.status", "webhook.ping"} <= events
    for got in received:
        jsonschema_rs.validate(SCHEMAS[got.event], got.json())
        assert got.json()["interline"]["event"] == got.event
        doc = next(doc for doc in CATALOGUE if doc.event.value == got.event)
        assert doc.event.kind in {got.path.strip("/"), "either"}


@pytest.mark.stack
def test_shippers_logistics_webhook_carries_auth_and_all_are_signed(received: list[Got], module_shop: Shop) -> None:
    for got in received:
        shippers = got.path == "/logistics" and any(
            doc.event.value == got.event and doc.format == SHIPPER for doc in CATALOGUE
        )
        assert ("auth" in got.json()) or not shippers
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


@pytest.mark.full
@pytest.mark.stack
@pytest.mark.skipif(not shutil.which("npm"), reason="no Node: CI must have it")
def test_the_javascript_snippet_with_the_npm_library(module_shop: Shop, tmp_path: Path) -> None:
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "standardwebhooks@1"]
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
    with running(make_server(secret, inbox, 0)) as url:
        shop.data("PUT", "", {"fulfillment": {"url": f"{url}/hooks"}})
        shop.settle()
        order = shop.order()
        shop.wait_for(order, "completed")
        sent = [one for one in shop.log(order) if one["kind"] == "fulfillment"]
        assert not any(inbox.keep(one["webhook_id"], "", "") for one in sent)
        shop.data("POST", "/deliveries/redeliver", {"order_no": order})
        wait_until("the replay came", lambda: any(got.is_replay for got in shop.receiver.of(order)))
        shop.data("PUT", "", {"fulfillment": {"url": f"{shop.receiver.url}/fulfillment"}})
