"""One run of everything, one after the other, within its minutes; a part that fails is said, and the rest goes on."""

import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import httpx
from temporalio.client import WorkflowHistory

from bench.designs import Bound, Naive, Ours
from bench.growth import memory, outage, replays
from bench.latency import acknowledgement, in_and_out
from bench.others import peers
from bench.postgres import postgres
from bench.report import Report
from bench.rounds import Contestant, interleaved
from bench.script import Script, script_of
from bench.system import System, system

Figure = TypeVar("Figure")

ROUNDS_SHARE: Final = 0.45
"""Of the minutes, at most, for the rounds of all designs."""

OUTAGE_MINUTES: Final = 5.0
END_MINUTES: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of each, and how long in all."""

    minutes: float
    rounds: int
    orders: int
    acks: int
    flows: int
    statuses: tuple[int, ...]
    parked: tuple[int, ...]
    outage_orders: int
    outage_seconds: float


async def measure(size: Size, root: Path, machine: dict[str, str]) -> Report:
    """Measure all there is time for."""
    deadline = time.monotonic() + 60 * size.minutes
    notes: list[str] = []

    def left_out(text: str) -> None:
        notes.append(text)
        _say(text)

    async with system(root) as here, httpx.AsyncClient(trust_env=False, timeout=60.0) as http:
        history = await _one_order(here, http)
        script = script_of(history.events)
        _say(f"one order: {len(history.events)} events; script of {len(script.turns)} turns")
        report = Report(
            machine=machine, events=len(history.events), transitions=await _transitions(here, http), notes=notes
        )
        async with _contestants(root, here, http, script, left_out) as contestants:
            report.rounds = await interleaved(
                contestants,
                rounds=size.rounds,
                orders=size.orders,
                minutes=size.minutes * ROUNDS_SHARE,
                left_out=left_out,
            )
        report.in_and_out = await _part(
            notes, "webhook in, webhook out", in_and_out(here, http, orders=size.flows, per_second=2.0)
        )
        report.acknowledgement = await _part(
            notes, "acknowledgement", acknowledgement(here, http, count=size.acks, per_second=5.0)
        )
        report.replay = await _part(notes, "replay", replays(here, http, size.statuses))
        if time.monotonic() + 60 * OUTAGE_MINUTES < deadline:
            drained = outage(here, http, orders=size.outage_orders, seconds=size.outage_seconds)
            report.outage = await _part(notes, "outage", drained)
        elif size.outage_orders:
            notes.append("left out: outage (no time)")
        until = deadline - 60 * END_MINUTES
        report.memory = await _part(notes, "memory", memory(here, http, size.parked, until=until))
    return report


async def _part(notes: list[str], name: str, part: Awaitable[dict[str, Figure]]) -> dict[str, Figure]:
    """Its figures; none, and a note, when it failed."""
    _say(name)
    try:
        return await part
    except Exception as reason:  # noqa: BLE001  whatever it is, the other rows are worth having
        notes.append(f"not measured: {name} ({reason!r})")
        return {}


@asynccontextmanager
async def _contestants(
    root: Path, here: System, http: httpx.AsyncClient, script: Script, left_out: Callable[[str], None]
) -> AsyncIterator[list[Contestant]]:
    """All designs, each on servers of its own but for those on the development server, all running at once."""
    async with AsyncExitStack() as stack:
        found = _temporal_designs(here, http, script, "")
        found.insert(2, _with_http(here, script))
        try:
            folder = root / "postgres"
            folder.mkdir()
            production = await stack.enter_async_context(system(folder, stack.enter_context(postgres("temporal"))))
            found += _temporal_designs(production, http, script, " (PostgreSQL)")
        except Exception as reason:  # noqa: BLE001  whatever it is, the other rows are worth having
            left_out(f"left out: Temporal on PostgreSQL ({reason!r})")
        stub = here.processes["stub"]
        found += await stack.enter_async_context(peers(root, http, stub, here.stub_url, left_out))
        yield found


def _temporal_designs(here: System, http: httpx.AsyncClient, script: Script, where: str) -> list[Contestant]:
    reference = here.account("reference")
    return [
        Contestant(f"ours{where}", Ours(here, http), here.account("worker", "gateway")),
        Contestant(f"bound{where}", Bound(here.temporal, script), reference),
        Contestant(f"naive{where}", Naive(here.temporal), reference),
    ]


def _with_http(here: System, script: Script) -> Contestant:
    calling = script.model_copy(update={"stub_url": here.stub_url})
    return Contestant("bound + HTTP", Bound(here.temporal, calling), here.account("reference"))


async def _one_order(here: System, http: httpx.AsyncClient) -> WorkflowHistory:
    """A complete order whose events come one after the other: its counts are the bound's script."""
    ours = Ours(here, http, gap_seconds=1.0)
    await ours("bench-first")
    return await ours.handle("bench-first").fetch_history()


async def _transitions(here: System, http: httpx.AsyncClient) -> int:
    described = await Ours(here, http).handle("bench-first").describe()
    return described.raw_description.workflow_execution_info.state_transition_count


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
