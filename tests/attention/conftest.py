"""The session's stack with partners by hand; whatever a test did to it is undone."""

from collections.abc import Iterator

import pytest

from tests.stack.driver import Stack


@pytest.fixture
def by_hand(stack: Stack) -> Iterator[Stack]:
    """No event comes by itself, and the OMS does not confirm."""
    stack.manual(on=True, confirmation="none")
    yield stack
    stack.no_troubles()
    stack.manual(on=False)
