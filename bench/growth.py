"""What grows: replay with the statuses of an order, memory with open orders, calls with a client's outage."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import httpx
import orjson
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from bench.designs import Ours, forget, until_taken
from bench.system import System
from interline.runtime.temporal import DATA_CONVERTER
from worker import WORKFLOWS

BATCH: Final = 100
REPLAYS: Final = 3
LONGEST: Final = 2000
DRAIN_SECONDS: Final = 180.0
MEGABYTE: Final = 1024 * 1024


async def replays(system: System, http: httpx.AsyncClient, statuses: tuple[int, ...]) -> dict[str, dict[str, float]]:
    """Events, kilobytes and milliseconds of replay of an order with so many statuses, the class prepared before."""
    found = {}
    for count in statuses:
        number = f"replay-{count}-{time.time_ns() % 10**9}"
        ours = Ours(system, http, statuses=(*(1180,) * (count - 1), LONGEST), gap_seconds=0.02)
        await ours(number)
        history = await ours.handle(number).fetch_history()
        plain = UnsandboxedWorkflowRunner()  # as in the worker
        replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=plain)
        await replayer.replay_workflow(history)
        begun = time.perf_counter()
        for _ in range(REPLAYS):
            await replayer.replay_workflow(history)
        milliseconds = 1000 * (time.perf_counter() - begun) / REPLAYS
        size = sum(event.ByteSize() for event in history.events) / 1024
        found[str(count)] = {"events": len(history.events), "kilobytes": size, "milliseconds": milliseconds}
    return found


async def memory(system: System, http: httpx.AsyncClient, parked: tuple[int, ...], *, until: float) -> dict[str, float]:
    """Megabytes of a fresh worker with so many orders waiting (confirmed never, so each stands at red 4).

    As many as there are by `until` (monotonic seconds), if not all.
    """
    found, ours, open_orders, room = {}, Ours(system, http), 0, asyncio.Semaphore(20)
    if parked:
        system.kill("worker")
        system.start_worker()
        await asyncio.sleep(5.0)

    async def post(number: str) -> None:
        async with room:
            await until_taken(partial(ours.post, number))

    for wanted in parked:
        while open_orders < wanted and time.monotonic() < until:
            more = min(open_orders + BATCH, wanted)
            await asyncio.gather(*(post(f"parked-{place}") for place in range(open_orders, more)))
            open_orders = more
        await asyncio.sleep(15.0)
        found[str(open_orders)] = system.processes["worker"].rss_bytes / MEGABYTE
    return found


@asynccontextmanager
async def _down(system: System, http: httpx.AsyncClient, *, seconds: float) -> AsyncIterator[None]:
    """The stub refuses all webhooks meanwhile, for so long at least."""
    begun = time.monotonic()
    await http.get(f"{system.stub_url}/_down/1")
    try:
        yield
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    finally:
        await http.get(f"{system.stub_url}/_down/0")


async def outage(system: System, http: httpx.AsyncClient, *, orders: int, seconds: float) -> dict[str, float]:
    """A client's endpoint refuses for so long, with so many orders in flight: calls per order, time to drain."""
    if not orders:
        return {}
    ours, tag = Ours(system, http), f"outage-{time.time_ns() % 10**9}"
    await forget(system, http)
    async with _down(system, http, seconds=seconds), asyncio.TaskGroup() as group:
        room = asyncio.Semaphore(40)

        async def one(number: str) -> None:
            async with room:
                await ours.tell(number)

        for place in range(orders):
            group.create_task(one(f"{tag}-{place}"))
    back = time.monotonic()
    async with asyncio.timeout(DRAIN_SECONDS):
        await asyncio.gather(*(ours.handle(f"{tag}-{place}").result() for place in range(orders)))
    drained_seconds = time.monotonic() - back
    told = await forget(system, http)
    stamps = told["stamps"]
    webhooks = Counter(order for order, *_ in stamps) if isinstance(stamps, list) else Counter()
    return {
        "drained after seconds": drained_seconds,
        "webhooks per order": sum(webhooks.values()) / orders,
        "refused calls per order": float(orjson.loads(orjson.dumps(told["refused"]))) / orders,
    }
