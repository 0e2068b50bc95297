"""One stack for all cuts, all of whose wires can be cut."""

from collections.abc import Iterator

import pytest

from tests.conftest import FAST
from tests.network.wires import Wires
from tests.stack.driver import Stack


@pytest.fixture(scope="package")
def wires() -> Iterator[Wires]:
    with Wires() as all_of_them:
        yield all_of_them


@pytest.fixture(scope="package")
def wired(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], wires: Wires) -> Iterator[Stack]:
    """The OMS of the first client can only be asked, that of the second honours keys."""
    with Stack(tmp_path_factory.mktemp("wired") / "own", environ, *FAST, *wires.options) as stack:
        stack.partner("oms", keys="honoured", client=1)
        yield stack
