"""How an order's workflow ended when it was not by its own rules: terminated, reset, timed out or failed."""

from datetime import UTC, datetime
from typing import Final

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHistoryEventFilterType,
)
from temporalio.service import RPCError

from interline.domain.view import OrderView

HOW: Final = {
    WorkflowExecutionStatus.TERMINATED: "was terminated",
    WorkflowExecutionStatus.CANCELED: "was cancelled from outside",
    WorkflowExecutionStatus.TIMED_OUT: "ran out of its time",
    WorkflowExecutionStatus.FAILED: "failed by a bug",
}
"""None of these is an order's own end: it completes, whatever became of it."""
NEXT: Final = (
    "Nothing happens by itself any more: nothing was undone, and nobody was told. Reset the workflow to its last task"
    " to let the order go on, or tell OMS, WMS and courier yourself."
)


async def as_ended(client: Client, execution: WorkflowExecution, view: OrderView) -> OrderView:
    """The last view, saying that its order was stopped; unchanged for any other order."""
    how = HOW.get(execution.status) if execution.status else None
    if how is None:
        return view
    before = f" Its last state: {view.order_status}, shipment {view.logistics_status}."
    why = f"It {how}{_when(execution.close_time)}{await _by(client, execution)}.{before}"
    return view.model_copy(update={"why": why, "next": NEXT, "waits": []})


def stopped(execution: WorkflowExecution) -> str:
    """How it was stopped, in a few words; nothing for any other order."""
    return HOW.get(execution.status, "") if execution.status else ""


def _when(at: datetime | None) -> str:
    return f" at {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""


async def _by(client: Client, execution: WorkflowExecution) -> str:
    """Who terminated it and why, as its last event says."""
    last = await _last_event(client, execution)
    if last is None or not last.HasField("workflow_execution_terminated_event_attributes"):
        return ""
    told = last.workflow_execution_terminated_event_attributes
    return f" by {told.identity or 'somebody'}: {told.reason or 'no reason given'}"


async def _last_event(client: Client, execution: WorkflowExecution) -> HistoryEvent | None:
    handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
    closing = handle.fetch_history_events(event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT)
    try:
        return [event async for event in closing][-1]
    except (RPCError, IndexError):
        return None
