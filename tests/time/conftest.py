"""Orders on the session's stack, with the fixtures of the flow tests, and a service type whose deadlines are short."""

from pathlib import Path

import pytest

from tests.flows.conftest import flow, temporal
from tests.stack.driver import Stack

__all__ = ["flow", "hasty", "temporal"]

HASTY = """
[clients.deadlines_by_service_type.hasty]
confirmation = [{ after_seconds = 0.4, act = "warn" }, { after_seconds = 0.8, act = "escalate" }, \
{ after_seconds = 1.2, act = "attention" }]
goods = [{ after_seconds = 0.4, act = "warn" }, { after_seconds = 0.8, act = "escalate" }, \
{ after_seconds = 1.2, act = "attention" }]
pickup = [{ after_seconds = 0.3, act = "escalate" }, { after_seconds = 0.5, act = "attention" }]
delivery = [{ after_seconds = 0.7, act = "warn" }, { after_seconds = 1.0, act = "escalate" }, \
{ after_seconds = 1.3, act = "attention" }]
ask_again_seconds = 0.5

[[clients]]"""


@pytest.fixture(scope="session")
def hasty(stack: Stack) -> str:
    """The first client gets a service type of which everything is overdue within a second or so."""
    file = Path(stack.state) / "clients.toml"
    first, second, rest = file.read_text().partition("\n[[clients]]")
    assert second
    file.write_text(f"{first}{HASTY}{rest}")
    return "hasty"
