"""Rounds of load, interleaved, and what is made of them: medians of per-round ratios with their range."""

import asyncio
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.designs import Drive
from bench.processes import Cpu, Process

AT_A_TIME: Final = 40
WARM_UP_ORDERS: Final = 10
_ID_PART: Final = re.compile(r"\W+")
ROUND_SECONDS: Final = 240.0
"""A round that takes longer is broken, not slow."""


@dataclass(frozen=True)
class Contestant:
    """A design, how the generator drives one order of it, and its processes by what each is (`COLUMNS`)."""

    design: str
    drive: Drive
    processes: Mapping[str, Process]


@dataclass(frozen=True, kw_only=True)
class Round:
    """One design, once: orders per second over the whole round, CPU milliseconds per order by what a process is."""

    design: str
    orders: int
    orders_per_second: float
    cpu_ms: dict[str, float]

    def cpu_of(self, process: str) -> float:
        """Of one process, or of all."""
        return self.cpu_ms[process] if process else sum(self.cpu_ms.values())


async def capacity_round(contestant: Contestant, orders: int, tag: str, *, at_a_time: int = AT_A_TIME) -> Round:
    """`orders` orders, forty at a time, as fast as they end."""
    room = asyncio.Semaphore(at_a_time)

    async def one(place: int) -> None:
        async with room:
            await contestant.drive(f"{tag}-{place}")

    begun = time.monotonic()
    with Cpu(contestant.processes) as cpu:
        async with asyncio.timeout(ROUND_SECONDS):
            await asyncio.gather(*(one(place) for place in range(orders)))
    spent_seconds = time.monotonic() - begun
    per_order = {name: 1000 * seconds / orders for name, seconds in cpu.seconds.items()}
    return Round(design=contestant.design, orders=orders, orders_per_second=orders / spent_seconds, cpu_ms=per_order)


async def interleaved(
    contestants: Sequence[Contestant], *, rounds: int, orders: int, minutes: float, left_out: Callable[[str], None]
) -> list[Round]:
    """Every design in every round, in an order of its own; one warm-up of each is thrown away.

    At least one round; no further one that would end after so many minutes. A design that fails is left out, and said.
    """
    done: list[Round] = []
    running = list(contestants)
    dice = random.Random(1)  # noqa: S311  the order of designs, no secret
    begun = time.monotonic()
    for number in range(rounds + 1):
        if number > 1 and (time.monotonic() - begun) * (number + 1) / number > 60 * minutes:
            break
        for contestant in dice.sample(running, len(running)):
            tag = f"{_ID_PART.sub('', contestant.design)}-{time.time_ns() % 10**9}-{number}"
            try:
                result = await capacity_round(contestant, orders if number else WARM_UP_ORDERS, tag)
            except Exception as reason:  # noqa: BLE001  whatever it is, the other designs are worth having
                left_out(f"left out: {contestant.design} ({reason!r})")
                running.remove(contestant)
                done = [known for known in done if known.design != contestant.design]
            else:
                done += [result] * bool(number)
        print(f"round {number} of {rounds} done after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return done


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Of one figure between two designs: the median over the rounds, and the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, ratios: Sequence[float]) -> "Ratio":
        """From one ratio per round."""
        return cls(median=statistics.median(ratios), least=min(ratios), greatest=max(ratios))

    def __str__(self) -> str:
        """As in the table."""
        return f"{self.median:.2f} ({self.least:.2f}–{self.greatest:.2f})"  # noqa: RUF001  a range


def throughput_ratio(done: Sequence[Round], one: str, other: str) -> Ratio:
    """Orders per second of one over those of the other, round by round."""
    return Ratio.of([a.orders_per_second / b.orders_per_second for a, b in _pairs(done, one, other)])


def cpu_ratio(done: Sequence[Round], one: tuple[str, str], other: tuple[str, str]) -> Ratio:
    """CPU per order of one (design, process; all of them when it is "") over the other, round by round."""
    pairs = _pairs(done, one[0], other[0])
    return Ratio.of([a.cpu_of(one[1]) / b.cpu_of(other[1]) for a, b in pairs])


def _pairs(done: Sequence[Round], one: str, other: str) -> list[tuple[Round, Round]]:
    mine, theirs = ([result for result in done if result.design == name] for name in (one, other))
    return list(zip(mine, theirs, strict=True))


def quantile(values: Sequence[float], share: float) -> float:
    """The value at that share of the sorted list."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
