"""Signals by raw RPC, because only there a `request_id` can be given: the server then drops a repeated event."""

from datetime import timedelta

from temporalio.api.common.v1 import Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.events import Event
from interline.names import TRACKING_ID_SHARED, order_workflow_id


async def signal_order(
    client: Client, client_id: str, order_number: str, event: Event, *, within: timedelta | None = None
) -> None:
    """Give one event to its order, once per event id and run.

    Raises:
        temporalio.service.RPCError: NOT_FOUND when no such order is open; anything else as the server says.
    """
    await client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=order_workflow_id(client_id, order_number)),
            signal_name=event.kind,
            input=await payloads(client, event),
            identity=client.identity,
            request_id=event.event_id,
        ),
        timeout=within,
    )


async def flag_shared_tracking_id(client: Client, workflow_id: str, *, within: timedelta | None = None) -> None:
    """Tell an order, once in its life, that another one has its tracking id.

    Raises:
        temporalio.service.RPCError: as the server says.
    """
    await client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            signal_name=TRACKING_ID_SHARED,
            identity=client.identity,
            request_id=TRACKING_ID_SHARED,
        ),
        timeout=within,
    )


def is_full(error: RPCError) -> bool:
    """Did the server refuse a signal because the workflow got too many (10 000 by default, seen on 1.31)?"""
    return error.status is RPCStatusCode.INVALID_ARGUMENT and "limit for signal events" in error.message


async def payloads(client: Client, value: object) -> Payloads:
    """One value as the client's data converter encodes it."""
    return Payloads(payloads=await client.data_converter.encode([value]))
