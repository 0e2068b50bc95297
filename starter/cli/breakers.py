"""Open breakers, as the calls of open orders tell of them: each worker has its own, and nobody else knows them all."""

import asyncio
from typing import Final

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client
from temporalio.service import RPCError

from interline.errors import Outcome
from interline.names import Attribute, Workflow
from starter.cli import render
from starter.cli.lookup import TIMEOUT
from starter.cli.target import explain

LOOKED_AT: Final = 50
"""The newest open orders: while a partner is down, their calls wait for it too."""
AT_ONCE: Final = 8


async def open_breakers(temporal: Client, *, client: str | None) -> list[str]:
    """Which address gets nothing, since when and why, one line each."""
    query = f"WorkflowType = '{Workflow.ORDER}' AND ExecutionStatus = 'Running'"
    query += f" AND {Attribute.CLIENT_ID} = '{render.quoted(client)}'" if client else ""
    room = asyncio.Semaphore(AT_ONCE)
    try:
        found = [one.id async for one in temporal.list_workflows(query, limit=LOOKED_AT)]
        told = await asyncio.gather(*(_told_by(temporal, workflow_id, room) for workflow_id in found))
    except RPCError as error:
        raise explain(error) from None
    return sorted(set[str]().union(*told))


async def _told_by(temporal: Client, workflow_id: str, room: asyncio.Semaphore) -> set[str]:
    async with room:
        seen = await temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=TIMEOUT)
    return {_told(pending) for pending in seen.raw_description.pending_activities} - {""}


def _told(pending: PendingActivityInfo) -> str:
    """Without the time of the next probe, which is another one in each call."""
    failure = pending.last_failure
    is_open = failure.application_failure_info.type == Outcome.BREAKER
    return failure.message.partition(", next probe")[0] if is_open else ""
