"""Finding one order on the server, and reading it even when no worker answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.view import OrderView
from interline.names import STATUS_QUERY, Attribute, order_workflow_id
from starter.cli.errors import CliError
from starter.cli.target import explain
from starter.endings import as_ended

TIMEOUT: Final = timedelta(seconds=2)


@dataclass(frozen=True)
class Retry:
    """A call that Temporal tries again by itself. `at` is the next try, None while one runs."""

    activity: str
    attempt: int
    at: datetime | None
    failure: str


@dataclass(frozen=True)
class Seen:
    """An order as we could see it. `stale`: from Temporal's own record, because no worker answered."""

    workflow_id: str
    view: OrderView
    stale: bool
    retries: list[Retry]


async def read_order(client: Client, number: str, *, client_ids: Sequence[str]) -> Seen:
    """The order of this number.

    Raises:
        CliError: no client has it, or several do.
    """
    described = [found for client_id in client_ids if (found := await _describe(client, client_id, number))]
    if not described:
        raise CliError(f"no order {number}. `interline orders` lists what there is.")
    if len(described) > 1:
        owners = ", ".join(found.id.split(":")[1] for found in described)
        raise CliError(f"several clients have an order {number} ({owners}): add --client")
    return await _see(client, described[0], number)


async def _describe(client: Client, client_id: str, number: str) -> WorkflowExecutionDescription | None:
    handle = client.get_workflow_handle(order_workflow_id(client_id, number))
    try:
        return await handle.describe(rpc_timeout=TIMEOUT)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return None
        raise explain(error) from None


async def see(client: Client, workflow_id: str) -> Seen:
    """The order of this workflow."""
    found = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=TIMEOUT)
    return await _see(client, found, workflow_id.split(":", 2)[-1])


async def _see(client: Client, found: WorkflowExecutionDescription, number: str) -> Seen:
    view = await _final(client, found) or await _asked(client, found)
    return Seen(
        workflow_id=found.id,
        view=await as_ended(client, found, view or recorded(found, number)),
        stale=view is None,
        retries=[_retry(pending) for pending in found.raw_description.pending_activities if pending.attempt > 1],
    )


def _retry(pending: PendingActivityInfo) -> Retry:
    waits = pending.HasField("next_attempt_schedule_time")
    return Retry(
        activity=pending.activity_type.name,
        attempt=pending.attempt,
        at=pending.next_attempt_schedule_time.ToDatetime(UTC) if waits else None,
        failure=pending.last_failure.message,
    )


async def _final(client: Client, found: WorkflowExecutionDescription) -> OrderView | None:
    """A closed order's last view is its result: no worker is needed."""
    if found.status != WorkflowExecutionStatus.COMPLETED:
        return None
    handle = client.get_workflow_handle(found.id, run_id=found.run_id, result_type=OrderView)
    try:
        view: OrderView = await handle.result(rpc_timeout=TIMEOUT)
    except (RPCError, WorkflowFailureError):
        return None
    return view


async def _asked(client: Client, found: WorkflowExecutionDescription) -> OrderView | None:
    handle = client.get_workflow_handle(found.id, run_id=found.run_id)
    try:
        view: OrderView = await handle.query(STATUS_QUERY, result_type=OrderView, rpc_timeout=TIMEOUT)
    except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
        return None
    return view


def recorded(found: WorkflowExecution, number: str) -> OrderView:
    """What Temporal itself remembers: the search attributes of the last milestone."""
    return OrderView(
        client_id=attribute(found, Attribute.CLIENT_ID),
        order_number=number,
        kind="",
        tracking_id=attribute(found, Attribute.TRACKING_ID),
        warehouse_id=attribute(found, Attribute.WAREHOUSE_ID),
        oms_order_no=attribute(found, Attribute.OMS_ORDER_NO),
        order_status=attribute(found, Attribute.ORDER_STATUS),
        logistics_status=attribute(found, Attribute.LOGISTICS_STATUS),
        courier=attribute(found, Attribute.COURIER),
        why="No worker answers, so this is the last state on Temporal's own record.",
        next="It goes on by itself when a worker runs: start one with `interline worker`.",
        accepted_at=found.start_time,
    )


def attribute(found: WorkflowExecution, name: Attribute) -> str:
    """A keyword attribute, empty when not set."""
    return found.typed_search_attributes.get(SearchAttributeKey.for_keyword(name.value)) or ""
