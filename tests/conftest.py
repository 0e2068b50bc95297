"""One stack for all tests that need whole processes; tests that break it start their own with `new_stack`."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.driver import Stack

FAST = ("--pace", "0.2")
MEANT = {"TEMPORAL_CLI_PATH", "INTERLINE_MAX_CACHED_WORKFLOWS"}
"""Variables that are for the stack under test."""
NewStack = Callable[..., Stack]
Figure = Callable[[str], None]
TABLE = "test_bad_input_table["


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment without anything that would lead a command elsewhere; caches stay."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in MEANT or not name.startswith(("TEMPORAL_", "INTERLINE_"))
    }
    return {**kept, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state-home"))}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """The session's stack. Leave it as it was: no trouble, partners acting by themselves."""
    with Stack(tmp_path_factory.mktemp("stack") / "shared", environ, *FAST) as running:
        yield running


@pytest.fixture
def new_stack(tmp_path: Path, environ: dict[str, str]) -> Iterator[NewStack]:
    """Start a stack of the test's own; called again, it starts on the same state directory."""
    with contextlib.ExitStack() as running:

        def start(*options: str) -> Stack:
            return running.enter_context(Stack(tmp_path / "own", environ, *FAST, *options))

        yield start


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tell a figure in the run's summary. It travels with the report: what a test prints, pytest keeps to itself."""
    return functools.partial(record_property, "figure")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every figure, and `bad-input table: passed/total`, also where everything passed.

    It stands here because the controller of xdist, which writes the summary, loads no conftest further down.
    """
    done = {outcome: terminalreporter.stats.get(outcome, []) for outcome in ("passed", "failed", "error")}
    for report in [*done["passed"], *done["failed"]]:
        for name, told in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(told))
    rows = {outcome: sum(TABLE in report.nodeid for report in reports) for outcome, reports in done.items()}
    if total := sum(rows.values()):
        terminalreporter.write_line(f"bad-input table: {rows['passed']}/{total}")
