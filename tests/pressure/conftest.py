"""The session's stack, left as it was."""

from collections.abc import Iterator

import pytest

from tests.stack.driver import Stack


@pytest.fixture
def well(stack: Stack) -> Iterator[Stack]:
    """Partners act by themselves until a test makes one of them ill."""
    yield stack
    stack.no_troubles()
    stack.manual(on=False)
