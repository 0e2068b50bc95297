"""From an event to the client's first try (WH-09): at the highest rate this machine sustains, at half, and the bound.

An event is there when a partner begins to send it to the gateway; the first try is there when the stub has it.
"""

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.designs import Ours, Refused, forget
from bench.latency import in_and_out, open_loop
from bench.rounds import WARM_UP_ORDERS, Contestant, capacity_round, quantile
from bench.system import System, system

CAPACITY_ORDERS: Final = 40
AT_A_TIME: Final = 20
"""Enough to keep two cores busy, not so many that the gateway says 503 for long."""
SECONDS: Final = 15.0
"""Of arrivals at each rate."""
SHARES: Final = (0.7, 0.9, 1.1, 1.3)
"""Rates that are tried until one is too high, as shares of what a closed loop gets through."""
GROWTH: Final = 1.5
"""A rate is sustained while the last third of the orders takes at most so much longer than the first."""
PROMISED_MS: Final = 2000.0


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What was seen at one rate, in milliseconds from event to first try."""

    per_second: float
    webhooks: int
    p50: float
    p99: float
    sustained: bool = True


@dataclass(frozen=True, kw_only=True)
class FirstTries:
    """The whole measurement. `bound`: at `half`, under the same load."""

    capacity: float
    tried: list[Rate]
    half: Rate
    bound_p50: float
    bound_p99: float

    @property
    def top(self) -> Rate:
        """The highest rate that was sustained; else the lowest that was tried, and its row says so."""
        return highest(self.tried)


async def measure(root: Path) -> FirstTries:
    """Look for the highest rate from below, then halve it."""
    async with system(root) as here, httpx.AsyncClient(trust_env=False, timeout=60.0) as http:
        ours = Contestant("ours", Ours(here, http), {})
        await capacity_round(ours, WARM_UP_ORDERS, "warm")
        whole = await capacity_round(ours, CAPACITY_ORDERS, "capacity", at_a_time=AT_A_TIME)
        tried: list[Rate] = []
        for share in SHARES:
            tried.append(await at_rate(here, http, whole.orders_per_second * share))
            if not tried[-1].sustained:
                break
        half, bound_p50, bound_p99 = await beside_bound(here, http, highest(tried).per_second / 2)
        return FirstTries(
            capacity=whole.orders_per_second, tried=tried, half=half, bound_p50=bound_p50, bound_p99=bound_p99
        )


async def at_rate(here: System, http: httpx.AsyncClient, per_second: float) -> Rate:
    """Orders as they come, each with all its events, for a while."""
    sys.stderr.write(f"event to first try at {per_second:.2f} orders/s\n")
    ours, refused = Ours(here, http), list[str]()

    async def drive(number: str) -> None:
        try:
            await ours(number)
        except Refused:
            refused.append(number)

    await forget(here, http)
    taken = await open_loop(drive, per_second=per_second, count=_count(per_second), tag=f"first-{time.time_ns()}")
    came = first_arrivals((await forget(here, http))["stamps"])
    known = [1000 * (came[mark] - at) for mark, at in ours.timings.told_at.items() if mark in came]
    return Rate(
        per_second=per_second,
        webhooks=len(known),
        p50=quantile(known, 0.5),
        p99=quantile(known, 0.99),
        sustained=not refused and is_sustained(taken),
    )


async def beside_bound(here: System, http: httpx.AsyncClient, per_second: float) -> tuple[Rate, float, float]:
    """Ours, and as many bare signals that cause one bare call each."""
    sys.stderr.write(f"event to first try at {per_second:.2f} orders/s, beside the bound\n")
    count = _count(per_second)
    seen = await in_and_out(here, http, orders=count, per_second=per_second)
    half = Rate(per_second=per_second, webhooks=5 * count, p50=seen["ours p50"], p99=seen["ours p99"])
    return half, seen["bound p50"], seen["bound p99"]


def highest(tried: list[Rate]) -> Rate:
    """Of the sustained ones."""
    return next((rate for rate in reversed(tried) if rate.sustained), tried[0])


def _count(per_second: float) -> int:
    return max(20, round(SECONDS * per_second))


def first_arrivals(stamps: object) -> dict[str, float]:
    """When each marked webhook came for the first time (epoch seconds)."""
    rows = stamps if isinstance(stamps, list) else []
    return {mark: at for _, _, mark, at in reversed(rows) if mark}


def is_sustained(taken: list[float]) -> bool:
    """No backlog grows: the orders that ended last took about as long as those that ended first."""
    third = len(taken) // 3
    first, last = statistics.median(taken[:third]), statistics.median(taken[-third:])
    return last <= GROWTH * first


def table(seen: FirstTries) -> str:
    """The figures as Markdown."""
    lines = ["| event to first try | orders/s | webhooks | p50 ms | p99 ms |", "|---|---|---|---|---|"]
    for rate in seen.tried:
        what = "sustained" if rate.sustained else "too much: a backlog grows"
        lines.append(_row(what, rate))
    lines.append(_row("half of it, beside the bound", seen.half))
    half = seen.half.per_second
    lines.append(f"| the bound, beside ours | {half:.1f} | | {seen.bound_p50:.0f} | {seen.bound_p99:.0f} |")
    top, ratio = seen.top, seen.half.p99 / seen.bound_p99
    promise = "kept" if top.sustained and top.p99 <= PROMISED_MS else "missed"
    told = f"At the highest sustained rate ({top.per_second:.1f} orders/s) p50 {top.p50:.0f} ms, p99 {top.p99:.0f} ms"
    promised = f"the {PROMISED_MS:.0f} ms promised at 100 orders/s are {promise} at this rate"
    others = f"beside the bound {ratio:.2f} x (p99); a closed loop gets {seen.capacity:.1f} orders/s through"
    return "\n".join([*lines, "", f"{told}; {promised}; {others}."])


def _row(what: str, rate: Rate) -> str:
    return f"| {what} | {rate.per_second:.1f} | {rate.webhooks} | {rate.p50:.0f} | {rate.p99:.0f} |"
