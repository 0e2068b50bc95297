"""A worker that is started before its Temporal server waits for it."""

import asyncio

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

import worker
from interline.runtime.settings import Settings
from interline.runtime.temporal import check_namespace
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
        here(stack, monkeypatch)
        async with asyncio.timeout(30):
            client = await waiting
    assert client.namespace == stack.manifest.namespace
    assert {entry["event"] for entry in logs} == {"worker.waits_for_temporal"}


def dies_once(monkeypatch: pytest.MonkeyPatch, status: RPCStatusCode) -> None:
    """The first question of the worker ends in that way; the next one is really asked."""
    asked = list[bool]()

    async def check(client: Client, *, retention_days: int) -> None:
        asked.append(True)
        if len(asked) == 1:
            raise RPCError("transport error", status, b"")
        await check_namespace(client, retention_days=retention_days)

    monkeypatch.setattr("worker.check_namespace", check)


@pytest.mark.parametrize("status", [RPCStatusCode.UNKNOWN, RPCStatusCode.CANCELLED, RPCStatusCode.UNAVAILABLE])
async def test_it_waits_for_a_server_that_dies_while_it_starts(
    status: RPCStatusCode, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen in a chaos run: the worker died of *transport error*, which has the status UNKNOWN."""
    here(stack, monkeypatch)
    dies_once(monkeypatch, status)
    settings = Settings(clients_file=stack.state / "clients.toml", secrets_key="")
    assert (await worker.ready_client(settings)).namespace == stack.manifest.namespace


async def test_a_server_that_refuses_it_is_not_asked_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    here(stack, monkeypatch)
    dies_once(monkeypatch, RPCStatusCode.PERMISSION_DENIED)
    with pytest.raises(RPCError):
        await worker.ready_client(Settings(clients_file=stack.state / "clients.toml", secrets_key=""))


def here(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", stack.manifest.temporal)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", stack.manifest.namespace)
