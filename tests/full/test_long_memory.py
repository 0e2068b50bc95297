"""REL-17 with the server's own clock: webhooks redelivered after 29 days, and again when the order is forgotten."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.strays import Strays
from bench.processes import Process, free_port
from interline.domain import stray_rules as rules
from interline.domain.base import JsonObject
from interline.domain.stray import KeptState
from interline.names import ORDER_QUEUE, Partner, order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from interline.runtime.temporal_server import start_command
from starter.stack import readiness
from tests.edge.test_strays import SHIPMENT, Heard, ended_order, room
from tests.edge.test_strays import settled as settled_soon
from tests.full.shifted_temporal import SHIFT, binary
from tests.gateway.fakes import Order
from tests.gateway.support import a_status, keyed, make_app, served, write_clients
from worker import runner
from workflows.stray import Stray

RETENTION = timedelta(days=40)
START_SECONDS = 60.0
NAMESPACE_SECONDS = 5.0
"""The server learns of a new retention from a cache that it looks over each 2 s; what ends before keeps the old one."""
settled = partial(settled_soon, patience_seconds=START_SECONDS)

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not binary().exists(), reason="build it: python -m tests.full.shifted_temporal"),
]


@dataclass
class Days:
    """One file of Temporal's, looked at on several days."""

    root: Path
    heard: Heard

    @asynccontextmanager
    async def on(self, day: timedelta) -> AsyncIterator[tuple[Temporal, httpx.AsyncClient]]:
        """Server, gateway and a worker that day."""
        port = free_port()
        argv = start_command(binary(), port=port, db_file=self.root / "temporal.db")
        shifted = {**os.environ, SHIFT: str(int(day.total_seconds()))}
        server = Process("temporal", argv, environ=shifted, log=self.root / "temporal.log")
        try:
            address = f"127.0.0.1:{port}"
            asking = await Temporal.connect(address, lazy=True)
            assert await readiness.until(lambda: readiness.serves_namespace(asking), timeout_seconds=START_SECONDS)
            temporal = await Temporal.connect(address, data_converter=DATA_CONVERTER)
            await prepare_namespace(temporal, retention_days=RETENTION.days)
            async with self._working(temporal) as http:
                yield temporal, http
        finally:
            server.stop()

    @asynccontextmanager
    async def _working(self, temporal: Temporal) -> AsyncIterator[httpx.AsyncClient]:
        calls: list[Callable[..., Any]] = [Strays(temporal).hand_over, self.heard.send_webhook, self.heard.update]
        orders = Worker(
            temporal, task_queue=ORDER_QUEUE, workflows=[Order, Stray], activities=calls, workflow_runner=runner()
        )
        oms = Worker(temporal, task_queue=Partner.OMS.queue, activities=calls)
        gateway = served(make_app(write_clients(self.root), temporal))
        async with orders, oms, gateway as url, httpx.AsyncClient(base_url=url, headers=keyed(), timeout=15) as http:
            yield http


async def test_one_effect_after_29_days_and_none_when_the_order_is_forgotten(tmp_path: Path) -> None:
    days, taken, late = Days(tmp_path, Heard()), a_status(), a_status()
    async with days.on(timedelta()) as (temporal, http):
        await asyncio.sleep(NAMESPACE_SECONDS)
        number, _ = await ended_order(http, temporal, [taken])
        again = [{**event, "external_id": number} for event in (taken, late)]
        await _sent(http, again[1:])
        await settled(room(temporal, number), KeptState.LATE)
    assert len(days.heard.webhooks) == 1
    async with days.on(timedelta(days=29)) as (temporal, http):
        await room(temporal, number).result()
        await _sent(http, again)
        told = await room(temporal, number).result()
        assert {kept.state for kept in told.events} == {KeptState.KNOWN}
    async with days.on(RETENTION + timedelta(days=5)) as (temporal, http):
        await _forgotten(temporal, number)
        await _sent(http, again)
        await settled(room(temporal, number), KeptState.WAITING, 2)
    async with days.on(RETENTION + timedelta(days=5) + rules.WAITS_FOR * 2) as (temporal, _):
        await settled(room(temporal, number), KeptState.HUMAN, 2)
    assert len(days.heard.webhooks) == 1, "nothing was told twice"


async def _sent(http: httpx.AsyncClient, events: list[JsonObject]) -> None:
    for event in events:
        assert (await http.post(SHIPMENT, json=event)).status_code == 200


async def _forgotten(temporal: Temporal, number: str) -> None:
    """Temporal deletes in the background what is older than the retention."""
    async with asyncio.timeout(60):
        while True:
            try:
                await temporal.get_workflow_handle(order_workflow_id("shop", number)).describe()
            except RPCError:
                return
            await asyncio.sleep(0.5)
