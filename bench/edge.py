"""`make bench-edge` (about eleven minutes; ARGS=--quick: one): what the gateway costs beside Temporal's own calls.

An order's acknowledgement against the raw StartWorkflow of the same payload, memo and attributes, and a webhook against
the raw signal, at 25, 50 and 75 % of what the slower of the two can do, open loop, raw and ours in turn. Both come from
this one process, on uvloop, ours by bare HTTP (`bench.wire`): an HTTP library took as much processor time as the
gateway. Ratios are taken round by round, then the median. No worker runs: it would take its processor time from both.
Then the gateway's memory under 200 parallel bodies of the greatest size.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError
from uvicorn.loops.auto import auto_loop_factory

from bench.__main__ import machine
from bench.designs import Refused
from bench.fixtures import Webhook, order_bytes, webhooks
from bench.latency import NOBODY, open_loop
from bench.memory import PATH, Peak, maximal_bodies
from bench.rounds import quantile
from bench.system import System, system
from bench.wire import Wire
from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.messages import signal_order
from interline.names import order_workflow_id
from interline.runtime import collector

SHARES: Final = (0.25, 0.5, 0.75)
GOALS: Final = {"p50": 1.3, "p99": 1.5}
AT_A_TIME: Final = 8
"""Enough to saturate two cores, few enough not to queue for long."""

ROUNDS: Final = 6
UNLIMITED: Final = 100_000
"""A client's rate: else it is what is measured."""

Act = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Pair:
    """A route of ours and the raw call it is made of."""

    name: str
    ours: Act
    raw: Act


@dataclass
class Row:
    """One load of one pair: every latency in seconds, round by round."""

    pair: str
    share: float
    per_second: float
    ours: list[list[float]] = field(default_factory=list)
    raw: list[list[float]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Ours answered 503, or the raw call by the server with an error; they count by their time, too."""

    def told(self, act: Act, whose: str) -> Act:
        """The act, with its refusals counted."""

        async def counted(number: str) -> None:
            try:
                await act(number)
            except (Refused, RPCError, asyncio.IncompleteReadError):
                self.refused[whose] += 1

        return counted


@asynccontextmanager
async def alone(root: Path) -> AsyncIterator[System]:
    """Temporal and the gateway, nobody who works."""
    async with system(root) as here:
        unlimited(root / "clients.toml")
        for name in ("worker", "reference"):
            here.kill(name)
        yield here


def unlimited(file: Path) -> None:
    """Every client may ask as often as it likes."""
    named = "[[clients]]\nclient_id"
    file.write_text(file.read_text().replace(named, f"[[clients]]\nrequests_per_second = {UNLIMITED}\nclient_id"))


async def orders(here: System, wire: Wire) -> Pair:
    """Red 1 and red 2."""
    headers = {"x-api-key": here.client.api_key, "content-type": "application/json"}

    async def ours(number: str) -> None:
        await _taken(wire, f"{here.gateway_url}{PATH}", order_bytes(number), headers)

    await ours("edge-first")
    first = here.temporal.get_workflow_handle(order_workflow_id(here.client.client_id, "edge-first"))
    start = (await first.fetch_history()).events[0].workflow_execution_started_event_attributes
    described = await first.describe()
    payload: Any = orjson.loads(start.input.payloads[0].data)
    memo, attributes = dict(await described.memo()), described.typed_search_attributes

    async def raw(number: str) -> None:
        await here.temporal.start_workflow(
            "Raw",
            payload,
            id=f"raw-{number}",
            task_queue=NOBODY,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo=memo,
            search_attributes=attributes,
            static_summary=await described.static_summary(),
            static_details=await described.static_details(),
        )

    return Pair("order → StartWorkflow", ours, raw)


async def _taken(wire: Wire, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    status = await wire.post(url, body, headers)
    if status not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
        raise Refused(f"answered {status}")


async def events(here: System, wire: Wire, order: Act, *, targets: int) -> Pair:
    """A courier's status in, to orders that are already there."""
    numbers = [f"edge-target-{place}" for place in range(targets)]
    for number in numbers:
        await order(number)
    last = [list(webhooks(here.client, number))[-1] for number in numbers]
    turn = iter(range(10**9))

    def next_one(mark: str) -> tuple[str, Webhook, JsonObject]:
        place = next(turn) % targets
        return numbers[place], last[place], {**orjson.loads(last[place].body), "order_tracking_id": mark}

    async def told(mark: str) -> None:
        _, webhook, body = next_one(mark)
        await _taken(wire, webhook.url, orjson.dumps(body), webhook.headers)

    async def raw(mark: str) -> None:
        number, _, body = next_one(mark)
        event = Event(event_id=f"shipment_status:{mark}", kind="shipment_status", raw=body)
        await signal_order(here.temporal, here.client.client_id, number, event)

    return Pair("webhook → signal", told, raw)


async def capacity(act: Act, *, count: int) -> float:
    """Requests per second that are taken, eight at a time."""
    room, tag = asyncio.Semaphore(AT_A_TIME), f"cap-{time.time_ns() % 10**9}"

    async def one(place: int) -> None:
        async with room:
            with suppress(Refused, RPCError, asyncio.IncompleteReadError):
                await act(f"{tag}-{place}")
                taken.append(place)

    taken: list[int] = []
    begun = time.perf_counter()
    await asyncio.gather(*(one(place) for place in range(count)))
    return len(taken) / (time.perf_counter() - begun)


async def measured(pair: Pair, *, rounds: int, seconds: float) -> list[Row]:
    """All loads, again and again; in each, raw and ours in an order thrown by dice."""
    dice = random.Random(3)  # noqa: S311  an order, no secret
    await capacity(pair.ours, count=100)
    most = min([await capacity(act, count=400) for act in (pair.ours, pair.raw)])
    rows = [Row(pair.name, share, share * most) for share in SHARES]
    for _ in range(rounds):
        for row in rows:
            kinds = [("ours", pair.ours, row.ours), ("raw", pair.raw, row.raw)]
            dice.shuffle(kinds)
            for whose, act, seen in kinds:
                tag = f"edge-{time.time_ns() % 10**12}"
                count = int(row.per_second * seconds)
                seen.append(await open_loop(row.told(act, whose), per_second=row.per_second, count=count, tag=tag))
    return rows


def table(rows: list[Row], peaks: list[Peak], about: Mapping[str, str]) -> str:
    """Markdown."""
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {facts}. Milliseconds, ours / raw, their ratio: medians of rounds.",
        "",
        "| route | load | n | refused, ours / raw | p50 | p99 |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.pair} | {row.share:.0%} = {row.per_second:.0f}/s | {sum(map(len, row.ours))} | "
            f"{row.refused['ours']} / {row.refused['raw']} | " + _cells(row) + " |"
            for row in rows
        ),
        "",
        "Gateway memory, MB, 200 bodies of 256 KiB at once, round by round (before, most, after): "
        + "; ".join(str(peak) for peak in peaks),
    ]
    return "\n".join(lines)


def _cells(row: Row) -> str:
    return " | ".join(_cell(row, share, GOALS[name]) for name, share in (("p50", 0.5), ("p99", 0.99)))


def _cell(row: Row, share: float, goal: float) -> str:
    """The median round; the rounds' ratios lie between those in brackets."""
    ours, raw = ([quantile(spent, share) for spent in rounds] for rounds in (row.ours, row.raw))
    ratios = sorted(mine / theirs for mine, theirs in zip(ours, raw, strict=True))
    ratio = statistics.median(ratios)
    met = "" if ratio <= goal else f", goal {goal}"
    medians = " / ".join(f"{1000 * statistics.median(spent):.1f}" for spent in (ours, raw))
    return f"{medians}, {ratio:.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}){met}"


async def run(root: Path, *, rounds: int, seconds: float) -> str:
    """Everything; the table."""
    about = machine()
    async with alone(root) as here:
        wire = Wire(here.gateway_url)
        taking = await orders(here, wire)
        rows = await measured(taking, rounds=rounds, seconds=seconds)
        rows += await measured(await events(here, wire, taking.ours, targets=50), rounds=rounds, seconds=seconds)
        wire.close()
        peaks = [
            await maximal_bodies(here.gateway_url, here.client.api_key, here.processes["gateway"]) for _ in range(4)
        ]
    return table(rows, peaks, about)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.edge", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round, in about a minute")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of about 100 s each (else {ROUNDS})")
    asked = parser.parse_args()
    rounds, seconds = (1, 3.0) if asked.quick else (asked.rounds, 8.0)
    collector.settle()
    with (
        tempfile.TemporaryDirectory(prefix="interline-bench-") as folder,
        asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
    ):
        print(runner.run(run(Path(folder), rounds=rounds, seconds=seconds)))
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
