"""Temporal refusing, slow or hanging in the middle: within two seconds an honest 503, or a success that is durable."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.gateway.support import ORDERS, OUTBOUND, PRICING, Engine, Http, a_status, an_order, keyed, make_app, served
from tests.gateway.support import shipment as a_shipment

_Call = Callable[..., Awaitable[Any]]
REFUSALS = {
    "rate limited": RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b""),
    "too large": RPCError("Blob data size exceeds limit.", RPCStatusCode.INVALID_ARGUMENT, b""),
    "no permission": RPCError("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, b""),
    "no namespace": RPCError("Namespace default is not found.", RPCStatusCode.NOT_FOUND, b""),
    "internal": RPCError("GetWorkflowExecution: failed", RPCStatusCode.INTERNAL, b""),
    "unavailable": RPCError("shard status unknown", RPCStatusCode.UNAVAILABLE, b""),
}


@asynccontextmanager
async def troubled(clients_file: Path, temporal: Temporal, trouble: Callable[[_Call], _Call]) -> AsyncIterator[Http]:
    """A gateway with its own connection, on which every call is troubled."""
    target = temporal.service_client.config.target_host
    connection = await Temporal.connect(target, data_converter=DATA_CONVERTER)
    service = connection.service_client
    setattr(service, "_rpc_call", trouble(service._rpc_call))  # noqa: B010, SLF001  a patch, and typed as one
    async with (
        served(make_app(clients_file, connection)) as url,
        httpx.AsyncClient(base_url=url, headers=keyed(), timeout=15) as http,
    ):
        yield http


def _refusing(error: RPCError) -> Callable[[_Call], _Call]:
    async def refuse(*_: object, **__: object) -> object:
        raise error

    return lambda _: refuse


def _slow(before_seconds: float, after_seconds: float) -> Callable[[_Call], _Call]:
    def slowed(call: _Call) -> _Call:
        async def later(*args: object, **kwargs: object) -> object:
            await asyncio.sleep(before_seconds)
            answer: object = await call(*args, **kwargs)
            await asyncio.sleep(after_seconds)
            return answer

        return later

    return slowed


async def _requests(http: Http, order: JsonObject) -> list[tuple[httpx.Response, float]]:
    async def timed(sending: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
        begun = monotonic()
        return await sending, monotonic() - begun

    answers = await asyncio.gather(
        timed(http.post(OUTBOUND, json=order)),
        timed(http.post(OUTBOUND, json=an_order(), headers={"Idempotency-Key": str(order["so_number"])})),
        timed(http.post("/webhooks/shop/logistics/status", json=a_status(external_id=order["so_number"]))),
        timed(http.post(PRICING, json=a_shipment())),
        timed(http.get(ORDERS)),
        timed(http.get(f"/v3/fulfillment/warehouse/WH-JKT-1/outbound/oms/{order['so_number']}")),
    )
    return list(answers)


@pytest.mark.parametrize("what", REFUSALS)
async def test_a_refusal_of_temporal_is_a_503_with_retry_after(
    what: str, clients_file: Path, temporal: Temporal
) -> None:
    async with troubled(clients_file, temporal, _refusing(REFUSALS[what])) as http:
        answers = await _requests(http, an_order())
        assert (await http.get("/healthz")).status_code == 200
    for answer, seconds in answers:
        assert answer.status_code == 503, answer.request.url
        assert answer.headers["retry-after"] == "2"
        assert seconds < 2.2


async def test_a_slow_temporal_is_waited_for(clients_file: Path, temporal: Temporal, engine: Engine) -> None:
    order = an_order()
    async with troubled(clients_file, temporal, _slow(0.2, 0.2)) as http:
        answer = await http.post(OUTBOUND, json=order)
    assert answer.status_code == 202
    assert await engine.history(order_workflow_id("shop", str(order["so_number"])))


async def test_one_that_commits_and_never_answers_is_a_503_and_the_repeat_finds_the_order(
    clients_file: Path, temporal: Temporal, shop: Http, engine: Engine
) -> None:
    order = an_order()
    async with troubled(clients_file, temporal, _slow(0, 30)) as http:
        answers = await _requests(http, order)
    assert {answer.status_code for answer, _ in answers[:-1]} == {503}
    assert answers[-1][0].status_code in {404, 503}, "asked before the commit, there was no such order"
    assert max(seconds for _, seconds in answers) < 2.2
    again = await shop.post(OUTBOUND, json=order)
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (202, "true")
