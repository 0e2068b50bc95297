"""Deliveries as Temporal knows them: the log of an order, waiting ones made due, those to be sent again.

An order's own log (a query) knows what is worked off; the tries of the one under way stand in its pending activity.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import ResetActivityRequest
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionDescription, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.engine import next_try, tries_of
from interline.domain.account import MadeDue, MakeDue
from interline.domain.commands import CommandDone, StepCommand
from interline.domain.deliveries import (
    DeliveryBody,
    DeliveryFound,
    DeliveryLog,
    DeliveryRef,
    DeliveryState,
    DeliveryView,
    FoundDeliveries,
    WantedDeliveries,
)
from interline.errors import Outcome
from interline.names import DELIVERIES_QUERY, DELIVERY_QUERY, Activity, Update, Workflow, order_workflow_id

AT_ONCE: Final = 8
MOST_REFS: Final = 5000
LOOK_SECONDS: Final = 1.0
LOOKS: Final = 20
"""A webhook call under way ends within its 15 s."""
_RPC: Final = timedelta(seconds=5)


class Deliveries:
    """Of all orders of a client."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    @activity.defn(name=Activity.ENGINE_MAKE_DUE)
    async def make_due(self, call: MakeDue) -> MadeDue:
        """Make the waiting deliveries of one endpoint due now. Each order still sends one at a time, in sequence."""
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._order_due(workflow_id, call.kind, room))
                async for workflow_id in self.orders(f"ClientId = '{call.client_id}' AND ExecutionStatus = 'Running'")
            ]
        made = [task.result() for task in tasks]
        return MadeDue(orders=sum(count > 0 for count in made), deliveries=sum(made))

    @activity.defn(name=Activity.ENGINE_FIND_DELIVERIES)
    async def find(self, wanted: WantedDeliveries) -> FoundDeliveries:
        """The deliveries to be sent again; those that are still under way are not."""
        found: list[DeliveryRef] = []
        async for number in self._numbers(wanted):
            log = await self.log(wanted.client_id, number)
            found += [DeliveryRef(order_number=number, sequence=view.sequence) for view in log if _meant(view, wanted)]
            activity.heartbeat(len(found))
        return FoundDeliveries(deliveries=found[:MOST_REFS], more=len(found) > MOST_REFS)

    async def log(self, client_id: str, order_number: str, *, within: timedelta = _RPC) -> list[DeliveryView]:
        """The deliveries of one order, oldest first, with the tries of the one under way.

        Raises:
            RPCError: NOT_FOUND when there is no such order; otherwise Temporal or the worker did not answer.
        """
        order = self._temporal.get_workflow_handle(order_workflow_id(client_id, order_number))
        described = await order.describe(rpc_timeout=within)
        log: DeliveryLog = await order.query(DELIVERIES_QUERY, result_type=DeliveryLog, rpc_timeout=within)
        pending = {one.activity_id: one for one in _webhooks(described)}
        return [
            await self._live(view, pending[view.webhook_id]) if view.webhook_id in pending else view
            for view in log.deliveries
        ]

    async def body(self, client_id: str, order_number: str, sequence: int) -> DeliveryBody | None:
        """One delivery with its body; None when it is not kept (any more)."""
        order = self._temporal.get_workflow_handle(order_workflow_id(client_id, order_number))
        found: DeliveryFound = await order.query(DELIVERY_QUERY, sequence, result_type=DeliveryFound, rpc_timeout=_RPC)
        return found.delivery

    async def orders(self, clause: str, *, most: int | None = None) -> AsyncIterator[str]:
        """Workflow ids of orders, newest first. `clause` is made of checked words only."""
        query = f"WorkflowType = '{Workflow.ORDER}' AND {clause}"
        async for found in self._temporal.list_workflows(query, page_size=min(most or 200, 200), limit=most):
            yield found.id

    async def retry(self, client_id: str, order_number: str, step: str, *, actor: str) -> bool:
        """Let an order try its parked delivery again; False when it works on it already."""
        order = self._temporal.get_workflow_handle(order_workflow_id(client_id, order_number))
        command = StepCommand(step=step, actor=actor, reason="redelivery asked for")
        try:
            await order.execute_update(Update.RETRY_STEP, command, result_type=CommandDone, rpc_timeout=_RPC)
        except WorkflowUpdateFailedError:
            return False
        return True

    async def make_one_due(self, client_id: str, order_number: str, webhook_id: str) -> bool:
        """Make one waiting delivery due now; False when it does not wait."""
        return await self._reset(order_workflow_id(client_id, order_number), webhook_id)

    async def _numbers(self, wanted: WantedDeliveries) -> AsyncIterator[str]:
        if wanted.order_number:
            yield wanted.order_number
            return
        clause = f"ClientId = '{wanted.client_id}'"
        clause += f" AND StartTime >= '{wanted.since.isoformat()}'" if wanted.since else ""
        clause += f" AND StartTime <= '{wanted.until.isoformat()}'" if wanted.until else ""
        for workflow_id in reversed([found async for found in self.orders(clause)]):
            yield workflow_id.rpartition(":")[2]

    async def _order_due(self, workflow_id: str, kind: str, room: asyncio.Semaphore) -> int:
        """A call under way must not be doubled: wait for it, since it may have begun before what changed."""
        for _ in range(LOOKS):
            async with room:
                described = await self._temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=_RPC)
                waiting = _webhooks(described)
                if all(one.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED for one in waiting):
                    return sum([await self._due(workflow_id, one, kind) for one in waiting])
            await asyncio.sleep(LOOK_SECONDS)
        return 0

    async def _due(self, workflow_id: str, pending: PendingActivityInfo, kind: str) -> bool:
        tries = await tries_of(self._temporal, pending)
        if tries and tries[-1].destination not in {kind, ""}:
            return False
        return await self._reset(workflow_id, pending.activity_id)

    async def _reset(self, workflow_id: str, activity_id: str) -> bool:
        """The heartbeat, and with it the log of tries, stays."""
        request = ResetActivityRequest(
            namespace=self._temporal.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            identity=self._temporal.identity,
            id=activity_id,
        )
        try:
            await self._temporal.workflow_service.reset_activity(request, timeout=_RPC)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:  # it has ended meanwhile
                return False
            raise
        return True

    async def _live(self, view: DeliveryView, pending: PendingActivityInfo) -> DeliveryView:
        tries = await tries_of(self._temporal, pending)
        held = bool(tries) and tries[-1].outcome == Outcome.HELD
        update = {
            "state": DeliveryState.HELD if held else DeliveryState.RETRYING,
            "tries": [*view.tries, *tries],
            "next_try_at": next_try(pending),
        }
        return view.model_copy(update=update)


def _webhooks(described: WorkflowExecutionDescription) -> list[PendingActivityInfo]:
    pending = described.raw_description.pending_activities
    return [one for one in pending if one.activity_type.name == Activity.CLIENT_SEND_WEBHOOK]


def _meant(view: DeliveryView, wanted: WantedDeliveries) -> bool:
    if wanted.sequence is not None and view.sequence != wanted.sequence:
        return False
    ended = {DeliveryState.DELIVERED, DeliveryState.SKIPPED, DeliveryState.DEAD, DeliveryState.NOT_CHOSEN}
    failed = view.state in {DeliveryState.SKIPPED, DeliveryState.DEAD} or len(view.tries) > 1
    return view.body_kept and view.state in ended and (failed or not wanted.failed_only)
