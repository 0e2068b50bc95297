"""The session's stack with partners by hand; whatever a test did to it is undone."""

from collections.abc import Iterator

import pytest

from tests.stack.driver import Stack


@pytest.fixture
def by_hand(stack: Stack) -> Iterator[Stack]:
    """The OMS of the first client can only be asked, that of the second honours keys. No event comes by itself."""
    stack.manual(on=True, confirmation="none")
    stack.partner("oms", keys="lookup", client=0)
    stack.partner("oms", keys="honoured", client=1)
    yield stack
    stack.no_troubles()
    stack.partner("oms", keys="lookup")
    stack.manual(on=False, confirmation="webhook")
