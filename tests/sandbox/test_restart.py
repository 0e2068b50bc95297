"""A kill -9 of the sandbox loses nothing it answered, and what was due is sent afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from sandbox.config import SandboxConfig
from tests.sandbox.support import Gateway, Json, Sandbox, client_config, free_port, wait_for


@contextmanager
def process(config_file: Path) -> Iterator[Sandbox]:
    config = SandboxConfig.model_validate_json(config_file.read_bytes())
    running = subprocess.Popen([sys.executable, "-m", "sandbox", "--config", str(config_file)])
    try:
        with httpx.Client(base_url=config.base_url, trust_env=False) as http:
            wait_for(lambda: _healthy(http), seconds=30)
            yield Sandbox(config, http)
    finally:
        running.kill()
        running.wait()


def _healthy(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def config_file(folder: Path, gateway: str) -> Path:
    config: Json = {
        "host": "127.0.0.1",
        "port": free_port(),
        "state_dir": str(folder / "state"),
        "gateway": gateway,
        "pace_seconds": 0.5,
        "clients_file": None,
        "clients": [client_config("shop-1", gateway)],
        "confirmation": "webhook",
        "keys": {"oms": "lookup", "wms": "honoured", "logistics": "honoured"},
        "statuses": ["1030", "2000"],
    }
    path = folder / "sandbox.json"
    path.write_text(json.dumps(config))
    return path


def test_a_killed_sandbox_goes_on_where_it_was(tmp_path: Path, gateway: Gateway) -> None:
    path = config_file(tmp_path, gateway.url)
    with process(path) as sandbox:
        created = sandbox.create().json()["data"]
        acknowledged = sandbox.tell_wms(key="k1").json()
        sandbox.register(f"{gateway.url}/callback")
        sandbox.trouble("wms", "status:503", count=1)
        sandbox.http.post("/_partners", json={"partner": "logistics", "keys": "none"})
    with process(path) as sandbox:
        assert [item["partner"] for item in sandbox.items("/_ledger")] == ["oms", "wms", "logistics"]
        assert sandbox.call("GET", "/logistics/v3/webhooks?order_no=SO1").status_code == 501
        assert [sandbox.tell_wms(key="k1").status_code for _ in range(2)] == [503, 200]
        assert sandbox.tell_wms(key="k1").json() == acknowledged
        wait_for(lambda: len(gateway.to("/callback")) == 2)
        path_of_order = "/oms/v3/fulfillment/warehouse/WH-1/outbound/oms/SO1"
        outbound = sandbox.call("GET", path_of_order).json()["data"]["outbound"]
    assert outbound["so_reference_1"] == created["oms_order_no"]
    assert outbound["so_status"] == "CLOSED"
