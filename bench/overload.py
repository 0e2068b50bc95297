"""`make bench-overload` (about seven minutes; ARGS=--quick: one): the gateway at three times what it can take.

Temporal and the gateway, nobody who works. First what it takes at most, closed loop: the best of several numbers of
callers. Then three times as much, open loop, of several clients at once, with `/healthz` asked each second; every
request is accounted for. Before that, 100 webhooks a second (IN-10).
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
import uvloop

from bench.__main__ import machine
from bench.crowd import Crowd, Making, Tally
from bench.edge import alone, unlimited
from bench.fixtures import order_bytes, webhooks
from bench.memory import PATH
from bench.processes import Cpu
from bench.rounds import quantile
from bench.system import System
from bench.wire import END, Wire
from starter.stack.clients import Surroundings, api_key, enroll, read_clients

CLIENTS: Final = 4
CALLERS: Final = (8, 16, 32, 64)
TIMES: Final = 3
TARGETS: Final = 50
WEBHOOKS_PER_SECOND: Final = 100.0
HEALTH_EVERY_SECONDS: Final = 1.0
MEGABYTE: Final = 1024 * 1024
MARK: Final = b"ov-00000000"


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
    return _marked([_request(url + PATH, body, {"x-api-key": key}) for key in keys])


def events(here: System) -> Making:
    """A courier's statuses, each a new one, for orders that are there."""
    made = []
    for place in range(TARGETS):
        last = list(webhooks(here.client, _target(place)))[-1]
        body = orjson.dumps({**orjson.loads(last.body), "order_tracking_id": MARK.decode()})
        made.append(_request(last.url, body, last.headers))
    return _marked(made)


def _target(place: int) -> str:
    return f"overload-target-{place}"


def _request(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    where = urlsplit(url)
    fields = {"host": where.netloc, "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = "\r\n".join(f"{name}: {value}" for name, value in fields.items())
    return f"POST {where.path} HTTP/1.1\r\n{lines}".encode() + END + body


_numbers = iter(range(10**8))


def _marked(templates: list[bytes]) -> Iterator[tuple[str, bytes]]:
    for number in _numbers:
        mark = b"ov-%08d" % number
        yield mark.decode(), templates[number % len(templates)].replace(MARK, mark)


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


async def told(here: System, seconds: float) -> Tally:
    """Webhooks, 100 a second."""
    wire, headers = Wire(here.gateway_url), {"x-api-key": here.client.api_key, "content-type": "application/json"}
    for place in range(TARGETS):
        await wire.post(f"{here.gateway_url}{PATH}", order_bytes(_target(place)), headers)
    wire.close()
    crowd = Crowd(here.gateway_url, events(here))
    await crowd.open(WEBHOOKS_PER_SECOND, seconds / 10)
    return await crowd.open(WEBHOOKS_PER_SECOND, seconds)


def table(told: Tally, seen: Overload, about: Mapping[str, str]) -> str:
    """Markdown."""
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    cpu = ", ".join(f"{name} {spent / seen.tally.seconds:.2f}" for name, spent in seen.cpu.items())
    rss, health = seen.watch.rss, seen.watch.health
    rows: dict[str, Callable[[], str]] = {
        "webhooks (IN-10)": lambda: f"{told.due} in {told.seconds:.0f} s: {_spent(told)}; {_refused(told)}",
        "most, closed loop": lambda: f"{seen.peak:.0f} orders/s",
        f"open loop, {TIMES} x": lambda: f"{seen.tally.due} in {seen.tally.seconds:.0f} s",
        "goodput": lambda: f"{seen.tally.per_second:.0f} orders/s = {seen.share:.0%} (goal 80 %)",
        "accepted": lambda: f"{_spent(seen.tally)} (goal p99 1 s)",
        "refused": lambda: _refused(seen.tally),
        "/healthz": lambda: (
            f"p99 {1000 * quantile(health, 0.99):.0f} ms, {seen.watch.failures} of {len(health)} failed"
        ),
        "gateway's memory": lambda: (
            ", ".join(f"{size / MEGABYTE:.0f}" for size in (rss[0], max(rss), rss[-1])) + " MB (begin, most, end)"
        ),
        "cores used": lambda: cpu,
    }
    lines = [f"| {name} | {row()} |" for name, row in rows.items()]
    return "\n".join([f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {facts}", "", "| what | figure |", "|---|---|", *lines])


def _spent(tally: Tally) -> str:
    if not tally.spent:
        return "none accepted"
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return ", ".join(f"{name} {1000 * quantile(tally.spent, share):.0f} ms" for name, share in shares.items())


def _refused(tally: Tally) -> str:
    """Of every request that was not accepted."""
    counts = [f"{count} x {what}" for what, count in [*tally.refusals.items(), *tally.others.items()]]
    return f"with Retry-After {tally.refusals.total()}, else {tally.others.total()}" + (
        f" ({', '.join(counts)})" if counts else ""
    )


async def run(root: Path, size: Size) -> str:
    """Everything; the table."""
    about = machine()
    async with alone(root) as here:
        crowd = Crowd(here.gateway_url, orders(here.gateway_url, crowd_of(here)))
        webhooks_in = await told(here, size.webhooks)
        peak = await peak_of(crowd, size.capacity)
        return table(webhooks_in, await overloaded(here, crowd, peak, size.overload), about)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.overload", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 seconds of overload instead of 300")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interline-bench-") as folder:
        print(uvloop.run(run(Path(folder), QUICK if asked.quick else FULL)))
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
