"""Temporal down or hanging: an honest 503 within two seconds, never a success; the gateway itself stays up."""

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import httpx
import pytest
from fastapi import Request, Response
from temporalio.client import Client as Temporal

from interline.runtime.temporal import DATA_CONVERTER
from tests.gateway.support import (
    OMS_SECRET,
    ORDERS,
    OUTBOUND,
    PRICING,
    SHOP_KEY,
    Http,
    a_status,
    an_order,
    keyed,
    make_app,
    served,
    shipment,
    write_clients,
)


@pytest.fixture(params=["refusing", "hanging"])
async def cut_off(request: pytest.FixtureRequest, clients_file: Path, tmp_path: Path) -> AsyncIterator[Http]:
    """A gateway whose Temporal refuses connections, or takes them and never answers."""
    sealing_key = tmp_path / "sealing.key"
    sealing_key.write_text(base64.b64encode(bytes(32)).decode())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if request.param == "hanging":
            silent.listen()
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        temporal = await Temporal.connect(target, data_converter=DATA_CONVERTER, lazy=True)
        async with (
            served(make_app(clients_file, temporal, secrets_key=f"file:{sealing_key}")) as url,
            httpx.AsyncClient(base_url=url, headers=keyed(), timeout=30) as http,
        ):
            yield http


async def test_every_route_that_needs_temporal_says_503_within_two_seconds(cut_off: Http) -> None:
    confirmation = {"items": [{"payload": '{"so_number": "A"}'}] * 50}
    cancellation = {"order_no": "A", "warehouse_id": "W", "cancel_reason": "changed my mind"}
    hooks = "/v3/fulfillment/webhooks"
    begun = monotonic()
    answers = await asyncio.gather(
        cut_off.patch(f"{OUTBOUND}/cancel", json=cancellation),
        cut_off.patch(f"{OUTBOUND}/A", json={"warehouse_id": "W", "reason": "moved", "consignee": "Sari"}),
        cut_off.get(hooks),
        cut_off.post(f"{hooks}/recover", json={}),
        cut_off.post(f"{hooks}/logistics/pause", json={"reason": "repairs"}),
        cut_off.post(f"{hooks}/test", json={"kind": "logistics"}),
        cut_off.get(f"{hooks}/deliveries"),
        cut_off.get(f"{hooks}/deliveries", params={"order_no": "A"}),
        cut_off.get(f"{hooks}/deliveries/A~1"),
        cut_off.post(f"{hooks}/deliveries/redeliver", json={"order_no": "A"}),
        cut_off.post(OUTBOUND, json=an_order()),
        cut_off.post(PRICING, json=shipment()),
        cut_off.get(ORDERS),
        cut_off.get("/v3/fulfillment/warehouse/W/outbound/oms/SO-1"),
        cut_off.post("/webhooks/shop/logistics/status", json=a_status(external_id="SO-1")),
        cut_off.post("/webhooks/shop/oms/confirmation", json=confirmation, headers={"x-api-key": OMS_SECRET}),
    )
    assert monotonic() - begun < 2.2
    for answer in answers:
        assert answer.status_code == 503, answer.request.url
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["metadata"]["errors"][0]["error"] == "temporarily-unavailable"


async def test_a_cut_off_gateway_lives_and_is_not_ready(cut_off: Http) -> None:
    assert (await cut_off.get("/healthz")).status_code == 200
    ready = await cut_off.get("/readyz")
    assert ready.status_code == 503
    assert "Temporal" in ready.json()["metadata"]["errors"][0]["message"]
    assert (await cut_off.post(OUTBOUND, json={})).status_code == 422


async def test_a_connected_gateway_is_ready_and_counts_its_requests(shop: Http) -> None:
    async with asyncio.timeout(10):
        while (await shop.get("/readyz")).status_code != 200:  # noqa: ASYNC110  another process's state
            await asyncio.sleep(0.1)
    text = (await shop.get("/metrics")).text
    assert 'interline_gateway_request_seconds_count{method="GET",route="/readyz",status="200"}' in text


async def test_a_broken_clients_file_leaves_the_clients_as_they_were(tmp_path: Path, temporal: Temporal) -> None:
    file = write_clients(tmp_path)
    good = file.read_text()
    async with served(make_app(file, temporal)) as url, httpx.AsyncClient(base_url=url, headers=keyed()) as http:
        for broken in ("[[clients", good.replace('name = "shop"', 'surname = "shop"'), None):
            file.unlink() if broken is None else file.write_text(broken)
            assert (await http.get(ORDERS)).status_code == 200
        file.write_text(good.replace(hashlib.sha256(SHOP_KEY.encode()).hexdigest(), "0" * 64))
        assert (await http.get(ORDERS)).status_code == 401


async def test_a_fault_of_ours_wears_the_envelope_and_tells_no_value(
    clients_file: Path, temporal: Temporal, capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app(clients_file, temporal)

    async def broken(_: Request) -> Response:
        raise ValueError("the buyer is Siti")

    app.add_api_route("/broken", broken)
    async with served(app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["metadata"]["errors"][0]["code"] == 803
    printed = capfd.readouterr()
    assert "gateway.fault" in printed.out
    assert "Siti" not in printed.out + printed.err + answer.text
