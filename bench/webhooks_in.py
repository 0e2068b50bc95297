"""Webhooks of partners at a fixed rate (IN-10), and the disk beside them."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from bench.crowd import Crowd, Making, Tally
from bench.fixtures import order_bytes, webhooks
from bench.memory import PATH
from bench.system import System
from bench.templates import MARK, marked, request
from bench.wire import Wire

TARGETS: Final = 50
PER_SECOND: Final = 100.0
FSYNC_EVERY_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Told:
    """What became of them. The answer waits until Temporal has synced its disk, so a stall of that is in their time."""

    tally: Tally
    fsyncs: list[float]


async def told(here: System, seconds: float) -> Told:
    """Webhooks, 100 a second."""
    wire, headers = Wire(here.gateway_url), {"x-api-key": here.client.api_key, "content-type": "application/json"}
    for place in range(TARGETS):
        await wire.post(f"{here.gateway_url}{PATH}", order_bytes(_target(place)), headers)
    wire.close()
    crowd, fsyncs = Crowd(here.gateway_url, _events(here)), list[float]()
    await crowd.open(PER_SECOND, seconds / 10)
    beside = asyncio.create_task(_synced(here.root / "fsync", fsyncs))
    tally = await crowd.open(PER_SECOND, seconds)
    beside.cancel()
    return Told(tally, fsyncs)


async def _synced(file: Path, seen: list[float]) -> None:
    """A block to the disk now and then; how long that takes."""
    while True:
        seen.append(await asyncio.to_thread(_sync, file))
        await asyncio.sleep(FSYNC_EVERY_SECONDS)


def _sync(file: Path) -> float:
    begun = time.perf_counter()
    with file.open("wb") as block:
        block.write(b"x" * 4096)
        block.flush()
        os.fsync(block.fileno())
    return time.perf_counter() - begun


def rows(seen: Told) -> dict[str, str]:
    """IN-10."""
    tally, worst = seen.tally, 1000 * max(seen.fsyncs)
    return {
        f"webhooks, {PER_SECOND:.0f}/s": f"{tally.due} in {tally.seconds:.0f} s",
        "answered": f"{tally.times()} (goal p99 300 ms)",
        "not taken": tally.not_taken(),
        "the disk's slowest fsync beside them": f"{worst:.0f} ms",
    }


def _events(here: System) -> Making:
    """A courier's statuses, each a new one, for orders that are there."""
    made = []
    for place in range(TARGETS):
        last = list(webhooks(here.client, _target(place)))[-1]
        body = orjson.dumps({**orjson.loads(last.body), "order_tracking_id": MARK.decode()})
        made.append(request(last.url, body, last.headers))
    return marked(made)


def _target(place: int) -> str:
    return f"overload-target-{place}"
