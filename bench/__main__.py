"""`make bench` (at most 45 minutes; ARGS=--quick: about four; ARGS='--minutes N'): measure, write JSON, and the table.

The table goes to the terminal and, of a full run or with --write, into docs/performance.md.
"""

import argparse
import asyncio
import dataclasses
import os
import platform
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from bench.measure import Size, measure
from bench.report import table

QUICK: Final = Size(
    minutes=5, rounds=1, orders=20, acks=60, flows=10, statuses=(5, 50), parked=(), outage_orders=0, outage_seconds=0.0
)
FULL: Final = Size(
    minutes=45, rounds=7, orders=40, acks=400, flows=80, statuses=(5, 50, 500), parked=(0, 1000, 10_000),
    outage_orders=200, outage_seconds=60.0,
)  # fmt: skip
PAGE: Final = Path("docs/performance.md")
RESULTS: Final = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- /results -->)", re.DOTALL)


def machine() -> dict[str, str]:
    """What it ran on, and when."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return {"date": now, "cpu": f"{os.cpu_count()} x {model}", "python": platform.python_version(), "load": load()}


def load() -> str:
    """The last minute's load average."""
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round of each, in about four minutes")
    parser.add_argument("--rounds", type=int, help="rounds of all designs, at most (full: 7)")
    parser.add_argument("--minutes", type=float, help="leave out what would take longer (full: 45)")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"))
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE} also when quick")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    size = dataclasses.replace(size, minutes=asked.minutes or size.minutes, rounds=asked.rounds or size.rounds)
    before = machine()
    with tempfile.TemporaryDirectory(prefix="interline-bench-") as folder:
        report = asyncio.run(measure(size, Path(folder), before))
    report.machine["load at the end"] = load()
    asked.json.write_bytes(orjson.dumps(dataclasses.asdict(report), option=orjson.OPT_INDENT_2))
    shown = table(report)
    if asked.write or not asked.quick:
        PAGE.write_text(RESULTS.sub(lambda _: shown + "\n", PAGE.read_text()))
    print(shown)
    sys.stdout.flush()
    os._exit(0)  # the engine's client threads may abort a normal exit


if __name__ == "__main__":
    main()
