"""One order through each design, from its start to its end, as the generator drives it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import httpx
import orjson
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from bench.fixtures import STATUSES, Webhook, order_bytes, tracking_id, webhooks
from bench.reference import QUEUE
from bench.script import Script
from bench.system import System
from interline.names import order_workflow_id
from starter.demo.bodies import outbound

GAP_SECONDS: Final = 0.15
"""Between two events of one order: each comes when the one before is worked off."""

REPEATS: Final = 200
"""Half a minute at least: of an outage with 200 orders many wait longer than a few seconds for a place."""

Drive = Callable[[str], Awaitable[None]]


class Refused(Exception):  # noqa: N818  an answer, no fault of ours
    """The gateway did not take it; a busy server's 503 is repeated by whoever sends, as by real partners."""


async def until_taken(send: Callable[[], Awaitable[None]]) -> None:
    """Send again and again, as partners do."""
    for _ in range(REPEATS):
        try:
            return await send()
        except Refused:
            await asyncio.sleep(GAP_SECONDS)
    return await send()


@dataclass
class Timings:
    """Seconds, as the generator saw them."""

    ack: list[float] = field(default_factory=list)
    told_at: dict[str, float] = field(default_factory=dict)
    """When each webhook was sent, by its mark (epoch seconds)."""


class Ours:
    """The gateway, then the partners' webhooks through the gateway."""

    def __init__(
        self,
        system: System,
        http: httpx.AsyncClient,
        *,
        statuses: tuple[int, ...] = STATUSES,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        self._gap_seconds = gap_seconds
        self._system = system
        self._http = http
        self._statuses = statuses
        self.timings = Timings()

    async def __call__(self, number: str) -> None:
        """Start to end."""
        await self.tell(number)
        await self.handle(number).result()

    async def tell(self, number: str) -> None:
        """The order and all its webhooks."""
        await until_taken(partial(self.post, number))
        for webhook in webhooks(self._system.client, number, self._statuses):
            await asyncio.sleep(self._gap_seconds)
            self.timings.told_at[webhook.mark] = time.time()
            await until_taken(partial(self._tell, webhook))

    async def _tell(self, webhook: Webhook) -> None:
        answer = await self._http.post(webhook.url, content=webhook.body, headers=webhook.headers)
        if answer.status_code != httpx.codes.OK:
            raise Refused(f"webhook: {answer.status_code}")

    async def post(self, number: str) -> None:
        """Red 1 and red 2."""
        headers = {"x-api-key": self._system.client.api_key, "content-type": "application/json"}
        url, body = f"{self._system.gateway_url}/v3/fulfillment/outbound/oms", order_bytes(number)
        begun = time.perf_counter()
        answer = await self._http.post(url, content=body, headers=headers)
        self.timings.ack.append(time.perf_counter() - begun)
        if answer.status_code != httpx.codes.ACCEPTED:
            raise Refused(f"order: {answer.status_code}")

    def handle(self, number: str) -> WorkflowHandle[object, object]:
        """The order's workflow."""
        return self._system.temporal.get_workflow_handle(order_workflow_id(self._system.client.client_id, number))


class Bound:
    """The same commands, empty, at the same wake-ups; with or without one HTTP call in each activity."""

    def __init__(self, temporal: Client, script: Script) -> None:
        self._temporal = temporal
        self._script = script

    async def __call__(self, number: str) -> None:
        """Start to end."""
        handle = await self._temporal.start_workflow("Bound", self._script, id=f"bound-{number}", task_queue=QUEUE)
        for _ in range(self._script.signals):
            await asyncio.sleep(GAP_SECONDS)
            await handle.signal("tell", "x")
        await handle.result()


class Naive:
    """Parent and two children."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def __call__(self, number: str) -> None:
        """Start to end."""
        order = outbound(number, tracking_id(number))
        handle = await self._temporal.start_workflow("Naive", order, id=f"naive-{number}", task_queue=QUEUE)
        for child in ("red", "red", *("blue",) * 5):
            await asyncio.sleep(GAP_SECONDS)
            await self._tell(f"naive-{number}-{child}")
        await handle.result()

    async def _tell(self, child: str) -> None:
        """Until the child is there: this design refuses webhooks before it is, so their senders must repeat them."""
        while True:
            try:
                return await self._temporal.get_workflow_handle(child).signal("tell", {"code": "1030"})
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(GAP_SECONDS)


async def forget(system: System, http: httpx.AsyncClient) -> dict[str, object]:
    """What the stub has seen since it was last asked."""
    told: dict[str, object] = orjson.loads((await http.get(f"{system.stub_url}/_stamps")).content)
    return told
