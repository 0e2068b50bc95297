"""One flow per test, on the session's stack; the stack is left as it was, and every history is replayed."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from interline.runtime.temporal import DATA_CONVERTER
from tests.flows.support import Flow
from tests.stack.driver import Stack


@pytest.fixture(scope="session")
async def temporal(stack: Stack) -> Client:
    """The stack's own server."""
    manifest = stack.manifest
    return await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)


@pytest.fixture
async def flow(stack: Stack, temporal: Client) -> AsyncIterator[Flow]:
    """Partners by hand; whatever a test did to them is undone."""
    stack.manual(on=True, confirmation="none")
    flow = Flow(stack, temporal, stack.manifest.clients[0].client_id)
    try:
        yield flow
        flow.check_webhooks()
        await flow.replay()
    finally:
        stack.no_troubles()
        stack.partner("oms", keys="lookup")
        stack.manual(on=False)
