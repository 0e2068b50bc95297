"""`make chaos ARGS='--orders N --kills K --seed S'` (docs/chaos.md)."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from random import SystemRandom
from typing import Final

from bench.chaos.plan import make_plan
from bench.chaos.run import SETTLE_SECONDS, Outcome, run

SHOWN: Final = 40
KILLS_PER_CUT: Final = 20


def main() -> int:
    """Run, print the one line and what is wrong; 1 when a promise was broken."""
    asked = _arguments()
    cuts = asked.kills // KILLS_PER_CUT if asked.cuts is None else asked.cuts
    plan = make_plan(orders=asked.orders, kills=asked.kills, seed=asked.seed, cuts=cuts)
    state = asked.state or Path(tempfile.mkdtemp(prefix="interline-chaos-"))
    outcome = asyncio.run(run(plan, state.absolute(), _tell, settle_at_most_seconds=asked.settle))
    _report(outcome, state)
    if outcome.ok and not asked.state:
        shutil.rmtree(state, ignore_errors=True)
    return 0 if outcome.ok else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--kills", type=int, help="one every two seconds; else one for every two orders")
    parser.add_argument("--cuts", type=int, help="of the network, at most 30 s each; one for every 20 kills")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1, 100_000))
    parser.add_argument("--settle", type=float, help="at most so many seconds of quiet; else as many as orders")
    parser.add_argument("--state", type=Path, help="keep the stack's data and logs here")
    asked = parser.parse_args()
    asked.kills = asked.orders // 2 if asked.kills is None else asked.kills
    asked.settle = asked.settle or max(SETTLE_SECONDS, float(asked.orders))
    return asked


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _report(outcome: Outcome, state: Path) -> None:
    print(outcome.line())
    killed = ", ".join(f"{part} {times}" for part, times in sorted(outcome.kills.items()))
    replayed = f"{outcome.replayed - len(outcome.replay_failures)}/{outcome.replayed}"
    hits = len(outcome.log_hits)
    cut = ", ".join(f"{cut.wire}:{cut.way} {cut.lasts_seconds:.0f} s" for cut in outcome.plan.cuts) or "nothing"
    print(f"seed {outcome.plan.seed}; killed {killed}; cut {cut}")
    print(f"histories replayed {replayed}; forbidden log lines {hits}")
    problems = outcome.problems()
    for problem in problems[:SHOWN]:
        print(f"  {problem}")
    if problems:
        print(f"{len(problems)} problems; data and logs in {state}")


if __name__ == "__main__":
    sys.exit(main())
