"""`make bench-overload` (about seven minutes; ARGS=--quick: one): the gateway at three times what it can take.

Temporal and the gateway, nobody who works. First what it takes at most, closed loop: the best of several numbers of
callers. Then three times as much, open loop, of several clients at once, with `/healthz` asked each second; every
request is accounted for. Before that, 100 webhooks a second (`bench.webhooks_in`).
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import uvloop

from bench import webhooks_in
from bench.__main__ import machine
from bench.crowd import Crowd, Making, Tally
from bench.edge import alone, unlimited
from bench.fixtures import order_bytes
from bench.memory import MEGABYTE, PATH
from bench.processes import Cpu
from bench.rounds import quantile
from bench.system import System
from bench.templates import MARK, marked, request
from starter.stack.clients import Surroundings, api_key, enroll, read_clients

CLIENTS: Final = 4
CALLERS: Final = (8, 16, 32, 64)
TIMES: Final = 3
HEALTH_EVERY_SECONDS: Final = 1.0
PARTS: Final = ("webhooks", "orders")


@dataclass(frozen=True)
class Size:
    """Seconds of each part."""

    capacity: float
    webhooks: float
    overload: float


FULL: Final = Size(capacity=5.0, webhooks=30.0, overload=300.0)
QUICK: Final = Size(capacity=2.0, webhooks=10.0, overload=20.0)


@dataclass
class Watch:
    """Health and memory of the gateway, second by second."""

    health: list[float] = field(default_factory=list)
    failures: int = 0
    rss: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Overload:
    """One run."""

    peak: float
    """Orders accepted per second, closed loop."""
    tally: Tally
    watch: Watch
    cpu: Mapping[str, float]
    """Seconds of each process, and of the generator."""

    @property
    def share(self) -> float:
        """Goodput over peak."""
        return self.tally.per_second / self.peak


def crowd_of(here: System) -> list[str]:
    """More clients beside the first, all without a rate of their own: their keys."""
    file = here.root / "clients.toml"
    for place in range(1, CLIENTS):
        name = f"{here.client.client_id}-{place}"
        around = Surroundings.in_sandbox(name, gateway=here.gateway_url, sandbox=here.stub_url)
        enroll(file, client_id=name, name=name, around=around)
    unlimited(file)
    return [api_key(file, client.client_id) or "" for client in read_clients(file)]


def orders(url: str, keys: list[str]) -> Making:
    """Orders of all clients in turn, each with a number of its own."""
    body = order_bytes(MARK.decode())
    return marked([request(url + PATH, body, {"x-api-key": key}) for key in keys])


async def peak_of(crowd: Crowd, seconds: float) -> float:
    """Orders accepted per second, at most."""
    await crowd.closed(CALLERS[0], seconds / 2)  # first requests are dearer
    return max([(await crowd.closed(callers, seconds)).per_second for callers in CALLERS])


async def overloaded(here: System, crowd: Crowd, peak: float, seconds: float) -> Overload:
    """Three times the peak."""
    watch, gateway = Watch(), here.processes["gateway"]
    watching = asyncio.create_task(_watched(here, watch))
    with Cpu({"gateway": gateway, "temporal": here.processes["temporal"]}) as cpu:
        tally = await crowd.open(TIMES * peak, seconds)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return Overload(peak, tally, watch, cpu.seconds)


async def _watched(here: System, watch: Watch) -> None:
    """A fresh connection each time, as a load balancer makes it."""
    while True:
        watch.rss.append(here.processes["gateway"].rss_bytes)
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(HEALTH_EVERY_SECONDS):
                healthy = await _is_healthy(here.gateway_url)
        except (OSError, TimeoutError):
            healthy = False
        watch.health.append(time.perf_counter() - begun)
        watch.failures += not healthy
        await asyncio.sleep(max(0.0, begun + HEALTH_EVERY_SECONDS - time.perf_counter()))


async def _is_healthy(url: str) -> bool:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200 ")


def overload_rows(seen: Overload) -> dict[str, str]:
    """IN-08."""
    tally, rss, health = seen.tally, [size / MEGABYTE for size in seen.watch.rss], seen.watch.health
    return {
        "most, closed loop": f"{seen.peak:.0f} orders/s",
        f"open loop, {TIMES} x": f"{tally.due} in {tally.seconds:.0f} s",
        "goodput": f"{tally.per_second:.0f} orders/s = {seen.share:.0%} (goal 80 %)",
        "accepted": f"{tally.times()} (goal p99 1 s)",
        "refused": tally.not_taken(),
        "/healthz": f"p99 {1000 * quantile(health, 0.99):.0f} ms, {seen.watch.failures} of {len(health)} failed",
        "gateway's memory": f"{rss[0]:.0f}, {max(rss):.0f}, {rss[-1]:.0f} MB (begin, most, end)",
        "cores used": ", ".join(f"{name} {spent / tally.seconds:.2f}" for name, spent in seen.cpu.items()),
    }


def table(rows: Mapping[str, str], about: Mapping[str, str]) -> str:
    """Markdown."""
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    lines = [f"| {name} | {figure} |" for name, figure in rows.items()]
    return "\n".join([facts, "", "| what | figure |", "|---|---|", *lines])


async def run(root: Path, size: Size, parts: Sequence[str]) -> str:
    """Everything; the table."""
    rows, about = dict[str, str](), machine()
    async with alone(root) as here:
        if "webhooks" in parts:
            rows |= webhooks_in.rows(await webhooks_in.told(here, size.webhooks))
        if "orders" in parts:
            crowd = Crowd(here.gateway_url, orders(here.gateway_url, crowd_of(here)))
            peak = await peak_of(crowd, size.capacity)
            rows |= overload_rows(await overloaded(here, crowd, peak, size.overload))
    return table(rows, about)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.overload", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 seconds of overload instead of 300")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interline-bench-") as folder:
        measuring = run(Path(folder), QUICK if asked.quick else FULL, asked.part or PARTS)
        print(uvloop.run(measuring))
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
