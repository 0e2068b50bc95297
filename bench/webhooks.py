"""`make bench-webhooks`: event to first try (`first_try`), and one of fifty endpoints hangs: what do the others notice?

Of the latter: one stack, one run. Rounds with and without the hanging endpoint take turns, so that a slow minute of the
machine hits both. Latency is from the event (the `occurred_at` that the order's workflow gave it) to the arrival of the
first try.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import orjson

from bench import first_try
from bench.rounds import WARM_UP_ORDERS, quantile
from bench.stack import RunningStack, running
from starter.demo.bodies import outbound
from starter.stack.clients import Surroundings, enroll
from starter.stack.manifest import ClientEntry
from starter.stack.ownership import supervisor_pid

ENDPOINTS: Final = 50
HANGING: Final = "bench-00"
HANG_SECONDS: Final = 60.0
TURNS: Final = ("healthy", "hanging", "hanging", "healthy")
"""So that what slowly changes (the size of Temporal's data) hits both alike."""
OUTBOUND: Final = "/v3/fulfillment/outbound/oms"
QUIET_SECONDS: Final = 120.0
OK: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Endpoints:
    """All clients' endpoints as one loopback server. Only first tries are measured, by webhook id."""

    hanging: bool = False
    seen: set[str] = field(default_factory=set)
    latency_seconds: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    """By arm and turn."""
    of_hanging: int = 0
    turn: tuple[str, int] = ("", 0)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, arm: str) -> list[list[float]]:
        """The latencies of each turn of one arm."""
        return [known for (name, _), known in self.latency_seconds.items() if name == arm]

    async def over(self, seconds: float) -> None:
        """Hang, but not longer than the run."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), seconds)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: POSTs one after the other."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._one(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = datetime.now(UTC)
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        body = await reader.readexactly(int(headers[b"content-length"]))
        if HANGING.encode() in head.split(b" ", 2)[1]:
            if self.hanging:
                self.of_hanging += 1
                await self.over(HANG_SECONDS)
        elif (name := headers[b"webhook-id"].decode()) not in self.seen:
            self.seen.add(name)
            occurred_at = datetime.fromisoformat(orjson.loads(body)["interline"]["occurred_at"])
            self.latency_seconds[self.turn].append((at - occurred_at).total_seconds())
        writer.write(OK)
        await writer.drain()


@asynccontextmanager
async def fifty_clients(stack: RunningStack, port: int) -> AsyncIterator[list[ClientEntry]]:
    """Clients enrolled as `interline client add` does, each with an endpoint here and partners in the sandbox."""
    manifest, names = stack.manifest, [f"bench-{number:02}" for number in range(ENDPOINTS)]
    for name in names:
        around = Surroundings.in_sandbox(name, gateway=manifest.gateway, sandbox=manifest.sandbox)
        here = Surroundings(**{**vars(around), "webhook": f"http://127.0.0.1:{port}/{name}"})
        enroll(stack.directory.clients, client_id=name, name=name, around=here)
    supervisor = supervisor_pid(stack.directory)
    if supervisor is None:
        raise RuntimeError("the stack has stopped")
    os.kill(supervisor, signal.SIGUSR1)
    await asyncio.sleep(5)
    yield [entry for entry in stack.manifest.clients if entry.client_id in names]


async def one_round(stack: RunningStack, clients: list[ClientEntry], label: str, *, per_second: float) -> None:
    """One order of each client at a steady pace; return when the orders of the healthy ones are complete."""
    async with httpx.AsyncClient(base_url=stack.manifest.gateway, trust_env=False, timeout=30.0) as http:
        for number, client in enumerate(clients):
            body = outbound(f"{label}-{number}", f"T{label}-{number}")
            (await http.post(OUTBOUND, json=body, headers={"X-API-Key": client.api_key})).raise_for_status()
            await asyncio.sleep(1 / per_second)
        async with asyncio.timeout(QUIET_SECONDS):
            for client in clients:
                await _quiet(http, client)


async def _quiet(http: httpx.AsyncClient, client: ClientEntry) -> None:
    while client.client_id != HANGING and await _open(http, client):  # noqa: ASYNC110  the server can only be asked
        await asyncio.sleep(0.5)


async def _open(http: httpx.AsyncClient, client: ClientEntry) -> bool:
    answer = await http.get("/v3/fulfillment/outbounds/OMS", params={"limit": 5}, headers={"X-API-Key": client.api_key})
    return any(order["so_status"] != "CLOSED" for order in answer.raise_for_status().json()["data"]["outbounds"])


async def measure(root: Path, *, rounds: int, per_second: float) -> Endpoints:
    """Take turns."""
    endpoints = Endpoints()
    server = await asyncio.start_server(endpoints.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with running(root, "--pace", "0.2") as stack, fifty_clients(stack, port) as clients:
        for number, arm in enumerate(["warm-up", *TURNS * rounds]):
            endpoints.turn, endpoints.hanging = (arm, number), arm == "hanging"
            asked = clients if number else clients[:WARM_UP_ORDERS]
            await one_round(stack, asked, f"B{number}", per_second=per_second)
            sys.stderr.write(f"round {number} of {len(TURNS) * rounds}: {arm}\n")
    endpoints.ended.set()
    server.close()
    return endpoints


def table(endpoints: Endpoints, *, per_second: float) -> str:
    """The figures as Markdown. Compared is the median of the turns, so that one bad minute decides nothing."""
    lines = ["| event to first try | webhooks | p50 ms | p99 ms | p99 ms of each turn |", "|---|---|---|---|---|"]
    for arm in ("healthy", "hanging"):
        turns = endpoints.of(arm)
        known = [one for turn in turns for one in turn]
        p50, p99 = (1000 * quantile(known, share) for share in (0.5, 0.99))
        who = f"all {ENDPOINTS} well" if arm == "healthy" else f"{ENDPOINTS - 1} others while one hangs"
        each = ", ".join(f"{1000 * quantile(turn, 0.99):.0f}" for turn in turns)
        lines.append(f"| {who} | {len(known)} | {p50:.0f} | {p99:.0f} | {each} |")
    well, other = (median(quantile(turn, 0.99) for turn in endpoints.of(arm)) for arm in ("healthy", "hanging"))
    ratio = f"p99 of the others: {other / well:.2f} x (promise: 1.1 x); {endpoints.of_hanging} tries hung."
    where = (
        f"{per_second:g} orders a second on {os.cpu_count()} cores, load average {os.getloadavg()[1]:.1f} at the end."
    )
    return "\n".join([*lines, "", ratio, where])


def main() -> None:
    """Run, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=2, help="rounds of four turns")
    options.add_argument("--per-second", type=float, default=2.0, help="orders per second")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as root:
        tries = asyncio.run(first_try.measure(Path(root)))
    sys.stdout.write(first_try.table(tries) + "\n\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as root:
        endpoints = asyncio.run(measure(Path(root), rounds=chosen.rounds, per_second=chosen.per_second))
    sys.stdout.write(table(endpoints, per_second=chosen.per_second) + "\n")
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
