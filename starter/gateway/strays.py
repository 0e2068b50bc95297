"""Signal-with-start of `Stray` by raw RPC, because only there the signal can carry the event's own id."""

from datetime import timedelta

from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.sdk.v1 import UserMetadata
from temporalio.api.workflowservice.v1 import SignalWithStartWorkflowExecutionRequest
from temporalio.client import Client as Temporal

from interline.attributes import encoded
from interline.domain.stray import StrayEvent, StrayInput
from interline.messages import payloads
from interline.names import ORDER_QUEUE, STRAY_EVENT, Attribute, Workflow, stray_workflow_id
from starter.gateway.engine import ANSWER_SECONDS


async def keep_stray(temporal: Temporal, room: StrayInput, event: StrayEvent) -> None:
    """Put an event into its waiting room, which is opened when there is none.

    Raises:
        temporalio.service.RPCError: as the server says; the event is then not kept.
    """
    summary = await payloads(temporal, f"{event.reason.value} events · {room.key} · {room.client_id}")
    request = SignalWithStartWorkflowExecutionRequest(
        namespace=temporal.namespace,
        workflow_id=stray_workflow_id(room.client_id, room.key),
        input=await payloads(temporal, room),
        identity=temporal.identity,
        request_id=event.event.event_id,
        workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
        workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
        signal_name=STRAY_EVENT,
        signal_input=await payloads(temporal, event),
        search_attributes=encoded({Attribute.CLIENT_ID: room.client_id}),
        user_metadata=UserMetadata(summary=summary.payloads[0]),
    )
    request.workflow_type.name = Workflow.STRAY
    request.task_queue.name = ORDER_QUEUE
    await temporal.workflow_service.signal_with_start_workflow_execution(
        request, timeout=timedelta(seconds=ANSWER_SECONDS)
    )
