"""One chaos run: load with kills, quiet, late events, then the judgement."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from temporalio.service import RPCError

from bench.chaos.checker import Findings, check
from bench.chaos.driving import ClientLog, Driver
from bench.chaos.logs import forbidden_lines
from bench.chaos.plan import Plan
from bench.chaos.replaying import replay
from bench.chaos.wires import Wires
from bench.chaos.witnesses import Witnesses
from bench.stack import RunningStack, running

SETTLE_SECONDS: Final = 300.0
LOOK_SECONDS: Final = 1.0
LATE_SECONDS: Final = 60.0


@dataclass(kw_only=True)
class Outcome:
    """What a run came to."""

    plan: Plan
    log: ClientLog
    findings: Findings
    kills: Counter[str]
    settle_seconds: float
    log_hits: list[str] = field(default_factory=list)
    replayed: int = 0
    replay_failures: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Every promise held."""
        known = not self.log.unknown and len(self.log.accepted) + len(self.log.refused) == len(self.plan.orders)
        right = self.log.refused == {order.number for order in self.plan.orders if order.refused}
        return known and right and self.findings.clean and not self.log_hits and not self.replay_failures

    def line(self) -> str:
        """The one line (issue: Prove it, 1)."""
        found, acknowledged = self.findings, len(self.log.acknowledged)
        taken = found.applied + found.parked
        sum_up = f"applied + parked = {taken}{'' if taken == acknowledged else ' (WRONG)'}"
        return (
            f"orders {len(self.plan.orders)}, kills {self.kills.total()}, accepted {len(self.log.accepted)},"
            f" lost {len(found.lost)}, doubled {len(found.doubled)}, phantom {len(found.phantom)},"
            f" webhooks acknowledged {acknowledged}, {sum_up}, out of order {len(found.out_of_order)},"
            f" settle {self.settle_seconds:.0f} s"
        )

    def problems(self) -> list[str]:
        """Every single finding, named by its figure."""
        found = self.findings
        named = {
            "lost": found.lost,
            "doubled": found.doubled,
            "phantom": found.phantom,
            "missing webhook": found.missing,
            "out of order": found.out_of_order,
            "never answered": self.log.unknown,
            "log": self.log_hits,
            "replay": [f"{run_id}: {why}" for run_id, why in self.replay_failures.items()],
        }
        return [f"{figure}: {text}" for figure, texts in named.items() for text in texts]


async def run(
    plan: Plan, state: Path, tell: Callable[[str], None], *, settle_at_most_seconds: float = SETTLE_SECONDS
) -> Outcome:
    """Carry out `plan` on a fresh stack in `state` and judge it."""
    schedule = ",".join(["1", "2", "4", "4"] + ["8"] * 20)
    async with (
        Wires.of(plan.cuts) as wires,
        running(state, "--delivery-schedule", schedule, *wires.options) as stack,
        httpx.AsyncClient(trust_env=False, limits=httpx.Limits(keepalive_expiry=2.0)) as http,
    ):
        driver = Driver(stack, http)
        await driver.take_over()
        tell(f"seed {plan.seed}: {len(plan.orders)} orders, {len(plan.kills)} kills, {len(plan.troubles)} troubles")
        kills, *_ = await asyncio.gather(_kill(stack, plan), driver.run(plan), *map(wires.cut, plan.cuts))
        tell(f"load done: {dict(sorted(driver.log.statuses.items()))}")
        await driver.heal()
        witnesses = await Witnesses.of(stack.manifest, http)
        settle_seconds = await _settled(witnesses.open_orders, settle_at_most_seconds)
        await driver.tell_late(plan.late)
        await _settled(witnesses.open_workflows, min(LATE_SECONDS, settle_at_most_seconds))
        tell(f"quiet after {settle_seconds:.0f} s; comparing")
        histories = await witnesses.histories()
        return Outcome(
            plan=plan,
            log=driver.log,
            findings=check(driver.log, await witnesses.stories(plan.orders, histories)),
            kills=kills,
            settle_seconds=settle_seconds,
            log_hits=list(forbidden_lines(stack.logs())),
            replayed=len(histories),
            replay_failures=await replay(histories),
        )


async def _kill(stack: RunningStack, plan: Plan) -> Counter[str]:
    """Kill the planned part at its time; a part that is dead at that moment cannot be killed again."""
    begun, done = time.monotonic(), Counter[str]()
    for at_seconds, part in plan.kills:
        await asyncio.sleep(max(0.0, begun + at_seconds - time.monotonic()))
        done[part] += stack.kill(part)
    return done


async def _settled(count: Callable[[], Awaitable[int]], within_seconds: float) -> float:
    """Until nothing is open, twice in a row (visibility lags); how long that took.

    After `within_seconds` it returns all the same: the checker will say what is open.
    """
    calm, begun = 0, time.monotonic()
    while calm < 2 and time.monotonic() < begun + within_seconds:  # noqa: PLR2004  twice
        try:
            calm = calm + 1 if await count() == 0 else 0
        except (RPCError, RuntimeError):  # the SDK's words for a server that cannot be connected to
            calm = 0
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - begun
