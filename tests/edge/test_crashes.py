"""kill -9 of the gateway before the commit, after it, after the answer: what was acknowledged is there, once."""

import asyncio
import os
import random
import socket
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client as Temporal
from temporalio.worker import Worker

from activities.strays import Strays
from interline.domain.base import JsonObject
from interline.names import ORDER_QUEUE, order_workflow_id, stray_workflow_id
from tests.conftest import Figure
from tests.gateway.fakes import Order
from tests.gateway.support import OUTBOUND, Engine, a_status, an_order, keyed, unique
from worker import runner
from workflows.idempotency import IdempotencyKey
from workflows.pricing import DomesticPricing
from workflows.stray import Stray

POINTS = ("before_commit", "after_commit", "after_answer")
SHIPMENT = "/webhooks/shop/logistics/status"


@dataclass
class Sent:
    """One request, and whether it was ever answered with a success."""

    path: str
    body: JsonObject
    acknowledged: bool = False
    tries: int = 0


@dataclass
class Traffic:
    """Orders, an event for each, and events of orders that never come."""

    orders: list[Sent] = field(default_factory=list)
    events: list[Sent] = field(default_factory=list)
    strays: list[Sent] = field(default_factory=list)

    def more(self) -> None:
        """One of each."""
        order = an_order()
        self.orders.append(Sent(OUTBOUND, order))
        self.events.append(Sent(SHIPMENT, a_status(external_id=order["so_number"])))
        self.strays.append(Sent(SHIPMENT, a_status(external_id=unique("NEVER"))))

    @property
    def open(self) -> list[Sent]:
        """What its sender repeats."""
        return [sent for sent in (*self.orders, *self.events, *self.strays) if not sent.acknowledged]


@asynccontextmanager
async def gateway(port: int, failpoint: str, clients_file: Path, temporal: Temporal) -> AsyncIterator[Process]:
    """A gateway process; `none` never fails."""
    environ = {
        **os.environ,
        "FAILPOINT": failpoint,
        "INTERLINE_PORT": str(port),
        "INTERLINE_CLIENTS_FILE": str(clients_file),
        "INTERLINE_RETENTION_DAYS": "1",
        "INTERLINE_LOG_LEVEL": "ERROR",
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.edge.failing_gateway", env=environ)
    try:
        await _ready(port, process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _ready(port: int, process: Process) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        while process.returncode is None:
            try:
                await http.get("/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def _send(http: httpx.AsyncClient, sent: Sent) -> None:
    sent.tries += 1
    try:
        answer = await http.post(sent.path, json=sent.body, headers=keyed())
    except httpx.TransportError:
        return
    sent.acknowledged = answer.status_code in {200, 202}
    assert sent.acknowledged or answer.status_code == 503, answer.text


async def _round(port: int, failpoint: str, traffic: Traffic, clients_file: Path, temporal: Temporal) -> int | None:
    """Everything that is open, sent again; how the process ended (None: it lives)."""
    async with (
        gateway(port, failpoint, clients_file, temporal) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        waiting = traffic.open
        random.shuffle(waiting)
        await asyncio.gather(*(_send(http, sent) for sent in waiting))
        if failpoint != "none:0":
            await asyncio.wait_for(process.wait(), 10)
        return process.returncode


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.full)])
@pytest.mark.timeout(400)
async def test_nothing_acknowledged_is_missing_and_nothing_is_applied_twice(
    kills: int, clients_file: Path, temporal: Temporal, engine: Engine, figure: Figure
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    traffic = Traffic()
    for kill in range(kills):
        for _ in range(3):
            traffic.more()
        ended = await _round(port, f"{POINTS[kill % 3]}:{1 + kill % 4}", traffic, clients_file, temporal)
        assert ended == -9
    while traffic.open:
        assert await _round(port, "none:0", traffic, clients_file, temporal) is None
    async with Worker(
        temporal,
        task_queue=ORDER_QUEUE,
        workflows=[Order, Stray, DomesticPricing, IdempotencyKey],  # also what other tests left open
        activities=[Strays(temporal).hand_over],
        workflow_runner=runner(),
    ):
        to_orders = [await _handed_over(engine, sent) for sent in traffic.events]
    to_strays = [len(await _kept(engine, sent)) for sent in traffic.strays]
    started = [await engine.started_with(_order(sent.body["so_number"])) for sent in traffic.orders]
    repeated = sum(sent.tries > 1 for sent in (*traffic.orders, *traffic.events, *traffic.strays))
    events = len(to_orders) + len(to_strays)
    figure(f"{kills} kills, {len(started)} orders, {events} events, {repeated} repeated")
    assert len(started) == len(traffic.orders)
    assert Counter(to_orders + to_strays) == {1: events}


async def test_a_key_outlives_the_gateway_that_took_it(clients_file: Path, temporal: Temporal) -> None:
    first, other, key = an_order(), an_order(), unique("key")
    answers = []
    for body in (first, other, first):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}{OUTBOUND}"
        async with gateway(port, "none:0", clients_file, temporal), httpx.AsyncClient() as http:
            answers.append(await http.post(url, json=body, headers={**keyed(), "Idempotency-Key": key}))
    assert [answer.status_code for answer in answers] == [202, 422, 202]
    assert "idempotency-key-reused" in answers[1].text
    assert answers[2].json()["data"] == answers[0].json()["data"]


def _order(number: object) -> str:
    return order_workflow_id("shop", str(number))


def _event_id(sent: Sent) -> str:
    return f"shipment_status:{sent.body['order_tracking_id']}"


async def _kept(engine: Engine, sent: Sent) -> list[str]:
    """Ids of the event in the `Stray` of its order."""
    told = await engine.signals(stray_workflow_id("shop", str(sent.body["external_id"])))
    kept = [one["event"] for _, one in told]
    return [str(event["event_id"]) for event in kept if isinstance(event, dict)]


async def _handed_over(engine: Engine, sent: Sent) -> int:
    """How often the order has its event, once a `Stray` that had it too has handed it over."""
    number = str(sent.body["external_id"])
    if await _kept(engine, sent):
        stray = engine.client.get_workflow_handle(stray_workflow_id("shop", number))
        await asyncio.wait_for(stray.result(), 30)
    told = [event.get("event_id") for _, event in await engine.order_signals("shop", number)]
    return told.count(_event_id(sent))
