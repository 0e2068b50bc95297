"""Sending webhooks again on request. What its order still works on is left to the order: sequence holds."""

from datetime import timedelta
from typing import Final

from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy

from activities.deliveries import Deliveries
from interline.contracts.canonical import digest
from interline.domain.base import JsonObject
from interline.domain.deliveries import (
    DeliveryState,
    DeliveryView,
    RedeliveryInput,
    RedeliveryOutcome,
    WantedDeliveries,
)
from interline.names import ORDER_QUEUE, Workflow, redelivery_workflow_id

_RPC: Final = timedelta(seconds=1.8)
_UNDER_WAY: Final = frozenset({DeliveryState.RETRYING, DeliveryState.HELD})


async def send_again(temporal: Temporal, client_id: str, view: DeliveryView, *, actor: str) -> JsonObject:
    """Send one delivery again, in the way that fits its state; says how."""
    if view.state in _UNDER_WAY:
        due = await Deliveries(temporal).make_one_due(client_id, view.order_number, view.webhook_id)
        return {"how": "made due now" if due else "it is being sent right now"}
    if view.state is DeliveryState.WAITING:
        return {"how": "it waits for its turn in its order"}
    if view.state is DeliveryState.DEAD:
        again = await Deliveries(temporal).retry(client_id, view.order_number, view.step, actor=actor)
        return {"how": "its order tries it again" if again else "its order works on it already"}
    wanted = WantedDeliveries(client_id=client_id, order_number=view.order_number, sequence=view.sequence)
    return await send_many_again(temporal, wanted, actor=actor)


async def send_many_again(temporal: Temporal, wanted: WantedDeliveries, *, actor: str) -> JsonObject:
    """Start sending them again, marked as replays. What is being sent again already is not started twice."""
    key = digest(wanted.model_dump(mode="json"))
    handle = await temporal.start_workflow(
        Workflow.REDELIVERY,
        RedeliveryInput(wanted=wanted, actor=actor),
        id=redelivery_workflow_id(wanted.client_id, key),
        task_queue=ORDER_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=RedeliveryOutcome,
        static_summary=f"send webhooks again · {wanted.client_id} · {wanted.order_number or 'a time range'}",
        rpc_timeout=_RPC,
    )
    return {"how": "sent again beside its order", "redelivery": handle.id}
