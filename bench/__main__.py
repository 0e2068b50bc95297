"""`make bench` (about half an hour; ARGS=--quick: three minutes): measure, write JSON, and the table to stdout."""

import argparse
import asyncio
import dataclasses
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Final

import httpx
import orjson
from temporalio.client import WorkflowHistory

from bench.designs import Bound, Naive, Ours
from bench.growth import memory, outage, replays
from bench.latency import acknowledgement, in_and_out
from bench.report import Report, table
from bench.rounds import interleaved
from bench.script import Script, script_of
from bench.system import System, system

EVERYBODY: Final = ("temporal", "stub")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Size:
    """How much of each."""

    rounds: int
    orders: int
    acks: int
    flows: int
    statuses: tuple[int, ...]
    parked: tuple[int, ...]
    outage_orders: int
    outage_seconds: float


QUICK: Final = Size(
    rounds=1, orders=20, acks=60, flows=12, statuses=(5, 50), parked=(), outage_orders=0, outage_seconds=0.0
)
FULL: Final = Size(
    rounds=7, orders=40, acks=400, flows=80, statuses=(5, 50, 500), parked=(0, 1000, 3000), outage_orders=200,
    outage_seconds=60.0,
)  # fmt: skip


async def measure(size: Size, root: Path) -> Report:
    """Everything, one after the other, on one system."""
    async with system(root) as here, httpx.AsyncClient(trust_env=False, timeout=60.0) as http:
        history = await _one_order(here, http)
        script = script_of(history.events)
        _say(f"one order: {len(history.events)} events; script of {len(script.turns)} turns")
        rounds = await interleaved(
            _drives(here, http, script),
            rounds=size.rounds,
            orders=size.orders,
            processes={
                "ours": here.measured("gateway", "worker", *EVERYBODY),
                **{name: here.measured("reference", *EVERYBODY) for name in ("bound", "bound + HTTP", "naive")},
            },
        )
        _say("rounds done")
        inout = await in_and_out(here, http, orders=size.flows, per_second=2.0)
        replayed = await replays(here, http, size.statuses)
        _say("latency and replay done")
        parked = await memory(here, http, size.parked)
        drained = await outage(here, http, orders=size.outage_orders, seconds=size.outage_seconds)
        ack = await acknowledgement(here, http, count=size.acks, per_second=5.0)
        return Report(
            machine=machine(),
            events=len(history.events),
            transitions=await _transitions(here),
            rounds=rounds,
            in_and_out=inout,
            replay=replayed,
            memory=parked,
            outage=drained,
            acknowledgement=ack,
        )


async def _one_order(here: System, http: httpx.AsyncClient) -> WorkflowHistory:
    """A complete order whose events come one after the other: its counts are the bound's script."""
    ours = Ours(here, http, gap_seconds=1.0)
    await ours("bench-first")
    return await ours.handle("bench-first").fetch_history()


async def _transitions(here: System) -> int:
    described = await Ours(here, httpx.AsyncClient()).handle("bench-first").describe()
    return described.raw_description.workflow_execution_info.state_transition_count


def _drives(here: System, http: httpx.AsyncClient, script: Script) -> dict[str, Ours | Bound | Naive]:
    return {
        "ours": Ours(here, http),
        "bound": Bound(here.temporal, script),
        "bound + HTTP": Bound(here.temporal, script.model_copy(update={"stub_url": here.stub_url})),
        "naive": Naive(here.temporal),
    }


def machine() -> dict[str, str]:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    load = f"{os.getloadavg()[0]:.1f}"
    return {"cpu": f"{os.cpu_count()} x {model}", "python": platform.python_version(), "load before": load}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round of each, in about three minutes")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interline-bench-") as folder:
        report = asyncio.run(measure(QUICK if asked.quick else FULL, Path(folder)))
    asked.json.write_bytes(orjson.dumps(dataclasses.asdict(report), option=orjson.OPT_INDENT_2))
    print(table(report))
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
