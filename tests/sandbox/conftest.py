"""A gateway and a sandbox for each test; the sandbox says by `manual` whether its partners send by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.support import Gateway, Sandbox, configuration, running_gateway, running_sandbox


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, gateway: Gateway) -> Iterator[Sandbox]:
    """Partners that send at a quick pace."""
    with running_sandbox(configuration(tmp_path, gateway.url)) as running:
        yield running


@pytest.fixture
def manual(sandbox: Sandbox) -> Sandbox:
    """Partners that send only what a test asks for."""
    sandbox.http.post("/_manual", json={"on": True})
    return sandbox
