"""Red 1 becomes durable: StartWorkflow by raw RPC (docs/decisions/0015), as webhooks become signals."""

import uuid
from datetime import timedelta

from temporalio.api.common.v1 import Memo, Payloads
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.sdk.v1 import UserMetadata
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError, RPCStatusCode

from interline.attributes import encoded
from interline.domain.order import OrderInput
from interline.domain.statuses import LogisticsStatus, OrderStatus
from interline.names import (
    MEMO_ACCEPTED,
    MEMO_FINGERPRINT,
    MEMO_KIND,
    ORDER_QUEUE,
    Attribute,
    Workflow,
    order_workflow_id,
)
from starter.gateway.engine import ANSWER_SECONDS


async def start_order(temporal: Temporal, order: OrderInput, fingerprint: str) -> bool:
    """Start the order's workflow; False when its number is taken.

    Raises:
        temporalio.service.RPCError: as the server says.
    """
    request = await start_request(temporal, order, fingerprint)
    try:
        await temporal.workflow_service.start_workflow_execution(
            request, retry=True, timeout=timedelta(seconds=ANSWER_SECONDS)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


async def start_request(temporal: Temporal, order: OrderInput, fingerprint: str) -> StartWorkflowExecutionRequest:
    """What Temporal is asked to record."""
    said = [order, fingerprint, order.accepted_at.isoformat(), order.kind.value, _summary(order), _details(order)]
    whole, mark, accepted, kind, summary, details = await temporal.data_converter.encode(said)
    request = StartWorkflowExecutionRequest(
        namespace=temporal.namespace,
        workflow_id=order_workflow_id(order.client_id, order.order_number),
        input=Payloads(payloads=[whole]),
        identity=temporal.identity,
        request_id=str(uuid.uuid4()),
        workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
        workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
        memo=Memo(fields={MEMO_FINGERPRINT: mark, MEMO_ACCEPTED: accepted, MEMO_KIND: kind}),
        search_attributes=encoded(_attributes(order)),
        user_metadata=UserMetadata(summary=summary, details=details),
    )
    request.workflow_type.name = Workflow.ORDER
    request.task_queue.name = ORDER_QUEUE
    return request


def _attributes(order: OrderInput) -> dict[Attribute, str | bool]:
    return {
        Attribute.CLIENT_ID: order.client_id,
        Attribute.TRACKING_ID: order.tracking_id,
        Attribute.WAREHOUSE_ID: order.warehouse_id,
        Attribute.ORDER_STATUS: OrderStatus.ACCEPTED.value,
        Attribute.LOGISTICS_STATUS: LogisticsStatus.NONE.value,
        Attribute.NEEDS_ATTENTION: False,
    }


def _summary(order: OrderInput) -> str:
    shipment = order.shipment
    what = f"{shipment.rate_type.value} {shipment.weight_kg.normalize():f} kg"
    return f"{order.kind.value} {order.order_number} · {order.client_id} · {what}"


def _details(order: OrderInput) -> str:
    """Facts for the Temporal UI, as markdown. No personal data: no names, addresses or coordinates."""
    shipment = order.shipment
    facts = {
        "order number": order.order_number,
        "tracking id": order.tracking_id,
        "client": order.client_id,
        "warehouse": order.warehouse_id,
        "lines": str(len(order.lines)),
        "weight": f"{shipment.weight_kg.normalize():f} kg",
        "dimensions": f"{shipment.length_cm} x {shipment.width_cm} x {shipment.height_cm} cm",
        "rate type": shipment.rate_type.value,
        "service type": str(shipment.service_type),
        "quote": order.quote_id or "none named",
    }
    return "\n".join(f"- **{name}**: {fact}" for name, fact in facts.items())
