"""The session's stack with partners by hand; whatever a test did to it is undone."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.stack.driver import Stack

SHORT: Final = "budget_seconds = 3.0\n"
"""A call whose worker was killed is given up by the server after this and five seconds."""


@pytest.fixture
def by_hand(stack: Stack) -> Iterator[Stack]:
    """The OMS of the first client can only be asked, that of the second honours keys. No event comes by itself."""
    file = stack.state / "clients.toml"
    file.write_text(re.sub(r"(?m)^\[clients\.partners\.\w+\]\n", rf"\g<0>{SHORT}", file.read_text()))
    stack.manual(on=True, confirmation="none")
    stack.partner("oms", keys="lookup", client=0)
    stack.partner("oms", keys="honoured", client=1)
    yield stack
    stack.no_troubles()
    stack.partner("oms", keys="lookup")
    stack.manual(on=False, confirmation="webhook")
    file.write_text(file.read_text().replace(SHORT, ""))
