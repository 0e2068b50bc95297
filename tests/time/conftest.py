"""Orders on the session's stack, with the fixtures of the flow tests."""

from tests.flows.conftest import flow, temporal

__all__ = ["flow", "temporal"]
