"""An order that somebody terminated says so, in the terminal and in the API, instead of waiting for ever."""

import asyncio

import httpx
import pytest

from starter.demo.bodies import WAREHOUSE
from tests.flows.support import Flow

pytestmark = pytest.mark.stack


async def test_a_terminated_order_says_who_did_it_and_that_nothing_happens_any_more(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).terminate(reason="a test order")
    told = await asyncio.to_thread(flow.stack.interline, "order", "why", number)
    assert told.returncode == 0, told.stderr
    assert "was terminated at" in told.stdout
    assert "a test order" in told.stdout
    assert "Its last state: confirmed, shipment none." in told.stdout
    assert "Nothing happens by itself any more" in told.stdout
    assert await seen_by_the_client(flow, number) in told.stdout.replace("\n", " ")


async def seen_by_the_client(flow: Flow, number: str) -> str:
    """The same word, by the API."""
    manifest = flow.stack.manifest
    path = f"/v3/fulfillment/warehouse/{WAREHOUSE}/outbound/oms/{number}"
    async with httpx.AsyncClient(base_url=manifest.gateway, timeout=10, trust_env=False) as http:
        answer = await http.get(path, headers={"X-API-Key": manifest.clients[0].api_key})
    return str(answer.json()["data"]["outbound"]["interline"]["why"])
