"""The gateway is told to stop while requests run: each is answered, none is refused by 5xx or reset."""

import asyncio
import signal
import socket
from collections import Counter
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client as Temporal

from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from tests.edge.test_crashes import gateway
from tests.gateway.support import OUTBOUND, Engine, an_order, keyed

AT_ONCE = 16


@pytest.mark.parametrize("kept_connections", [0, AT_ONCE], ids=["a connection each", "connections kept"])
async def test_every_request_under_way_is_answered(
    clients_file: Path, temporal: Temporal, engine: Engine, kept_connections: int
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with gateway(port, "none:0", clients_file, temporal) as process:
        callers = [asyncio.create_task(_call(port, kept_connections)) for _ in range(AT_ONCE)]
        await asyncio.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGTERM  # uvicorn hands it on when all is done
        told = [one for caller in callers for one in await asyncio.wait_for(caller, 5)]
    assert Counter(status for status, _ in told).keys() == {202}
    assert len(told) > 3 * AT_ONCE, "there was no load"
    for _, number in told[-AT_ONCE:]:
        assert await engine.history(order_workflow_id("shop", number))


async def _call(port: int, kept_connections: int) -> list[tuple[int | str, str]]:
    """Order after order until nobody listens: status (or fault) and number."""
    told: list[tuple[int | str, str]] = []
    limits = httpx.Limits(max_keepalive_connections=kept_connections)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) as http:
        while True:
            order: JsonObject = an_order()
            try:
                answer = await http.post(OUTBOUND, json=order, headers=keyed())
            except httpx.ConnectError:
                return told
            except httpx.TransportError as error:
                told.append((repr(error), ""))
            else:
                told.append((answer.status_code, str(order["so_number"])))
