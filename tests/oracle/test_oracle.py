"""Each sown bug is caught by name, so a green chaos run or suite means something (PRF-06)."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.bugs import BUGS, SEEDED_BUG, Bug

CHECKOUT = Path(__file__).resolve().parents[2]
INJECT = Path(__file__).parent / "inject"
CHAOS = ("-m", "bench.chaos", "--orders", "24", "--kills", "4", "--seed", "26", "--settle", "45")


def with_bug(bug: Bug, *arguments: str, timeout_seconds: float = 240.0) -> subprocess.CompletedProcess[str]:
    """Run Python with the bug sown, in every process that it starts too."""
    path = os.pathsep.join(filter(None, (str(INJECT), str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, SEEDED_BUG: bug.name, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_bug_still_fits_the_source(bug: Bug) -> None:
    spec = importlib.util.find_spec(bug.module)
    assert spec
    assert spec.origin
    assert Path(spec.origin).read_text().count(bug.right) == 1


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if not bug.by_chaos], ids=lambda bug: bug.name)
def test_a_test_catches_it(bug: Bug) -> None:
    shown = with_bug(bug, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.caught_by)

    assert shown.returncode == pytest.ExitCode.TESTS_FAILED, shown.stdout[-2000:] + shown.stderr[-1000:]


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.by_chaos], ids=lambda bug: bug.name)
def test_a_short_chaos_run_catches_it(bug: Bug) -> None:
    shown = with_bug(bug, *CHAOS)

    assert shown.returncode == 1, shown.stdout + shown.stderr[-1000:]
    assert f"  {bug.caught_by}: " in shown.stdout, shown.stdout
