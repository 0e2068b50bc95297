"""An event's way to its order: by order number, else by reference, else to `Stray`. Nothing is dropped."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Final

from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from interline.contracts.event_reading import Heard
from interline.domain.events import Event
from interline.domain.statuses import StrayReason
from interline.domain.stray import StrayEvent, StrayInput
from interline.messages import flag_shared_tracking_id, is_full, signal_order
from interline.names import Attribute, Workflow
from interline.runtime.clients import Client
from starter.gateway.engine import ANSWER_SECONDS, is_missing, within
from starter.gateway.policy import Policies
from starter.gateway.strays import keep_stray

AT_ONCE: Final = 16
"""Events of one batch under way at a time."""

LATER_SECONDS: Final = 0.1
"""For each event of a batch that begins when the time of the webhook is over: a server that is well needs less."""

_CLOSED: Final = "already completed"
"""How the server says that the workflow is there and has ended (seen on 1.31)."""
_RPC: Final = timedelta(seconds=ANSWER_SECONDS)


class Delivery:
    """Gives the events of one webhook to Temporal."""

    def __init__(self, temporal: Temporal, client: Client, policies: Policies, *, seconds: float) -> None:
        self._temporal = temporal
        self._client = client
        self._policies = policies
        self._until = monotonic() + seconds
        self._room = asyncio.Semaphore(AT_ONCE)

    async def deliver(self, events: list[Heard]) -> None:
        """Return when every event is durable, or at the first trouble.

        Raises:
            RequestError: 503, at least one is not; the sender repeats the webhook, and what is there already is known.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for event in events:
                    group.create_task(self._one(event))
        except ExceptionGroup as troubles:
            raise troubles.exceptions[0] from None

    async def _one(self, heard: Heard) -> None:
        async with self._room, within(max(self._until - monotonic(), LATER_SECONDS)):
            if heard.problem:
                await self._keep(StrayReason.UNUSABLE, heard.event, key=heard.event.event_id)
            elif heard.event.order_number:
                await self._to_order(heard.event, heard.event.order_number)
            else:
                await self._by_reference(heard.event)

    async def _to_order(self, event: Event, number: str) -> None:
        try:
            await signal_order(self._temporal, self._client.client_id, number, event, within=_RPC)
        except RPCError as error:
            if is_full(error):
                await self._keep(StrayReason.OVERFLOW, event, key=number, order_number=number)
                return
            if not is_missing(error):
                raise
            reason = StrayReason.LATE if _CLOSED in error.message else StrayReason.EARLY
            await self._keep(reason, event, key=number, order_number=number)

    async def _by_reference(self, event: Event) -> None:
        """Search attributes lag behind, so a miss may be an order that just started: that waits for a human."""
        reference = event.tracking_id or event.oms_order_no or event.event_id
        attribute = Attribute.TRACKING_ID if event.tracking_id else Attribute.OMS_ORDER_NO
        found = await self._orders(f"{attribute} = '{reference}'")
        if len(found) == 1:
            number = found[0].id.rpartition(":")[2]
            await self._to_order(event.model_copy(update={"order_number": number}), number)
            return
        reason = StrayReason.AMBIGUOUS if found else StrayReason.UNMATCHED
        await self._keep(reason, event, key=reference)
        if event.tracking_id:
            await self._flag(found)

    async def _flag(self, sharing: list[WorkflowExecution]) -> None:
        """Tell the open orders of one tracking id about each other; one that has ended since needs no telling."""
        for order in sharing:
            if order.status is WorkflowExecutionStatus.RUNNING:
                with suppress(RPCError):
                    await flag_shared_tracking_id(self._temporal, order.id, within=_RPC)

    async def _orders(self, clause: str) -> list[WorkflowExecution]:
        """The client's orders of that reference: the open ones, else the closed ones; two are enough to know."""
        query = f"WorkflowType = '{Workflow.ORDER}' AND ClientId = '{self._client.client_id}' AND {clause}"
        found = [order async for order in self._temporal.list_workflows(query, page_size=10, limit=10)]
        still_open = [order for order in found if order.status is WorkflowExecutionStatus.RUNNING]
        return still_open or found

    async def _keep(self, reason: StrayReason, event: Event, *, key: str, order_number: str | None = None) -> None:
        client, policy = self._client, self._policies.of(self._client)
        room = StrayInput(client_id=client.client_id, key=key, order_number=order_number, policy=policy)
        await keep_stray(self._temporal, room, StrayEvent(reason=reason, event=event))
