"""Temporal's database is killed in the middle of orders: what was acknowledged is there, and nothing happens twice."""

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import Client

from bench import temporal_postgres
from bench.postgres import NoPostgres, Postgres, postgres
from bench.processes import free_port
from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from starter.stack import readiness
from tests.builders import an_outbound
from tests.conftest import FAST
from tests.placed import place, placed_at_last
from tests.stack.driver import OUTBOUND, Stack

pytestmark = [pytest.mark.stack, pytest.mark.full, pytest.mark.timeout(900)]

DEAD_SECONDS = 8.0
ATTRIBUTES_KNOWN_SECONDS = 15.0
"""Each service of this server learns search attributes from a cache of its own."""


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    try:
        with postgres("killed") as running:
            yield running
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def on_database(
    tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], database: Postgres
) -> Iterator[Stack]:
    """A stack whose Temporal keeps everything in that database."""
    root, port = tmp_path_factory.mktemp("database"), free_port()
    server = temporal_postgres.start(root, database, port=port, say=lambda _: None)
    try:
        asyncio.run(prepared(f"127.0.0.1:{port}"))
        address = {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "TEMPORAL_NAMESPACE": "default"}
        with Stack(Path(root) / "own", {**environ, **address}, *FAST) as stack:
            yield stack
    finally:
        server.stop()


async def prepared(address: str) -> None:
    """The namespace exists and every service knows its attributes."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER, lazy=True)
    assert await readiness.until(partial(temporal_postgres.registered, client), timeout_seconds=90.0)
    assert await readiness.until(partial(readiness.serves_namespace, client), timeout_seconds=90.0)
    await prepare_namespace(client, retention_days=40)
    await asyncio.sleep(ATTRIBUTES_KNOWN_SECONDS)


def test_a_killed_database_loses_and_doubles_nothing(on_database: Stack, database: Postgres) -> None:
    stack = on_database
    orders = [place(stack, client=client) for client in (0, 1)]
    orders[0].until_called("red 7")
    orders += [place(stack, client=client) for client in (0, 1)]
    orders[-1].until_called("red 3")
    orders += [place(stack, client=client) for client in (0, 1)]
    database.kill()
    body = an_outbound()
    answer = stack.post(OUTBOUND, body)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    time.sleep(DEAD_SECONDS)
    database.restart()
    orders.append(placed_at_last(stack, body))
    for order in orders:
        order.until_complete()
