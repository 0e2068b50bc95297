"""Real checks that a part does its job, not only that it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from interline.names import ORDER_QUEUE

Check = Callable[[], Awaitable[bool]]
PAUSE_SECONDS: Final = 0.1
RPC_TIMEOUT: Final = timedelta(seconds=2)


async def until(check: Check, *, timeout_seconds: float) -> bool:
    """Ask again and again; false when the time is over."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while not await check():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(PAUSE_SECONDS)
    return True


async def answers_ok(url: str) -> bool:
    """The address answers 200 within two seconds. Proxies of the environment are for other hosts."""
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def serves_namespace(client: Client) -> bool:
    """Temporal answers for the client's namespace."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    try:
        await client.workflow_service.describe_namespace(request, timeout=RPC_TIMEOUT)
    except (RPCError, RuntimeError):  # a lazy client that cannot connect raises RuntimeError
        return False
    return True


async def is_polled(client: Client, *, since: datetime) -> bool:
    """A worker has asked for order tasks since then (the server remembers pollers for minutes)."""
    try:
        pollers = await last_polls(client)
    except RPCError:
        return False
    return any(at >= since for at in pollers)


async def last_polls(client: Client) -> list[datetime]:
    """When each known worker last asked for order tasks."""
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=ORDER_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        ),
        timeout=RPC_TIMEOUT,
    )
    return [poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers]
