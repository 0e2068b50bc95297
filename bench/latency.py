"""Latencies, open loop: the acknowledgement against the raw RPC, and a webhook's way in and out again."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from bench.designs import Ours, Refused, forget
from bench.fixtures import STATUSES, tracking_id
from bench.rounds import quantile
from bench.system import System
from starter.demo.bodies import outbound

NOBODY: Final = "bench-nobody"
"""A task queue without a worker: the raw RPC alone."""


async def open_loop(act: Callable[[str], Awaitable[None]], *, per_second: float, count: int, tag: str) -> list[float]:
    """Poisson arrivals at a fixed rate; seconds from the *scheduled* time to the end, so no omission is coordinated."""
    dice, begun, at, spent = random.Random(7), time.perf_counter(), 0.0, list[float]()  # noqa: S311  arrivals

    async def one(number: str, due: float) -> None:
        await asyncio.sleep(begun + due - time.perf_counter())
        await act(number)
        spent.append(time.perf_counter() - begun - due)

    tasks = []
    for place in range(count):
        at += dice.expovariate(per_second)
        tasks.append(asyncio.create_task(one(f"{tag}-{place}", at)))
    await asyncio.gather(*tasks)
    return spent


async def acknowledgement(
    system: System, http: httpx.AsyncClient, *, count: int, per_second: float
) -> dict[str, float]:
    """Milliseconds of `POST` order and of the raw start RPC of the same payload, together, worker alive or dead."""
    ours, tag = Ours(system, http), f"ack-{time.time_ns() % 10**9}"

    refused: list[str] = []

    async def post(number: str) -> None:
        try:
            await ours.post(number)
        except Refused:
            refused.append(number)

    async def raw(number: str) -> None:
        body = outbound(number, tracking_id(number))
        await system.temporal.start_workflow("Raw", body, id=f"raw-{number}", task_queue=NOBODY)

    figures: dict[str, float] = {}
    for worker in ("alive", "dead"):
        if worker == "dead":
            system.kill("worker")
        both = await asyncio.gather(
            open_loop(post, per_second=per_second, count=count, tag=f"{tag}-{worker}"),
            open_loop(raw, per_second=per_second, count=count, tag=f"{tag}-{worker}-raw"),
        )
        for name, spent in zip(("ours", "raw"), both, strict=True):
            for share, label in ((0.5, "p50"), (0.99, "p99")):
                figures[f"{name} {label}, worker {worker}"] = 1000 * quantile(spent, share)
        figures[f"not acknowledged of {count}, worker {worker}"] = float(len(refused))
        refused.clear()
    system.start_worker()
    return figures


async def in_and_out(system: System, http: httpx.AsyncClient, *, orders: int, per_second: float) -> dict[str, float]:
    """Milliseconds from sending a status to its client webhook's arrival, ours and the bound's, under the same load.

    The bound: a signal by RPC that makes a local activity call the stub; no gateway, no rules, as many as ours.
    """
    ours, tag = Ours(system, http), f"inout-{time.time_ns() % 10**9}"
    echo = await system.temporal.start_workflow("Echo", system.stub_url, id=f"echo-{tag}", task_queue="bench-reference")
    begun: dict[str, float] = {}

    async def tell(number: str) -> None:
        begun[number] = time.time()
        await echo.signal("tell", number)

    await forget(system, http)
    await asyncio.gather(
        open_loop(ours, per_second=per_second, count=orders, tag=tag),
        open_loop(tell, per_second=per_second * len(STATUSES), count=orders * len(STATUSES), tag=f"echo-{tag}"),
    )
    await asyncio.sleep(2.0)
    await echo.terminate("measured")
    rows = _rows((await forget(system, http))["stamps"])
    first = {mark: at for _, event, mark, at in reversed(rows) if event == "logistics.status"}
    spent = {
        "ours": [at - ours.timings.told_at[mark] for mark, at in first.items()],
        "bound": [at - begun[mark] for _, _, mark, at in rows if mark in begun],
    }
    shares = ((0.5, "p50"), (0.99, "p99"))
    return {f"{who} {name}": 1000 * quantile(known, share) for who, known in spent.items() for share, name in shares}


def _rows(stamps: object) -> list[tuple[str, str, str, float]]:
    return [(order, event, mark, at) for order, event, mark, at in stamps] if isinstance(stamps, list) else []
