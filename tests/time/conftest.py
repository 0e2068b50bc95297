"""Orders on the session's stack, with the fixtures of the flow tests, and a service type whose deadlines are short."""

import pytest

from tests.flows.conftest import flow, temporal
from tests.stack.driver import Stack
from tests.time.support import make_hasty

__all__ = ["flow", "hasty", "temporal"]


@pytest.fixture(scope="session")
def hasty(stack: Stack) -> str:
    """The first client gets a service type of which everything is overdue within a second or so."""
    return make_hasty(stack)
