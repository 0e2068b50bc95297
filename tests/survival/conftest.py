"""A stack of this folder's own without a worker: the tests bring workers, good ones and bad ones."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest
from temporalio.client import Client

import worker
from activities.calling import PartnerCalls
from activities.http import Http
from interline.runtime.clients import ClientRegistry
from interline.runtime.settings import Settings
from interline.runtime.temporal import DATA_CONVERTER
from tests.conftest import FAST
from tests.stack.driver import Stack
from workflows.order import Order

Working = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture(scope="module")
def workerless(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """Its worker was killed and stays dead. Partners act by hand, and the OMS honours keys."""
    with Stack(tmp_path_factory.mktemp("survival") / "own", environ, *FAST, "--no-restart") as stack:
        stack.kill("worker")
        stack.manual(on=True, confirmation="none")
        stack.partner("oms", keys="honoured")
        yield stack


@pytest.fixture
async def temporal(workerless: Stack) -> Client:
    """The stack's server."""
    manifest = workerless.manifest
    return await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)


@pytest.fixture
def working(workerless: Stack, temporal: Client, monkeypatch: pytest.MonkeyPatch) -> Working:
    """For `async with`: a worker in this process, with the given workflow as its order."""

    @asynccontextmanager
    async def run(order: type = Order) -> AsyncIterator[None]:
        monkeypatch.setattr(
            worker, "WORKFLOWS", [order, *(known for known in worker.WORKFLOWS if known.__name__ != "Order")]
        )
        file = workerless.state / "clients.toml"
        settings = Settings(clients_file=file, allow_private_webhooks=True, secrets_key="")
        async with Http() as http, AsyncExitStack() as running:
            for one in worker.build(temporal, PartnerCalls(ClientRegistry(file), http), settings):
                await running.enter_async_context(one)
            yield
        monkeypatch.undo()

    return run
