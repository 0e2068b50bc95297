"""The gateway's own fixtures, and the one line that counts the table."""

import pytest

from tests.gateway.conftest import address, clients_file, engine, shop, stranger, temporal, worker

__all__ = ["address", "clients_file", "engine", "shop", "stranger", "temporal", "worker"]

TABLE = "test_bad_input_table["


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """`bad-input table: passed/total`, also where everything passed."""
    stats = {
        outcome: sum(TABLE in report.nodeid for report in terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "error")
    }
    if total := sum(stats.values()):
        terminalreporter.write_line(f"bad-input table: {stats['passed']}/{total}")
