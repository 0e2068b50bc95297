"""One real Temporal server and one gateway on a real socket for all tests here; every test uses numbers of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client as Temporal
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from interline.names import ORDER_QUEUE
from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from interline.runtime.temporal_server import find_or_build
from tests.gateway.fakes import DomesticPricing, Order, Stray
from tests.gateway.support import Engine, Http, keyed, make_app, served, write_clients


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Temporal]:
    binary = find_or_build(lambda _: None)
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary), data_converter=DATA_CONVERTER, dev_server_log_level="error"
    ) as environment:
        await prepare_namespace(environment.client, retention_days=40)
        yield environment.client


@pytest.fixture(scope="session")
def engine(temporal: Temporal) -> Engine:
    return Engine(temporal)


@pytest.fixture(scope="session")
def clients_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clients(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
async def address(temporal: Temporal, clients_file: Path) -> AsyncIterator[str]:
    async with served(make_app(clients_file, temporal)) as url:
        yield url


@pytest.fixture
async def shop(address: str) -> AsyncIterator[Http]:
    """The client `shop` with its key."""
    async with httpx.AsyncClient(base_url=address, headers=keyed(), timeout=15) as http:
        yield http


@pytest.fixture
async def stranger(address: str) -> AsyncIterator[Http]:
    """Somebody without a key."""
    async with httpx.AsyncClient(base_url=address, timeout=15) as http:
        yield http


@pytest.fixture
async def worker(temporal: Temporal) -> AsyncIterator[None]:
    """A worker with stand-ins for the workflows: what is tested here is the edge."""
    async with Worker(temporal, task_queue=ORDER_QUEUE, workflows=[Order, DomesticPricing, Stray]):
        yield
