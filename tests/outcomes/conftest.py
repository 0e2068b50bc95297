"""The session's stack for one test of a failure; whatever the test did to it is undone."""

from collections.abc import Iterator

import pytest

from tests.stack.driver import Stack


@pytest.fixture
def well(stack: Stack) -> Iterator[Stack]:
    """Partners act by themselves until a test makes one of them ill."""
    yield stack
    stack.no_troubles()
    for partner, keys in {"oms": "lookup", "wms": "honoured", "logistics": "honoured"}.items():
        stack.partner(partner, keys=keys)
    stack.manual(on=False, confirmation="webhook")


@pytest.fixture
def by_hand(well: Stack) -> Stack:
    """No event comes by itself, and the OMS does not confirm."""
    well.manual(on=True, confirmation="none")
    return well
