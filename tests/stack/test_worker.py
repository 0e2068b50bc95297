"""A worker that is started before its Temporal server waits for it."""

import asyncio

import pytest
from structlog.testing import capture_logs

import worker
from interline.runtime.settings import Settings
from tests.stack.driver import Stack

pytestmark = pytest.mark.stack

NOBODY = "127.0.0.1:1"


async def test_it_waits_until_the_server_is_there(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOBODY)
    settings = Settings(clients_file=stack.state / "clients.toml", secrets_key="")
    with capture_logs() as logs:
        waiting = asyncio.create_task(worker.ready_client(settings))
        async with asyncio.timeout(30):
            while not logs:
                assert not waiting.done(), waiting.exception()
                await asyncio.sleep(0.1)
        monkeypatch.setenv("TEMPORAL_ADDRESS", stack.manifest.temporal)
        monkeypatch.setenv("TEMPORAL_NAMESPACE", stack.manifest.namespace)
        async with asyncio.timeout(30):
            client = await waiting
    assert client.namespace == stack.manifest.namespace
    assert {entry["event"] for entry in logs} == {"worker.waits_for_temporal"}
