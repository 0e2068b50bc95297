"""The whole flow suite once more on workers that remember no order: each decision is a replay from the beginning."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_every_flow_is_the_same_for_a_worker_that_remembers_nothing() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/flows"],
        cwd=CHECKOUT,
        env={**os.environ, "INTERLINE_MAX_CACHED_WORKFLOWS": "0"},
        capture_output=True,
        text=True,
        timeout=890,
        check=False,
    )
    assert shown.returncode == pytest.ExitCode.OK, shown.stdout[-4000:]
